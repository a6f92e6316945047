// SPDX-License-Identifier: GPL-2.0

//! The C source of a livepatch of any size, for a real kernel: real functions, with their prototypes, and real unexported symbols.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use livepatch_abi::unexported::Reference;
use livepatch_btf::{Btf, Kind, Type, TypeId};

use crate::error::{Error, Result};

/// The most of what is asked about prototypes: a kernel's pointers to pointers end sooner.
const DEPTH: u32 = 8;

/// A kernel, as scripts/kernel records it.
struct Kernel {
    btf: Btf,
    /// The functions, in the order of the symbol table, whose name nothing else has.
    functions: Vec<(String, u8)>,
    /// Those that ftrace can change.
    sites: HashSet<String>,
}

fn is_c(name: &str) -> bool {
    name.bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && !name.starts_with(|first: char| first.is_ascii_digit())
}

impl Kernel {
    fn read(directory: &Path) -> Result<Self> {
        let read = |name: &str| {
            let path = directory.join(name);
            fs::read_to_string(&path).map_err(Error::file("read", &path))
        };
        let path = directory.join("btf");
        let btf = fs::read(&path).map_err(Error::file("read", &path))?;
        let btf = Btf::parse(btf).map_err(|error| Error::Kernel(error.to_string()))?;
        let kallsyms = read("kallsyms")?;
        let mut counts: HashMap<&str, u32> = HashMap::new();
        let mut functions = Vec::new();
        let mut is_text = false;

        for line in kallsyms.lines() {
            let mut fields = line.split_ascii_whitespace();
            let (Some(_), Some(letter), Some(name), None) =
                (fields.next(), fields.next(), fields.next(), fields.next())
            else {
                continue;
            };
            *counts.entry(name).or_default() += 1;
            match name {
                "_stext" => is_text = true,
                "_etext" => is_text = false,
                _ if is_text && is_c(name) => functions.push((name, letter)),
                _ => (),
            }
        }
        Ok(Self {
            btf,
            functions: functions
                .into_iter()
                .filter(|(name, letter)| {
                    counts.get(name) == Some(&1) && matches!(*letter, "t" | "T")
                })
                .map(|(name, letter)| (name.to_owned(), letter.as_bytes()[0]))
                .collect(),
            sites: read("ftrace")?
                .lines()
                .map(|line| {
                    line.split_ascii_whitespace()
                        .last()
                        .unwrap_or_default()
                        .to_owned()
                })
                .collect(),
        })
    }

    fn size_of(&self, name: &str) -> Result<u64> {
        self.btf
            .find(Kind::Struct, name)
            .first()
            .and_then(|&id| self.btf.size_of(id).ok())
            .ok_or_else(|| {
                Error::Kernel(format!("there is no struct {name} in its type information"))
            })
    }

    /// Adds the structs that C has to know of before it takes a type; false if that is not enough.
    fn is_simple(&self, id: TypeId, depth: u32, structs: &mut BTreeSet<String>) -> bool {
        if id == TypeId::VOID {
            return depth > 0;
        }
        match self.btf.get(id) {
            Ok(Type::Int(int)) => int.size <= 8,
            Ok(Type::Ptr { target, .. }) => {
                depth < DEPTH && self.is_simple(target, depth + 1, structs)
            }
            Ok(Type::Const { target, .. }) => self.is_simple(target, depth, structs),
            Ok(Type::Struct(composite))
                if depth > 0 && is_c(composite.name) && !composite.name.is_empty() =>
            {
                structs.insert(composite.name.to_owned());
                true
            }
            _ => false,
        }
    }

    /// The definition of a function of its own name and type, up to the body; [`None`] if it takes more than C knows of.
    fn definition(&self, name: &str, structs: &mut BTreeSet<String>) -> Option<String> {
        let [id] = self.btf.functions(name)[..] else {
            return None;
        };
        let prototype = self.btf.prototype(id).ok()?;
        let mut needed = BTreeSet::new();
        let has_return = prototype.return_type != TypeId::VOID;
        let is_simple = (!has_return || self.is_simple(prototype.return_type, 0, &mut needed))
            && prototype.params.iter().all(|param| {
                !param.name.is_empty() && self.is_simple(param.type_id, 0, &mut needed)
            });

        is_simple.then(|| structs.append(&mut needed))?;
        Some(self.btf.format_function(id, name))
    }
}

/// What the modules of the kernel in a directory say that they are for.
fn vermagic(directory: &Path) -> Result<String> {
    let mut directories = vec![directory.join("modules")];

    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(&directory).map_err(Error::file("read", &directory))? {
            let path = entry.map_err(Error::file("read", &directory))?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if path.is_dir() && !path.is_symlink() {
                directories.push(path);
            } else if name.contains(".ko") {
                let (bytes, _) =
                    livepatch_elf::read(&path).map_err(|error| Error::Kernel(error.to_string()))?;
                let file = livepatch_elf::File::parse(&bytes)
                    .map_err(|error| Error::Kernel(error.to_string()))?;
                if let Some(vermagic) = file.modinfo_value("vermagic") {
                    return Ok(vermagic.to_owned());
                }
            }
        }
    }
    Err(Error::Kernel(
        "none of its modules says what it is for".to_owned(),
    ))
}

/// Writes the source of a livepatch called `name` that replaces so many functions, and refers so often to unexported symbols.
pub fn source(
    directory: &Path,
    name: &str,
    functions: usize,
    relocations: usize,
) -> Result<String> {
    let kernel = Kernel::read(directory)?;
    let mut structs = BTreeSet::new();
    let replaced: Vec<_> = kernel
        .functions
        .iter()
        .filter(|(name, _)| kernel.sites.contains(name))
        .filter_map(|(name, _)| Some((name, kernel.definition(name, &mut structs)?)))
        // All over the kernel.
        .step_by(7)
        .take(functions)
        .collect();
    let names: HashSet<_> = replaced.iter().map(|(name, _)| name.as_str()).collect();
    // Static ones are not exported; and none is declared as a function that C knows.
    let unexported: Vec<_> = kernel
        .functions
        .iter()
        .filter(|(name, letter)| *letter == b't' && !names.contains(name.as_str()))
        .step_by(11)
        .take(relocations.div_ceil(4).max(1))
        .collect();

    if replaced.len() < functions || unexported.is_empty() {
        return Err(Error::Kernel(format!(
            "it has {} functions that would do, and {functions} are wanted",
            replaced.len()
        )));
    }
    let mut text = String::new();
    let mut line = |line: std::fmt::Arguments<'_>| {
        // A string takes all that is written to it.
        let _ = writeln!(text, "{line}");
    };
    for name in &structs {
        line(format_args!("struct {name};"));
    }
    for (number, (symbol, _)) in unexported.iter().enumerate() {
        let reference = Reference {
            object: "vmlinux",
            symbol,
            sympos: 0,
        };
        line(format_args!(
            "extern void unexported_{number}(void) __asm__(\"{reference}\");"
        ));
    }
    let mut next = 0;
    for (number, (name, definition)) in replaced.iter().enumerate() {
        line(format_args!(
            "static __attribute__((noinline, used)) {definition}\n{{"
        ));
        let until = relocations * (number + 1) / functions.max(1);
        while next < until {
            line(format_args!("\tunexported_{}();", next % unexported.len()));
            next += 1;
        }
        let returns =
            !definition.trim_start().starts_with("void ") || definition.starts_with("void *");
        line(format_args!(
            "{}}}",
            if returns { "\treturn 0;\n" } else { "" }
        ));
        let _ = name;
    }
    let [patch, object, func] = [
        kernel.size_of("klp_patch")?,
        kernel.size_of("klp_object")?,
        kernel.size_of("klp_func")?,
    ];
    line(format_args!(
        "struct func {{ const char *name; void *new; unsigned long sympos; char rest[{}]; }};",
        func - 24
    ));
    line(format_args!("static struct func funcs[] = {{"));
    for name in replaced.iter().map(|(name, _)| name) {
        line(format_args!("\t{{ \"{name}\", {name} }},"));
    }
    line(format_args!(
        "\t{{ 0 }}\n}};\n\
        struct object {{ const char *name; struct func *funcs; char rest[{}]; }};\n\
        static struct object objects[] = {{ {{ 0, funcs }}, {{ 0 }} }};\n\
        static struct {{ void *mod; struct object *objects; void *states; _Bool replace; char rest[{}]; }} patch = {{ 0, objects }};\n\
        extern int klp_enable_patch(void *);\n\
        int init_module(void);\n\
        int init_module(void)\n{{\n\treturn klp_enable_patch(&patch);\n}}",
        object - 16,
        patch - 25
    ));
    for (number, (key, value)) in [
        ("livepatch", "Y"),
        ("license", "GPL"),
        ("depends", ""),
        ("retpoline", "Y"),
        ("name", name),
        ("vermagic", &vermagic(directory)?),
    ]
    .into_iter()
    .enumerate()
    {
        line(format_args!(
            "static const char info_{number}[] __attribute__((section(\".modinfo\"), used, aligned(1))) = \"{key}={value}\";"
        ));
    }
    Ok(text)
}
