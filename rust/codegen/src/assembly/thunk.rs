// SPDX-License-Identifier: GPL-2.0

//! Branches to the thunks for indirect branches.

use super::line::{Kind, Line};
use crate::mechanism::INDIRECT_THUNK;

/// Returns whether the line is a branch to the thunk of one of r8 to r15, or what else it is that refers to one.
pub fn needs_prefix(line: &Line<'_>) -> Result<bool, String> {
    let Kind::Instruction(mnemonic, operands) = line.kind else {
        return Ok(false);
    };
    if !operands.contains(INDIRECT_THUNK) && !mnemonic.contains(INDIRECT_THUNK) {
        return Ok(false);
    }
    let is_branch = matches!(mnemonic, "call" | "callq" | "jmp" | "jmpq");
    let register = thunk_register(operands).filter(|_| is_branch);
    let register = register.ok_or_else(|| {
        format!(
            "{:?} is neither a call nor a jump to a thunk, so there is no place for a cs prefix",
            line.text.trim()
        )
    })?;
    Ok(
        register.starts_with('r')
            && register[1..].starts_with(|digit: char| digit.is_ascii_digit()),
    )
}

/// Returns whether the line is a jump to a thunk.
pub fn is_jump(line: &Line<'_>) -> bool {
    match line.kind {
        Kind::Instruction("jmp" | "jmpq", operand) => thunk_register(operand).is_some(),
        _ => false,
    }
}

/// Returns the register whose thunk is the operand.
fn thunk_register(operand: &str) -> Option<&str> {
    let name = operand.strip_suffix("@PLT").unwrap_or(operand);
    let register = name.strip_prefix(INDIRECT_THUNK)?;
    let is_name = !register.is_empty() && register.bytes().all(|byte| byte.is_ascii_alphanumeric());
    is_name.then_some(register)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prefix(text: &str) -> Result<bool, String> {
        needs_prefix(&Line::parse_all(&format!("{text}\n.Lfunc_end0:\n"))[0])
    }

    #[test]
    fn only_the_registers_with_numbers_need_it() {
        for text in [
            "\tcallq\t__x86_indirect_thunk_r11",
            "\tcall\t__x86_indirect_thunk_r8@PLT",
            "\tjmp\t__x86_indirect_thunk_r15",
        ] {
            assert_eq!(prefix(text), Ok(true), "{text}");
        }
        for text in [
            "\tjmp\t__x86_indirect_thunk_rax",
            "\tcallq\t__x86_indirect_thunk_rdi",
            "\tcallq\tf",
            "\t.quad\t__x86_indirect_thunk_r11",
            "__x86_indirect_thunk_r11:",
        ] {
            assert_eq!(prefix(text), Ok(false), "{text}");
        }
    }

    #[test]
    fn another_use_is_refused() {
        for text in [
            "\tjne\t__x86_indirect_thunk_r11",
            "\tmovq\t$__x86_indirect_thunk_r11, %rax",
            "\tcallq\t*__x86_indirect_thunk_r11(%rip)",
            "\tcs jmp\t__x86_indirect_thunk_r11",
        ] {
            assert!(prefix(text).unwrap_err().contains("cs prefix"), "{text}");
        }
    }

    #[test]
    fn what_the_source_says_is_left_alone() {
        let lines = Line::parse_all("#APP\n\tjne\t__x86_indirect_thunk_r11\n#NO_APP");
        assert_eq!(needs_prefix(&lines[1]), Ok(false));
        assert!(!is_jump(&lines[1]));
    }

    #[test]
    fn jumps_are_known() {
        let is = |text| is_jump(&Line::parse_all(&format!("{text}\n.Lfunc_end0:\n"))[0]);
        assert!(is("\tjmp\t__x86_indirect_thunk_rax"));
        assert!(!is("\tcallq\t__x86_indirect_thunk_rax"));
        assert!(!is("\tjmp\t__x86_return_thunk"));
        assert!(!is("\tjmp\t.LBB0_1"));
    }
}
