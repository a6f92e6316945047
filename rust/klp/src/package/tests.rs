// SPDX-License-Identifier: GPL-2.0

use std::path::Path;

use super::*;
use crate::report::testing::finished;
use crate::system::fake::Machine;

/// Returns a machine on which one program answers, and in which file its command is.
fn answering(command: &'static str, answer: Finished) -> Machine {
    let machine = Machine::new();
    let root = machine.path().display().to_string();
    machine.on_command(move |asked| match asked.replace(&root, "ROOT") == command {
        true => Ok(answer.clone()),
        false => panic!("{}\nis not\n{command}", asked.replace(&root, "ROOT")),
    });
    machine
}

fn package(kind: Kind, version: &str) -> Package {
    Package {
        kind,
        name: "kernel-livepatch-a".to_owned(),
        version: version.to_owned(),
        arch: "x86_64".to_owned(),
    }
}

const OWNER: &str = r"rpm --root ROOT -q --queryformat '%{NAME}\t%{EPOCHNUM}\t%{VERSION}-%{RELEASE}\t%{ARCH}\n' -f /lib/a.ko";

#[test]
fn rpm_names_the_owner() {
    let owner = |status, output: &str, errors: &str| {
        let machine = answering(OWNER, finished(status, output, errors));
        Database::Rpm.owner(&machine.system(), Path::new("/lib/a.ko"))
    };
    let line = "kernel-livepatch-a\t0\t6-1.2\tx86_64\n";

    let found = owner(0, line, "").unwrap().unwrap();
    assert_eq!(found, package(Kind::Rpm, "6-1.2"));
    assert_eq!(found.to_string(), "kernel-livepatch-a-6-1.2.x86_64");
    let found = owner(0, &line.replace("\t0\t", "\t2\t"), "warning: x").unwrap();
    let found = found.unwrap();
    assert_eq!(found.version, "2:6-1.2");
    assert_eq!(found.to_string(), "kernel-livepatch-a-6-1.2.x86_64");
    assert_eq!(
        owner(1, "file /lib/a.ko is not owned by any package\n", "").unwrap(),
        None
    );
    assert_eq!(
        owner(1, "", "error: file /lib/a.ko: No such file or directory\n").unwrap(),
        None
    );
    for (status, output, expected) in [
        (
            1,
            "error: database is locked",
            "has failed (1): error: database is locked",
        ),
        (2, "", "has failed (2): "),
        (0, "", "has printed \"\", which is not understood"),
        (0, "a\tb", "has printed \"a\\tb\", which is not understood"),
        (0, "\u{1b}[2J", "which is not understood"),
    ] {
        let message = owner(status, output, "").unwrap_err().to_string();
        assert!(message.contains(expected), "{message}");
    }
}

#[test]
fn dpkg_names_the_owner() {
    let machine = Machine::new();
    machine.on_command(|command| {
        let command = command
            .split_once("/var/lib/dpkg ")
            .unwrap_or_else(|| panic!("{command}"))
            .1;
        Ok(match command {
            "--search '/lib/m/*.ko'" => panic!("a pattern"),
            "--search '/lib/m/\\*.ko'" => finished(1, "", "dpkg-query: no path found"),
            "--search '/usr/lib/m/\\*.ko'" => finished(
                0,
                "diversion by x from: /usr/lib/m/*.ko\na:amd64, b: /usr/lib/m/*.ko\n",
                "",
            ),
            "--search /usr/lib/x" => finished(1, "", ""),
            "--search /lib/x" => finished(1, "", ""),
            r"--show '--showformat=${Package}\t${Version}\t${Architecture}\n' -- a:amd64" => {
                finished(0, "a\t1:2-3\tamd64\n", "")
            }
            _ => panic!("{command}"),
        })
    });
    let owner = |path: &str| Database::Dpkg.owner(&machine.system(), Path::new(path));

    let found = owner("/lib/m/*.ko").unwrap().unwrap();
    assert_eq!(found.version, "1:2-3");
    assert_eq!(found.to_string(), "a_2-3_amd64");
    assert_eq!(owner("/usr/lib/x").unwrap(), None);
}

#[test]
fn databases_are_found_by_their_files() {
    let machine = Machine::new();
    assert_eq!(Database::present(&machine.system()), []);
    machine.write("var/lib/dpkg/status", "");
    assert_eq!(Database::present(&machine.system()), [Database::Dpkg]);
    machine.directory("usr/lib/sysimage/rpm");
    assert_eq!(
        Database::present(&machine.system()),
        [Database::Rpm, Database::Dpkg]
    );
}

#[test]
fn change_logs_are_read() {
    let machine = answering(
        "rpm --root ROOT -q --changelog kernel-livepatch-a-6-1.x86_64",
        finished(0, "- a\n", ""),
    );
    let log = Database::Rpm.changelog(&machine.system(), &package(Kind::Rpm, "6-1"));
    assert_eq!(log.unwrap(), "- a\n");

    let machine = Machine::new();
    let log =
        |machine: &Machine| Database::Dpkg.changelog(&machine.system(), &package(Kind::Deb, "6-1"));
    assert_eq!(log(&machine).unwrap(), "");
    machine.write("usr/share/doc/kernel-livepatch-a/changelog.Debian", "* b\n");
    assert_eq!(log(&machine).unwrap(), "* b\n");
    machine.write(
        "usr/share/doc/kernel-livepatch-a/changelog.Debian.gz",
        b"\x1f\x8b\x08",
    );
    assert!(log(&machine)
        .unwrap_err()
        .to_string()
        .contains("cannot uncompress"));
}

#[test]
fn dnf_is_asked_for_versions() {
    for output in [
        "0:1-1\n\n0:2-1\n\n1:1-1\n",
        "0:1-1\n0:2-1\n1:1-1",
        "  0:1-1 \n0:2-1\n1:1-1\n",
    ] {
        let machine = answering(
            r"dnf --installroot=ROOT --quiet repoquery --available --showduplicates --queryformat '%{epoch}:%{version}-%{release}\n' kernel-livepatch-a.x86_64",
            finished(0, output, "Unable to detect release version"),
        );
        let versions = Manager::Dnf
            .get()
            .versions(&machine.system(), &package(Kind::Rpm, "2-1"));
        assert_eq!(versions.unwrap(), ["1-1", "2-1", "1:1-1"]);
    }
}

#[test]
fn apt_is_asked_for_versions() {
    let machine = answering(
        "apt-cache --option Dir=ROOT --option Dir::State::status=ROOT/var/lib/dpkg/status --option DPkg::Options::=--root=ROOT madison kernel-livepatch-a",
        finished(
            0,
            " kernel-livepatch-a | 2-1 | file:/r ./ Packages\n kernel-livepatch-a | 1-1 | file:/r ./ Packages\n kernel-livepatch-a | 1-1 | file:/r ./ Sources\nnonsense\n x | 0-1 | y Packages\n",
            "",
        ),
    );
    let versions = Manager::Apt
        .get()
        .versions(&machine.system(), &package(Kind::Deb, "2-1"));
    assert_eq!(versions.unwrap(), ["2-1", "1-1"]);
}

#[test]
fn zypper_says_when_it_finds_nothing() {
    const COMMAND: &str = "zypper --root ROOT --non-interactive --xmlout search --details --match-exact --type package -- kernel-livepatch-a";
    let versions = |status| {
        let machine = answering(COMMAND, finished(status, "", "x\ny\n\n"));
        Manager::Zypper
            .get()
            .versions(&machine.system(), &package(Kind::Rpm, "2-1"))
    };

    assert_eq!(versions(104).unwrap(), Vec::<String>::new());
    let message = versions(7).unwrap_err().to_string();
    assert!(message.ends_with("has failed (7): x; y"), "{message}");
}

#[test]
fn commands_go_back() {
    let machine = Machine::new();
    let root = machine.path().display().to_string();
    for (manager, kind, expected) in [
        (
            Manager::Dnf,
            Kind::Rpm,
            "dnf --installroot=ROOT --assumeyes downgrade kernel-livepatch-a-1-1.x86_64",
        ),
        (
            Manager::Zypper,
            Kind::Rpm,
            "zypper --root ROOT --non-interactive install --oldpackage kernel-livepatch-a=1-1",
        ),
        (
            Manager::Apt,
            Kind::Deb,
            "apt-get --option Dir=ROOT --option Dir::State::status=ROOT/var/lib/dpkg/status --option DPkg::Options::=--root=ROOT --yes --allow-downgrades install kernel-livepatch-a=1-1",
        ),
    ] {
        let command = manager
            .get()
            .downgrade(&machine.system(), &package(kind, "2-1"), "1-1");
        assert_eq!(command.to_string().replace(&root, "ROOT"), expected);
    }
}

#[test]
fn the_versions_around_are_the_nearest() {
    for (versions, previous, newest) in [
        ("", None, None),
        ("2-1", None, None),
        ("1-1 2-1 3-1 10-1", Some("1-1"), Some("10-1")),
        ("10-1 1.9-1 1-1", Some("1.9-1"), Some("10-1")),
        ("1:0-1", None, Some("1:0-1")),
        ("0-0 nonsense", Some("0-0"), None),
    ] {
        let output = versions.replace(' ', "\n");
        let machine = Machine::new();
        machine.on_command(move |_| Ok(finished(0, &output, "")));
        let around = Around::of(Manager::Dnf, &machine.system(), &package(Kind::Rpm, "2-1"));
        let around = around.unwrap();

        assert_eq!(around.newest.as_deref(), newest, "{versions}");
        if versions.contains("nonsense") {
            assert!(around.previous.is_some());
        } else {
            assert_eq!(around.previous.as_deref(), previous, "{versions}");
        }
    }
}

#[test]
fn livepatch_packages_have_names() {
    for (name, expected) in [
        ("kernel-livepatch-6_4_0-150600_21-default", true),
        ("kpatch-patch-5_14_0-1_1", true),
        ("livepatch-a", true),
        ("linux-livepatch-6.12.0-amd64", true),
        ("kernel-livepatch-", false),
        ("kernel-livepatch", false),
        ("kernel-default", false),
        ("xkernel-livepatch-a", false),
        ("", false),
    ] {
        let package = Package {
            name: name.to_owned(),
            ..package(Kind::Rpm, "1-1")
        };
        assert_eq!(package.is_livepatch(), expected, "{name}");
    }
}

#[test]
fn zypper_is_for_machines_that_have_settings_for_it() {
    let machine = Machine::new();
    assert_eq!(manager_for(&machine.system(), Kind::Rpm), Manager::Dnf);
    assert_eq!(manager_for(&machine.system(), Kind::Deb), Manager::Apt);
    machine.directory("etc/zypp/repos.d");
    assert_eq!(manager_for(&machine.system(), Kind::Rpm), Manager::Zypper);
}
