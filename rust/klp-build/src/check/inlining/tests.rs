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

    for _ in 0..2000 {
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
