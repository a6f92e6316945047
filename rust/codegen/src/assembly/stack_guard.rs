// SPDX-License-Identifier: GPL-2.0

//! The operand that is the stack protector's guard.

use super::line::{Kind, Line};
use crate::mechanism::STACK_CHK_FAIL;
use crate::x86::LLVM_GUARD;

/// Rewrites a file line by line.
#[derive(Debug)]
pub struct Rewriter<'a> {
    guard: &'a str,
    /// How often the function that is being read has read the guard.
    reads: u32,
}

impl<'a> Rewriter<'a> {
    /// Makes one that makes `guard` the operand.
    pub fn new(guard: &'a str) -> Self {
        Self { guard, reads: 0 }
    }

    /// Returns what the line becomes if it changes.
    ///
    /// Rust has no other use of %gs than the protector's, and only `asm!` reads it otherwise. A protector that was not
    /// recognised shows as a function that can fail without having read the guard.
    pub fn line(&mut self, line: &Line<'_>) -> Result<Option<String>, String> {
        let text = line.text.trim();
        match line.kind {
            _ if line.function().is_some() => {
                self.reads = 0;
                Ok(None)
            }
            Kind::Inline if reads_guard(text) => Err(format!(
                "{text:?} in asm! reads what is no guard in this kernel: take it from the kernel's headers"
            )),
            Kind::Instruction(_, operands) if operands.contains("%gs:") => {
                let changed = self.read(line.text, operands).ok_or_else(|| {
                    format!("{text:?} is no instruction of the stack protector that this tool knows")
                })?;
                self.reads += 1;
                Ok(Some(changed))
            }
            Kind::Instruction(_, operands) if self.reads == 0 && operands.starts_with(STACK_CHK_FAIL) => Err(format!(
                "{text:?} is in a function that has not read the stack protector's guard in a way that this tool knows"
            )),
            _ => Ok(None),
        }
    }

    /// Returns the instruction with the other guard, if it is one that LLVM emits to load the guard or to compare it.
    fn read(&self, text: &str, operands: &str) -> Option<String> {
        let (source, target) = operands.split_once(", ")?;
        let is_register = |operand: &str| {
            operand
                .strip_prefix("%r")
                .is_some_and(|name| name.bytes().all(|byte| byte.is_ascii_alphanumeric()))
        };
        let instruction = text.split_whitespace().next()?;
        let known = match instruction {
            "movq" => source == LLVM_GUARD && is_register(target),
            "cmpq" => {
                (source == LLVM_GUARD && is_register(target))
                    || (target == LLVM_GUARD && is_register(source))
            }
            _ => false,
        };
        known.then(|| text.replacen(LLVM_GUARD, self.guard, 1))
    }
}

/// Returns whether the guard is one of the operands.
fn reads_guard(text: &str) -> bool {
    text.match_indices(LLVM_GUARD).any(|(at, guard)| {
        !text[at + guard.len()..]
            .starts_with(|next: char| next.is_ascii_alphanumeric() || next == '(')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const GUARD: &str = "%gs:__ref_stack_chk_guard(%rip)";

    fn rewrite(text: &str) -> Result<String, String> {
        let mut rewriter = Rewriter::new(GUARD);
        let mut output = String::new();
        let text = text.replace("\t.type", ".Lfunc_end0:\n\t.type") + "\n.Lfunc_end1:\n";
        for line in Line::parse_all(&text) {
            let changed = rewriter.line(&line)?;
            if !line.text.is_empty() && !line.text.starts_with(".Lfunc_end") {
                output.push_str(changed.as_deref().unwrap_or(line.text));
                output.push('\n');
            }
        }
        Ok(output)
    }

    #[test]
    fn loads_and_comparisons_are_rewritten() {
        let text = "\t.type\tf,@function\nf:\n\tmovq\t%gs:40, %rax\n\tmovq\t%rax, 64(%rsp)\n\tcmpq\t%gs:40, %rcx\n\
                    \tcmpq\t%rdx, %gs:40\n\tcallq\t__stack_chk_fail@PLT\n";
        assert_eq!(rewrite(text).unwrap(), text.replace("%gs:40", GUARD));
    }

    #[test]
    fn other_reads_are_refused() {
        for text in [
            "\tmovl\t%gs:40, %eax",
            "\tmovq\t%gs:48, %rax",
            "\tmovq\t%gs:400, %rax",
            "\tmovq\t%gs:40(%rax), %rax",
            "\tmovq\t%gs:(%rax), %rax",
            "\tmovq\t%rax, %gs:40",
            "\txorq\t%gs:40, %rax",
            "\tpushq\t%gs:40",
            "\tcmpq\t$0, %gs:40",
        ] {
            assert!(
                rewrite(text).unwrap_err().contains("stack protector"),
                "{text}"
            );
        }
    }

    #[test]
    fn a_protector_that_is_not_recognised_is_refused() {
        let text = "\t.type\tf,@function\nf:\n\tmovq\t%gs:40, %rax\n\t.type\tg,@function\ng:\n\tcallq\t__stack_chk_fail\n";
        assert!(rewrite(text).unwrap_err().contains("__stack_chk_fail"));
    }

    #[test]
    fn asm_may_read_other_things() {
        let text = "#APP\n\tmovq\t%gs:pcpu_hot(%rip), %rax\n\tmovq\t%gs:400, %rax\n#NO_APP\n";
        assert_eq!(rewrite(text).unwrap(), text);
        assert!(rewrite("#APP\n\tmovq\t%gs:40, %rax\n#NO_APP\n")
            .unwrap_err()
            .contains("asm!"));
    }
}
