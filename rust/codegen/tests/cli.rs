// SPDX-License-Identifier: GPL-2.0

//! The program as a build runs it.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

const FLAGS: &str = "-m64 -O2 -mcmodel=kernel -fno-PIE -mno-sse -mno-sse2 -mno-mmx -mno-avx -mno-80387 -mno-red-zone \
     -fno-asynchronous-unwind-tables -fstack-protector-strong -mstack-protector-guard-reg=gs \
     -mstack-protector-guard-symbol=__ref_stack_chk_guard";

fn codegen(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_codegen"));
    command.args(arguments).output().unwrap()
}

fn derive(directory: &Path, arch: &str, rustc: &str, flags: &str) -> Output {
    let config = directory.join("auto.conf");
    fs::write(&config, "CONFIG_X86_64=y\nCONFIG_HZ=250\n").unwrap();
    let output = directory.join("out");
    let mut arguments = vec!["derive", "--arch", arch, "--rustc", rustc];
    arguments.extend(["--config", config.to_str().unwrap()]);
    arguments.extend(["--output", output.to_str().unwrap(), "--"]);
    arguments.extend(flags.split_whitespace());
    codegen(&arguments)
}

fn rustc() -> String {
    std::env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned())
}

/// Returns what is said by a run that fails, without standard output.
fn failure(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(output.stdout.is_empty(), "{output:?}");
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort_unstable();
    names
}

#[test]
fn only_what_somebody_names_is_done_without() {
    let directory = tempfile::tempdir().unwrap();
    let config = directory.path().join("auto.conf");
    fs::write(&config, "CONFIG_64BIT=y\n").unwrap();
    let rustc = rustc();
    let output = directory.path().join("out");
    let derive = |without: &[&str]| {
        let mut arguments = vec!["derive", "--arch", "s390", "--rustc", &rustc];
        arguments.extend(["--config", config.to_str().unwrap()]);
        arguments.extend(["--output", output.to_str().unwrap()]);
        arguments.extend(without);
        arguments.extend(["--", "-m64", "-march=z13", "-mindirect-branch=thunk"]);
        codegen(&arguments)
    };
    // The other refusals are for want of the flags of a whole kernel.
    let said = failure(&derive(&[]));
    assert!(said.contains("WITHOUT=expolines"), "{said}");
    let said = failure(&derive(&["--without", "expolines"]));
    assert!(!said.contains("expolines"), "{said}");
    assert!(said.contains("no -mbackchain"), "{said}");
    let said = failure(&derive(&["--without", "retpolines"]));
    assert!(said.contains("expolines and stack-protector"), "{said}");
    assert!(names(directory.path()).iter().all(|name| name != "out"));
}

#[test]
fn the_files_are_written_once() {
    let directory = tempfile::tempdir().unwrap();
    let output = derive(directory.path(), "x86", &rustc(), FLAGS);
    assert!(output.status.success(), "{output:?}");
    assert!(
        output.stdout.is_empty() && output.stderr.is_empty(),
        "{output:?}"
    );
    let out = directory.path().join("out");
    let files = [
        "assembly",
        "mechanisms",
        "rustc_cfg",
        "rustc_flags",
        "target.json",
    ];
    assert_eq!(names(&out), files);
    let flags = fs::read_to_string(out.join("rustc_flags")).unwrap();
    let target = format!("--target={}", out.join("target.json").display());
    assert_eq!(flags.lines().next(), Some(target.as_str()));
    assert_eq!(
        fs::read_to_string(out.join("rustc_cfg")).unwrap(),
        "--cfg=CONFIG_X86_64\n--cfg=CONFIG_X86_64=\"y\"\n--cfg=CONFIG_HZ=\"250\"\n"
    );

    let times = || files.map(|file| fs::metadata(out.join(file)).unwrap().modified().unwrap());
    let before = times();
    let output = derive(directory.path(), "x86", &rustc(), FLAGS);
    assert!(output.status.success(), "{output:?}");
    assert_eq!(times(), before);
    let output = derive(directory.path(), "x86", &rustc(), &format!("{FLAGS} -Os"));
    assert!(output.status.success(), "{output:?}");
    let changed: Vec<bool> = times()
        .iter()
        .zip(before)
        .map(|(new, old)| *new != old)
        .collect();
    assert_eq!(changed, [false, false, false, true, false]);
}

#[test]
fn a_refusal_writes_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let flags = format!("{FLAGS} -fzero-call-used-regs=used-gpr -mfuture");
    let said = failure(&derive(directory.path(), "x86", &rustc(), &flags));
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines.len(), 2, "{said}");
    assert!(
        lines.iter().all(|line| line.starts_with("codegen: ")),
        "{said}"
    );
    assert!(
        lines[0].contains("-fzero-call-used-regs=used-gpr"),
        "{said}"
    );
    assert!(lines[1].contains("-mfuture"), "{said}");
    assert!(!directory.path().join("out").exists());
}

#[test]
fn an_architecture_without_rules_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let said = failure(&derive(directory.path(), "riscv", &rustc(), FLAGS));
    assert!(said.contains("no rules yet for riscv"), "{said}");
}

#[test]
fn a_rustc_that_is_none_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let said = failure(&derive(
        directory.path(),
        "x86",
        "/nonexistent/rustc",
        FLAGS,
    ));
    assert!(said.contains("/nonexistent/rustc"), "{said}");
    let said = failure(&derive(directory.path(), "x86", "false", FLAGS));
    assert!(said.contains("false does not take"), "{said}");
}

#[test]
fn assembly_is_rewritten() {
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name).to_str().unwrap().to_owned();
    fs::write(
        path("rules"),
        "stack-guard %gs:guard(%rip)\nint3-after-thunk\n",
    )
    .unwrap();
    fs::write(
        path("in.s"),
        "f:\n\tmovq\t%gs:40, %rax\n\tjmp\t__x86_indirect_thunk_rax\n.Lfunc_end0:\n",
    )
    .unwrap();
    let arguments = [
        "assembly",
        "--rules",
        &path("rules"),
        &path("in.s"),
        &path("out.s"),
    ];
    let output = codegen(&arguments);
    assert!(output.status.success(), "{output:?}");
    assert_eq!(
        fs::read_to_string(path("out.s")).unwrap(),
        "f:\n\tmovq\t%gs:guard(%rip), %rax\n\tjmp\t__x86_indirect_thunk_rax\n\tint3\n.Lfunc_end0:\n"
    );

    fs::write(path("in.s"), "f:\n\txorq\t%gs:40, %rax\n.Lfunc_end0:\n").unwrap();
    let said = failure(&codegen(&arguments));
    assert!(said.contains("in.s:2: \"xorq\\t%gs:40, %rax\""), "{said}");
    fs::write(path("rules"), "cs-prefix\nother\n").unwrap();
    let said = failure(&codegen(&arguments));
    assert!(said.contains("rules:2: "), "{said}");
    let said = failure(&codegen(&[
        "assembly",
        "--rules",
        &path("missing"),
        "a",
        "b",
    ]));
    assert!(
        said.contains("cannot read") && said.contains("missing"),
        "{said}"
    );
}

#[test]
fn a_wrong_command_line_is_said() {
    for (arguments, what) in [
        (&[][..], "is no command"),
        (&["other"], "is no command"),
        (&["derive"], "is no option"),
        (&["derive", "--arch"], "wants a value"),
        (
            &["derive", "--arch", "x86", "--"],
            "\"--config\" wants a value",
        ),
        (&["derive", "--other", "x"], "is no option"),
        (&["assembly", "a", "b"], "is no option"),
        (&["assembly", "--rules", "a", "b"], "IN and OUT"),
        (&["assembly", "--rules", "a", "b", "c", "d"], "IN and OUT"),
    ] {
        let said = failure(&codegen(arguments));
        assert!(
            said.contains(what) && said.contains("codegen --help"),
            "{arguments:?}: {said}"
        );
    }
}

#[test]
fn help_and_the_table_are_printed() {
    let help = codegen(&["--help"]);
    assert!(String::from_utf8_lossy(&help.stdout).contains("codegen derive"));
    let table = codegen(&["table"]);
    assert!(table.status.success());
    assert!(String::from_utf8_lossy(&table.stdout).starts_with("| Mechanism |"));
}
