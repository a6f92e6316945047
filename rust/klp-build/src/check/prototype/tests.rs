// SPDX-License-Identifier: GPL-2.0

use livepatch_btf::testing::Writer;
use livepatch_btf::{Btf, ByteOrder, TypeId};
use livepatch_elf::File;

use super::compare::{compare, Verdict};
use super::from_dwarf::Prototypes;
use super::types::Prototype;
use super::*;
use crate::check::dwarf::{testing, DebugInfo, Found, Functions};

const LIMIT: usize = 1 << 28;

/// Reads the prototype of a function of an object file.
fn prototype(bytes: &[u8], name: &str) -> Prototype {
    let file = File::parse(bytes).expect("an object file");
    let info = DebugInfo::load(&file, LIMIT).expect("debug information");
    let functions = Functions::new(&info).expect("functions");
    let Found::Function(function) = functions.find(name.as_bytes(), None) else {
        panic!("no function {name}");
    };

    Prototypes::new(&functions)
        .read(function)
        .expect("a prototype")
}

/// The types that the tests are about, in both languages.
const C_TYPES: &str = "
    typedef _Bool bool; typedef unsigned char u8; typedef unsigned long size_t; typedef unsigned short umode_t;
    typedef struct { int counter; } atomic_t;
    struct inode { long a, b; }; struct file { struct inode *f_inode; int x; }; union both { int i; long l; };
    struct other; enum kind { A, B }; typedef struct inode i_t; struct pair { int a, b; };
";
const RUST_TYPES: &str = "
    #[repr(C)] pub struct atomic_t { counter: c_int }
    #[repr(C)] pub struct inode { a: c_long, b: c_long }
    #[repr(C)] pub struct file { f_inode: *mut inode, x: c_int }
    #[repr(C)] pub union both { i: c_int, l: c_long }
    #[repr(C)] pub struct pair { a: c_int, b: c_int }
    #[repr(transparent)] pub struct Opaque<T>(core::cell::UnsafeCell<core::mem::MaybeUninit<T>>, core::marker::PhantomPinned);
    #[repr(transparent)] pub struct Inode(Opaque<inode>);
";

/// Compares each replacement with its function in C, and says how they differ.
fn check_all(compile: impl Fn(&str) -> Option<Vec<u8>>, cases: &[(&str, &str, &str)]) {
    let numbered = |source: &str, number: usize| source.replacen("f(", &format!("f{number}("), 1);
    let all = |which: fn(&(&str, &str, &str)) -> String| {
        cases
            .iter()
            .enumerate()
            .map(|(number, case)| numbered(&which(case), number))
            .collect::<Vec<_>>()
            .join("\n")
    };
    let (Some(ours), Some(kernels)) = (
        compile(&all(|case| case.0.to_owned())),
        testing::c(&format!("{C_TYPES} {}", all(|case| case.1.to_owned())), &[]),
    ) else {
        return;
    };

    for (number, (our, kernel, expected)) in cases.iter().enumerate() {
        let name = format!("f{number}");
        let found = match compare(&prototype(&ours, &name), &prototype(&kernels, &name)) {
            Verdict::Same => String::new(),
            Verdict::Differs(difference) => difference.to_string(),
            Verdict::Unknown(reason) => panic!("{reason}"),
        };

        assert_eq!(found, *expected, "{our} for {kernel}");
    }
}

/// Each a replacement in Rust, a function in C, and what is to be said; empty if they agree.
const RUST: &[(&str, &str, &str)] = &[
    ("#[no_mangle] pub extern \"C\" fn f() {}", "void f(void) {}", ""),
    ("#[no_mangle] pub extern \"C\" fn f() -> c_int { 0 }", "int f(void) { return 0; }", ""),
    ("#[no_mangle] pub extern \"C\" fn f(a: usize, _: u16) {}", "void f(size_t a, umode_t m) {}", ""),
    ("#[no_mangle] pub extern \"C\" fn f(i: *mut inode) {}", "void f(const struct inode *i) {}", ""),
    ("#[no_mangle] pub extern \"C\" fn f(i: &mut inode) {}", "void f(struct inode *i) {}", ""),
    ("#[no_mangle] pub extern \"C\" fn f(i: Option<&inode>) {}", "void f(struct inode *i) {}", ""),
    ("#[no_mangle] pub extern \"C\" fn f(i: NonNull<inode>) {}", "void f(struct inode *i) {}", ""),
    ("#[no_mangle] pub extern \"C\" fn f(i: Option<NonNull<inode>>) {}", "void f(struct inode *i) {}", ""),
    ("#[no_mangle] pub extern \"C\" fn f(i: &Inode) {}", "void f(struct inode *i) {}", ""),
    ("#[no_mangle] pub extern \"C\" fn f(i: *mut c_void) {}", "void f(struct inode *i) {}", ""),
    ("#[no_mangle] pub extern \"C\" fn f(i: *mut inode) {}", "void f(void *i) {}", ""),
    ("#[no_mangle] pub extern \"C\" fn f(i: *mut *mut inode) {}", "void f(struct inode **i) {}", ""),
    ("#[no_mangle] pub extern \"C\" fn f(s: *const c_char) {}", "void f(const char *s) {}", ""),
    ("#[no_mangle] pub extern \"C\" fn f(s: *const u8) {}", "void f(const char *s) {}", ""),
    ("#[no_mangle] pub extern \"C\" fn f(a: u8) {}", "void f(char a) {}", ""),
    ("#[no_mangle] pub extern \"C\" fn f(a: i8) {}", "void f(char a) {}", ""),
    ("#[no_mangle] pub extern \"C\" fn f(a: *mut atomic_t) {}", "void f(atomic_t *a) {}", ""),
    ("#[no_mangle] pub extern \"C\" fn f(a: *mut both) {}", "void f(union both *a) {}", ""),
    ("#[no_mangle] pub extern \"C\" fn f(a: u32) {}", "void f(enum kind a) {}", ""),
    ("#[no_mangle] pub extern \"C\" fn f(a: c_int) {}", "void f(enum kind a) {}", ""),
    ("#[no_mangle] pub extern \"C\" fn f(a: bool) {}", "void f(bool a) {}", ""),
    ("#[no_mangle] pub extern \"C\" fn f(a: u8) {}", "void f(bool a) {}", ""),
    ("#[no_mangle] pub extern \"C\" fn f() -> bool { true }", "u8 f(void) { return 1; }", ""),
    ("#[no_mangle] pub extern \"C\" fn f(p: pair) {}", "void f(struct pair p) {}", ""),
    ("#[no_mangle] pub extern \"C\" fn f(g: Option<unsafe extern \"C\" fn(*mut c_void, c_int) -> c_int>) {}",
     "void f(int (*g)(void *, int)) {}", ""),
    ("#[no_mangle] pub extern \"C\" fn f(a: *mut c_int) {}", "void f(int a[4]) {}", ""),
    ("#[no_mangle] pub extern \"C\" fn f(a: *mut [c_int; 4]) {}", "void f(int a[4]) {}", ""),
    ("#[no_mangle] pub extern \"C\" fn f(_: c_int) {}", "void f(void) {}",
     "it takes 1 argument, the kernel's function takes 0"),
    ("#[no_mangle] pub extern \"C\" fn f() {}", "void f(int a, int b) {}",
     "it takes no argument, the kernel's function takes 2"),
    ("#[no_mangle] pub extern \"C\" fn f(_: c_int, _: c_int) {}", "void f(int a, unsigned long b) {}",
     "argument 2 is `int` (signed, 32 bits), the kernel's is `unsigned long` (unsigned, 64 bits)"),
    ("#[no_mangle] pub extern \"C\" fn f(_: u32) {}", "void f(int a) {}",
     "argument 1 is `unsigned int` (unsigned, 32 bits), the kernel's is `int` (signed, 32 bits)"),
    ("#[no_mangle] pub extern \"C\" fn f(_: u32) {}", "void f(umode_t a) {}",
     "argument 1 is `unsigned int` (unsigned, 32 bits), the kernel's is `umode_t` (unsigned, 16 bits)"),
    ("#[no_mangle] pub extern \"C\" fn f(_: *mut inode) {}", "void f(struct file *f) {}",
     "argument 1 is `struct inode *`, the kernel's is `struct file *`"),
    ("#[no_mangle] pub extern \"C\" fn f(_: &Inode) {}", "void f(struct file *f) {}",
     "argument 1 is `struct Inode *`, the kernel's is `struct file *`"),
    ("#[no_mangle] pub extern \"C\" fn f(_: Option<&inode>) {}", "void f(struct file *f) {}",
     "argument 1 is `struct inode *`, the kernel's is `struct file *`"),
    ("#[no_mangle] pub extern \"C\" fn f(_: *mut *mut inode) {}", "void f(struct inode *i) {}",
     "argument 1 is `struct inode **`, the kernel's is `struct inode *`"),
    ("#[no_mangle] pub extern \"C\" fn f(_: u64) {}", "void f(struct inode *i) {}",
     "argument 1 is `unsigned long` (unsigned, 64 bits), the kernel's is `struct inode *`"),
    ("#[no_mangle] pub extern \"C\" fn f(_: &str) {}", "void f(const char *s) {}",
     "argument 1 is `&str`, the kernel's is `const char *`"),
    ("#[no_mangle] pub extern \"C\" fn f(_: bool) {}", "void f(u8 a) {}",
     "argument 1 is `bool`, the kernel's is `u8` (unsigned, 8 bits)"),
    ("#[no_mangle] pub extern \"C\" fn f() -> u8 { 0 }", "bool f(void) { return 0; }",
     "it returns `unsigned char` (unsigned, 8 bits), the kernel's function returns `bool`"),
    ("#[no_mangle] pub extern \"C\" fn f() {}", "int f(void) { return 0; }",
     "it returns nothing, the kernel's function returns `int` (signed, 32 bits)"),
    ("#[no_mangle] pub extern \"C\" fn f() -> c_int { 0 }", "void f(void) {}",
     "it returns `int` (signed, 32 bits), the kernel's function returns nothing"),
    ("#[no_mangle] pub extern \"C\" fn f() -> c_long { 0 }", "int f(void) { return 0; }",
     "it returns `long` (signed, 64 bits), the kernel's function returns `int` (signed, 32 bits)"),
    ("#[no_mangle] pub extern \"C\" fn f(_: *mut c_char) {}", "void f(char *s, ...) {}",
     "it is not variadic, and the kernel's function is"),
    ("#[no_mangle] pub extern \"C\" fn f(p: pair) {}", "void f(atomic_t p) {}",
     "argument 1 is `struct pair` (8 bytes), the kernel's is `atomic_t` (4 bytes)"),
    ("#[no_mangle] pub extern \"C\" fn f(g: Option<unsafe extern \"C\" fn(*mut c_void) -> c_int>) {}",
     "void f(int (*g)(void *, int)) {}",
     "argument 1 is `int (*)(void *)`, the kernel's is `int (*)(void *, int)`"),
];

#[test]
fn rust_and_c_are_compared() {
    check_all(
        |source| testing::rust(&format!("{RUST_TYPES} {source}"), &[]),
        RUST,
    );
}

/// The same in C.
const C: &[(&str, &str, &str)] = &[
    (
        "int f(char *s, ...) { return 0; }",
        "int f(char *s, ...) { return 0; }",
        "",
    ),
    (
        "int f(char *s) { return 0; }",
        "int f(char *s, ...) { return 0; }",
        "it is not variadic, and the kernel's function is",
    ),
    (
        "int f(char *s, ...) { return 0; }",
        "int f(char *s) { return 0; }",
        "it is variadic, and the kernel's function is not",
    ),
    ("void f(atomic_t *a) {}", "void f(atomic_t *a) {}", ""),
    ("void f(i_t *a) {}", "void f(struct inode *a) {}", ""),
    (
        "void f(struct other *a) {}",
        "void f(struct inode *a) {}",
        "argument 1 is `struct other *`, the kernel's is `struct inode *`",
    ),
    (
        "void f(struct inode *a) {}",
        "void f(union both *a) {}",
        "argument 1 is `struct inode *`, the kernel's is `union both *`",
    ),
    ("void f(unsigned *a) {}", "void f(int *a) {}", ""),
    (
        "void f(short *a) {}",
        "void f(int *a) {}",
        "argument 1 is `short *`, the kernel's is `int *`",
    ),
    (
        "void f(int (*a)[4]) {}",
        "void f(int (*a)[5]) {}",
        "argument 1 is `int (*)[4]`, the kernel's is `int (*)[5]`",
    ),
    (
        "void f(void (*g)(struct inode *)) {}",
        "void f(void (*g)(struct inode *)) {}",
        "",
    ),
    (
        "void f(char *const a, volatile int *b) {}",
        "void f(char *a, int *b) {}",
        "",
    ),
    (
        "const char *f(void) { return 0; }",
        "int *f(void) { return 0; }",
        "it returns `const char *`, the kernel's function returns `int *`",
    ),
];

#[test]
fn c_and_c_are_compared() {
    // What differs for a reader: the versions, what is in which section, and how they are compressed.
    for flags in [
        &["-gdwarf-5"][..],
        &["-gdwarf-4"],
        &["-gdwarf-4", "-gstrict-dwarf"],
        &["-gdwarf-5", "-gz=zlib"],
        &["-gdwarf-5", "-gz=zstd"],
        &["-gdwarf-5", "-flto", "-ffat-lto-objects"],
        &["-gdwarf-5", "-ffunction-sections"],
    ] {
        check_all(
            |source| testing::c(&format!("{C_TYPES} {source}"), flags),
            C,
        );
    }
    check_all(
        |source| testing::clang(&format!("{C_TYPES} {source}"), &[]),
        C,
    );
}

/// What an object file of each machine has relocations for in its debug information, in its order of bytes.
#[test]
fn objects_of_other_machines_are_compared() {
    for (machine, flags) in [
        ("s390x", &[][..]),
        ("s390x", &["-gdwarf-4", "-gz=zlib"]),
        ("powerpc64le", &["-ffunction-sections"]),
        ("aarch64", &[]),
    ] {
        check_all(
            |source| testing::cross(machine, &format!("{C_TYPES} {source}"), flags),
            C,
        );
    }
}

/// Makes the BTF of a kernel with two functions `f`, and one `g`.
fn btf() -> Btf {
    let mut writer = Writer::new(ByteOrder::Big);
    let int = writer.int("int", 4, true);
    let long = writer.int("long unsigned int", 8, false);
    let char = writer.int("char", 1, false);
    let boolean = writer.int("_Bool", 1, false);
    let bool_t = writer.typedef("bool", boolean);
    let inode = writer.structure("inode", 16, &[("a", long, 0), ("b", long, 64)]);
    let inode = writer.ptr(inode);
    let text = writer.qualifier(livepatch_btf::Kind::Const, char);
    let text = writer.ptr(text);
    let unnamed = writer.structure("", 4, &[("counter", int, 0)]);
    let atomic = writer.typedef("atomic_t", unnamed);
    let atomic = writer.ptr(atomic);
    let callback = writer.prototype(int, &[("", inode)]);
    let callback = writer.ptr(callback);

    writer.function("f", int, &[("i", inode), ("n", long)]);
    writer.function("f", TypeId::VOID, &[("a", atomic), ("", TypeId::VOID)]);
    writer.function(
        "g",
        bool_t,
        &[("text", text), ("callback", callback), ("is", bool_t)],
    );
    Btf::parse(writer.finish()).expect("BTF")
}

fn of_btf(name: &str) -> Vec<Prototype> {
    let btf = btf();

    btf.functions(name)
        .into_iter()
        .map(|func| from_btf::prototype(&btf, func).expect("a prototype"))
        .collect()
}

#[test]
fn prototypes_are_read_from_btf() {
    let declared: Vec<_> = ["f", "g"]
        .into_iter()
        .flat_map(|name| of_btf(name).into_iter().map(|it| it.declare(name)))
        .collect();

    assert_eq!(
        declared,
        [
            "int f(struct inode *i, unsigned long n)",
            "void f(atomic_t *a, ...)",
            "bool g(const char *text, int (*callback)(struct inode *), bool is)",
        ]
    );
}

#[test]
fn any_function_of_the_name_will_do() {
    for source in [
        "int f(struct inode *i, size_t n) { return 0; }",
        "void f(atomic_t *a, ...) {}",
    ] {
        let Some(ours) = testing::c(&format!("{C_TYPES} {source}"), &[]) else {
            return;
        };

        assert_eq!(
            judge("f", &prototype(&ours, "f"), &of_btf("f"), 2),
            Ok(None)
        );
    }
}

#[test]
fn all_functions_of_the_name_are_listed() {
    let Some(ours) = testing::c(
        &format!("{C_TYPES} int f(struct inode *i) {{ return 0; }}"),
        &[],
    ) else {
        return;
    };
    let ours = prototype(&ours, "f");
    let of_symbols = |symbols| {
        judge("f", &ours, &of_btf("f"), symbols)
            .expect("a verdict")
            .expect("a finding")
            .to_string()
    };
    let text = "its replacement has another prototype: it takes 1 argument, the kernel's function takes 2; \
         the replacement is `int f(struct inode *i)`, the kernel's is `int f(struct inode *i, unsigned long n)` or \
         `void f(atomic_t *a, ...)`";
    let what_to_do = "give it the prototype that the kernel's function has";

    assert_eq!(of_symbols(2), format!("{text}: {what_to_do}"));
    assert_eq!(
        of_symbols(3),
        format!(
            "warning: {text}, which need not be that of each of the 3 functions of the name: {what_to_do}"
        )
    );
}

#[test]
fn a_variadic_function_is_for_c() {
    let Some(ours) = testing::rust(
        "#[repr(C)] pub struct atomic_t(c_int); #[no_mangle] pub extern \"C\" fn f(_: *mut atomic_t) {}",
        &[],
    ) else {
        return;
    };
    let finding = judge("f", &prototype(&ours, "f"), &of_btf("f")[1..], 1);

    assert!(finding
        .expect("a verdict")
        .expect("a finding")
        .what_to_do
        .starts_with("write the replacement in C"));
}

/// Looks for a replacement as the tables of a livepatch name it.
fn replacement(bytes: &[u8], name: &str, section: usize, offset: u64) -> Result<String, String> {
    let file = File::parse(bytes).expect("an object file");
    let info = DebugInfo::load(&file, LIMIT).map_err(|error| error.to_string())?;
    let functions = Functions::new(&info).map_err(|error| error.to_string())?;
    let new_func = NewFunc {
        name: name.to_owned(),
        section,
        offset,
    };

    of_replacement(&functions, &Prototypes::new(&functions), &new_func)
        .map(|prototype| prototype.declare(name))
}

fn section_of(bytes: &[u8], name: &str) -> usize {
    File::parse(bytes)
        .expect("an object file")
        .section_by_name(name)
        .expect("a section")
        .0
}

#[test]
fn a_replacement_is_found_by_its_place() {
    let Some(ours) = testing::c(
        "int f(int a) { return a; } __attribute__((section(\".text.other\"))) long g(long a) { return a; }",
        &[],
    ) else {
        return;
    };
    let (text, other) = (section_of(&ours, ".text"), section_of(&ours, ".text.other"));

    // Both begin at 0.
    assert_eq!(
        replacement(&ours, "", text, 0).as_deref(),
        Ok("int (int a)")
    );
    assert_eq!(
        replacement(&ours, "", other, 0).as_deref(),
        Ok("long (long a)")
    );
    assert_eq!(
        replacement(&ours, "g", other, 0).as_deref(),
        Ok("long g(long a)")
    );
    assert_eq!(
        replacement(&ours, "g", text, 0x123).as_deref(),
        Ok("long g(long a)")
    );
    assert!(replacement(&ours, "h", text, 0).is_err_and(|reason| reason.contains("that of f,")));
    assert!(replacement(&ours, "h", text, 0x123)
        .is_err_and(|reason| reason.contains("does not have it")));
}

#[test]
fn what_has_no_types_is_not_checked() {
    let rust = "#[no_mangle] pub extern \"C\" fn f(a: c_int) -> c_int { a }";

    if let Some(ours) = testing::rust(rust, &["-Cdebuginfo=1"]) {
        let found = replacement(&ours, "f", section_of(&ours, ".text.f"), 0);

        assert!(found.is_err_and(|reason| reason.contains("without types")));
    }
    if let Some(ours) = testing::c("int f(int a) { return a; }", &["-g0"]) {
        assert_eq!(
            replacement(&ours, "f", section_of(&ours, ".text"), 0),
            Err("it has no debug information".to_owned())
        );
    }
}

#[test]
fn a_function_that_was_also_inlined_is_whole() {
    let Some(ours) = testing::c(
        "int x; __attribute__((noinline)) int f(int a, long b) { x += a; return b; }
         static int g(short a, int *b) { x += a; return *b; }
         int h(int *b) { return g(1, b) + g(2, b); } int (*p)(short, int *) = g;",
        &[],
    ) else {
        return;
    };

    assert_eq!(prototype(&ours, "g").declare("g"), "int g(short a, int *b)");
    assert_eq!(prototype(&ours, "f").declare("f"), "int f(int a, long b)");
}

#[test]
fn no_bytes_do_harm() {
    let sources = [
        testing::c(&format!("{C_TYPES} int f(struct inode *i, void (*g)(int)) {{ return 0; }}"), &[]),
        testing::c("int f(int a) { return a; }", &["-gz=zlib"]),
        testing::rust(
            &format!("{RUST_TYPES} #[no_mangle] pub extern \"C\" fn f(i: Option<&Inode>) -> c_int {{ 0 }}"),
            &[],
        ),
    ];

    for good in sources.into_iter().flatten() {
        let mut state = 1u64;
        let mut random = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            usize::try_from(state >> 33).expect("31 bits")
        };

        for _ in 0..1000 {
            let mut bytes = good.clone();

            for _ in 0..1 + random() % 8 {
                let at = random() % bytes.len();

                bytes[at] = u8::try_from(random() % 256).expect("a byte");
            }
            let Ok(file) = File::parse(&bytes) else {
                continue;
            };
            let Ok(info) = DebugInfo::load(&file, LIMIT) else {
                continue;
            };
            let Ok(functions) = Functions::new(&info) else {
                continue;
            };
            if let Found::Function(function) = functions.find(b"f", DebugInfo::address(1, 0)) {
                let _ = Prototypes::new(&functions)
                    .read(function)
                    .map(|prototype| prototype.declare("f"));
            }
        }
    }
}

#[test]
fn memory_is_limited() {
    let Some(ours) = testing::c("int f(int a) { return a; }", &["-gz=zlib"]) else {
        return;
    };
    let file = File::parse(&ours).expect("an object file");

    assert!(DebugInfo::load(&file, LIMIT).is_ok());
    assert!(matches!(
        DebugInfo::load(&file, 64),
        Err(dwarf::Error::TooLarge { limit: 64, .. })
    ));
}
