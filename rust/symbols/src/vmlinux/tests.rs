// SPDX-License-Identifier: GPL-2.0

use super::*;

const KEY: Key = [0; 32];

/// As a kernel has it: per-CPU symbols first, aliases, the same name several times, parts that are freed.
const KALLSYMS: &[u8] = b"\
0000000000001000 A __per_cpu_start
0000000000001010 A counter
0000000000002000 A __per_cpu_end
ffffffff81000000 T _stext
ffffffff81000010 t show
ffffffff81000020 T alias
ffffffff81000020 T real
ffffffff81000030 t show
ffffffff81000040 t show.isra.0
ffffffff81000050 W weak
ffffffff81000060 t show
ffffffff81000070 T last
ffffffff82000000 D data
ffffffff82000008 r constant
ffffffff83000000 T __init_begin
ffffffff83000010 t setup
ffffffff83000020 T __init_end
ffffffffc0000000 t show\t[module]
";

fn table(kallsyms: &[u8], ftrace: Option<&[u8]>) -> Result<Table<Row>, Error> {
    build(
        (Path::new("kallsyms"), kallsyms),
        ftrace.map(|text| (Path::new("ftrace"), text)),
        &KEY,
    )
}

fn sites(ftrace: &[u8], name: &str) -> Vec<Site> {
    let table = table(KALLSYMS, Some(ftrace)).unwrap();

    table
        .named(name)
        .iter()
        .map(|row| row.symbol(&table).ftrace)
        .collect()
}

#[test]
fn symbols() {
    let table = table(KALLSYMS, None).unwrap();
    let of = |name| -> Vec<_> {
        table
            .named(name)
            .iter()
            .map(|row| row.symbol(&table))
            .collect()
    };

    assert_eq!(
        of("show")
            .iter()
            .map(|symbol| (symbol.position, symbol.address & 0xff, symbol.size))
            .collect::<Vec<_>>(),
        [
            (1, 0x10, Some(16)),
            (2, 0x30, Some(16)),
            (3, 0x60, Some(16))
        ]
    );
    assert_eq!(of("alias")[0].size, Some(16));
    assert_eq!(of("__init_end")[0].size, None);
    assert_eq!(of("last")[0].size, Some(0xff_ff90));
    assert!(of("setup")[0].init);
    assert!(!of("last")[0].init && of("last")[0].global && !of("show")[0].global);

    for (name, kind) in [
        ("show", Kind::Text),
        ("weak", Kind::Text),
        ("data", Kind::Data),
        ("constant", Kind::ReadOnly),
        ("counter", Kind::PerCpu),
    ] {
        assert_eq!(of(name)[0].kind, kind, "{name}");
    }
    assert_eq!(of("show")[0].ftrace, Site::Unknown);
}

#[test]
fn sites_by_address() {
    let ftrace = b"ffffffff81000014 show\nffffffff81000020 alias\nffffffff81000064 show\nffffffffc0000000 show [module]\n";

    assert_eq!(sites(ftrace, "show"), [Site::Yes, Site::No, Site::Yes]);
    assert_eq!(sites(ftrace, "alias"), [Site::Yes]);
    assert_eq!(sites(ftrace, "real"), [Site::Yes]);
    assert_eq!(sites(ftrace, "last"), [Site::No]);
}

#[test]
fn sites_by_name() {
    // All of them, or none.
    assert_eq!(
        sites(b"show\nalias\nshow\nweak\nshow\n", "show"),
        [Site::Yes; 3]
    );
    assert_eq!(sites(b"alias\nweak\n", "show"), [Site::No; 3]);
    // A site has the name of the first of the symbols at its address.
    assert_eq!(sites(b"alias\nweak\n", "real"), [Site::Yes]);
    // Others say where it is: behind `alias`, before `weak`.
    assert_eq!(
        sites(b"alias\nshow\nweak\n", "show"),
        [Site::No, Site::Yes, Site::No]
    );
    // Nothing says which of the first two.
    assert_eq!(
        sites(b"show\nweak\nshow\nlast\n", "show"),
        [Site::Unknown, Site::Unknown, Site::Yes]
    );
    // A list in another order says less.
    assert_eq!(sites(b"weak\nshow\nalias\n", "show"), [Site::Unknown; 3]);
}

#[test]
fn another_kernels_sites() {
    for ftrace in [
        &b"ffffffff91000010 show\nffffffff91000020 alias\n"[..],
        b"other\nothers\nshow\n",
    ] {
        let error = table(KALLSYMS, Some(ftrace)).unwrap_err().to_string();

        assert!(error.contains("the list is not of the kernel"), "{error}");
    }
    assert!(table(KALLSYMS, Some(b"")).is_err());
}

#[test]
fn hidden_addresses() {
    let error = table(b"0000000000000000 T _text\n0000000000000000 t show\n", None).unwrap_err();

    assert!(matches!(error, Error::Hidden { .. }));
    assert!(error.to_string().contains("kptr_restrict"));
}

#[test]
fn no_symbols() {
    assert!(table(b"", None).is_err());
    assert!(table(&[0xff; 100], None).is_err());
}

#[test]
fn the_greatest_addresses() {
    let text = b"0 T _text\nffffffffffffffff T end\nffffffffffffffff T alias\n";
    let table = table(text, Some(b"ffffffffffffffff end\n0 _text\n")).unwrap();
    let symbol = table.named("alias")[0].symbol(&table);

    assert_eq!((symbol.size, symbol.ftrace), (None, Site::Yes));
    assert_eq!(table.named("_text")[0].symbol(&table).size, None);
}

#[test]
fn arbitrary_bytes() {
    let ftrace = b"ffffffff81000014 show\nffffffff81000020 alias\nffffffff81000064 show\n";
    let names = b"show\nalias\nshow\nweak\nlast\n";
    // A linear congruential generator: the same bytes in each run.
    let mut state: u64 = 1;
    let mut random = |below: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 33) as usize % below
    };

    for round in 0..3000 {
        let mut texts = [
            KALLSYMS.to_vec(),
            if round % 2 == 0 {
                ftrace.to_vec()
            } else {
                names.to_vec()
            },
        ];

        for text in &mut texts {
            for _ in 0..random(8) {
                let at = random(text.len());

                text[at] = random(256) as u8;
            }
            text.truncate(text.len() - random(4));
        }

        let [kallsyms, ftrace] = texts;

        if let Ok(table) = table(&kallsyms, Some(&ftrace)) {
            for row in table.records() {
                let name = row.symbol(&table).name;

                assert!(!table.named(name).is_empty());
            }
        }
    }
}
