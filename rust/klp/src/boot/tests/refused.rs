// SPDX-License-Identifier: GPL-2.0

//! What is not loaded, and why.

use super::*;

#[test]
fn the_kill_switch_is_honoured() {
    for (command_line, is_off) in [
        ("kpatch.enable=0\n", true),
        ("quiet kpatch.enable=0 splash", true),
        ("kpatch.enable=1", false),
        ("kpatch.enable=00", false),
        ("xkpatch.enable=0", false),
        ("", false),
    ] {
        let machine = machine();
        install(&machine, "fix", 1);
        machine.write("proc/cmdline", command_line);
        let ran = klp(&machine, &["boot"]);

        assert_eq!(ran.result.unwrap(), Exit::Success, "{command_line}");
        assert_eq!(machine.calls().is_empty(), is_off, "{command_line}");
        assert_eq!(ran.err.contains(KILL_SWITCH), is_off, "{command_line}");
    }
}

#[test]
fn one_that_is_refused_is_not_suspected() {
    let machine = machine();
    install(&machine, "a", 1);
    install(&machine, "b", 1);
    machine.on_load(|root, name| match name {
        "a" => Err(Errno::KEYREJECTED.into()),
        _ => loads(root, name),
    });
    let ran = klp(&machine, &["boot"]);

    assert_eq!(ran.result.unwrap(), Exit::Failure);
    assert!(ran.err.contains("klp: a: cannot load"), "{}", ran.err);
    assert_eq!(ran.out, "b is loaded\n");
    assert_eq!(states(&machine), [("b".to_owned(), State::Pending)]);
}

#[test]
fn one_that_is_refused_keeps_what_was_known_of_it() {
    let machine = machine();
    install(&machine, "a", 1);
    starts(&machine);
    klp(&machine, &["boot", "--mark-good"]);
    boot(&machine, 2);
    machine.on_load(|_, _| Err(Errno::NOEXEC.into()));
    starts(&machine);

    assert_eq!(states(&machine), [("a".to_owned(), State::Good)]);
    assert!(loads_of(&machine)[0].survived);
}

#[test]
fn files_that_make_no_sense_do_not_keep_others() {
    let machine = machine();
    let directory = format!("var/lib/kpatch/{RELEASE}");
    machine.write(&format!("{directory}/a.ko"), "no module");
    machine.write(&format!("{directory}/b.ko"), "");
    machine.directory(&format!("{directory}/c.ko"));
    machine.write(
        &format!("{directory}/d.ko"),
        Maker::livepatch("d").without("livepatch").bytes(),
    );
    machine.write(
        &format!("{directory}/e.ko"),
        Maker::livepatch("e").with("vermagic=1.2.3 SMP").bytes(),
    );
    machine.write(&format!("{directory}/f.ko"), Maker::livepatch("f").bytes());
    fs::set_permissions(
        machine.path().join(format!("{directory}/f.ko")),
        fs::Permissions::from_mode(0o666),
    )
    .unwrap();
    std::os::unix::fs::symlink("/none", machine.path().join(format!("{directory}/g.ko"))).unwrap();
    install(&machine, "z", 1);
    let ran = klp(&machine, &["boot"]);

    assert_eq!(ran.result.unwrap(), Exit::Failure);
    assert_eq!(machine.calls(), ["load z"]);
    for name in ["a", "b", "c", "d", "e", "f", "g"] {
        assert!(ran.err.contains(&format!("klp: {name}: ")), "{}", ran.err);
    }
    assert_eq!(states(&machine), [("z".to_owned(), State::Pending)]);
}

#[test]
fn a_directory_that_cannot_be_read_is_an_error() {
    let machine = machine();
    machine.write(&format!("var/lib/kpatch/{RELEASE}"), "a file");

    assert!(klp(&machine, &["boot"]).result.is_err());
}

#[test]
fn one_whose_transition_goes_on_is_suspected_too() {
    let machine = machine();
    install(&machine, "fix", 1);
    machine.directory("proc");
    machine.on_load(|root, name| {
        loads(root, name)?;
        fs::write(
            root.join("sys/kernel/livepatch")
                .join(name)
                .join("transition"),
            "1\n",
        )
    });
    let ran = klp(&machine, &["boot"]);

    assert!(ran.err.contains("its transition goes on"), "{}", ran.err);
    assert_eq!(states(&machine), [("fix".to_owned(), State::Pending)]);
}

#[test]
fn a_new_one_waits_as_long_as_the_policy_says() {
    let day = Duration::from_secs(24 * 3600);
    let mut policy = Policy::default();
    policy.boot.delay = day;

    for (installed, is_loaded) in [
        (0, true),
        (NOW - 24 * 3600, true),
        (NOW - 24 * 3600 + 1, false),
        (NOW, false),
        // The clock was wrong then, or is now.
        (NOW + 1, false),
    ] {
        let machine = machine();
        install(&machine, "fix", 1);
        installed_at(&machine, "fix", installed);
        let tried = try_all(&machine, &policy);

        assert_eq!(!machine.calls().is_empty(), is_loaded, "{installed}");
        assert!(!tried[0].fate.is_failure());
        assert_eq!(
            matches!(tried[0].fate, Fate::TooNew { .. }),
            !is_loaded,
            "{installed}"
        );
    }
}

#[test]
fn the_policy_decides() {
    for (policy, is_loaded) in [
        ("", true),
        ("[load]\ndirectories = [\"/var/lib/kpatch\"]", true),
        ("[load]\ndirectories = [\"/srv\"]", false),
        ("[load]\ndirectories = []", false),
        ("[blocked]\ncves = [\"CVE-2026-12345\"]", true),
        // It has no table, and replaces nothing.
        ("[blocked]\nfunctions = [\"foo\"]", true),
        ("no policy", false),
    ] {
        let machine = machine();
        install(&machine, "fix", 1);
        machine.write("etc/livepatch/klp.toml", policy);
        let ran = klp(&machine, &["boot"]);

        assert_eq!(!machine.calls().is_empty(), is_loaded, "{policy}");
        assert_eq!(matches!(ran.result, Ok(Exit::Success)), is_loaded);
    }
}

/// Returns a section of notes that says of a livepatch what it fixes.
fn note_of(cve: &str) -> Vec<u8> {
    let text = format!("name=fix\0kernel={RELEASE}\0date=1\0fix=one\0title=One\0cve={cve}\0");
    let owner = b"rust-livepatch\0\0";
    let mut note = Vec::new();
    for word in [owner.len() - 1, text.len(), 1] {
        note.extend_from_slice(&u32::try_from(word).unwrap().to_le_bytes());
    }
    note.extend_from_slice(owner);
    note.extend_from_slice(text.as_bytes());
    note.resize(note.len().next_multiple_of(4), 0);
    note
}

#[test]
fn a_fix_that_is_blocked_is_not_loaded() {
    let fixes = note_of("CVE-2026-12345");
    for (blocked, is_loaded) in [("CVE-2026-12345", false), ("CVE-2026-54321", true)] {
        let machine = machine();
        let module = Maker::livepatch("fix").section(livepatch_abi::note::SECTION, &fixes);
        machine.write(&format!("var/lib/kpatch/{RELEASE}/fix.ko"), module.bytes());
        installed_at(&machine, "fix", NOW - 3600);
        machine.write(
            "etc/livepatch/klp.toml",
            format!("[blocked]\ncves = [\"{blocked}\"]"),
        );
        let ran = klp(&machine, &["boot"]);

        assert_eq!(!machine.calls().is_empty(), is_loaded, "{}", ran.err);
        assert_eq!(
            ran.err
                .contains("the policy does not allow it: it fixes CVE-2026-12345"),
            !is_loaded
        );
    }
}

#[test]
fn only_root_boots() {
    let machine = machine();
    install(&machine, "fix", 1);
    let mut system = machine.system();
    system.euid = 1000;
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let failure = crate::face::klp::run(
        &["boot".into()],
        &mut crate::face::Context {
            system: &system,
            out: &mut out,
            err: &mut err,
        },
    )
    .unwrap_err();

    assert_eq!(failure.exit, Exit::Denied);
}
