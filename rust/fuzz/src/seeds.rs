// SPDX-License-Identifier: GPL-2.0

//! What the fuzzer begins with: small files of each format, made by code.

use std::fs;
use std::path::Path;

use livepatch_abi::note::{FIXES_SECTION, SECTION};
use livepatch_abi::signature;
use livepatch_abi::unexported::{SHN_LIVEPATCH, UNLINKED};
use livepatch_btf::testing::Writer;
use livepatch_btf::{ByteOrder, Kind, TypeId};
use livepatch_elf::elf::{STT_FUNC, STT_OBJECT, STT_SECTION};
use livepatch_elf::note::{make, Build};
use livepatch_elf::testing::{self, Module, DATA, DEBUG, MACHINES, RODATA, TEXT};
use livepatch_elf::{Endianness, Place};
use tempfile::TempDir;

/// A file for the fuzzer, and its name.
pub type Seed = (String, Vec<u8>);

/// The parts of a kernel, as the target `kernel` counts them; the indices come behind.
pub const KERNEL_FILES: &[&str] = &[
    "kallsyms",
    "ftrace",
    "btf",
    "notes",
    "config",
    "Module.symvers",
    "modules.dep",
    "module",
];

const KALLSYMS: &[u8] = b"ffffffff81000000 T _text
ffffffff81000000 T _stext
ffffffff81000010 t cmdline_proc_show
ffffffff81000050 t cmdline_proc_show.cold
ffffffff81000060 T _printk
ffffffff810000a0 t show
ffffffff810000e0 t show
ffffffff81000120 T klp_enable_patch
ffffffff81000160 T _etext
ffffffff82000000 d fanout_next_id
ffffffff82000008 d fanout_next_id
ffffffff83000000 t early.isra.0
0000000000001000 A __per_cpu_end
ffffffffc0000000 t packet_rcv_spkt\t[af_packet]
";
const FTRACE: &[u8] = b"ffffffff81000010 cmdline_proc_show
ffffffff81000064 _printk
ffffffff810000a4 show
ffffffff810000e4 show
ffffffffc0000004 packet_rcv_spkt [af_packet]
";
const SYMVERS: &[u8] = b"0x12345678\t_printk\tvmlinux\tEXPORT_SYMBOL\t
0x9abcdef0\tklp_enable_patch\tvmlinux\tEXPORT_SYMBOL_GPL\t
0x00000001\tpacket_do\tnet/packet/af_packet\tEXPORT_SYMBOL_GPL\tPACKET
0x00000002\tonly\tvmlinux\tEXPORT_SYMBOL_GPL\tmodule:kvm,af_packet
";
const CONFIG: &[u8] =
    b"CONFIG_LIVEPATCH=y\n# CONFIG_MODVERSIONS is not set\nCONFIG_LOCALVERSION=\"\"\n";
const MODULES_DEP: &[u8] =
    b"kernel/net/packet/af_packet.ko:\nkernel/a-b.ko.xz: kernel/net/packet/af_packet.ko\n";
const FIXES: &[u8] = b"version=1-2\0replace=Y\0fix=one\0title=A title\0cve=CVE-2026-0001\0severity=high\0\
reference=somewhere\0function=vmlinux:cmdline_proc_show,0\0fix=two\0title=\0function=af_packet:packet_rcv_spkt,0\0";

const FOO: &str = "livepatch_unexported.vmlinux.0.foo";
const BAR: &str = "livepatch_unexported.af_packet.2.bar.isra.0";

/// A directory in memory, if there is memory to be had like that.
pub fn directory() -> TempDir {
    TempDir::new_in("/dev/shm")
        .or_else(|_| TempDir::new())
        .expect("a directory")
}

/// Writes a small kernel, as scripts/kernel lays it out.
pub fn write_kernel(directory: &Path) {
    let modules = directory.join("modules/lib/modules/7.3.4");
    let write = |name: &str, bytes: &[u8]| {
        let path = directory.join(name);
        fs::create_dir_all(path.parent().expect("a directory"))
            .and_then(|()| fs::write(path, bytes))
            .expect("the kernel can be written");
    };

    write("kallsyms", KALLSYMS);
    write("ftrace", FTRACE);
    write("btf", &kernel_btf());
    write("notes", &notes());
    write("config", CONFIG);
    write("tree/Module.symvers", SYMVERS);
    fs::create_dir_all(modules.join("kernel/net/packet")).expect("a directory");
    fs::write(
        modules.join("kernel/net/packet/af_packet.ko"),
        packet_module(),
    )
    .expect("the kernel can be written");
}

/// The type information of the small kernel.
pub fn kernel_btf() -> Vec<u8> {
    let mut btf = Writer::new(ByteOrder::Little);
    let int = btf.int("int", 4, true);
    let long = btf.int("unsigned long", 8, false);
    let bool_ = btf.int("_Bool", 1, false);
    let char_ = btf.int("char", 1, true);
    let constant = btf.qualifier(Kind::Const, char_);
    let string = btf.ptr(constant);
    let pointer = btf.ptr(TypeId::VOID);
    let array = btf.array(char_, int, 16);
    let seq_file = btf.structure(
        "seq_file",
        32,
        &[("buf", string, 0), ("size", long, 64), ("name", array, 128)],
    );
    let seq = btf.ptr(seq_file);
    let forward = btf.fwd("packet_type", false);
    let packet = btf.ptr(forward);
    let inner = btf.union("", 8, &[("a", int), ("b", pointer)]);
    let flags = btf.bit_fields(
        "flags",
        16,
        &[("x", int, 0, 3), ("y", int, 3, 5), ("u", inner, 64, 0)],
    );
    let pointer_to_flags = btf.ptr(flags);
    let mode = btf.enumeration("mode", 4, false, &[("OFF", 0), ("ON", 1)]);
    btf.enumeration64("wide", true, &[("MIN", i64::MIN), ("MAX", i64::MAX)]);
    let callback = btf.prototype(TypeId::VOID, &[("object", pointer)]);
    let callback = btf.ptr(callback);
    let func = btf.structure(
        "klp_func",
        32,
        &[
            ("old_name", string, 0),
            ("new_func", pointer, 64),
            ("old_sympos", long, 128),
        ],
    );
    let funcs = btf.ptr(func);
    let object = btf.structure(
        "klp_object",
        56,
        &[
            ("name", string, 0),
            ("funcs", funcs, 64),
            ("callbacks", callback, 128),
        ],
    );
    let objects = btf.ptr(object);
    let state = btf.structure("klp_state", 24, &[("id", long, 0)]);
    let states = btf.ptr(state);
    btf.structure(
        "klp_patch",
        40,
        &[
            ("mod", pointer, 0),
            ("objs", objects, 64),
            ("states", states, 128),
            ("replace", bool_, 192),
        ],
    );
    btf.function("cmdline_proc_show", int, &[("m", seq), ("v", pointer)]);
    btf.function("show", long, &[("flags", pointer_to_flags), ("mode", mode)]);
    btf.function("show", TypeId::VOID, &[("packet", packet)]);
    btf.function("_printk", int, &[("fmt", string), ("", TypeId::VOID)]);
    let tagged = btf.type_tag("user", int);
    let tagged = btf.ptr(tagged);
    let alias = btf.typedef("alias_t", tagged);
    let volatile = btf.qualifier(Kind::Volatile, alias);
    let restricted = btf.qualifier(Kind::Restrict, volatile);
    let variable = btf.var("fanout_next_id", restricted);
    btf.datasec(".data..percpu", 8, &[(variable, 0, 8)]);
    btf.decl_tag("tag", seq_file, Some(1));
    btf.float("double", 8);
    btf.finish()
}

fn notes() -> Vec<u8> {
    [
        &[4, 0, 0, 0, 8, 0, 0, 0, 3, 0, 0, 0][..],
        b"GNU\0\x01\x02\x03\x04\x05\x06\x07\x08",
        &[6, 0, 0, 0, 4, 0, 0, 0, 0, 1, 0, 0],
        b"Linux\0\0\0\0\0\0\0",
    ]
    .concat()
}

/// A module that can be patched.
fn packet_module() -> Vec<u8> {
    let mut module = Module::empty(MACHINES[0]);
    module.section(
        ".modinfo",
        RODATA,
        b"license=GPL\0name=af_packet\0vermagic=7.3.4 SMP\0depends=\0",
    );
    let text = module.section(".text", TEXT, &[0x90; 64]);
    let sites = module.section("__mcount_loc", RODATA, &[0; 8]);
    module.local("packet_rcv_spkt", STT_FUNC, text, 0, 32);
    let bar = module.local("bar.isra.0", STT_FUNC, text, 32, 16);
    module.local("bar.isra.0", STT_FUNC, text, 48, 16);
    module.relocations(sites, &[(0, bar, 1, 4)]);
    module.bytes()
}

/// A livepatch with references to unexported symbols of all kinds, and fixes.
fn unlinked(machine: (Endianness, u16)) -> Module {
    let mut module = Module::livepatch(machine);
    let (call, address) = (testing::call(machine), testing::address(machine));
    let text = module.section(".text", TEXT, &testing::calls(machine, 4));
    let data = module.section(".data", DATA, &[0; 16]);
    let fixes = module.section(FIXES_SECTION, RODATA, FIXES);
    let debug = module.section(".debug_info", DEBUG, &[0; 16]);
    module.local("fields", STT_OBJECT, fixes, 0, FIXES.len() as u64);
    module.local("", STT_SECTION, text, 0, 0);
    let show = module.local("show", STT_FUNC, text, 0, 32);
    let resolved = module.global(FOO, Place::Absolute, UNLINKED);
    let printk = module.global("_printk", Place::Undefined, 0);
    let bar = module.global(BAR, Place::Undefined, 0);
    module.relocations(
        text,
        &[
            (0, resolved, call, -4),
            (8, printk, call, -4),
            (16, bar, call, -4),
            (24, resolved, call, -4),
        ],
    );
    module.relocations(data, &[(0, show, address, 0), (8, bar, address, 0)]);
    module.relocations(debug, &[(0, resolved, address, 0)]);
    module
}

/// A livepatch with its tables: one function of the kernel, and one of a module.
fn whole(machine: (Endianness, u16), is_linked: bool) -> Module {
    let mut module = Module::empty(machine);
    module.section(
        ".modinfo",
        RODATA,
        b"livepatch=Y\0license=GPL\0name=test\0depends=\0retpoline=Y\0vermagic=7.3.4 SMP mod_unload \0",
    );
    let (call, address) = (testing::call(machine), testing::address(machine));
    let text = module.section(".text", TEXT, &testing::calls(machine, 8));
    let strings = module.section(
        ".rodata.str1.1",
        RODATA,
        b"cmdline_proc_show\0packet_rcv_spkt\0af_packet\0",
    );
    // Two functions and an end, twice; two objects and an end; the patch.
    let funcs = module.section(".data", DATA, &[0; 2 * 64 + 3 * 56 + 40]);
    let jumps = module.section("__jump_table", DATA, &[0; 16]);
    let note = make(
        machine.0,
        Build {
            name: "test",
            kernel: "7.3.4",
            build_id: Some("0102030405060708"),
            date: 1_790_000_000,
        },
        FIXES,
    );
    module.section(SECTION, RODATA, &note.expect("a note"));
    module.local("funcs", STT_OBJECT, funcs, 0, 64);
    module.local("more", STT_OBJECT, funcs, 64, 64);
    module.local("objects", STT_OBJECT, funcs, 128, 168);
    module.local("patch", STT_OBJECT, funcs, 296, 40);
    let data = module.local("", STT_SECTION, funcs, 0, 0);
    let string = module.local("", STT_SECTION, strings, 0, 0);
    let new = module.local("cmdline_proc_show", STT_FUNC, text, 0, 32);
    let spkt = module.local("packet_rcv_spkt", STT_FUNC, text, 32, 32);
    let enable = module.global("klp_enable_patch", Place::Undefined, 0);
    let printk = module.global("_printk", Place::Undefined, 0);
    let bar = match is_linked {
        true => module.global(
            ".klp.sym.af_packet.bar.isra.0,2",
            Place::Reserved(SHN_LIVEPATCH),
            0,
        ),
        false => module.global(BAR, Place::Absolute, UNLINKED),
    };
    module.relocations(text, &[(0, enable, call, -4), (8, printk, call, -4)]);
    module.relocations(
        funcs,
        &[
            (0, string, address, 0),
            (8, new, address, 0),
            (64, string, address, 18),
            (72, spkt, address, 0),
            (136, data, address, 0),
            (184, string, address, 34),
            (192, data, address, 64),
            (304, data, address, 128),
        ],
    );
    module.relocations(jumps, &[(0, new, 2, 0), (8, bar, 24, 1)]);
    let klp = module.relocations(text, &[(40, bar, call, -4)]);
    if let (true, Some(section)) = (is_linked, module.file.sections.get_mut(klp)) {
        section.name = ".klp.rela.af_packet..text".into();
        section.sh_flags |= livepatch_abi::unexported::SHF_RELA_LIVEPATCH | u64::from(RODATA);
    }
    module
}

fn signed(mut module: Vec<u8>) -> Vec<u8> {
    module.extend([0x30, 2, 5, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 4]);
    module.extend(signature::MAGIC);
    module
}

fn modules() -> Vec<Seed> {
    let mut seeds = vec![
        (
            "refused-signed".to_owned(),
            signed(unlinked(MACHINES[0]).bytes()),
        ),
        (
            "refused-linked".to_owned(),
            whole(MACHINES[0], true).bytes(),
        ),
    ];

    for (number, machine) in MACHINES.into_iter().enumerate() {
        seeds.push((format!("unlinked-{number}"), unlinked(machine).bytes()));
    }
    seeds
}

fn gzip(contents: &[u8]) -> Vec<u8> {
    // One block that is stored as it is.
    let length = u16::try_from(contents.len()).expect("a small file");
    let mut file = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 1];
    file.extend(length.to_le_bytes());
    file.extend((!length).to_le_bytes());
    file.extend(contents);
    file.extend([0; 8]);
    file
}

/// A frame of one block that is stored as it is, of which the next is a byte repeated.
fn zstd() -> Vec<u8> {
    let mut file = vec![0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58];
    file.extend([(5 << 3), 0, 0]);
    file.extend(b"hello");
    file.extend([(100 << 3) | 2 | 1, 3, 0, b'x']);
    file
}

/// The seeds of a target.
pub fn of(target: &str) -> Vec<Seed> {
    let named = |name: &str, bytes: Vec<u8>| (name.to_owned(), bytes);

    match target {
        "link" => modules(),
        "check" => MACHINES
            .into_iter()
            .take(1)
            .flat_map(|machine| {
                [
                    named("whole", whole(machine, true).bytes()),
                    named("unlinked", whole(machine, false).bytes()),
                    named("signed", signed(whole(machine, true).bytes())),
                ]
            })
            .collect(),
        "btf" => vec![named("kernel", kernel_btf())],
        "note" => {
            let build = || Build {
                name: "test",
                kernel: "7.3.4",
                build_id: None,
                date: 0,
            };
            let mut seeds = vec![named("fixes", FIXES.to_vec()), named("notes", notes())];
            for (name, endian) in [("little", Endianness::Little), ("big", Endianness::Big)] {
                seeds.push(named(name, make(endian, build(), FIXES).expect("a note")));
            }
            seeds
        }
        "kernel" => {
            let files = [
                KALLSYMS.to_vec(),
                FTRACE.to_vec(),
                kernel_btf(),
                notes(),
                CONFIG.to_vec(),
                SYMVERS.to_vec(),
                MODULES_DEP.to_vec(),
                packet_module(),
                // Of an index: how many records there are, how many bytes of strings, and those.
                [&[2, 0, 0, 0, 4, 0, 0, 0][..], &[1; 48], b"name"].concat(),
                [&[1, 0, 0, 0, 4, 0, 0, 0][..], &[0; 40], b"name"].concat(),
            ];
            files
                .into_iter()
                .enumerate()
                .map(|(which, bytes)| {
                    let which = u8::try_from(which).expect("few files");
                    (format!("part-{which}"), [&[which][..], &bytes].concat())
                })
                .collect()
        }
        "compressed" => vec![
            named("gzip", gzip(b"contents")),
            named("zstd", zstd()),
            named("xz", XZ.to_vec()),
            named("plain", b"contents".to_vec()),
        ],
        _ => Vec::new(),
    }
}

/// The word `hello`, as xz compresses it without a checksum.
const XZ: &[u8] = b"\xfd7zXZ\0\0\0\xff\x12\xd9\x41\x02\0\x21\x01\x16\0\0\0\x74\x2f\xe5\xa3\x01\0\x04hello\0\0\0\0\0\
\x01\x15\x05\xb0\xa7\x59\x67\x06\x72\x9e\x7a\x01\0\0\0\0\0YZ";
