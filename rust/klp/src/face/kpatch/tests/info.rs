// SPDX-License-Identifier: GPL-2.0

use super::*;

#[test]
fn the_entries_of_the_module_are_printed_as_modinfo_does() {
    let machine = machine();
    let maker = Maker {
        modinfo: [
            "srcversion=0123",
            "parm=first:the first (default 1)",
            "parmtype=first:int",
            "license=GPL",
            "parm=text:only text",
            "parmtype=type:bool",
            "alias=",
            "vermagic=7.3.4 SMP ",
        ]
        .map(str::to_owned)
        .to_vec(),
        ..Maker::livepatch("fix")
    };
    machine.write("root/fix.ko", maker.bytes());

    prints(
        &machine,
        &["info", "/root/fix.ko"],
        0,
        &format!(
            "Patch information for /root/fix.ko:\n\
             filename:       {}\n\
             srcversion:     0123\n\
             license:        GPL\n\
             alias:          \n\
             vermagic:       7.3.4 SMP \n\
             parm:           type:bool\n\
             parm:           text:only text\n\
             parm:           first:the first (default 1) (int)\n",
            machine.path().join("root/fix.ko").display()
        ),
        "",
    );
}

#[test]
fn any_module_may_be_looked_at() {
    let machine = machine();
    machine.write(
        "root/ordinary.ko",
        Maker::livepatch("x").without("livepatch").bytes(),
    );
    let (status, out, _) = kpatch(&machine, &["info", "/root/ordinary.ko"]);

    assert_eq!(status, 0);
    assert!(out.contains("license:        GPL\n"));
}

#[test]
fn what_is_no_module_has_no_information() {
    let machine = machine();
    for (file, bytes) in [
        ("text.ko", &b"no module"[..]),
        ("empty.ko", b""),
        ("cut.ko", b"\x7fELF\x02\x01\x01"),
    ] {
        machine.write(&format!("root/{file}"), bytes);
        let path = format!("/root/{file}");
        let (status, out, err) = kpatch(&machine, &["info", &path]);

        assert_eq!(
            (status, out),
            (1, format!("Patch information for {path}:\n"))
        );
        assert!(err.ends_with(&format!("kpatch: failed to get info for module {path}\n")));
        assert_eq!(err.lines().count(), 2, "{err}");
    }
}

#[test]
fn what_is_not_there_is_not_found() {
    for name in ["fix", "fix.ko", "/root/fix.ko"] {
        prints(
            &machine(),
            &["info", name],
            1,
            "",
            &format!("kpatch: can't find {name}\n"),
        );
    }
}
