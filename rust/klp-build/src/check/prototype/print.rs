// SPDX-License-Identifier: GPL-2.0

//! Types as C writes them, whatever language they come from.

use std::fmt;

use super::types::{Keyword, Prototype, Record, Type};

/// How deep types are written, before the rest is left out.
const DEPTH: u32 = 16;
/// What stands for what is left out, or cannot be told.
const UNKNOWN: &str = "?";

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&declaration(self, String::new(), DEPTH))
    }
}

impl Prototype {
    /// Returns the declaration of a function of this type.
    pub(super) fn declare(&self, name: &str) -> String {
        function(self, name.to_owned(), DEPTH)
    }
}

/// Returns the declaration of `inner`, which is a name with what binds to it so far.
fn declaration(of: &Type, inner: String, depth: u32) -> String {
    let Some(depth) = depth.checked_sub(1) else {
        return join(UNKNOWN, &inner);
    };

    match of {
        Type::Void => join("void", &inner),
        Type::Int(int) => join(c_name(&int.name), &inner),
        Type::Float { name, .. } => join(c_name(name), &inner),
        Type::Enum { name, .. } => join(&tagged("enum", name.as_deref()), &inner),
        Type::Pointer(target) => {
            let pointer = format!("*{inner}");

            match unqualified(target) {
                Type::Array { .. } | Type::Function(_) => {
                    declaration(target, format!("({pointer})"), depth)
                }
                _ => declaration(target, pointer, depth),
            }
        }
        Type::Array { element, count } => {
            let count = count.map(|count| count.to_string()).unwrap_or_default();

            declaration(element, format!("{inner}[{count}]"), depth)
        }
        Type::Record(record) => match wrapped(record) {
            Some(target) => declaration(target, inner, depth),
            None => join(&record_name(record), &inner),
        },
        Type::Function(prototype) => function(prototype, inner, depth),
        Type::Alias { name, .. } => join(name, &inner),
        Type::Qualified { qualifier, target } => match unqualified(target) {
            Type::Pointer(_) => {
                let inner = if inner.is_empty() {
                    (*qualifier).to_owned()
                } else {
                    format!("{qualifier} {inner}")
                };

                declaration(target, inner, depth)
            }
            _ => format!("{qualifier} {}", declaration(target, inner, depth)),
        },
        Type::Unknown(_) => join(UNKNOWN, &inner),
    }
}

fn function(prototype: &Prototype, inner: String, depth: u32) -> String {
    let mut params: Vec<_> = prototype
        .params
        .iter()
        .map(|param| declaration(&param.param_type, param.name.clone(), depth))
        .collect();

    if prototype.is_variadic {
        params.push("...".to_owned());
    }
    if params.is_empty() {
        params.push("void".to_owned());
    }
    declaration(
        &prototype.return_type,
        format!("{inner}({})", params.join(", ")),
        depth,
    )
}

/// C has no word for what Rust wraps a pointer in: `Option<&T>`.
fn wrapped(record: &Record) -> Option<&Type> {
    record
        .wraps
        .as_deref()
        .filter(|_| record.name.as_deref().is_some_and(|name| !is_name(name)))
}

fn is_name(name: &str) -> bool {
    name.chars().all(|c| c.is_alphanumeric() || c == '_')
}

fn unqualified(of: &Type) -> &Type {
    let mut at = of;

    while let Type::Qualified { target, .. } = at {
        at = target;
    }
    at
}

fn record_name(record: &Record) -> String {
    let keyword = match record.keyword {
        Keyword::Struct => "struct",
        Keyword::Union => "union",
    };

    match record.name.as_deref() {
        // What is no name in C has no keyword: `&str`, `(u8, u8)`, `Result<T>`.
        Some(name) if !is_name(name) => name.to_owned(),
        name => tagged(keyword, name),
    }
}

fn tagged(keyword: &str, name: Option<&str>) -> String {
    format!("{keyword} {}", name.unwrap_or("{...}"))
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

/// Returns the name of an integer as the kernel's sources spell it; compilers have their own.
fn c_name(name: &str) -> &str {
    match name {
        "long unsigned int" | "u64" | "usize" => "unsigned long",
        "long int" | "i64" | "isize" => "long",
        "long long unsigned int" => "unsigned long long",
        "long long int" => "long long",
        "short unsigned int" | "u16" => "unsigned short",
        "short int" | "i16" => "short",
        "u32" => "unsigned int",
        "i32" => "int",
        "u8" => "unsigned char",
        "i8" => "signed char",
        "u128" => "unsigned __int128",
        "i128" => "__int128",
        "f32" => "float",
        "f64" => "double",
        "_Bool" => "bool",
        other => other,
    }
}
