// SPDX-License-Identifier: GPL-2.0

use std::fs;

use super::*;
use crate::testing::{module, Function};
use crate::{Resolution, Site};

/// A directory as scripts/kernel makes it.
fn fake() -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    let write = |path: &str, contents: &[u8]| {
        let path = directory.path().join(path);

        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, contents).unwrap();
    };
    let function = |name, section| Function {
        name,
        section,
        has_site: true,
    };

    write(
        "kallsyms",
        b"ffffffff81000000 T _stext\n\
          ffffffff81000010 t show\n\
          ffffffff81000020 t show\n\
          ffffffff81000030 t show.isra.0\n\
          ffffffff81000040 T only\n\
          ffffffff81000050 T end\n",
    );
    write("ftrace", b"ffffffff81000014 show\nffffffff81000044 only\n");
    write("btf", b"no BTF");
    write("notes", b"\x04\0\0\0\x02\0\0\0\x03\0\0\0GNU\0\xab\xcd\0\0");
    write("config", b"CONFIG_LIVEPATCH=y\n");
    write("kernel.json", br#"{"release": "7.3.4"}"#);
    write(
        "tree/Module.symvers",
        b"0x00000001\tonly\tvmlinux\tEXPORT_SYMBOL_GPL\tNS\n",
    );

    let modules = "modules/lib/modules/7.3.4";

    write(
        &format!("{modules}/modules.builtin"),
        b"kernel/pkt-gen.ko\n",
    );
    write(
        &format!("{modules}/kernel/af-packet.ko"),
        &module(&[
            function("open", ".init.text"),
            function("open", ".text"),
            function("recv", ".text"),
            function("recv", ".text"),
        ]),
    );
    write(&format!("{modules}/kernel/broken.ko.xz"), b"\xfd7zXZ\0...");
    directory
}

fn open(directory: &Path) -> Kernel {
    Kernel::open(&Sources::directory(directory).unwrap(), None).unwrap()
}

fn object(kernel: &Kernel, name: &str) -> Object {
    match kernel.object(name).unwrap() {
        Lookup::Found(object) => object,
        other => panic!("{name}: {other:?}"),
    }
}

#[test]
fn what_is_known() {
    let directory = fake();
    let kernel = open(directory.path());
    let export = kernel.export("only").unwrap().unwrap();

    assert_eq!(kernel.release(), Ok("7.3.4"));
    assert_eq!(kernel.build_id().unwrap(), Some(vec![0xab, 0xcd]));
    assert_eq!(kernel.config("LIVEPATCH").unwrap(), Some("y"));
    assert_eq!(kernel.config("CONFIG_RUST").unwrap(), None);
    assert_eq!(
        (export.module, export.gpl, export.namespace),
        ("vmlinux", true, Some("NS"))
    );
    assert_eq!(kernel.export("show").unwrap(), None);
    assert_eq!(&*kernel.btf_bytes().unwrap(), b"no BTF");
    assert!(matches!(kernel.btf(), Err(Error::Btf { .. })));
}

#[test]
fn what_is_not_known() {
    let kernel = Kernel::open(&Sources::default(), None).unwrap();

    assert_eq!(kernel.release(), Err(Unknown(Part::Release)));
    assert!(matches!(
        kernel.object("vmlinux"),
        Ok(Lookup::Unknown(Unknown(Part::Kallsyms)))
    ));
    assert!(matches!(
        kernel.object("ext4"),
        Ok(Lookup::Unknown(Unknown(Part::Modules)))
    ));
    for result in [
        kernel.export("a").map(|_| ()),
        kernel.config("A").map(|_| ()),
        kernel.build_id().map(|_| ()),
        kernel.btf().map(|_| ()),
    ] {
        let error = result.unwrap_err();

        assert!(matches!(error, Error::Unknown(_)));
        assert!(error.to_string().ends_with("is not known"), "{error}");
    }
    assert!(kernel.objects_with("a").unwrap().is_empty());
}

#[test]
fn functions_of_the_kernel() {
    let directory = fake();
    let kernel = open(directory.path());
    let vmlinux = object(&kernel, "vmlinux");
    let sites: Vec<_> = vmlinux
        .symbols("show")
        .iter()
        .map(|symbol| symbol.ftrace)
        .collect();

    assert!(vmlinux.is_vmlinux() && vmlinux.file().is_none());
    assert_eq!(sites, [Site::Yes, Site::No]);
    assert!(matches!(vmlinux.resolve("show", 0), Resolution::Ambiguous(all) if all.len() == 2));
    assert!(
        matches!(vmlinux.resolve("show", 2), Resolution::Found(symbol) if symbol.position == 2)
    );
    assert!(matches!(vmlinux.resolve("show", 3), Resolution::OutOfRange(all) if all.len() == 2));
    assert!(matches!(vmlinux.resolve("only", 0), Resolution::Found(_)));
    assert!(matches!(vmlinux.resolve("only", 1), Resolution::Found(_)));
    assert_eq!(vmlinux.resolve("none", 0), Resolution::Missing);
    assert_eq!(vmlinux.clones("show")[0].name, "show.isra.0");
    assert_eq!(vmlinux.similar("onyl"), ["only"]);
}

#[test]
fn functions_of_modules() {
    let directory = fake();
    let kernel = open(directory.path());
    let packet = object(&kernel, "af-packet");

    assert_eq!(packet.name(), "af_packet");
    assert!(packet.file().is_some());
    assert!(matches!(packet.resolve("recv", 2), Resolution::Found(symbol) if symbol.address == 32));
    // The first one counts until the module has been initialised.
    assert!(matches!(
        packet.resolve("open", 1),
        Resolution::Unsteady {
            loaded: Some(Symbol { init: false, .. }),
            loading: Some(Symbol { init: true, .. }),
        }
    ));
    assert!(matches!(
        packet.resolve("open", 2),
        Resolution::Unsteady {
            loaded: None,
            loading: Some(_),
        }
    ));
    assert!(matches!(
        packet.resolve("open", 0),
        Resolution::Unsteady {
            loaded: Some(_),
            loading: None,
        }
    ));
    assert!(matches!(packet.btf(), Err(Error::Unknown(_))));
}

#[test]
fn modules_that_are_none() {
    let directory = fake();
    let kernel = open(directory.path());

    assert!(matches!(kernel.object("pkt_gen").unwrap(), Lookup::BuiltIn));
    assert!(matches!(
        kernel.object("af_paket").unwrap(),
        Lookup::Missing { similar } if similar == ["af_packet"]
    ));
    assert!(matches!(kernel.object("broken"), Err(Error::File(_))));
}

#[test]
fn objects_with_a_function() {
    let directory = fake();
    let kernel = open(directory.path());

    assert_eq!(kernel.objects_with("recv").unwrap(), ["af_packet"]);
    assert_eq!(kernel.objects_with("only").unwrap(), ["vmlinux"]);
    assert!(kernel.objects_with("none").unwrap().is_empty());
}

#[test]
fn hidden_addresses_are_an_error() {
    let directory = fake();

    fs::write(
        directory.path().join("kallsyms"),
        "0000000000000000 T _stext\n",
    )
    .unwrap();
    assert!(matches!(
        open(directory.path()).object("vmlinux"),
        Err(Error::Hidden { .. })
    ));
}
