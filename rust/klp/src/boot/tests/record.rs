// SPDX-License-Identifier: GPL-2.0

//! What is remembered of boots.

use super::*;

/// Returns a load of the first version, or the second.
fn load_of(livepatch: &str, version: bool, boot: u32, state: State) -> Load {
    Load {
        livepatch: livepatch.to_owned(),
        release: RELEASE.to_owned(),
        checksum: version.to_string(),
        boot: boot.to_string(),
        time: NOW,
        state,
        survived: false,
    }
}

#[test]
fn boots_that_are_cut_off_come_to_an_end() {
    // Whichever are old, good, and of another version now: each boot that is cut off takes at least one.
    let names = ["a", "b", "c", "d"];
    for pattern in 0..1 << 12_u32 {
        let is = |bit: usize, of: usize| pattern & (1 << (of * names.len() + bit)) != 0;
        let mut record = Record::default();
        for (bit, name) in names.iter().enumerate() {
            if is(bit, 0) {
                record.begin(load_of(name, false, 1, State::Pending));
            }
        }
        if is(0, 1) {
            record.mark_good("1");
        }
        for boot in 2.. {
            record.judge(&boot.to_string());
            let held = |name: &str, version| {
                record
                    .is_held_back(RELEASE, name, if version { "true" } else { "false" })
                    .is_some()
            };
            let loaded: Vec<_> = names
                .iter()
                .enumerate()
                .filter(|(bit, name)| !held(name, is(*bit, 2)))
                .collect();
            if loaded.is_empty() {
                break;
            }
            for (bit, name) in loaded {
                record.begin(load_of(name, is(bit, 2), boot, State::Pending));
            }
            assert!(boot <= 2 + 4, "{pattern:012b}");
        }
    }
}

#[test]
fn a_clock_that_goes_wrong_changes_nothing() {
    for time in [0, 1, NOW - 1, NOW + 1, u64::MAX] {
        let machine = machine();
        install(&machine, "fix", 1);
        starts(&machine);
        let record = machine.text(RECORD);
        machine.write(
            RECORD,
            record.replace(&format!("\"time\": {NOW}"), &format!("\"time\": {time}")),
        );
        assert_eq!(loads_of(&machine)[0].time, time);
        boot(&machine, 2);

        assert_eq!(starts(&machine), [""; 0], "{time}");
        // It is printed too.
        assert!(klp(&machine, &["status"]).err.contains("fix is not loaded"));
    }
}

#[test]
fn a_torn_record_is_none() {
    let machine = machine();
    install(&machine, "fix", 1);
    install(&machine, "other", 1);
    starts(&machine);
    let whole = machine.text(RECORD);

    for length in 0..whole.len() - 2 {
        machine.write(RECORD, &whole[..length]);
        assert!(Record::read(&machine.system().root).unwrap().is_empty());
    }
    machine.write(RECORD, &whole[..whole.len() / 2]);
    boot(&machine, 2);
    assert_eq!(starts(&machine), ["load fix", "load other"]);
    assert_eq!(states(&machine).len(), 2);
}

#[test]
fn a_record_that_makes_no_sense_is_none() {
    for nonsense in [
        &b""[..],
        b"\0\0\0\0",
        b"null",
        b"[]",
        b"{}",
        b"{\"version\":1}",
        b"{\"version\":0,\"loads\":[]}",
        b"{\"version\":-1,\"loads\":[]}",
        b"{\"version\":1,\"loads\":{}}",
        b"{\"version\":1,\"loads\":[{}]}",
        b"{\"version\":1,\"loads\":[{\"livepatch\":\"fix\"}]}",
        b"\xff\xfe",
        &[b'['; 100_000],
        &[b' '; (1 << 20) + 1],
    ] {
        let machine = machine();
        install(&machine, "fix", 1);
        machine.write(RECORD, nonsense);

        assert_eq!(starts(&machine), ["load fix"]);
        assert_eq!(states(&machine), [("fix".to_owned(), State::Pending)]);
    }
}

#[test]
fn a_record_of_the_future_is_left_alone() {
    let machine = machine();
    install(&machine, "fix", 1);
    machine.write(RECORD, "{\"version\":2,\"blobs\":[]}");
    let ran = klp(&machine, &["boot"]);

    let error = ran.result.unwrap_err().error.to_string();
    assert!(error.contains("of version 2"), "{error}");
    assert!(machine.calls().is_empty());
    assert_eq!(machine.text(RECORD), "{\"version\":2,\"blobs\":[]}");
}

#[test]
fn without_a_record_nothing_is_loaded() {
    // A directory in its place, and a file in place of its directory.
    for obstacle in ["var/lib/klp/boot/x", "var/lib/klp"] {
        let machine = machine();
        install(&machine, "fix", 1);
        machine.write(obstacle, "");
        let ran = klp(&machine, &["boot"]);

        assert!(machine.calls().is_empty(), "{obstacle}");
        assert!(!matches!(ran.result, Ok(Exit::Success)), "{obstacle}");
    }
}

#[test]
fn without_the_id_of_the_boot_nothing_is_loaded() {
    let machine = machine();
    install(&machine, "fix", 1);
    fs::remove_file(machine.path().join("proc/sys/kernel/random/boot_id")).unwrap();

    assert!(klp(&machine, &["boot"]).result.is_err());
    assert!(machine.calls().is_empty());
}

#[test]
fn the_record_does_not_grow_for_ever() {
    let machine = machine();
    let load = |number: u32, state| load_of(&format!("fix{number}"), true, 1, state);
    let mut record = Record::default();
    record.begin(load(0, State::HeldBack));
    for number in 1..1000 {
        record.begin(load(number, State::Good));
    }
    record.write(&machine.system().root).unwrap();
    let record = Record::read(&machine.system().root).unwrap();

    assert!(record.is_held_back(RELEASE, "fix0", "true").is_some());
    let names: Vec<_> = record.into_loads().map(|load| load.livepatch).collect();
    assert_eq!(names.len(), 256);
    assert_eq!(names.last().unwrap(), "fix999");
}
