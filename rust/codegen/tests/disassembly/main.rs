// SPDX-License-Identifier: GPL-2.0

//! Compiles with what was derived, disassembles, and looks: a mechanism is everywhere where C has it, and not where C does not.

mod build;

use build::{find, has, has_unstable, leaves_out_sanitizers, Derived};
use livepatch_codegen::Mechanism;

const RETPOLINE: &str = "-mindirect-branch=thunk-extern -mindirect-branch-register";
const GUARD_SYMBOL: &str = "-fstack-protector-strong -mstack-protector-guard-reg=gs \
     -mstack-protector-guard-symbol=__ref_stack_chk_guard";

/// Shows that our objects have `mechanism` with the C flags `on`, and not with the C flags `off`; and that an object of C does.
fn follows(mechanism: &Mechanism, on: &str, off: &str) {
    let [with, without] = ours_follows(mechanism, on, off);
    let found = find(&with.c(on), &with, mechanism);
    assert!(has(&found), "C, {on}: {found:?}");
    let found = find(&without.c(off), &without, mechanism);
    assert!(!has(&found), "C, {off}: {found:?}");
}

/// Does so without C: gcc has other flags than clang. Returns what was derived, with and without.
fn ours_follows(mechanism: &Mechanism, on: &str, off: &str) -> [Derived; 2] {
    let with = Derived::new(on);
    assert!(
        with.mechanisms().contains(mechanism),
        "{:?}",
        with.mechanisms()
    );
    let found = find(&with.rust(), &with, mechanism);
    assert!(has(&found), "{on}: {found:?}");
    let without = Derived::new(off);
    assert!(!without.mechanisms().contains(mechanism));
    let found = find(&without.rust(), &without, mechanism);
    assert!(!has(&found), "{off}: {found:?}");
    [with, without]
}

/// Shows that our objects have `mechanism`, and not when it is taken out of what was derived.
fn always(mechanism: &Mechanism, spoils: &[(&str, &str, &str)]) {
    let derived = Derived::new("");
    assert!(derived.mechanisms().contains(mechanism));
    for object in [derived.rust(), derived.c("")] {
        let found = find(&object, &derived, mechanism);
        assert!(has(&found), "{found:?}");
    }
    let mut spoilt = derived;
    for (file, from, to) in spoils {
        if spoilt.text(file).contains(from) {
            spoilt = spoilt.spoil(file, from, to);
        }
    }
    let found = find(&spoilt.rust(), &spoilt, mechanism);
    assert!(!has(&found), "{found:?}");
}

#[test]
fn no_floating_point() {
    let spoils = [
        (
            "target.json",
            "-mmx,-sse,-sse2,-sse3,-ssse3,-sse4.1,-sse4.2,-avx,-avx2,+soft-float",
            "",
        ),
        ("target.json", "    \"rustc-abi\": \"softfloat\",\n", ""),
        ("target.json", "    \"rustc-abi\": \"x86-softfloat\",\n", ""),
    ];
    always(&Mechanism::SoftFloat, &spoils);
}

#[test]
fn no_red_zone() {
    let spoils = [("rustc_flags", "-Cno-redzone=y\n", "")];
    always(&Mechanism::NoRedZone, &spoils);
    // With a frame pointer, what is below is told by that.
    let spoilt =
        Derived::new("-fno-omit-frame-pointer").spoil("rustc_flags", "-Cno-redzone=y\n", "");
    let found = find(&spoilt.rust(), &spoilt, &Mechanism::NoRedZone);
    assert!(!has(&found), "{found:?}");
}

#[test]
fn kernel_code_model() {
    let spoils = [
        (
            "rustc_flags",
            "-Crelocation-model=static",
            "-Crelocation-model=pic",
        ),
        ("rustc_flags", "-Ccode-model=kernel", "-Ccode-model=small"),
    ];
    always(&Mechanism::KernelCodeModel, &spoils);
}

#[test]
fn retpoline() {
    follows(&Mechanism::Retpoline, RETPOLINE, "");
    ours_follows(&Mechanism::Retpoline, "-mretpoline-external-thunk", "");
}

#[test]
fn prefix_of_retpolines() {
    let on = format!("{RETPOLINE} -mindirect-branch-cs-prefix");
    ours_follows(&Mechanism::CsPrefix, &on, RETPOLINE);
}

#[test]
fn no_jump_tables() {
    follows(&Mechanism::NoJumpTables, "-fno-jump-tables", "");
}

#[test]
fn return_thunk() {
    follows(
        &Mechanism::ReturnThunk,
        "-mfunction-return=thunk-extern",
        "",
    );
}

#[test]
fn straight_line_speculation() {
    let on = "-mharden-sls=all";
    follows(&Mechanism::SlsReturn, on, "");
    follows(
        &Mechanism::SlsReturn,
        "-mharden-sls=return",
        "-mharden-sls=indirect-jmp",
    );
    follows(&Mechanism::SlsIndirectJump, on, "");
    follows(
        &Mechanism::SlsIndirectJump,
        &format!("{on} {RETPOLINE}"),
        RETPOLINE,
    );
    let prefixed = format!("{RETPOLINE} -mindirect-branch-cs-prefix");
    follows(
        &Mechanism::SlsIndirectJump,
        &format!("{on} {prefixed}"),
        &prefixed,
    );
}

#[test]
fn indirect_branch_tracking() {
    follows(
        &Mechanism::Ibt,
        "-fcf-protection=branch",
        "-fcf-protection=none",
    );
}

#[test]
fn call_padding() {
    for (total, prefix) in [(16, 16), (11, 11), (8, 3)] {
        let on = format!("-fpatchable-function-entry={total},{prefix}");
        follows(&Mechanism::Padding { total, prefix }, &on, "");
        let on = format!("{on} -fcf-protection=branch");
        follows(
            &Mechanism::Padding { total, prefix },
            &on,
            "-fcf-protection=branch",
        );
    }
}

#[test]
fn function_alignment() {
    let mechanism = Mechanism::Alignment(64);
    follows(&mechanism, "-fmin-function-alignment=64", "");
    let padding = "-fpatchable-function-entry=16,16";
    let on = format!("-fmin-function-alignment=64 {padding}");
    follows(&mechanism, &on, padding);
    // What is optimised for size is not aligned unless that is said.
    follows(
        &Mechanism::Alignment(16),
        "-Os -fmin-function-alignment=16",
        "-Os",
    );
}

#[test]
fn stack_protector() {
    let guard = |guard: &str| Mechanism::StackProtector {
        guard: guard.to_owned(),
    };
    let number = guard("%gs:40");
    let symbol = guard("%gs:__ref_stack_chk_guard(%rip)");
    let global = guard("__stack_chk_guard(%rip)");
    let on = "-fstack-protector-strong";
    ours_follows(&number, on, "-fno-stack-protector");
    ours_follows(&number, "-fstack-protector", "");
    ours_follows(&number, "-fstack-protector-all", "");
    // Each kernel has one guard, and the other kernels' guard is none.
    ours_follows(&number, on, GUARD_SYMBOL);
    follows(&symbol, GUARD_SYMBOL, on);
    follows(&global, &format!("{on} -mstack-protector-guard=global"), on);
}

#[test]
fn stack_protector_of_all_functions() {
    let functions = |flags| {
        let derived = Derived::new(flags);
        find(&derived.rust(), &derived, &derived.mechanisms()[3]).seen
    };
    assert!(functions("-fstack-protector-all") > functions("-fstack-protector-strong"));
}

#[test]
fn frame_pointer() {
    follows(
        &Mechanism::FramePointer,
        "-fno-omit-frame-pointer",
        "-fomit-frame-pointer",
    );
}

/// objtool makes the tables when it sees the object, which is not here: without it, that is noticed.
#[test]
fn orc() {
    let derived = Derived::new("");
    let found = find(&derived.rust(), &derived, &Mechanism::Orc);
    assert!(!has(&found), "{found:?}");
}

#[test]
fn kcfi() {
    let on = "-fsanitize=kcfi -fsanitize-cfi-icall-experimental-normalize-integers";
    if leaves_out_sanitizers() {
        assert!(Derived::refusal(on).contains("FineIBT"));
        return;
    }
    ours_follows(&Mechanism::Kcfi, on, "");
    let padding = "-fpatchable-function-entry=11,11";
    let both = Derived::new(&format!("{on} {padding}"));
    let all = livepatch_codegen_check::check(&both.rust(), &both.mechanisms());
    let kcfi = all.iter().find(|finding| finding.name == "kcfi").unwrap();
    assert!(has(kcfi), "{kcfi:?}");
}

/// All of them at once, as a distribution's kernel has them.
#[test]
fn everything_together() {
    let flags = format!(
        "-std=gnu11 -fcf-protection=branch -fno-jump-tables {RETPOLINE} -mindirect-branch-cs-prefix \
         -mfunction-return=thunk-extern -mharden-sls=all -fpatchable-function-entry=16,16 -fomit-frame-pointer \
         -fmin-function-alignment=16 -g {GUARD_SYMBOL}"
    );
    let derived = Derived::new(&flags);
    let mechanisms = derived.mechanisms();
    assert_eq!(mechanisms.len(), 13, "{mechanisms:?}");
    // Where all returns go through the thunk, there is no return instruction to look behind; and gcc takes another register for
    // its thunks than one with a number.
    let invisible = |c: bool, name: &str| name == "sls-return" || (c && name == "cs-prefix");
    for (object, c) in [(derived.rust(), false), (derived.c(&flags), true)] {
        for finding in livepatch_codegen_check::check(&object, &mechanisms) {
            let seen = finding.seen > 0 || invisible(c, &finding.name);
            assert!(finding.violations.is_empty() && seen, "{finding:?}");
        }
    }
}

/// All that a kernel of clang can have.
#[test]
fn everything_of_clang() {
    const ARITY: &str = "-fsanitize-kcfi-arity";
    let with_arity = has_unstable("sanitizer-kcfi-arity");
    let flags = include_str!("../golden/clang-7.3.flags").lines();
    let flags: Vec<&str> = flags.filter(|flag| with_arity || *flag != ARITY).collect();
    if leaves_out_sanitizers() {
        assert!(Derived::refusal(&flags.join(" ")).contains("FineIBT"));
        return;
    }
    let derived = Derived::new(&flags.join(" "));
    let mechanisms = derived.mechanisms();
    assert_eq!(mechanisms.len(), 15, "{mechanisms:?}");
    for finding in livepatch_codegen_check::check(&derived.rust(), &mechanisms) {
        let seen = finding.seen > 0 || finding.name == "sls-return";
        assert!(finding.violations.is_empty() && seen, "{finding:?}");
    }
}
