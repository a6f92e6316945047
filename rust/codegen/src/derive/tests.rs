// SPDX-License-Identifier: GPL-2.0

//! What comes out for the flags of real kernels, and what is said when nothing can.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use super::{lines, plan};
use crate::arch::Arch;
use crate::config::Config;
use crate::error::Error;
use crate::flags::CFlags;
use crate::rule::Plan;
use crate::rustc::Rustc;

/// Flags that every object of an x86-64 kernel has.
const BASE: &str = "-m64 -O2 -mcmodel=kernel -fno-PIE -mno-sse -mno-sse2 -mno-mmx -mno-avx -mno-80387 -mno-red-zone \
     -fno-asynchronous-unwind-tables";

fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden")
        .join(name)
}

fn read(name: &str) -> String {
    fs::read_to_string(golden(name)).unwrap()
}

/// Plans with the flags in a file, one a line, and the options of a rustc in another.
fn plan_of(kernel: &str, rustc: &str) -> Result<Plan, Error> {
    let flags = read(&format!("{kernel}.flags"));
    let options = read(&format!("rustc-{rustc}.options"));
    let options: Vec<&str> = options.lines().collect();
    let words = flags.split_whitespace().map(str::to_owned);
    plan(
        Arch::named("x86")?,
        &CFlags::new(words),
        &Config::default(),
        &Rustc::with_options(&options),
        &[],
    )
    .map(|(plan, _)| plan)
}

fn text(plan: &Plan) -> String {
    let mut text = format!("[rustc_flags]\n{}", lines(&plan.arguments));
    let _ = writeln!(text, "[features]\n{}", plan.features.join(","));
    let _ = writeln!(text, "[target]\n{:?}", plan.target);
    let _ = write!(text, "[assembly]\n{}", lines(&plan.assembly));
    let _ = write!(text, "[mechanisms]\n{}", lines(&plan.mechanisms));
    text
}

/// Compares with what is in the file; with `UPDATE_GOLDEN` set, writes it.
fn compare(kernel: &str, rustc: &str) {
    let name = format!("{kernel}.rustc-{rustc}");
    let text = text(&plan_of(kernel, rustc).unwrap());
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(golden(&name), &text).unwrap();
    }
    assert_eq!(
        text,
        read(&name),
        "{name}: look at the difference, then set UPDATE_GOLDEN"
    );
}

#[test]
fn real_kernels_are_followed() {
    for kernel in [
        "debian-6.1.0",
        "debian-6.12.117",
        "debian-7.2.12",
        "debian-7.3.4",
    ] {
        compare(kernel, "1.85.1");
        compare(kernel, "1.96.1");
    }
}

#[test]
fn a_kernel_of_clang_with_all_that_can_be_on_is_followed() {
    compare("clang-7.3", "1.96.1");
}

#[test]
fn what_an_older_rustc_lacks_is_said() {
    let said = plan_of("clang-7.3", "1.85.1").unwrap_err().to_string();
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(said.contains("-fsanitize-kcfi-arity"), "{said}");
}

fn plan_flags(flags: &str) -> Result<Plan, Error> {
    let options = read("rustc-1.96.1.options");
    let options: Vec<&str> = options.lines().collect();
    let words = BASE.split_whitespace().chain(flags.split_whitespace());
    plan(
        Arch::named("x86")?,
        &CFlags::new(words.map(str::to_owned)),
        &Config::default(),
        &Rustc::with_options(&options),
        &[],
    )
    .map(|(plan, _)| plan)
}

#[test]
fn the_least_that_a_kernel_has_is_followed() {
    let plan = plan_flags("").unwrap();
    assert!(plan.assembly.is_empty());
    assert_eq!(
        lines(&plan.mechanisms),
        "kernel-code-model\nsoft-float\nno-red-zone\n"
    );
}

#[test]
fn an_unknown_flag_is_refused() {
    for flag in [
        "-mfuture-mitigation",
        "-fsanitize=future",
        "-fsanitize-coverage=future",
        "-fplugin=future.so",
        "-Wa,--future",
        "--param=future=1",
        "-fstack-clash-protection",
        "-ffixed-rax",
        "x.c",
    ] {
        let said = plan_flags(flag).unwrap_err().to_string();
        assert_eq!(said.lines().count(), 1, "{said}");
        assert!(said.contains(&format!("C gets {flag},")), "{said}");
        assert!(said.contains("report it"), "{said}");
    }
}

#[test]
fn every_reason_is_said_once() {
    let flags = "-fzero-call-used-regs=used-gpr -fsanitize=kernel-address --param asan-stack=1 -fplugin=x.so -fplugin=x.so \
                 -frandomize-layout-seed-file=seed";
    let said = plan_flags(flags).unwrap_err().to_string();
    let reasons: Vec<&str> = said.lines().collect();
    assert_eq!(reasons.len(), 4, "{said}");
    for option in [
        "CONFIG_ZERO_CALL_USED_REGS",
        "CONFIG_RANDSTRUCT_FULL",
        "CONFIG_KASAN",
        "an unknown C flag",
    ] {
        assert_eq!(said.matches(option).count(), 1, "{option}: {said}");
    }
}
