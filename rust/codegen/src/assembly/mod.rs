// SPDX-License-Identifier: GPL-2.0

//! Rewriting the assembly that rustc emits, where it has no option for what C gets.
//!
//! The text is LLVM's, in AT&T syntax: one instruction, label or directive a line. Every rule knows the few shapes that it
//! rewrites, and what resembles them otherwise is an error. What the source says in `asm!` and
//! `global_asm!` is its author's, as in C, and stays as it is.

mod alignment;
mod file_name;
mod line;
mod stack_guard;
mod thunk;

use std::fmt::{self, Write as _};
use std::str::FromStr;

use line::Line;

/// One kind of change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rewrite {
    /// Put `cs` in front of branches to the thunks of r8 to r15.
    CsPrefix,
    /// Put `int3` behind jumps to a thunk.
    Int3AfterThunk,
    /// Make this operand the stack protector's guard.
    StackGuard(String),
    /// Align functions, with their padding, to so many bytes.
    FunctionAlignment(u32),
    /// Tell the assembler, which may think of an older one, what the processor is.
    Machine(String),
}

impl fmt::Display for Rewrite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CsPrefix => f.write_str("cs-prefix"),
            Self::Int3AfterThunk => f.write_str("int3-after-thunk"),
            Self::StackGuard(operand) => write!(f, "stack-guard {operand}"),
            Self::FunctionAlignment(bytes) => write!(f, "function-alignment {bytes}"),
            Self::Machine(name) => write!(f, "machine {name}"),
        }
    }
}

impl FromStr for Rewrite {
    type Err = String;

    fn from_str(line: &str) -> Result<Self, Self::Err> {
        let (name, argument) = line.split_once(' ').unwrap_or((line, ""));
        match (name, argument) {
            ("cs-prefix", "") => Ok(Self::CsPrefix),
            ("int3-after-thunk", "") => Ok(Self::Int3AfterThunk),
            ("stack-guard", operand) if !operand.is_empty() => {
                Ok(Self::StackGuard(operand.to_owned()))
            }
            ("function-alignment", bytes) => match bytes.parse::<u32>() {
                Ok(bytes) if bytes.is_power_of_two() => Ok(Self::FunctionAlignment(bytes)),
                _ => Err(format!("{bytes:?} is no alignment")),
            },
            ("machine", name)
                if !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric()) =>
            {
                Ok(Self::Machine(name.to_owned()))
            }
            _ => Err(format!("{line:?} is no rule for assembly")),
        }
    }
}

/// Reads rules, one a line. An error has the line's number, and what is wrong with it.
pub fn parse(text: &str) -> Result<Vec<Rewrite>, (usize, String)> {
    let lines = text.lines().enumerate();
    lines
        .map(|(index, line)| line.parse().map_err(|problem| (index + 1, problem)))
        .collect()
}

/// Rewrites `text` by `rules`. An error has the line's number, and what is wrong with it.
pub fn rewrite(text: &str, rules: &[Rewrite]) -> Result<String, (usize, String)> {
    let lines = Line::parse_all(text);
    let mut guard = rules.iter().find_map(|rule| match rule {
        Rewrite::StackGuard(operand) => Some(stack_guard::Rewriter::new(operand)),
        _ => None,
    });
    let alignment = rules.iter().find_map(|rule| match rule {
        Rewrite::FunctionAlignment(bytes) => Some(alignment::Rewriter::new(*bytes, &lines)),
        _ => None,
    });
    let cs_prefix = rules.contains(&Rewrite::CsPrefix);
    let int3 = rules.contains(&Rewrite::Int3AfterThunk);

    let mut output = String::with_capacity(text.len() + text.len() / 16);
    for rule in rules {
        if let Rewrite::Machine(name) = rule {
            let _ = writeln!(output, "\t.machine {name}");
        }
    }
    for (index, line) in lines.iter().enumerate() {
        let failed = |problem| (index + 1, problem);
        if let Some(alignment) = &alignment {
            output.push_str(&alignment.before(line));
        }
        if cs_prefix && thunk::needs_prefix(line).map_err(failed)? {
            output.push_str("\tcs\n");
        }
        match guard
            .as_mut()
            .map(|guard| guard.line(line))
            .transpose()
            .map_err(failed)?
        {
            Some(Some(changed)) => output.push_str(&changed),
            _ => match file_name::joined(line) {
                Some(joined) => output.push_str(&joined),
                None => output.push_str(line.text),
            },
        }
        output.push('\n');
        if int3 && thunk::is_jump(line) {
            output.push_str("\tint3\n");
        }
    }
    Ok(output)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        let rules = [
            Rewrite::CsPrefix,
            Rewrite::Int3AfterThunk,
            Rewrite::StackGuard("%gs:__ref_stack_chk_guard(%rip)".to_owned()),
            Rewrite::FunctionAlignment(64),
            Rewrite::Machine("z13".to_owned()),
        ];
        let text: Vec<String> = rules.iter().map(Rewrite::to_string).collect();
        assert_eq!(parse(&text.join("\n")).unwrap(), rules);
    }

    #[test]
    fn what_is_no_rule_is_refused() {
        for line in [
            "",
            "cs-prefix now",
            "stack-guard",
            "function-alignment 24",
            "function-alignment",
            "machine",
            "machine z13\t.text",
            "other",
        ] {
            let (number, problem) = parse(&format!("cs-prefix\n{line}\n")).unwrap_err();
            assert_eq!(number, 2);
            assert!(!problem.is_empty());
        }
    }

    #[test]
    fn without_rules_nothing_changes() {
        let text =
            "\t.text\nf:\n\tmovq\t%gs:40, %rax\n\tjmp\t__x86_indirect_thunk_r11\n.Lfunc_end0:\n";
        assert_eq!(rewrite(text, &[]).unwrap(), text);
    }

    #[test]
    fn the_assembler_is_told_the_processor_first() {
        let rules = parse("machine z13").unwrap();
        assert_eq!(
            rewrite("\t.text\n", &rules).unwrap(),
            "\t.machine z13\n\t.text\n"
        );
    }

    #[test]
    fn rules_work_together() {
        let text =
            "\t.globl\tf\n\t.p2align\t4, 0x90\n\t.type\tf,@function\nf:\n\tmovq\t%gs:40, %rax\n\
                    \tjmp\t__x86_indirect_thunk_r11\n.Lfunc_end0:\n";
        let rules =
            parse("cs-prefix\nint3-after-thunk\nstack-guard %gs:g(%rip)\nfunction-alignment 32\n")
                .unwrap();
        assert_eq!(
            rewrite(text, &rules).unwrap(),
            "\t.globl\tf\n\t.p2align\t4, 0x90\n\t.p2align\t5, 0x90\n\t.type\tf,@function\nf:\n\
             \tmovq\t%gs:g(%rip), %rax\n\tcs\n\tjmp\t__x86_indirect_thunk_r11\n\tint3\n.Lfunc_end0:\n"
        );
    }
}
