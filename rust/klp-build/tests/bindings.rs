// SPDX-License-Identifier: GPL-2.0

//! What `klp-build bindings` makes is compiled and used, as a fix would do it.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use livepatch_btf::testing::Writer;
use livepatch_btf::{ByteOrder, Kind, TypeId};

/// What `livepatch` has that is needed here.
const LIVEPATCH: &str = "
    extern crate self as livepatch;
    pub mod ffi {
        pub type c_char = u8;
        pub type c_int = i32;
        pub type c_uint = u32;
        pub type c_ulong = usize;
        pub use core::ffi::c_void;
    }
    pub mod bindings {
        #[repr(C)]
        #[derive(Clone, Copy)]
        pub struct list_head { pub next: *mut list_head, pub prev: *mut list_head }
        #[repr(C)]
        pub struct sock { _unused: [u8; 0] }
        #[repr(C, align(64))]
        pub struct page_pool { pub p: u64 }
    }
";

/// The kernel of the tests.
fn kernel() -> Vec<u8> {
    let mut writer = Writer::new(ByteOrder::Little);
    let int = writer.int("int", 4, true);
    let unsigned = writer.int("unsigned int", 4, false);
    let byte = writer.int("unsigned char", 1, false);
    let char = writer.int("char", 1, true);
    let bool = writer.int("_Bool", 1, false);
    let long = writer.int("long unsigned int", 8, false);
    let u32 = writer.typedef("u32", unsigned);
    let list_head = TypeId(9);
    let list_head_ptr = writer.ptr(list_head);
    assert_eq!(
        writer.structure(
            "list_head",
            16,
            &[("next", list_head_ptr, 0), ("prev", list_head_ptr, 64)]
        ),
        list_head
    );
    let sock = writer.structure("sock", 8, &[("private", long, 0)]);
    let sock_ptr = writer.ptr(sock);
    let page_pool = writer.structure("page_pool", 64, &[("p", long, 0)]);
    let other = writer.structure(
        "other",
        12,
        &[("a", int, 0), ("b", int, 32), ("c", int, 64)],
    );
    let other_ptr = writer.ptr(other);
    let declared = writer.fwd("declared", false);
    let declared_ptr = writer.ptr(declared);
    let const_char = writer.qualifier(Kind::Const, char);
    let text = writer.ptr(const_char);
    let callback = writer.prototype(int, &[("sk", sock_ptr), ("", text)]);
    let callback_ptr = writer.ptr(callback);
    let name = writer.array(char, int, 16);
    let flexible = writer.array(u32, int, 0);
    let mode = writer.enumeration("mode", 4, false, &[("OFF", 0), ("ON", 1)]);
    let signed = writer.enumeration("signed", 4, true, &[("LOW", -1)]);
    let inner = writer.union("", 8, &[("word", long), ("byte", byte)]);
    let flags = writer.bit_fields(
        "flags",
        8,
        &[
            ("one", unsigned, 0, 1),
            ("wide", unsigned, 1, 20),
            ("negative", int, 21, 4),
            ("truth", bool, 25, 1),
            ("plain", byte, 32, 0),
            ("type", mode, 40, 2),
        ],
    );
    writer.structure(
        "private",
        136,
        &[
            ("list", list_head, 0),
            ("name", name, 128),
            ("sk", sock_ptr, 256),
            ("show", callback_ptr, 320),
            ("", inner, 384),
            ("mode", mode, 448),
            ("type", signed, 480),
            ("flags", flags, 512),
            ("other", other, 576),
            ("more", other_ptr, 704),
            ("declared", declared_ptr, 768),
            ("aligned", u32, 1024),
            ("rest", flexible, 1056),
        ],
    );
    writer.structure(
        "packed",
        13,
        &[("a", byte, 0), ("b", long, 8), ("c", int, 72)],
    );
    writer.structure("pooled", 128, &[("a", int, 0), ("pool", page_pool, 512)]);
    writer.structure("overlapping", 8, &[("a", int, 0), ("b", int, 16)]);
    writer.structure("twice", 4, &[("a", int, 0)]);
    writer.structure("twice", 4, &[("b", int, 0)]);
    writer.function(
        "show",
        int,
        &[("sk", sock_ptr), ("fmt", text), ("", TypeId::VOID)],
    );
    writer.finish()
}

/// Runs the command on the kernel of the tests.
fn run(directory: &Path, args: &[&str]) -> Output {
    let btf = directory.join("btf");
    let known = directory.join("known.rs");

    fs::write(&btf, kernel()).unwrap();
    fs::write(&known, LIVEPATCH).unwrap();
    Command::new(env!("CARGO_BIN_EXE_klp-build"))
        .args(["bindings", "--no-cache", "--btf"])
        .arg(btf)
        .arg("--known")
        .arg(known)
        .args(args)
        .output()
        .unwrap()
}

fn refusal(args: &[&str]) -> String {
    let directory = tempfile::tempdir().unwrap();
    let output = run(directory.path(), args);

    assert_eq!(output.status.code(), Some(2), "{output:?}");
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn what_is_made_works() {
    let directory = tempfile::tempdir().unwrap();
    let output = run(
        directory.path(),
        &[
            "private",
            "flags",
            "packed",
            "pooled",
            "mode",
            "enum signed",
            "list_head",
            "fn show",
        ],
    );
    assert!(output.status.success(), "{output:?}");
    let source = directory.path().join("main.rs");
    let program = directory.path().join("main");
    let types = String::from_utf8(output.stdout).unwrap();
    let main = r#"
        unsafe extern "C" fn show(_: *mut livepatch::bindings::sock, _: *const u8) -> i32 { 7 }
        fn main() {
            // SAFETY: Zeroes are valid.
            let mut f: types::flags = unsafe { core::mem::zeroed() };
            f.set_wide(0xfffff);
            f.set_negative(-3);
            assert_eq!((f.one(), f.wide(), f.negative(), f.truth(), f.plain), (0, 0xfffff, -3, false, 0));
            f.set_wide(0x54321);
            f.set_truth(true);
            f.set_one(3);
            f.set_type(types::mode_ON);
            f.plain = 0xff;
            assert_eq!((f.one(), f.wide(), f.negative(), f.truth(), f.r#type()), (1, 0x54321, -3, true, 1));
            // SAFETY: It is plain bytes.
            let bytes: [u8; 8] = unsafe { core::mem::transmute(f) };
            assert_eq!(u32::from_le_bytes(bytes[..4].try_into().unwrap()), 1 | 0x54321 << 1 | 13 << 21 | 1 << 25);
            assert_eq!(bytes[4..6], [0xff, 1]);

            // SAFETY: Zeroes are valid.
            let mut p: types::private = unsafe { core::mem::zeroed() };
            p.show = Some(show);
            p.list = livepatch::bindings::list_head { next: core::ptr::null_mut(), prev: core::ptr::null_mut() };
            p.__bindgen_anon_1.word = 0x0102;
            p.r#type = types::signed_LOW;
            // SAFETY: The union is plain bytes.
            assert_eq!(unsafe { p.__bindgen_anon_1.byte }, 2);
            assert_eq!(p.r#type, -1);
            assert_eq!(core::mem::size_of::<types::other>(), 12);
            let _: fn(types::show) = |show| { let _: unsafe extern "C" fn(*mut livepatch::bindings::sock, *const u8, ...) -> i32 = show; };
        }
    "#;

    fs::write(
        &source,
        format!("#![allow(dead_code, non_camel_case_types, non_upper_case_globals)]\n{LIVEPATCH}\nmod types {{\n{types}\n}}\n{main}"),
    )
    .unwrap();
    let rustc = Command::new(std::env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned()))
        .args(["--edition=2021", "-Coverflow-checks", "-o"])
        .arg(&program)
        .arg(&source)
        .output()
        .unwrap();
    assert!(
        rustc.status.success(),
        "{types}\n{}",
        String::from_utf8_lossy(&rustc.stderr)
    );
    let ran = Command::new(program).output().unwrap();
    assert!(
        ran.status.success(),
        "{}",
        String::from_utf8_lossy(&ran.stderr)
    );
}

#[test]
fn what_cannot_be_made_is_refused() {
    for (args, expected) in [
        (&["privat"][..], "vmlinux has no type privat in its BTF; there is private\n"),
        (&["union private"], "vmlinux has no union private in its BTF; there is `struct private`\n"),
        (
            &["nothing_like_it"],
            "vmlinux has no type nothing_like_it in its BTF; if it belongs to a module, name that: object = \"..\"\n",
        ),
        (
            &["declared"],
            "type declared is only declared in the BTF of vmlinux: the file that defines it belongs to another object\n",
        ),
        (&["overlapping"], "overlapping cannot be made in Rust: its member b shares bytes with the one before\n"),
        (
            &["twice"],
            "vmlinux has 2 different ones called type twice in its BTF, and it does not tell which file has which:\n  \
             4 bytes: int a@0;\n  4 bytes: int b@0;\n",
        ),
        (&["u32"], "u32 cannot be made in Rust: it is a type of Rust already\n"),
        // All of them at once.
        (
            &["fn shaw", "mod"],
            "vmlinux has no function shaw in its BTF; there is show\nvmlinux has no type mod in its BTF; there is mode\n",
        ),
    ] {
        assert_eq!(refusal(args), format!("klp-build: {expected}"));
    }
    assert!(refusal(&["--object", "pktgen", "private"]).contains("modules"));
}

#[test]
fn lists_in_sources_become_files_that_are_kept() {
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name);
    let output = path("output");
    let make = |source: &str| {
        fs::create_dir_all(path("sources")).unwrap();
        fs::write(path("sources/main.rs"), source).unwrap();
        run(
            directory.path(),
            &[
                "--sources",
                path("sources").to_str().unwrap(),
                "--output",
                output.to_str().unwrap(),
            ],
        )
    };
    let files = || {
        let mut names: Vec<_> = fs::read_dir(&output)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    };

    assert!(
        make("livepatch::btf! { private } mod a { livepatch::btf! { flags } }")
            .status
            .success()
    );
    let two = files();
    assert_eq!(two.len(), 2);
    let time = |name: &str| fs::metadata(output.join(name)).unwrap().modified().unwrap();
    let before: Vec<_> = two.iter().map(|name| time(name)).collect();
    assert!(
        make("mod a { livepatch::btf! { flags } } livepatch::btf! { private }")
            .status
            .success()
    );
    assert_eq!(
        two.iter().map(|name| time(name)).collect::<Vec<_>>(),
        before
    );
    assert!(make("livepatch::btf! { private }").status.success());
    assert_eq!(files().len(), 1);

    let refused = make("\n\nlivepatch::btf! { privat }");
    let stderr = String::from_utf8(refused.stderr).unwrap();
    assert!(
        stderr.contains("main.rs:3: vmlinux has no type privat"),
        "{stderr}"
    );
}
