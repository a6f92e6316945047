// SPDX-License-Identifier: GPL-2.0

use serde_json::{json, Value};

use super::*;

const CASE: &str = "fn main() {\n    wrong(); //~ ERROR E0425: cannot find\n}\n";

/// A directory with one case, and what the compiler has said of it.
struct Setup {
    directory: tempfile::TempDir,
}

impl Setup {
    fn new(case: &str, log: &[Value], status: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let setup = Self { directory };
        let log: Vec<String> = log.iter().map(Value::to_string).collect();
        setup.write("case.rs", case);
        setup.write("case.log", &log.join("\n"));
        setup.write("case.status", status);
        setup
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.directory.path().join(name), text).unwrap();
    }

    /// Returns the failures of the case, as they are written.
    fn failures(&self) -> Vec<String> {
        let path = self.directory.path();
        let mut output = Vec::new();
        let totals = check(path, path, &mut output).unwrap();
        let output = String::from_utf8(output).unwrap();
        let mut lines = output.lines();
        assert_eq!(lines.next(), Some("KTAP version 1"));
        assert_eq!(lines.next(), Some("1..1"));
        let failures: Vec<String> = lines.clone().skip(1).map(str::to_owned).collect();
        if failures.is_empty() {
            assert_eq!(lines.next(), Some("ok 1 case"));
            assert_eq!((totals.passed, totals.failed), (1, 0));
        } else {
            assert_eq!(lines.next(), Some("not ok 1 case"));
            assert_eq!((totals.passed, totals.failed), (0, 1));
            assert_eq!(totals.failures, ["case"]);
        }
        failures
    }

    /// Returns the path that the compiler calls a file by.
    fn span(&self, file: &str, line: usize, expansion: &Value) -> Value {
        let directory = self.directory.path().file_name().unwrap();
        let file = Path::new("/elsewhere/.").join(directory).join(file);
        json!({
            "file_name": file,
            "line_start": line,
            "is_primary": true,
            "expansion": expansion,
        })
    }

    /// Adds an error to the log.
    fn log(&self, code: Option<&str>, message: &str, spans: &[Value]) {
        let file = self.directory.path().join("case.log");
        let mut log = fs::read_to_string(&file).unwrap();
        let code = code.map(|code| json!({ "code": code, "explanation": null }));
        let error = json!({ "message": message, "code": code, "level": "error", "spans": spans });
        log.push_str(&format!("\n{error}"));
        fs::write(file, log.trim_start()).unwrap();
    }
}

fn warning() -> Value {
    json!({ "message": "unused", "code": null, "level": "warning", "spans": [] })
}

fn sum() -> Value {
    json!({
        "message": "aborting due to 1 previous error; 1 warning emitted",
        "code": null, "level": "error", "spans": []
    })
}

/// A case with the error that it expects.
fn good() -> Setup {
    let setup = Setup::new(CASE, &[warning(), sum()], "1\n");
    let span = setup.span("case.rs", 2, &Value::Null);
    setup.log(Some("E0425"), "cannot find function `wrong`", &[span]);
    setup
}

#[test]
fn the_expected_error_is_enough() {
    assert_eq!(good().failures(), [] as [&str; 0]);
}

#[test]
fn an_error_that_is_missing_is_a_failure() {
    let setup = Setup::new(CASE, &[sum()], "1\n");
    assert_eq!(
        setup.failures(),
        ["# not found: line 2: E0425: cannot find"]
    );
}

#[test]
fn an_error_elsewhere_is_another_error() {
    let setup = Setup::new(CASE, &[], "1\n");
    let span = setup.span("case.rs", 3, &Value::Null);
    setup.log(Some("E0425"), "cannot find function", &[span]);
    assert_eq!(
        setup.failures(),
        [
            "# not found: line 2: E0425: cannot find",
            "# not expected: line 3: E0425: cannot find function"
        ]
    );
}

#[test]
fn an_error_that_nobody_expects_is_a_failure() {
    let setup = good();
    setup.log(None, "something else\nin two lines", &[]);
    assert_eq!(
        setup.failures(),
        [
            "# not expected: elsewhere: something else",
            "# in two lines"
        ]
    );
}

#[test]
fn an_expectation_can_stand_for_several_errors() {
    let setup = good();
    let span = setup.span("case.rs", 2, &Value::Null);
    setup.log(Some("E0425"), "cannot find function again", &[span]);
    assert_eq!(setup.failures(), [] as [&str; 0]);
}

#[test]
fn an_error_in_a_macro_is_where_the_macro_is_called() {
    let setup = Setup::new(CASE, &[], "1\n");
    let call = setup.span("case.rs", 2, &Value::Null);
    let span = setup.span("macro.rs", 70, &json!({ "span": call }));
    setup.log(Some("E0425"), "cannot find", &[span]);
    assert_eq!(setup.failures(), [] as [&str; 0]);
}

#[test]
fn an_error_can_be_expected_anywhere() {
    let setup = Setup::new("//~? ERROR E0080\n", &[], "1\n");
    setup.log(
        Some("E0080"),
        "evaluation failed",
        &[setup.span("other.rs", 7, &Value::Null)],
    );
    assert_eq!(setup.failures(), [] as [&str; 0]);
}

#[test]
fn what_is_written_at_the_place_is_enough() {
    let setup = Setup::new("fn main() {}\n//~^ ERROR no klp_state\n", &[], "1\n");
    let mut span = setup.span("case.rs", 1, &Value::Null);
    span["label"] = json!("the evaluated program panicked at 'this kernel has no klp_state'");
    setup.log(Some("E0080"), "could not evaluate", &[span]);
    assert_eq!(setup.failures(), [] as [&str; 0]);
    setup.write("case.rs", "fn main() {}\n//~^ ERROR no klp_patch\n");
    assert_eq!(
        setup.failures(),
        [
            "# not found: line 1: no klp_patch",
            "# not expected: line 1: E0080: could not evaluate",
            "# the evaluated program panicked at 'this kernel has no klp_state'"
        ]
    );
}

#[test]
fn the_compiler_must_fail_with_its_own_status() {
    let setup = good();
    setup.write("case.status", "101\n");
    assert_eq!(
        setup.failures(),
        ["# the compiler ended with status 101, not 1"]
    );
    setup.write("case.status", "");
    assert_eq!(setup.failures().len(), 1);
}

#[test]
fn a_control_must_compile() {
    let setup = Setup::new("fn main() {}\n", &[warning()], "0\n");
    assert_eq!(setup.failures(), [] as [&str; 0]);
    setup.write("case.status", "1\n");
    assert_eq!(
        setup.failures(),
        ["# the compiler ended with status 1, not 0"]
    );
}

#[test]
fn a_case_that_was_not_compiled_is_a_failure() {
    for file in ["case.log", "case.status"] {
        let setup = good();
        fs::remove_file(setup.directory.path().join(file)).unwrap();
        let failures = setup.failures();
        assert!(failures[0].contains(file), "{failures:?}");
    }
}

#[test]
fn what_the_compiler_says_when_it_crashes_is_a_failure() {
    let setup = good();
    setup.write(
        "case.log",
        "thread 'rustc' panicked at compiler/rustc_middle\n",
    );
    let failures = setup.failures();
    assert!(
        failures[0].contains("case.log:1: this is no diagnostic"),
        "{failures:?}"
    );
}

#[test]
fn no_cases_are_an_error() {
    let directory = tempfile::tempdir().unwrap();
    let result = check(directory.path(), directory.path(), Vec::new());
    assert!(matches!(result, Err(Error::NoCases(_))));
}
