// SPDX-License-Identifier: GPL-2.0

//! Types as C writes them, for messages.

use crate::btf::Btf;
use crate::types::{FuncProto, Type, TypeId};

/// How many types one may consist of, before the rest is left out.
const STEPS: u32 = 1000;
/// How deep it may be nested, before the rest is left out.
const DEPTH: u32 = 32;
/// What stands for what is left out, or cannot be told.
const UNKNOWN: &str = "?";

impl Btf {
    /// Returns a type as C writes it: `struct seq_file *`. What cannot be told is `?`.
    pub fn format_type(&self, id: TypeId) -> String {
        self.format_declaration(id, "")
    }

    /// Returns a declaration as C writes it: `int (*show)(struct seq_file *, void *)`.
    pub fn format_declaration(&self, id: TypeId, name: &str) -> String {
        Formatter {
            btf: self,
            steps: STEPS,
        }
        .declaration(id, name.to_owned(), DEPTH)
    }

    /// Returns the type of a function as C writes it: `int (struct seq_file *m, void *v)`.
    pub fn format_prototype(&self, func: TypeId) -> String {
        self.format_function(func, "")
    }

    /// Returns the declaration of a function as C writes it: `int cmdline_proc_show(struct seq_file *m, void *v)`.
    pub fn format_function(&self, func: TypeId, name: &str) -> String {
        match self.prototype(func) {
            Ok(prototype) => Formatter {
                btf: self,
                steps: STEPS,
            }
            .function(&prototype, name.to_owned(), DEPTH),
            Err(_) => UNKNOWN.to_owned(),
        }
    }
}

struct Formatter<'a> {
    btf: &'a Btf,
    steps: u32,
}

impl Formatter<'_> {
    /// Returns the declaration of `inner`, which is a name with what binds to it so far.
    fn declaration(&mut self, id: TypeId, inner: String, depth: u32) -> String {
        let (Some(steps), Some(depth)) = (self.steps.checked_sub(1), depth.checked_sub(1)) else {
            return join(UNKNOWN, &inner);
        };
        self.steps = steps;
        let Ok(found) = self.btf.get(id) else {
            return join(UNKNOWN, &inner);
        };

        match found {
            Type::Ptr { target } => {
                let binds_tighter = matches!(
                    self.btf.unqualified(target),
                    Ok((_, Type::Array(_) | Type::FuncProto(_)))
                );
                let pointer = format!("*{inner}");

                self.declaration(
                    target,
                    if binds_tighter {
                        format!("({pointer})")
                    } else {
                        pointer
                    },
                    depth,
                )
            }
            Type::Array(array) => {
                let count = match array.count {
                    0 => String::new(),
                    count => count.to_string(),
                };

                self.declaration(array.element, format!("{inner}[{count}]"), depth)
            }
            Type::FuncProto(prototype) => self.function(&prototype, inner, depth),
            Type::Const { target } => self.qualified("const", target, inner, depth),
            Type::Volatile { target } => self.qualified("volatile", target, inner, depth),
            Type::Restrict { target } => self.qualified("restrict", target, inner, depth),
            // `__rcu`, `__user` and others, which mean nothing to the compiler.
            Type::TypeTag { target, .. } => self.declaration(target, inner, depth),
            other => join(&plain(&other), &inner),
        }
    }

    /// A qualifier of a pointer stands behind its `*`, another one before the type.
    fn qualified(&mut self, qualifier: &str, target: TypeId, inner: String, depth: u32) -> String {
        match self.btf.unqualified(target) {
            Ok((_, Type::Ptr { .. })) => {
                let inner = if inner.is_empty() {
                    qualifier.to_owned()
                } else {
                    format!("{qualifier} {inner}")
                };

                // The `*` of the pointer comes before; it needs a blank only behind a word.
                self.declaration(target, inner, depth)
            }
            _ => format!("{qualifier} {}", self.declaration(target, inner, depth)),
        }
    }

    fn function(&mut self, prototype: &FuncProto<'_>, inner: String, depth: u32) -> String {
        let mut params = Vec::new();

        for param in &prototype.params {
            params.push(self.declaration(param.type_id, param.name.to_owned(), depth));
            if self.steps == 0 {
                break;
            }
        }
        if prototype.is_variadic {
            params.push("...".to_owned());
        }
        if params.is_empty() {
            params.push("void".to_owned());
        }
        let params = params.join(", ");

        self.declaration(
            prototype.return_type,
            if inner.is_empty() {
                format!("({params})")
            } else {
                format!("{inner}({params})")
            },
            depth,
        )
    }
}

fn join(word: &str, inner: &str) -> String {
    if inner.is_empty() {
        word.to_owned()
    } else if inner.starts_with('[') {
        format!("{word}{inner}")
    } else {
        format!("{word} {inner}")
    }
}

fn plain(found: &Type<'_>) -> String {
    let tagged = |word: &str, name: &str| {
        if name.is_empty() {
            format!("{word} {{...}}")
        } else {
            format!("{word} {name}")
        }
    };

    match found {
        Type::Void => "void".to_owned(),
        Type::Struct(of) => tagged("struct", of.name),
        Type::Union(of) => tagged("union", of.name),
        Type::Enum(of) => tagged("enum", of.name),
        Type::Fwd { name, is_union } => tagged(if *is_union { "union" } else { "struct" }, name),
        Type::Int(int) => c_name(int.name).to_owned(),
        other => match other.name() {
            "" => UNKNOWN.to_owned(),
            name => name.to_owned(),
        },
    }
}

/// Returns the name of an integer as the kernel's sources spell it; compilers have their own.
fn c_name(name: &str) -> &str {
    match name {
        "long unsigned int" => "unsigned long",
        "long int" => "long",
        "long long unsigned int" => "unsigned long long",
        "long long int" => "long long",
        "short unsigned int" => "unsigned short",
        "short int" => "short",
        "_Bool" => "bool",
        other => other,
    }
}
