// SPDX-License-Identifier: GPL-2.0

use std::os::unix::net::UnixDatagram;
use std::time::Duration;

use super::file::FULL;
use super::*;
use crate::system::fake::Machine;

const JOURNAL: &str = "var/lib/klp/journal";

fn machine() -> Machine {
    let machine = Machine::new();
    machine.write("proc/sys/kernel/random/boot_id", "b-1\n");
    machine.write("proc/sys/kernel/osrelease", "7.3.4\n");
    machine.write("proc/self/loginuid", "1000");
    machine
}

fn done(machine: &Machine, action: Action, name: &str) {
    let system = machine.system();
    let operation = Operation::begin(&system, action, name).unwrap();
    system.clock.sleep(Duration::from_secs(3));
    operation.end(&system, Outcome::Done, "").unwrap();
}

fn events(machine: &Machine) -> Vec<Event> {
    history(&machine.system()).unwrap().events
}

#[test]
fn without_a_journal_there_is_no_history() {
    assert_eq!(history(&machine().system()).unwrap(), History::default());
}

#[test]
fn what_was_done_is_there() {
    let machine = machine();
    done(&machine, Action::Load, "fix");
    done(&machine, Action::Unload, "fix");
    let events = events(&machine);

    assert_eq!(events.len(), 2);
    assert_eq!(events[0].entry.action, Action::Load);
    assert_eq!(events[0].entry.outcome, Some(Outcome::Done));
    assert_eq!(events[0].entry.time - events[0].began, 3);
    assert_eq!(events[0].entry.by.login, Some(1000));
    assert_eq!(events[0].entry.boot, "b-1");
    assert_eq!(events[0].entry.kernel, "7.3.4");
    assert!(!events[0].interrupted);
    assert_eq!(machine.text(JOURNAL).lines().count(), 4);
}

#[test]
fn what_was_cut_off_is_said_to() {
    let machine = machine();
    let _operation = Operation::begin(&machine.system(), Action::Load, "fix").unwrap();
    assert!(events(&machine)[0].interrupted);

    // The process is still there.
    machine.directory(&format!("proc/{}", std::process::id()));
    assert!(!events(&machine)[0].interrupted);
    // It is another one, of another boot.
    machine.write("proc/sys/kernel/random/boot_id", "b-2\n");
    assert!(events(&machine)[0].interrupted);
}

#[test]
fn a_line_cut_off_anywhere_costs_that_line_only() {
    let whole = {
        let machine = machine();
        done(&machine, Action::Load, "fix");
        machine.text(JOURNAL)
    };
    for length in (0..whole.len()).step_by(7) {
        let machine = machine();
        machine.write(JOURNAL, &whole[..length]);
        done(&machine, Action::Unload, "fix");
        let events = events(&machine);

        let last = events.last().unwrap();
        assert_eq!(last.entry.action, Action::Unload, "{length}");
        assert_eq!(last.entry.outcome, Some(Outcome::Done), "{length}");
        assert!(events.len() <= 3, "{length}");
    }
}

#[test]
fn nonsense_is_counted_and_passed_over() {
    let machine = machine();
    machine.write(JOURNAL, "nonsense\n{}\n\n[1]\n\u{0}\n{\"id\":1}\n");
    done(&machine, Action::Load, "fix");
    let history = history(&machine.system()).unwrap();

    assert_eq!((history.events.len(), history.unreadable), (1, 5));
}

#[test]
fn what_a_later_version_writes_can_be_read() {
    let machine = machine();
    done(&machine, Action::Load, "fix");
    let line = machine.text(JOURNAL).replace("\"load\"", "\"teleport\"");
    machine.write(JOURNAL, line.replace("\"done\"", "\"maybe\",\"more\":[1]"));
    let events = events(&machine);

    assert_eq!(events.len(), 1);
    assert_eq!(events[0].entry.action, Action::Other);
    assert_eq!(events[0].entry.outcome, Some(Outcome::Other));
}

#[test]
fn a_full_journal_is_put_away() {
    let machine = machine();
    done(&machine, Action::Load, "first");
    machine.write(
        JOURNAL,
        format!("{}{}", machine.text(JOURNAL), "\n".repeat(FULL as usize)),
    );
    done(&machine, Action::Load, "second");
    let names = |machine: &Machine| -> Vec<String> {
        let events = events(machine).into_iter();
        events.map(|event| event.entry.livepatch).collect()
    };

    assert_eq!(names(&machine), ["first", "second"]);
    assert!(machine.text("var/lib/klp/journal.old").len() > FULL as usize);
    done(&machine, Action::Load, "third");
    assert_eq!(names(&machine), ["first", "second", "third"]);
}

#[test]
fn a_journal_that_is_much_too_big_is_an_error() {
    let machine = machine();
    machine.write(JOURNAL, vec![b'\n'; MAX + 1]);

    assert!(history(&machine.system()).is_err());
}

#[test]
fn a_link_in_its_place_is_not_followed() {
    let machine = machine();
    machine.directory("var/lib/klp");
    machine.write("etc/passwd", "root\n");
    std::os::unix::fs::symlink("/etc/passwd", machine.path().join(JOURNAL)).unwrap();

    assert!(Operation::begin(&machine.system(), Action::Load, "fix").is_err());
    assert_eq!(machine.text("etc/passwd"), "root\n");
}

#[test]
fn long_details_are_cut() {
    let machine = machine();
    let system = machine.system();
    let operation = Operation::begin(&system, Action::Load, "fix").unwrap();
    operation
        .end(&system, Outcome::Failed, &"ö\n".repeat(100_000))
        .unwrap();

    let events = events(&machine);
    assert_eq!(events[0].entry.detail.chars().count(), MAX_DETAIL);
    assert_eq!(machine.text(JOURNAL).lines().count(), 2);
}

#[test]
fn many_at_once_lose_nothing() {
    let machine = machine();
    let root = machine.path().to_owned();
    let threads: Vec<_> = (0..8)
        .map(|number| {
            let root = root.clone();
            std::thread::spawn(move || {
                let system = System::picture(&root).unwrap();
                for _ in 0..20 {
                    Operation::begin(&system, Action::Load, &format!("fix{number}"))
                        .unwrap()
                        .end(&system, Outcome::Done, "")
                        .unwrap();
                }
            })
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
    let history = history(&machine.system()).unwrap();

    assert_eq!(history.unreadable, 0);
    assert_eq!(machine.text(JOURNAL).lines().count(), 8 * 20 * 2);
}

#[test]
fn the_journal_of_systemd_is_told() {
    let machine = machine();
    machine.directory("run/systemd/journal");
    let socket = UnixDatagram::bind(machine.path().join("run/systemd/journal/socket")).unwrap();
    socket
        .set_read_timeout(Some(Duration::from_secs(5)))
        .unwrap();
    let system = machine.system();
    let operation = Operation::begin(&system, Action::Load, "fix").unwrap();
    operation.end(&system, Outcome::Failed, "a\nb").unwrap();
    let mut buffer = [0; 4096];
    let count = socket.recv(&mut buffer).unwrap();
    let text = String::from_utf8_lossy(&buffer[..count]);

    assert!(text.starts_with("MESSAGE\n"), "{text}");
    assert!(
        text.contains("livepatch fix: load: failed: a\nb\n"),
        "{text}"
    );
    assert!(
        text.contains("PRIORITY=4\nSYSLOG_IDENTIFIER=klp\nKLP_ACTION=load\n"),
        "{text}"
    );
}

#[test]
fn nobody_waits_for_the_journal_of_systemd() {
    let machine = machine();
    machine.directory("run/systemd/journal");
    let _deaf = UnixDatagram::bind(machine.path().join("run/systemd/journal/socket")).unwrap();

    for _ in 0..2000 {
        systemd::tell(
            &machine.system().root,
            &Entry {
                id: String::new(),
                time: 0,
                boot: String::new(),
                kernel: String::new(),
                by: Actor::default(),
                action: Action::Load,
                livepatch: "fix".to_owned(),
                outcome: None,
                detail: String::new(),
            },
        );
    }
}
