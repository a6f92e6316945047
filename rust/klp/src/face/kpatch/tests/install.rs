// SPDX-License-Identifier: GPL-2.0

use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::*;
use crate::system::Finished;

/// Returns a machine with the file of a livepatch.
fn with_file() -> Machine {
    let machine = machine();
    file(&machine, "root/my-fix.ko", "fix");
    machine
}

/// Returns what is below `/var/lib/kpatch`.
fn installed(machine: &Machine) -> Vec<String> {
    let mut found = Vec::new();
    let Ok(releases) = fs::read_dir(machine.path().join("var/lib/kpatch")) else {
        return found;
    };
    for release in releases {
        let release = release.unwrap().path();
        let name = release.file_name().unwrap().to_str().unwrap().to_owned();
        for file in fs::read_dir(&release).unwrap() {
            let file = file.unwrap().file_name();
            found.push(format!("{name}/{}", file.to_str().unwrap()));
        }
        found.push(name);
    }
    found.sort();
    found
}

#[test]
fn a_livepatch_is_installed_as_it_is() {
    for arguments in [
        &["install", "/root/my-fix.ko"][..],
        &["install", "-k", RELEASE, "/root/my-fix.ko"],
        &["install", "/root/my-fix.ko", "-k7.3.4"],
        &["install", "--kernel-version=7.3.4", "--", "/root/my-fix.ko"],
    ] {
        let machine = with_file();

        prints(
            &machine,
            arguments,
            0,
            "installing /root/my-fix.ko (7.3.4)\n",
            "",
        );
        let path = machine.path().join("var/lib/kpatch/7.3.4/my-fix.ko");
        let source = fs::read(machine.path().join("root/my-fix.ko")).unwrap();
        assert_eq!(fs::read(&path).unwrap(), source);
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o7777,
            0o644
        );
        assert_eq!(installed(&machine), ["7.3.4", "7.3.4/my-fix.ko"]);
    }
}

#[test]
fn the_service_is_enabled_where_there_is_one() {
    let machine = with_file();
    machine.on_command(|command| {
        assert!(command.starts_with("systemctl --root="), "{command}");
        assert!(command.ends_with(" enable kpatch.service"), "{command}");
        Ok(Finished {
            status: Some(0),
            ..Finished::default()
        })
    });
    prints(
        &machine,
        &["install", "/root/my-fix.ko"],
        0,
        "installing /root/my-fix.ko (7.3.4)\n",
        "",
    );
    assert_eq!(machine.calls(), [""; 0]);

    let machine = with_file();
    machine.write("usr/lib/systemd/system/kpatch.service", "");
    machine.on_command(|_| {
        Ok(Finished {
            status: Some(4),
            ..Finished::default()
        })
    });
    prints(
        &machine,
        &["install", "/root/my-fix.ko"],
        1,
        "installing /root/my-fix.ko (7.3.4)\n",
        "kpatch: /root/my-fix.ko is installed, but kpatch.service is not enabled, and does not load it at boot\n",
    );
    assert_eq!(machine.calls().len(), 1);
}

#[test]
fn what_is_installed_already_is_not_installed_again() {
    let machine = with_file();
    kpatch(&machine, &["install", "/root/my-fix.ko"]);

    prints(
        &machine,
        &["install", "/root/my-fix.ko"],
        1,
        "",
        "kpatch: /root/my-fix.ko is already installed\n",
    );
}

#[test]
fn what_makes_no_sense_is_refused() {
    let machine = with_file();
    machine.write("root/fix.txt", "");
    for (arguments, message) in [
        (&["install"][..], "kpatch: no module file specified\n"),
        (&["install", ""], "kpatch: no module file specified\n"),
        (&["install", "--"], "kpatch: no module file specified\n"),
        (
            &["install", "-k", "1"],
            "kpatch: no module file specified\n",
        ),
        (
            &["install", "/root/no.ko"],
            "kpatch: /root/no.ko doesn't exist\n",
        ),
        (
            &["install", "/root/fix.txt"],
            "kpatch: /root/fix.txt isn't a .ko file\n",
        ),
        (
            &["install", "-k", "6.1.0", "/root/my-fix.ko"],
            "kpatch: invalid module version 7.3.4 for kernel 6.1.0\n",
        ),
        (
            &["install", "-k", "", "/root/my-fix.ko"],
            "kpatch: invalid module version 7.3.4 for kernel \n",
        ),
        (
            &["install", "-x"],
            "getopt: invalid option -- 'x'\nkpatch: getopt failed\n",
        ),
        (
            &["install", "-k"],
            "getopt: option requires an argument -- 'k'\nkpatch: getopt failed\n",
        ),
        (
            &["uninstall", "--all"],
            "getopt: unrecognized option '--all'\nkpatch: getopt failed\n",
        ),
        (&["uninstall"], "kpatch: no module file specified\n"),
        (
            &["uninstall", "/root/my-fix.ko"],
            "kpatch: please supply patch module name without path\n",
        ),
        (
            &["uninstall", "fix"],
            "kpatch: fix is not installed for kernel 7.3.4\n",
        ),
        (
            &["uninstall", "-k", "1.2", "fix"],
            "kpatch: fix is not installed for kernel 1.2\n",
        ),
        (
            &["uninstall", "-k", "..", "kpatch"],
            "kpatch: kpatch is not installed for kernel ..\n",
        ),
        (
            &["uninstall", "-k", "7.3.4/../..", "kpatch"],
            "kpatch: kpatch is not installed for kernel 7.3.4/../..\n",
        ),
    ] {
        prints(&machine, arguments, 1, "", message);
    }
    assert_eq!(installed(&machine), [""; 0]);
}

#[test]
fn a_module_that_says_no_kernel_is_for_none() {
    let machine = machine();
    machine.write(
        "root/fix.ko",
        Maker::livepatch("fix").without("vermagic").bytes(),
    );

    prints(
        &machine,
        &["install", "/root/fix.ko"],
        1,
        "",
        "kpatch: invalid module version  for kernel 7.3.4\n",
    );
}

#[test]
fn what_is_no_livepatch_is_refused() {
    let machine = machine();
    for (bytes, message) in [
        (
            Maker::livepatch("fix").without("livepatch").bytes(),
            "it is no livepatch",
        ),
        (
            Maker::livepatch("fix").with("livepatch=N").bytes(),
            "it is no livepatch",
        ),
        (Maker::livepatch("a b").bytes(), "is no name of a module"),
        (Maker::livepatch("../x").bytes(), "is no name of a module"),
        (
            b"text".to_vec(),
            "it is no ELF file\nkpatch: modinfo failed",
        ),
        (Vec::new(), "it is no ELF file\nkpatch: modinfo failed"),
        (
            b"\x7fELF\x01".to_vec(),
            "32 bits: only 64-bit kernels can be live patched\nkpatch: modinfo failed",
        ),
        (b"\x1f\x8b\x08".to_vec(), "cannot be uncompressed"),
    ] {
        machine.write("root/fix.ko", bytes);
        let (status, out, err) = kpatch(&machine, &["install", "/root/fix.ko"]);

        assert_eq!((status, out.as_str()), (1, ""));
        assert!(err.contains(message), "{err}");
    }
    assert_eq!(installed(&machine), [""; 0]);
}

#[test]
fn what_others_can_write_is_refused() {
    for path in ["root/my-fix.ko", "root"] {
        for mode in [0o775, 0o757, 0o777] {
            let machine = with_file();
            let permissions = fs::Permissions::from_mode(mode);
            fs::set_permissions(machine.path().join(path), permissions).unwrap();
            for command in ["install", "load"] {
                let (status, _, err) = kpatch(&machine, &[command, "/root/my-fix.ko"]);

                assert_eq!(status, 1);
                assert!(err.contains("can be written by others than root"), "{err}");
            }
            assert_eq!(installed(&machine), [""; 0]);
            assert_eq!(machine.calls(), [""; 0]);
        }
    }
}

#[test]
fn a_directory_that_others_can_write_is_no_place_to_install() {
    let machine = with_file();
    machine.directory("var/lib/kpatch");
    let directory = machine.path().join("var/lib/kpatch");
    fs::set_permissions(&directory, fs::Permissions::from_mode(0o1777)).unwrap();

    machine.directory("var/lib/kpatch/7.3.4");
    fs::set_permissions(directory.join("7.3.4"), fs::Permissions::from_mode(0o777)).unwrap();
    let (status, _, err) = kpatch(&machine, &["install", "/root/my-fix.ko"]);
    assert_eq!(status, 1);
    assert!(err.contains("can be written by others than root"), "{err}");
    assert!(
        err.ends_with("kpatch: failed to install module /root/my-fix.ko\n"),
        "{err}"
    );
}

#[test]
fn what_is_uninstalled_is_gone_with_its_directories() {
    for name in ["my-fix.ko", "my-fix", "my_fix", "my_fix.ko"] {
        let machine = with_file();
        kpatch(&machine, &["install", "/root/my-fix.ko"]);
        let out = format!("uninstalling {name} (7.3.4)\n");

        prints(&machine, &["uninstall", name], 0, &out, "");
        assert!(!machine.path().join("var/lib/kpatch").exists());
    }
}

#[test]
fn what_else_is_installed_stays() {
    let machine = with_file();
    file(&machine, "root/b.ko", "b");
    machine.write("var/lib/kpatch/6.1.0/old.ko", "");
    kpatch(&machine, &["install", "/root/my-fix.ko"]);
    kpatch(&machine, &["install", "/root/b.ko"]);

    kpatch(&machine, &["uninstall", "b"]);
    assert_eq!(
        installed(&machine),
        ["6.1.0", "6.1.0/old.ko", "7.3.4", "7.3.4/my-fix.ko"]
    );
    kpatch(&machine, &["uninstall", "my-fix"]);
    assert_eq!(installed(&machine), ["6.1.0", "6.1.0/old.ko"]);
    let out = "uninstalling old (6.1.0)\n";
    prints(&machine, &["uninstall", "-k", "6.1.0", "old"], 0, out, "");
    assert_eq!(installed(&machine), [""; 0]);
}

#[test]
fn what_was_not_finished_is_no_obstacle() {
    let machine = with_file();
    machine.write("var/lib/kpatch/7.3.4/.my-fix.ko.klp-new", "half");

    prints(
        &machine,
        &["install", "/root/my-fix.ko"],
        0,
        "installing /root/my-fix.ko (7.3.4)\n",
        "",
    );
    machine.write("var/lib/kpatch/7.3.4/.other.ko.klp-new", "half");
    kpatch(&machine, &["uninstall", "my-fix"]);
    assert_eq!(installed(&machine), [""; 0]);
}
