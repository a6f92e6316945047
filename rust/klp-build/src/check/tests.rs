// SPDX-License-Identifier: GPL-2.0

//! Tests of the rules, each with a livepatch and a kernel that are made for it.

mod functions;
mod klp;
mod machines;
mod make;
mod model;
mod modinfo;
mod params;
mod special;
mod stack;
mod symbols;

use std::fs;
use std::path::Path;

use livepatch_btf::testing::Writer;
use livepatch_btf::ByteOrder;
use livepatch_elf::elf::*;
use livepatch_elf::testing::{address, Module, RODATA, TEXT};
use livepatch_elf::Endianness;
use livepatch_symbols::Sources;
use tempfile::TempDir;

use self::make::{Maker, FUNC, OBJECT, PATCH, X86_64};
use super::finding::Severity;
use super::*;

const KALLSYMS: &str = "\
ffffffff81000000 T _stext
ffffffff81000100 T show
ffffffff81000200 t before_one
ffffffff81000300 t twice
ffffffff81000400 t between
ffffffff81000500 t twice
ffffffff81000600 T after_both
ffffffff81000700 t cloned.isra.0
ffffffff81000800 t cloned.constprop.0
ffffffff81000900 T not_traced
ffffffff81000a00 T __noinstr_text_start
ffffffff81000a10 t quiet
ffffffff81000b00 T __noinstr_text_end
ffffffff81000c00 T in_assembly
ffffffff81000d00 t hidden
ffffffff81000e00 T assembled
ffffffff81001000 T _etext
ffffffff81002000 D table
ffffffff81002100 d secret
ffffffff81003000 T _sinittext
ffffffff81003000 T __init_begin
ffffffff81003100 t setup
ffffffff81004000 T _einittext
ffffffff81004000 T __init_end
ffffffff81005000 D exported_data
";

const FTRACE: &str = "\
ffffffff81000100 show
ffffffff81000200 before_one
ffffffff81000300 twice
ffffffff81000400 between
ffffffff81000500 twice
ffffffff81000600 after_both
ffffffff81000700 cloned.isra.0
ffffffff81000800 cloned.constprop.0
ffffffff81000d00 hidden
";

const SYMVERS: &str = "\
0x00000001\tklp_enable_patch\tvmlinux\tEXPORT_SYMBOL_GPL\t
0x00000002\texported_data\tvmlinux\tEXPORT_SYMBOL\t
0x00000003\tspaced\tvmlinux\tEXPORT_SYMBOL_GPL\tSPACE
0x00000004\tfor_others\tvmlinux\tEXPORT_SYMBOL_GPL\tmodule:kvm,kvm-*
0x00000005\tmod_export\tdrivers/some-mod\tEXPORT_SYMBOL_GPL\t
0x00000006\tmodule_layout\tvmlinux\tEXPORT_SYMBOL\t
";

/// A directory with a kernel in it, and with modules.
struct Fake {
    directory: TempDir,
    sources: Sources,
}

impl Fake {
    /// Makes a kernel of which everything is known.
    fn new() -> Self {
        Self::of(X86_64)
    }

    /// Makes one for a machine.
    fn of(machine: (Endianness, u16)) -> Self {
        let directory = TempDir::new().unwrap();
        let file = |name: &str, contents: &[u8]| {
            let path = directory.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, contents).unwrap();
            Some(path)
        };
        let modules = directory.path().join("modules/7.3.4");
        file(
            "modules/7.3.4/kernel/some-mod.ko",
            &some_mod(machine, "some_mod", ""),
        );
        file(
            "modules/7.3.4/kernel/other.ko",
            &some_mod(machine, "other", "some-mod"),
        );
        file(
            "modules/7.3.4/modules.builtin",
            b"kernel/built/in-here.ko\n",
        );
        let sources = Sources {
            release: Some("7.3.4".to_owned()),
            kallsyms: file("kallsyms", KALLSYMS.as_bytes()),
            ftrace: file("ftrace", FTRACE.as_bytes()),
            btf: file("btf", &btf(machine)),
            config: file("config", config(machine).as_bytes()),
            symvers: file("Module.symvers", SYMVERS.as_bytes())
                .into_iter()
                .collect(),
            modules: Some(modules),
            ..Sources::default()
        };

        Self { directory, sources }
    }

    /// Makes one whose modules have versions of the symbols that they use.
    fn with_versions() -> Self {
        Self::with_versions_of(X86_64)
    }

    /// Makes such a one for a machine.
    fn with_versions_of(machine: (Endianness, u16)) -> Self {
        let fake = Self::of(machine);
        fs::write(
            fake.directory.path().join("config"),
            config(machine) + "CONFIG_MODVERSIONS=y\n",
        )
        .unwrap();
        fake
    }

    /// Checks the module in the bytes as if it were in that file.
    fn check_as(&self, path: &str, bytes: &[u8]) -> Checked {
        let kernel = Kernel::open(&self.sources, None).unwrap();

        check(&Target::new(&kernel), Path::new(path), bytes).unwrap()
    }

    fn check(&self, bytes: &[u8]) -> Checked {
        self.check_as("test.ko", bytes)
    }

    /// Returns what is found, as text.
    fn says(&self, bytes: &[u8]) -> Vec<String> {
        says(&self.check(bytes))
    }
}

/// Returns what was found, as text; without that about prototypes and inlining, which have tests of their own.
fn says(checked: &Checked) -> Vec<String> {
    checked
        .findings
        .as_slice()
        .iter()
        .filter(|finding| !["prototype", "inlining"].contains(&finding.rule))
        .map(ToString::to_string)
        .collect()
}

/// The configuration of a kernel for a machine.
fn config((_, e_machine): (Endianness, u16)) -> String {
    let machine = match e_machine {
        EM_S390 => "CONFIG_S390=y\n",
        EM_PPC64 => "CONFIG_PPC64=y\nCONFIG_CPU_LITTLE_ENDIAN=y\nCONFIG_PPC64_ELF_ABI_V2=y\n",
        EM_AARCH64 => "CONFIG_ARM64=y\n",
        _ => "CONFIG_X86_64=y\n",
    };

    format!("{machine}CONFIG_LIVEPATCH=y\n")
}

/// The type information of the kernel: the sizes of what livepatches are made of, and some functions.
fn btf((endian, e_machine): (Endianness, u16)) -> Vec<u8> {
    let mut btf = Writer::new(match endian {
        Endianness::Little => ByteOrder::Little,
        Endianness::Big => ByteOrder::Big,
    });
    let [instruction, length] = match e_machine {
        EM_AARCH64 => ["orig_offset", "orig_len"],
        _ => ["instr_offset", "instrlen"],
    };
    let int = btf.int("int", 4, true);
    let short = btf.int("short", 2, true);
    let byte = btf.int("byte", 1, true);
    for (name, size) in [
        ("klp_patch", PATCH),
        ("klp_object", OBJECT),
        ("klp_func", FUNC),
    ] {
        btf.structure(name, u32::try_from(size).unwrap(), &[]);
    }
    btf.structure(
        "alt_instr",
        14,
        &[
            (instruction, int, 0),
            ("repl_offset", int, 32),
            ("cpuid", short, 64),
            (length, byte, 96),
        ],
    );
    let pointer = btf.ptr(byte);
    btf.structure(
        "kernel_param",
        40,
        &[
            ("name", pointer, 0),
            ("mod", pointer, 64),
            ("ops", pointer, 128),
            ("perm", short, 192),
        ],
    );
    for name in ["show", "not_traced", "quiet"] {
        btf.function(name, int, &[]);
    }
    btf.function("assembled", livepatch_btf::TypeId::VOID, &[]);
    btf.finish()
}

/// A module of the kernel: the function `mod_show`, the function `mod_quiet` without a site, and data.
fn some_mod(machine: (Endianness, u16), name: &str, depends: &str) -> Vec<u8> {
    let mut module = Module::empty(machine);
    let modinfo = format!("license=GPL\0name={name}\0depends={depends}\0vermagic=7.3.4 SMP\0");
    module.section(".modinfo", RODATA, modinfo.as_bytes());
    let text = module.section(".text", TEXT, &[0; 96]);
    let data = module.section(".data", livepatch_elf::testing::DATA, &[0; 16]);
    let sites = module.section("__mcount_loc", livepatch_elf::testing::DATA, &[0; 8]);
    let show = module.local("mod_show", STT_FUNC, text, 0, 32);
    module.local("mod_quiet", STT_FUNC, text, 32, 32);
    module.local("mod_static", STT_FUNC, text, 64, 32);
    let init = module.section(".init.text", TEXT, &[0; 16]);
    module.local("mod_twice", STT_FUNC, init, 0, 16);
    module.local("mod_twice", STT_FUNC, text, 64, 16);
    module.local(&format!("{name}_data"), STT_OBJECT, data, 0, 8);
    module.local("mod_key", STT_OBJECT, data, 8, 8);
    module.relocations(sites, &[(0, show, address(machine), 0)]);
    module.bytes()
}

#[test]
fn what_is_right_is_not_refused() {
    let mut maker = Maker::new();
    let funcs = maker.funcs(&[("show", 0), ("twice", 2)]);
    let more = maker.funcs(&[("mod_show", 0)]);
    maker.patch(&[(None, funcs), (Some("some_mod"), more)]);
    let checked = Fake::new().check(&maker.bytes());

    assert_eq!(says(&checked), [""; 0]);
    assert_eq!(checked.livepatch.funcs().count(), 3);
}

/// What is not known is said, and not refused.
#[test]
fn nothing_known() {
    let mut maker = Maker::new();
    let funcs = maker.funcs(&[("show", 0)]);
    let more = maker.funcs(&[("mod_show", 0)]);
    maker.patch(&[(None, funcs), (Some("some_mod"), more)]);
    let mut fake = Fake::new();
    fake.sources = Sources::default();
    let checked = fake.check(&maker.bytes());

    assert!(checked
        .findings
        .as_slice()
        .iter()
        .all(|finding| finding.severity == Severity::Unknown));
    assert_eq!(
        says(&checked),
        [
            "not checked: the vermagic, since none of the kernel's modules is known: give a kernel with its modules",
            "not checked: whether the functions of vmlinux are there, for lack of the kernel's symbol table (kallsyms): \
             give a kernel directory that has it",
            "not checked: whether the functions of some_mod are there, for lack of the kernel's modules: give a kernel \
             directory that has it",
            "not checked: whether the symbols that it uses are exported to it, for lack of the kernel's exports (Module.symvers): give a kernel directory with Module.symvers",
        ]
    );
}

/// Any bytes, and any damage to a livepatch, end in findings or an error.
#[test]
fn damaged() {
    let mut maker = Maker::new();
    let funcs = maker.funcs(&[("show", 0)]);
    maker.patch(&[(None, funcs)]);
    let bytes = maker.bytes();
    let fake = Fake::new();
    let kernel = Kernel::open(&fake.sources, None).unwrap();
    let target = Target::new(&kernel);

    for length in 0..bytes.len() {
        let _ = check(&target, Path::new("test.ko"), &bytes[..length]);
    }
    for at in 0..bytes.len() {
        for value in [0, 0xff] {
            let mut damaged = bytes.clone();
            damaged[at] = value;
            let _ = check(&target, Path::new("test.ko"), &damaged);
        }
    }
}
