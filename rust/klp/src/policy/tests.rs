// SPDX-License-Identifier: GPL-2.0

use std::fs;
use std::os::unix::fs::{symlink, PermissionsExt};

use super::*;
use crate::system::fake::Machine;

fn parse(text: &str) -> Result<Policy, PolicyError> {
    Policy::parse(Path::new("/etc/livepatch/klp.toml"), text.as_bytes())
}

/// Returns what is said about a text, without the path.
fn refusal(text: &str) -> String {
    let message = parse(text).unwrap_err().to_string();

    message
        .strip_prefix("/etc/livepatch/klp.toml:")
        .unwrap_or_else(|| panic!("{message}"))
        .to_owned()
}

#[test]
fn the_documented_values_are_the_defaults() {
    assert_eq!(parse(include_str!("klp.toml")).unwrap(), Policy::default());
    assert_eq!(parse("").unwrap(), Policy::default());
}

#[test]
fn every_key_is_documented() {
    let keys = serde_json::to_value(Policy::default()).unwrap();
    let text = include_str!("klp.toml");
    let mut count = 0;

    for (key, value) in keys.as_object().unwrap() {
        let Some(table) = value.as_object() else {
            assert!(text.contains(&format!("\n{key} = ")), "{key}");
            continue;
        };
        let (_, rest) = text.split_once(&format!("\n[{key}]\n")).unwrap();
        let section = rest.split("\n[").next().unwrap();
        for key in table.keys() {
            count += 1;
            let lines = ["", "# "].map(|mark| format!("{mark}{key} = "));
            assert!(
                section
                    .lines()
                    .any(|line| lines.iter().any(|start| line.starts_with(start))),
                "{key}"
            );
        }
    }
    assert_eq!(count, 13);
}

#[test]
fn values_are_read() {
    let policy = parse(
        r#"
format = "json"
load = { directories = ["/var/lib/kpatch/", "/opt/a"], attempts = 1, retry_interval = 0 }
transition.timeout = "5m"
transition.signal_timeout = 90
transition.on_stall = "revert"
[signature]
policy = "require"
certificates = ["/etc/livepatch/a.pem"]
[blocked]
cves = ["CVE-2026-12345"]
functions = ["vmlinux:foo", "bar.constprop.0"]
[boot]
delay = "7d"
survive = "1h"
"#,
    )
    .unwrap();

    assert_eq!(policy.format, Format::Json);
    assert_eq!(policy.load.attempts, 1);
    assert_eq!(policy.load.retry_interval, Duration::ZERO);
    assert_eq!(policy.transition.timeout, Duration::from_secs(300));
    assert_eq!(policy.transition.signal_timeout, Duration::from_secs(90));
    assert_eq!(policy.transition.on_stall, OnStall::Revert);
    assert_eq!(policy.signature.policy, SignaturePolicy::Require);
    assert_eq!(policy.boot.delay, Duration::from_secs(7 * 24 * 3600));
    assert_eq!(policy.boot.survive, Duration::from_secs(3600));
    assert!(policy.blocks_cve("CVE-2026-12345") && policy.blocks_cve("cve-2026-12345"));
    assert!(!policy.blocks_cve("CVE-2026-1234"));
    assert!(policy.blocks_function("vmlinux", "foo") && !policy.blocks_function("ext4", "foo"));
    assert!(policy.blocks_function("ext4", "bar.constprop.0"));
}

#[test]
fn directories_are_below_those_that_are_allowed() {
    let policy = parse("load.directories = [\"/var/lib/kpatch\"]").unwrap();
    let allows = |path: &str| policy.allows_directory(Path::new(path));

    assert!(allows("/var/lib/kpatch") && allows("/var/lib/kpatch/6.12.0-amd64"));
    assert!(!allows("/var/lib") && !allows("/var/lib/kpatch2") && !allows("/"));
    assert!(!allows("/var/lib/kpatch/../../tmp") && !allows("var/lib/kpatch"));
    assert!(Policy::default().allows_directory(Path::new("/tmp")));
}

#[test]
fn mistakes_have_a_line_and_a_column() {
    for (text, expected) in [
        ("format = \"xml\"", "1:10: unknown variant `xml`, expected `text` or `json`"),
        ("\n\nformt = 1", "3:1: unknown field `formt`, expected one of `format`, `load`, `transition`, `signature`, `blocked`, `boot`"),
        ("[load]\ndirectory = \"/a\"", "2:1: unknown field `directory`, expected one of `directories`, `attempts`, `retry_interval`, `reference_timeout`"),
        ("[laod]", "1:2: unknown field `laod`, expected one of `format`, `load`, `transition`, `signature`, `blocked`, `boot`"),
        ("[load]\ndirectories = []", "2:15: with no directory nothing could be loaded: name one, or leave the key out to allow all"),
        ("[load]\ndirectories = [\"/a\", \"b\"]", "2:22: \"b\" is no path that begins with / and has no .. in it"),
        ("[load]\ndirectories = [\"/a/../b\"]", "2:16: \"/a/../b\" is no path that begins with / and has no .. in it"),
        ("[load]\nattempts = 0", "2:12: 1 to 100 tries are allowed"),
        ("[load]\nattempts = -1", "2:12: 1 to 100 tries are allowed"),
        ("[load]\nattempts = 101", "2:12: 1 to 100 tries are allowed"),
        ("[load]\nattempts = true", "2:12: invalid type: boolean `true`, expected i64"),
        ("transition.timeout = -1", "1:22: a duration is not negative"),
        ("transition.timeout = \"2d\"", "1:22: at most a day is allowed"),
        ("transition.timeout = 86401", "1:22: at most a day is allowed"),
        ("transition.timeout = \"99999999999999999999s\"", "1:22: at most a day is allowed"),
        ("transition.timeout = \"9999999999999999d\"", "1:22: at most a day is allowed"),
        ("boot.delay = \"366d\"", "1:14: at most 365 days is allowed"),
        ("boot.delay = \"\"", "1:14: invalid value: string \"\", expected a number of seconds, or a number with s, m, h or d, like \"5m\""),
        ("boot.delay = \"m\"", "1:14: invalid value: string \"m\", expected a number of seconds, or a number with s, m, h or d, like \"5m\""),
        ("boot.delay = \"5 m\"", "1:14: invalid value: string \"5 m\", expected a number of seconds, or a number with s, m, h or d, like \"5m\""),
        ("boot.delay = \"-5m\"", "1:14: invalid value: string \"-5m\", expected a number of seconds, or a number with s, m, h or d, like \"5m\""),
        ("boot.delay = \"5\"", "1:14: invalid value: string \"5\", expected a number of seconds, or a number with s, m, h or d, like \"5m\""),
        ("boot.delay = \"5ü\"", "1:14: invalid value: string \"5ü\", expected a number of seconds, or a number with s, m, h or d, like \"5m\""),
        ("boot.delay = 1.5", "1:14: invalid type: floating point `1.5`, expected a number of seconds, or a number with s, m, h or d, like \"5m\""),
        ("blocked.cves = [\"CVE-26-1\"]", "1:17: \"CVE-26-1\" is no CVE id, like CVE-2026-12345"),
        ("blocked.cves = \"CVE-2026-12345\"", "1:16: invalid type: string \"CVE-2026-12345\", expected a sequence"),
        ("blocked.functions = [\"a b\"]", "1:22: \"a b\" is no function, like \"foo\" or \"vmlinux:foo\" (modules with underscores)"),
        ("blocked.functions = [\"nf-tables:foo\"]", "1:22: \"nf-tables:foo\" is no function, like \"foo\" or \"vmlinux:foo\" (modules with underscores)"),
        ("blocked.functions = [\":\"]", "1:22: \":\" is no function, like \"foo\" or \"vmlinux:foo\" (modules with underscores)"),
        ("signature.policy = \"on\"", "1:20: unknown variant `on`, expected one of `off`, `warn`, `require`"),
        ("signature.certificates = [\"a.pem\"]", "1:27: \"a.pem\" is no path that begins with / and has no .. in it"),
        ("transition.on_stall = \"force\"", "1:23: unknown variant `force`, expected `keep` or `revert`"),
        ("load = 1", "1:8: invalid type: integer `1`, expected struct Load"),
        ("[load]\n[load]", "2:2: duplicate key"),
        ("format = \"text\"\nformat = \"text\"", "2:1: duplicate key"),
    ] {
        assert_eq!(refusal(text), expected, "{text}");
    }
}

#[test]
fn text_that_is_no_toml_has_a_place_too() {
    for (text, place) in [
        ("format", "1:7"),
        ("\n format = ", "2:11"),
        ("format = \"text", "1:15"),
        ("ü = 'ä' x", "1:9"),
        ("[load", "1:6"),
        ("=", "1:1"),
        ("\0", "1:2"),
    ] {
        let message = refusal(text);
        assert!(
            message.starts_with(&format!("{place}: ")),
            "{text:?}: {message}"
        );
        assert!(!message.contains('\n'), "{message}");
    }
}

#[test]
fn what_is_no_utf8_has_a_place() {
    let error = Policy::parse(Path::new("p"), b"format = \"text\"\n# \xff").unwrap_err();
    assert_eq!(error.to_string(), "p:2:3: it is no UTF-8");
}

#[test]
fn deep_nesting_is_refused() {
    refusal(&format!("a = {}", "[".repeat(30_000)));
    refusal(&"a.".repeat(30_000));
}

#[test]
fn a_machine_without_a_policy_has_the_defaults() {
    let machine = Machine::new();

    assert_eq!(
        Policy::read(&machine.system().root).unwrap(),
        Policy::default()
    );
}

#[test]
fn a_policy_that_others_can_write_is_refused() {
    let machine = Machine::new();
    machine.write("etc/livepatch/klp.toml", "format = \"json\"\n");
    let path = machine.path().join("etc/livepatch/klp.toml");
    let read = || Policy::read(&machine.system().root);
    let set_mode = |mode| fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();

    for mode in [0o600, 0o640, 0o644, 0o444] {
        set_mode(mode);
        assert_eq!(read().unwrap().format, Format::Json, "{mode:o}");
    }
    for mode in [0o664, 0o646, 0o666] {
        set_mode(mode);
        let message = read().unwrap_err().to_string();
        assert!(message.contains(&format!("mode {mode:04o}")), "{message}");
    }
}

#[test]
fn what_is_no_file_is_refused() {
    let machine = Machine::new();
    machine.directory("etc/livepatch/klp.toml");
    let error = Policy::read(&machine.system().root).unwrap_err();
    assert!(matches!(error, PolicyError::NoFile { .. }), "{error}");

    let machine = Machine::new();
    machine.directory("etc/livepatch");
    let path = machine.path().join("etc/livepatch/klp.toml");
    rustix::fs::mknodat(
        rustix::fs::CWD,
        &path,
        FileType::Fifo,
        Mode::from_raw_mode(0o600),
        0,
    )
    .unwrap();
    let error = Policy::read(&machine.system().root).unwrap_err();
    assert!(matches!(error, PolicyError::NoFile { .. }), "{error}");
}

#[test]
fn a_policy_is_not_endless() {
    let machine = Machine::new();
    machine.write("etc/livepatch/klp.toml", vec![b'#'; MAX_ATTRIBUTE + 1]);
    let error = Policy::read(&machine.system().root).unwrap_err();
    assert!(matches!(error, PolicyError::TooLong { .. }), "{error}");

    machine.write("etc/livepatch/klp.toml", vec![b'#'; MAX_ATTRIBUTE]);
    Policy::read(&machine.system().root).unwrap();
}

#[test]
fn a_link_does_not_leave_the_root() {
    let machine = Machine::new();
    machine.directory("etc/livepatch");
    symlink(
        "../../../nowhere",
        machine.path().join("etc/livepatch/klp.toml"),
    )
    .unwrap();

    assert_eq!(
        Policy::read(&machine.system().root).unwrap(),
        Policy::default()
    );
}
