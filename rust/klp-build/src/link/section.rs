// SPDX-License-Identifier: GPL-2.0

//! Where klp relocations cannot be.
//!
//! ```text
//!  load of the livepatch                                                        load of the object
//!  ─────────────────────────────────────────────────────────────────────────────────────────────────►
//!  .modinfo │ relocations and │ per-CPU data  │ tables:       │ init │ init       │ .klp.rela.<object>
//!  is read  │ .klp.rela.      │ is copied to  │ alternatives, │ runs │ sections   │ are applied, in
//!           │ vmlinux         │ each CPU      │ jump labels.. │      │ are freed  │ klp_module_coming()
//! ```
//!
//! So a relocation to a symbol of vmlinux is as good as an ordinary one, nearly everywhere. One to a module's can be in code and
//! data that nobody looks at until the module is there, and in nothing else. An object that is there already changes nothing:
//! its relocations are applied when init enables the livepatch, which is after the tables are read.
//!
//! C sources: `load_module()` in `kernel/module/main.c`, `klp_init_object_loaded()` in `kernel/livepatch/core.c`, and
//! `module_finalize()` of the architectures.

use livepatch_abi::object::VMLINUX;
use livepatch_elf::Section;

use crate::loader::Unfit;

/// Why a klp relocation cannot be in a section.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// The kernel never applies relocations there.
    #[error("the kernel reads this section before it applies any relocation: refer to the symbol from code or data")]
    ReadFirst,
    /// It is copied to each CPU.
    #[error("the kernel copies this section for each CPU, and not every kernel applies klp relocations to it first: set the variable in a callback")]
    PerCpu,
    /// It is gone when the module comes.
    #[error("the kernel applies relocations to a module's symbols whenever that module is loaded, and then this section has been freed: refer to the symbol from a callback, such as #[post_patch]")]
    Init,
    /// It has been used when the module comes.
    #[error("the kernel reads this table once, when it loads the livepatch, and resolves a module's symbols later: do without the {0} that refers to it")]
    Table(&'static str),
    /// The loader of the architecture does not apply it.
    #[error(transparent)]
    Loader(#[from] Unfit),
}

/// The tables that the kernel reads while it loads a module, by what their names begin with, and what an entry of them is.
const TABLES: [(&str, &str); 36] = [
    ("__jump_table", "jump label"),
    (".static_call", "static call"),
    (".altinstr", "alternative"),
    (".parainstructions", "paravirtual call"),
    (".smp_locks", "lock prefix"),
    (".retpoline_sites", "indirect call"),
    (".return_sites", "return"),
    (".call_sites", "call with depth tracking"),
    (".cfi_sites", "check of control flow"),
    (".ibt_endbr_seal", "sealed function"),
    (".orc_", "entry of unwind information"),
    ("__ex_table", "entry of the exception table"),
    ("__bug_table", "BUG() or WARN()"),
    ("__param", "module parameter"),
    ("__ksymtab", "exported symbol"),
    ("__kcrctab", "exported symbol"),
    ("__kflagstab", "exported symbol"),
    (".ctors", "constructor"),
    (".init_array", "constructor"),
    ("__tracepoints", "tracepoint"),
    ("___srcu_struct_ptrs", "static SRCU domain"),
    ("__bpf_raw_tp_map", "tracepoint"),
    ("_ftrace_e", "trace event"),
    ("__trace_printk_fmt", "trace_printk()"),
    ("__mcount_loc", "ftrace site"),
    ("__patchable_function_entries", "ftrace site"),
    ("_error_injection_whitelist", "ALLOW_ERROR_INJECTION()"),
    ("_kprobe_blacklist", "NOKPROBE_SYMBOL()"),
    (".printk_index", "entry of the printk index"),
    (".kunit_", "KUnit suite"),
    ("__dyndbg", "dynamic debug message"),
    (".gnu.linkonce.this_module", "init or exit function"),
    (".s390_", "indirect branch"),
    ("__stack_protector_loc", "stack protector"),
    ("__ftr_alt_", "feature section"),
    ("__spec_barrier_fixup", "speculation barrier"),
];

/// Tables of powerpc: what their names end with.
const FIXUP: &str = "_fixup";

/// Sections that are read before relocations are applied.
const READ_FIRST: [&str; 2] = [".modinfo", "__version"];

/// Why a relocation to a symbol of `object` cannot be in a section that the kernel loads; [`None`] if it can.
pub fn refused(section: &Section<'_>, object: &str) -> Option<Reason> {
    let name = &*section.name;

    if READ_FIRST.iter().any(|prefix| name.starts_with(prefix)) {
        return Some(Reason::ReadFirst);
    }
    if name.starts_with(".data..percpu") {
        return Some(Reason::PerCpu);
    }
    if object == VMLINUX {
        return None;
    }
    if let Some((_, entry)) = TABLES.iter().find(|(prefix, _)| name.starts_with(prefix)) {
        return Some(Reason::Table(entry));
    }
    if name.starts_with("__") && name.ends_with(FIXUP) {
        return Some(Reason::Table("feature section"));
    }
    name.starts_with(".init").then_some(Reason::Init)
}
