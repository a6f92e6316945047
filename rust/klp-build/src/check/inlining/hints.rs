// SPDX-License-Identifier: GPL-2.0

//! What hints at inlining where there is no debug information.
//!
//! | hint                                                         | Debian's 7.3.4: functions | of them inlined |
//! |--------------------------------------------------------------|---------------------------|-----------------|
//! | none: all that ftrace can change                             | 43,881                    | 8 %             |
//! | gcc made `name.part.0` of one whose beginning it inlines     | 263                       | 94 %            |
//! | nothing in the object calls it or holds its address          | 1,193                     | 21 %            |
//!
//! A function of the last kind that is not inlined is not used at all: to replace it does nothing either way. (BPF programs call
//! some, which BTF tells.) The two find 14 of 100 functions that are inlined somewhere. Its size, or a function near it that calls the same
//! others, tell no more than one time in four.

use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};
use std::fs;

use livepatch_btf::{Kind, Type};
use livepatch_elf::File;
use livepatch_symbols::{Object, Symbol};

use super::files::Bytes;
use super::references::{self, References};
use super::{image, HINT};
use crate::check::context::Context;
use crate::check::finding::Finding;

/// What the compiler calls the rest of a function whose beginning it inlines.
const PART: &str = ".part.";
/// What the references in a kernel are kept under.
const KEPT: &str = "references";
/// Where the code of a kernel begins, and where the addresses of all ftrace sites are.
const START: &str = "_text";
const SITES: [&str; 2] = ["__start_mcount_loc", "__stop_mcount_loc"];
/// What BTF calls functions that BPF programs call.
const KFUNC: &str = "bpf_kfunc";

/// Looks for hints in an object.
pub(super) struct Hints<'a> {
    context: &'a Context<'a>,
    object: &'a Object,
    /// What the code and data of the kernel refer to, once it is asked for.
    in_kernel: OnceCell<Option<References>>,
    /// The same of a module.
    in_module: OnceCell<Option<InModule>>,
}

/// What a module refers to.
struct InModule {
    /// The indices of its sections, by name.
    sections: HashMap<String, usize>,
    found: HashSet<(usize, u64)>,
}

impl<'a> Hints<'a> {
    pub(super) fn new(context: &'a Context<'a>, object: &'a Object) -> Self {
        Self {
            context,
            object,
            in_kernel: OnceCell::new(),
            in_module: OnceCell::new(),
        }
    }

    /// Says what hints at a function being inlined, if anything does.
    pub(super) fn check(&self, symbol: &Symbol<'_>) -> Option<Finding> {
        let what = self
            .of_parts(symbol)
            .or_else(|| self.of_references(symbol))?;

        Some(Finding::warning(HINT, what, settle(self.context)))
    }

    /// Says whether gcc has inlined the beginning of the function.
    fn of_parts(&self, symbol: &Symbol<'_>) -> Option<String> {
        let clones = self.object.clones(symbol.name);
        let part = clones.iter().find(|clone| clone.name.contains(PART))?;

        Some(format!(
            "{} is there as well: gcc makes it where it inlines the beginning of the function into callers, which go on with the \
             old code then (this is a heuristic)",
            part.name
        ))
    }

    /// Says whether nothing refers to the function.
    fn of_references(&self, symbol: &Symbol<'_>) -> Option<String> {
        // Modules call what is exported.
        if !matches!(self.context.kernel().export(symbol.name), Ok(None)) {
            return None;
        }
        let is_referred_to = if self.object.is_vmlinux() {
            let references = self.in_kernel.get_or_init(|| self.find_in_kernel());
            let start = self.object.symbols(START).first()?.address;

            references.as_ref()?.has(symbol.address.checked_sub(start)?)
        } else {
            let module = self.in_module.get_or_init(|| self.find_in_module());
            let InModule { sections, found } = module.as_ref()?;

            found.contains(&(*sections.get(symbol.section?)?, symbol.address))
        };

        (!is_referred_to && !is_kfunc(self.context, self.object, symbol)).then(|| {
            format!(
                "nothing in {} calls it or holds its address: it seems to be inlined wherever it is used, or not to be used (this \
                 is a heuristic, by the call sites)",
                self.object.name()
            )
        })
    }

    fn find_in_kernel(&self) -> Option<References> {
        let kernel = self.context.kernel();
        let path = kernel.sources().image.as_deref()?;
        let start = self.object.symbols(START).first()?.address;
        let offset = |name| {
            let symbols = self.object.symbols(name);

            symbols.first()?.address.checked_sub(start)
        };
        let [first, last] = SITES.map(offset);
        let sites = first?..last?;
        let find = || {
            let bytes = fs::read(path).ok()?;
            let bytes = image::unpack(&bytes).unwrap_or(bytes);
            let file = File::parse(&bytes).ok()?;

            Some(References::find(&file, &sites))
        };

        References::new(
            kernel
                .numbers(KEPT, path, || find().unwrap_or_default())
                .ok()?,
        )
    }

    fn find_in_module(&self) -> Option<InModule> {
        let bytes = Bytes::open(self.object.file()?).ok()?;
        let file = File::parse(bytes.as_slice()).ok()?;

        Some(InModule {
            sections: file
                .sections
                .iter()
                .enumerate()
                .map(|(index, section)| (section.name.to_string(), index))
                .collect(),
            found: references::of_module(&file)?,
        })
    }
}

/// Returns whether BPF programs can call the function.
fn is_kfunc(context: &Context<'_>, object: &Object, symbol: &Symbol<'_>) -> bool {
    let Ok(Some(btf)) = context.target.btf_of(object) else {
        return false;
    };
    let functions = btf.functions(symbol.name);
    let is_kfunc = btf.names(Kind::DeclTag).any(|(id, name)| {
        name == KFUNC
            && matches!(btf.get(id), Ok(Type::DeclTag { target, .. }) if functions.contains(&target))
    });

    is_kfunc
}

/// Says what would tell for certain.
fn settle(context: &Context<'_>) -> String {
    let release = context.kernel().release().unwrap_or("RELEASE");

    format!(
        "give the kernel with debug information with --vmlinux, which tells it (Debian: linux-image-{release}-dbg), or the function's \
         file compiled in the prepared tree of the kernel (make FILE.o)"
    )
}
