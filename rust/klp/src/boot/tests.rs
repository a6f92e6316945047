// SPDX-License-Identifier: GPL-2.0

mod record;
mod refused;

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

use rustix::io::Errno;

use super::record::Load;
use super::*;
use crate::exit::Exit;
use crate::face::klp::testing::run as klp;
use crate::module_file::testing::{Maker, RELEASE};
use crate::system::fake::Machine;

/// What the clock of test machines says at the beginning.
const NOW: u64 = 1_790_000_000;

const RECORD: &str = "var/lib/klp/boot";

/// Returns a machine in its first boot, whose kernel loads everything.
fn machine() -> Machine {
    let machine = Machine::new();
    machine.write("proc/sys/kernel/osrelease", format!("{RELEASE}\n"));
    machine.write("proc/sys/kernel/tainted", "0\n");
    machine.write("proc/cmdline", "root=/dev/vda quiet\n");
    machine.on_load(loads);
    boot(&machine, 1);
    machine
}

fn loads(root: &Path, name: &str) -> io::Result<()> {
    let directory = root.join("sys/kernel/livepatch").join(name);
    fs::create_dir_all(&directory)?;
    fs::write(directory.join("enabled"), "1\n")?;
    fs::write(directory.join("transition"), "0\n")
}

/// Boots: nothing is loaded any more.
fn boot(machine: &Machine, number: u32) {
    let _ = fs::remove_dir_all(machine.path().join("sys/kernel/livepatch"));
    machine.directory("sys/kernel/livepatch");
    machine.write(
        "proc/sys/kernel/random/boot_id",
        format!("00000000-0000-4000-8000-{number:012}\n"),
    );
}

/// Installs a livepatch; another version is another file.
fn install(machine: &Machine, name: &str, version: u32) {
    let path = format!("var/lib/kpatch/{RELEASE}/{name}.ko");
    let maker = Maker::livepatch(name).with(&format!("version={version}"));
    machine.write(&path, maker.bytes());
    installed_at(machine, name, NOW - 3600);
}

fn installed_at(machine: &Machine, name: &str, time: u64) {
    let path = machine
        .path()
        .join(format!("var/lib/kpatch/{RELEASE}/{name}.ko"));
    let file = fs::File::options().write(true).open(path).unwrap();
    file.set_modified(UNIX_EPOCH + Duration::from_secs(time))
        .unwrap();
}

fn try_all(machine: &Machine, policy: &Policy) -> Vec<Tried> {
    match run(&machine.system(), policy, &mut ()).unwrap() {
        Report::Tried(tried) => tried,
        Report::Off => panic!("it is off"),
    }
}

/// Does what the service does, and returns what the kernel was asked for since.
fn starts(machine: &Machine) -> Vec<String> {
    let before = machine.calls().len();
    try_all(machine, &Policy::default());
    machine.calls().split_off(before)
}

fn loads_of(machine: &Machine) -> Vec<Load> {
    Record::read(&machine.system().root)
        .unwrap()
        .into_loads()
        .collect()
}

fn states(machine: &Machine) -> Vec<(String, State)> {
    loads_of(machine)
        .into_iter()
        .map(|load| (load.livepatch, load.state))
        .collect()
}

#[test]
fn without_anything_installed_nothing_is_loaded() {
    let machine = machine();

    assert_eq!(starts(&machine), [""; 0]);
    assert!(!machine.path().join(RECORD).exists());
}

#[test]
fn what_is_installed_is_loaded_in_the_order_of_the_names() {
    let machine = machine();
    for name in ["b", "a10", "a2", "B", "c_1"] {
        install(&machine, name, 1);
    }
    machine.write("var/lib/kpatch/7.0/other.ko", "");
    machine.write(&format!("var/lib/kpatch/{RELEASE}/README"), "");
    machine.write(&format!("var/lib/kpatch/{RELEASE}/.hidden.ko"), "");

    assert_eq!(
        starts(&machine),
        ["load B", "load a10", "load a2", "load b", "load c_1"]
    );
}

#[test]
fn it_is_written_down_before() {
    let machine = machine();
    install(&machine, "fix", 1);
    machine.on_load(|root, name| {
        let record = fs::read_to_string(root.join(RECORD)).unwrap();
        assert!(record.contains("\"pending\"") && record.contains(name));
        loads(root, name)
    });

    assert_eq!(starts(&machine), ["load fix"]);
    assert_eq!(loads_of(&machine)[0].time, NOW);
    assert_eq!(loads_of(&machine)[0].checksum.len(), 64);
}

#[test]
fn what_is_loaded_already_is_left_alone() {
    let machine = machine();
    install(&machine, "fix", 1);
    assert_eq!(starts(&machine), ["load fix"]);
    let record = machine.text(RECORD);

    assert_eq!(starts(&machine), [""; 0]);
    assert_eq!(machine.text(RECORD), record);
}

#[test]
fn a_crash_holds_it_back() {
    let machine = machine();
    install(&machine, "fix", 1);
    starts(&machine);

    for number in 2..5 {
        boot(&machine, number);
        assert_eq!(starts(&machine), [""; 0], "boot {number}");
        assert_eq!(states(&machine), [("fix".to_owned(), State::HeldBack)]);
    }
    assert!(machine
        .text("var/lib/klp/journal")
        .contains("\"action\":\"skip\""));
    let ran = klp(&machine, &["status"]);
    assert_eq!(ran.out, "ready\n");
    assert!(ran
        .err
        .contains("fix is not loaded: the machine did not live long enough"));
    let json = klp(&machine, &["status", "--format", "json"]).out;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["held_back"][0]["livepatch"], "fix");
    assert_eq!(json["held_back"][0]["since"], NOW);
}

#[test]
fn status_says_nothing_of_what_is_not_installed_any_more() {
    let machine = machine();
    install(&machine, "fix", 1);
    starts(&machine);
    boot(&machine, 2);
    starts(&machine);

    install(&machine, "fix", 2);
    assert_eq!(klp(&machine, &["status"]).err, "");
    fs::remove_dir_all(machine.path().join("var/lib/kpatch")).unwrap();
    assert_eq!(klp(&machine, &["status"]).err, "");
}

#[test]
fn a_long_life_is_no_crash() {
    let machine = machine();
    install(&machine, "fix", 1);
    starts(&machine);
    let ran = klp(&machine, &["boot", "--watch"]);

    assert_eq!(ran.out, "fix is good: the machine lives with it\n");
    assert_eq!(machine.now(), Policy::default().boot.survive);
    for number in 2..5 {
        boot(&machine, number);
        assert_eq!(starts(&machine), ["load fix"]);
        klp(&machine, &["boot", "--watch"]);
    }
}

#[test]
fn how_long_is_long_enough_the_policy_says() {
    for (policy, seconds) in [
        ("[boot]\nsurvive = \"1h\"", 3600),
        ("[boot]\nsurvive = 0", 0),
        ("nonsense", 120),
    ] {
        let machine = machine();
        install(&machine, "fix", 1);
        starts(&machine);
        machine.write("etc/livepatch/klp.toml", policy);
        let ran = klp(&machine, &["boot", "--watch"]);

        assert_eq!(ran.result.unwrap(), Exit::Success);
        assert_eq!(machine.now(), Duration::from_secs(seconds), "{policy}");
        assert_eq!(states(&machine), [("fix".to_owned(), State::Good)]);
    }
}

#[test]
fn a_shutdown_is_no_crash() {
    let machine = machine();
    install(&machine, "fix", 1);
    starts(&machine);
    klp(&machine, &["boot", "--mark-good"]);
    boot(&machine, 2);

    assert_eq!(machine.now(), Duration::ZERO);
    assert_eq!(starts(&machine), ["load fix"]);
    assert_eq!(klp(&machine, &["status"]).err, "");
}

#[test]
fn only_what_was_loaded_in_this_boot_is_marked() {
    let machine = machine();
    install(&machine, "fix", 1);
    starts(&machine);
    boot(&machine, 2);
    assert_eq!(klp(&machine, &["boot", "--mark-good"]).out, "");

    assert_eq!(starts(&machine), [""; 0]);
}

#[test]
fn another_version_is_another_livepatch() {
    let machine = machine();
    install(&machine, "fix", 1);
    starts(&machine);
    boot(&machine, 2);
    assert_eq!(starts(&machine), [""; 0]);
    install(&machine, "fix", 2);

    assert_eq!(starts(&machine), ["load fix"]);
    klp(&machine, &["boot", "--mark-good"]);
    assert_eq!(states(&machine), [("fix".to_owned(), State::Good)]);
}

#[test]
fn the_same_version_once_more_is_the_same() {
    let machine = machine();
    install(&machine, "fix", 1);
    starts(&machine);
    boot(&machine, 2);
    starts(&machine);
    fs::remove_dir_all(machine.path().join("var/lib/kpatch")).unwrap();
    install(&machine, "fix", 1);

    assert_eq!(starts(&machine), [""; 0]);
}

#[test]
fn what_is_cleared_is_loaded_again() {
    for arguments in [vec!["boot", "--clear", "fix"], vec!["boot", "--clear"]] {
        let machine = machine();
        install(&machine, "fix", 1);
        starts(&machine);
        boot(&machine, 2);
        // Before and after it was judged.
        for judged in [false, true] {
            if judged {
                starts(&machine);
            }
            let record = fs::read(machine.path().join(RECORD)).unwrap();
            let ran = klp(&machine, &arguments);
            assert_eq!(ran.result.unwrap(), Exit::Success);
            assert_eq!(ran.out, "fix is loaded again at the next boot\n");
            if !judged {
                fs::write(machine.path().join(RECORD), record).unwrap();
            }
        }
        assert_eq!(starts(&machine), ["load fix"]);
    }
}

#[test]
fn only_what_is_held_back_can_be_cleared() {
    let machine = machine();
    install(&machine, "fix", 1);
    starts(&machine);

    let ran = klp(&machine, &["boot", "--clear", "fix"]);
    assert!(ran
        .result
        .unwrap_err()
        .error
        .to_string()
        .contains("fix is not held back"));
    assert_eq!(
        klp(&machine, &["boot", "--clear"]).result.unwrap(),
        Exit::Success
    );
    assert_eq!(states(&machine), [("fix".to_owned(), State::Pending)]);
}

#[test]
fn a_new_one_does_not_take_the_old_ones_with_it() {
    let machine = machine();
    install(&machine, "old", 1);
    starts(&machine);
    klp(&machine, &["boot", "--mark-good"]);
    install(&machine, "new", 1);
    boot(&machine, 2);
    assert_eq!(starts(&machine), ["load new", "load old"]);
    boot(&machine, 3);

    assert_eq!(starts(&machine), ["load old"]);
    // It was the old one after all.
    boot(&machine, 4);
    assert_eq!(starts(&machine), [""; 0]);
}

#[test]
fn loaded_once_more_in_a_good_boot_it_stays_good() {
    let machine = machine();
    install(&machine, "fix", 1);
    starts(&machine);
    klp(&machine, &["boot", "--mark-good"]);
    fs::remove_dir_all(machine.path().join("sys/kernel/livepatch/fix")).unwrap();
    assert_eq!(starts(&machine), ["load fix"]);

    assert_eq!(states(&machine), [("fix".to_owned(), State::Good)]);
    boot(&machine, 2);
    assert_eq!(starts(&machine), ["load fix"]);
}

#[test]
fn each_kernel_has_its_own() {
    let machine = machine();
    install(&machine, "fix", 1);
    starts(&machine);
    boot(&machine, 2);
    machine.write("proc/sys/kernel/osrelease", "7.3.5\n");
    let maker = Maker::livepatch("fix").with("vermagic=7.3.5 SMP ");
    machine.write("var/lib/kpatch/7.3.5/fix.ko", maker.bytes());

    assert_eq!(starts(&machine), ["load fix"]);
    assert_eq!(states(&machine).len(), 2);
}

#[test]
fn a_boot_without_livepatches_does_not_forgive() {
    let machine = machine();
    install(&machine, "fix", 1);
    starts(&machine);
    boot(&machine, 2);
    machine.write("proc/cmdline", "kpatch.enable=0");
    klp(&machine, &["boot"]);
    klp(&machine, &["boot", "--mark-good"]);
    boot(&machine, 3);
    machine.write("proc/cmdline", "");

    assert_eq!(starts(&machine), [""; 0]);
}

#[test]
fn programs_get_the_same() {
    let machine = machine();
    install(&machine, "a", 1);
    machine.write(&format!("var/lib/kpatch/{RELEASE}/b.ko"), "");
    let out = klp(&machine, &["boot", "--format", "json"]).out;
    let json: serde_json::Value = serde_json::from_str(&out).unwrap();

    assert_eq!(json[0]["livepatch"], "a");
    assert_eq!(json[0]["loaded"], true);
    assert_eq!(json[1]["livepatch"], "b");
    assert_eq!(json[1]["loaded"], false);
    assert!(json[1]["reason"].is_string());
    let out = klp(&machine, &["boot", "--mark-good", "--format", "json"]).out;
    assert_eq!(out, "[\n  \"a\"\n]\n");
}
