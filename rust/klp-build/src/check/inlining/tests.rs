// SPDX-License-Identifier: GPL-2.0

use super::*;
use crate::check::dwarf::testing;

/// A function with an address taken, which is inlined into two others, and one that is not; and one of the same name elsewhere.
const SOURCE: &str = "
    int x;
    static int f(int a) { return x += a; }
    int (*pointer)(int) = f;
    int g(int a) { return f(a) * 3; }
    int h(int a) { return f(a) + f(a + 1); }
    __attribute__((noinline)) int alone(int a) { return x -= a; }
    int calls(int a) { return alone(a) * 5; }
    int ab(int a) { return x ^= a; }
    int cd(int a) { return ab(a) + 7; }
";

fn find(bytes: &[u8], wanted: &[(&str, Option<u64>)]) -> Vec<Copies> {
    let file = File::parse(bytes).expect("an object file");
    let info = DebugInfo::load(&file, LIMIT).expect("debug information");
    let wanted: Vec<_> = wanted
        .iter()
        .map(|(name, address)| Wanted {
            name,
            address: *address,
        })
        .collect();

    copies::find(&info, &wanted).expect("an answer")
}

fn callers(copies: &Copies) -> Vec<&str> {
    match copies {
        Copies::In(callers) => callers.iter().map(|caller| caller.name.as_str()).collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn copies_are_found() {
    for flags in [
        &["-gdwarf-5"][..],
        &["-gdwarf-4"],
        &["-gdwarf-5", "-gz=zlib"],
    ] {
        let Some(object) = testing::c(SOURCE, flags) else {
            return;
        };
        let names = ["f", "alone", "ab", "nowhere", "g"].map(|name| (name, None));
        let found = find(&object, &names);
        let [f, alone, ab, nowhere, g] = found.as_slice() else {
            panic!("{found:?}");
        };

        assert_eq!(callers(f), ["g", "h"]);
        assert!(callers(alone).is_empty());
        assert_eq!(callers(ab), ["cd"]);
        assert_eq!(*nowhere, Copies::Missing);
        assert!(callers(g).is_empty());
    }
}

#[test]
fn copies_are_found_with_clang() {
    for flags in [&["-gdwarf-5"][..], &["-gdwarf-4"]] {
        let Some(object) = testing::clang(SOURCE, flags) else {
            return;
        };

        assert_eq!(callers(&find(&object, &[("f", None)])[0]), ["g", "h"]);
    }
}

#[test]
fn copies_are_found_on_other_machines() {
    for machine in ["s390x", "powerpc64le", "aarch64"] {
        let Some(object) = testing::cross(machine, SOURCE, &[]) else {
            return;
        };
        let found = find(&object, &[("f", None), ("ab", None)]);

        assert_eq!(callers(&found[0]), ["g", "h"], "{machine}");
        assert_eq!(callers(&found[1]), ["cd"], "{machine}");
    }
}

#[test]
fn the_file_of_a_caller_is_said() {
    let Some(object) = testing::c(SOURCE, &[]) else {
        return;
    };
    let found = find(&object, &[("f", None)]);
    let Some(Copies::In(found)) = found.first() else {
        panic!("{found:?}");
    };
    let finding = inlined(found).expect("a finding");

    assert!(
        finding.to_string().starts_with("it is inlined into g (")
            && finding.what.contains("unit.c)")
    );
    assert!(finding.what_to_do.starts_with("replace those functions"));
}

#[test]
fn a_copy_of_itself_does_not_count() {
    let Some(object) = testing::c(
        "int x; int f(int a) { x += a; return a > 1 ? f(a - 1) * f(a - 2) : a; }",
        &[],
    ) else {
        return;
    };

    assert!(callers(&find(&object, &[("f", None)])[0]).is_empty());
}

#[test]
fn no_bytes_do_harm() {
    let Some(good) = testing::c(SOURCE, &[]) else {
        return;
    };
    let mut state = 1u64;
    let mut random = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        usize::try_from(state >> 33).expect("31 bits")
    };

    for _ in 0..500 {
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
        let wanted = ["f", "ab"].map(|name| Wanted {
            name,
            address: None,
        });

        // Whatever it says.
        let _ = copies::find(&info, &wanted);
    }
}

/// Returns whether something refers to each of the functions.
fn referred_to(source: &str, names: &[&str]) -> Option<Vec<bool>> {
    let bytes = testing::c(source, &["-fno-toplevel-reorder"])?;
    let file = File::parse(&bytes).expect("an object file");
    let found = references::of_module(&file)?;

    Some(
        names
            .iter()
            .map(|name| {
                let symbol = file.symbols.iter().find(|symbol| symbol.name == *name);
                let symbol = symbol.expect("a symbol");
                let section = symbol.place.section().expect("a section");

                found.contains(&(section, symbol.st_value))
            })
            .collect(),
    )
}

#[test]
fn what_refers_to_a_function_is_seen() {
    let source = "
        extern int x;
        int inlined(int a) { return x += a; }
        int caller(int a) { return inlined(a) * 3; }
        static __attribute__((noinline)) int called(int a) { return x -= a; }
        int other(int a) { return called(a) * 3; }
        int in_data(int a) { return x ^= a; }
        int (*pointer)(int) = in_data;
        int in_code(int a) { return x |= a; }
        int passed(int (*f)(int));
        int passes(void) { return passed(in_code) + 1; }
        __attribute__((noinline)) int jumped_to(int a) { return x &= a; }
        int jumps(int a) { return jumped_to(a + 1); }
    ";
    let names = [
        "inlined",
        "called",
        "in_data",
        "in_code",
        "jumped_to",
        "caller",
    ];

    if let Some(found) = referred_to(source, &names) {
        assert_eq!(found, [false, true, true, true, true, false]);
    }
}

#[test]
fn addresses_in_code_and_data_are_seen() {
    let base = 0xffff_ffff_8100_0000;
    let seen = |bytes: &[u8], is_code: bool, relative: bool| {
        let mut seen = Vec::new();
        let mut note = |address: u64| {
            if (base..base + 0x1000).contains(&address) {
                seen.push(address - base);
            }
        };

        if is_code {
            references::in_code(base, bytes, true, &mut note);
        } else {
            references::in_data(base, bytes, relative, &mut note);
        }
        seen
    };

    // call .+0x105; jne .+0x106; lea 0x100(%rip), %rdi; mov $0xffffffff81000100, %rdi
    assert_eq!(
        seen(&[0x90, 0xe8, 0x00, 0x01, 0, 0, 0x90], true, true),
        [0x106]
    );
    assert_eq!(seen(&[0x0f, 0x85, 0x00, 0x01, 0, 0], true, true), [0x106]);
    assert_eq!(
        seen(&[0x48, 0x8d, 0x3d, 0x00, 0x01, 0, 0], true, true),
        [0x107]
    );
    assert_eq!(
        seen(&[0x48, 0xc7, 0xc7, 0x00, 0x01, 0x00, 0x81], true, true),
        [0x100]
    );
    // jmp .+0x12
    assert_eq!(seen(&[0x90, 0xeb, 0x10], true, true), [0x13]);
    // A pointer, and two distances.
    assert_eq!(
        seen(&(base + 0x123).to_le_bytes(), false, false),
        [0x123].as_slice()
    );
    assert_eq!(
        seen(&[0x20, 0, 0, 0, 0x30, 0, 0, 0], false, true),
        [0x20, 0x34]
    );
}

#[test]
fn a_kernel_is_found_in_what_is_booted() {
    use std::io::Write;

    let elf = [b"\x7fELF".as_slice(), &[7; 1000]].concat();
    let image = |payload: &[u8]| {
        let mut image = vec![0; 2 * 512 + 0x40];
        let length = u32::try_from(payload.len()).expect("a length");

        image[0x1f1] = 1;
        image[0x202..0x206].copy_from_slice(b"HdrS");
        image[0x248..0x24c].copy_from_slice(&0x40u32.to_le_bytes());
        image[0x24c..0x250].copy_from_slice(&length.to_le_bytes());
        image.extend(payload);
        image.extend([9; 100]);
        image
    };
    // The size comes after what is compressed.
    let with_size = |mut payload: Vec<u8>| {
        payload.extend(1004u32.to_le_bytes());
        payload
    };
    let zstd = with_size(zstd::encode_all(elf.as_slice(), 1).expect("zstd"));
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(&elf).expect("gzip");
    let gzip = with_size(gzip.finish().expect("gzip"));
    let mut xz = liblzma::write::XzEncoder::new(Vec::new(), 1);
    xz.write_all(&elf).expect("xz");
    let xz = with_size(xz.finish().expect("xz"));

    for payload in [&zstd, &gzip, &xz] {
        assert_eq!(image::unpack(&image(payload)).as_ref(), Some(&elf));
    }
    assert_eq!(image::unpack(&image(b"no such thing")), None);
    assert_eq!(image::unpack(&image(&zstd)[..0x24e]), None);
    assert_eq!(image::unpack(&elf), None);
    let mut beyond = image(&zstd);
    beyond[0x24f] = 0xff;
    assert_eq!(image::unpack(&beyond), None);
}

#[test]
fn what_cannot_be_replaced_is_not_looked_at() {
    let function = Symbol {
        name: "f",
        position: 1,
        position_loading: 1,
        address: 0,
        section: None,
        size: None,
        kind: Kind::Text,
        global: false,
        init: false,
        ftrace: Site::Yes,
    };

    assert!(can_be_replaced(&function));
    assert!(can_be_replaced(&Symbol {
        ftrace: Site::Unknown,
        ..function
    }));
    assert!(!can_be_replaced(&Symbol {
        ftrace: Site::No,
        ..function
    }));
    assert!(!can_be_replaced(&Symbol {
        init: true,
        ..function
    }));
    assert!(!can_be_replaced(&Symbol {
        kind: Kind::Data,
        ..function
    }));
}
