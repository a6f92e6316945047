// SPDX-License-Identifier: GPL-2.0

//! The lines of an assembler file.

/// A line, and what it is.
#[derive(Debug, PartialEq, Eq)]
pub struct Line<'a> {
    /// As it is in the file, without its end.
    pub text: &'a str,
    /// What it is.
    pub kind: Kind<'a>,
}

/// What a line is.
#[derive(Debug, PartialEq, Eq)]
pub enum Kind<'a> {
    /// An instruction: its mnemonic, and its operands as they are.
    Instruction(&'a str, &'a str),
    /// A directive, with its dot, and its arguments.
    Directive(&'a str, &'a str),
    /// A label, without its colon.
    Label(&'a str),
    /// What the source says in `asm!` or `global_asm!`.
    Inline,
    /// A comment, or nothing.
    Nothing,
}

impl<'a> Line<'a> {
    /// Takes a file apart.
    pub fn parse_all(text: &'a str) -> Vec<Self> {
        let mut inline = false;
        let parse = |text: &'a str| {
            let statement = text.trim();
            match statement {
                "#APP" => inline = true,
                "#NO_APP" => inline = false,
                _ => {}
            }
            let kind = if inline {
                Kind::Inline
            } else {
                kind(statement)
            };
            Line { text, kind }
        };
        let mut lines: Vec<Self> = text.lines().map(parse).collect();
        mark_global_asm(&mut lines);
        lines
    }

    /// Returns the name of the function that is announced here.
    pub fn function(&self) -> Option<&'a str> {
        match self.kind {
            Kind::Directive(".type", arguments) => arguments.strip_suffix(",@function"),
            _ => None,
        }
    }

    /// Returns whether LLVM ends a function here.
    fn is_end(&self) -> bool {
        matches!(self.kind, Kind::Label(name) if name.starts_with(".Lfunc_end"))
    }
}

/// Marks the instructions that are in no function of LLVM's. What `global_asm!` says has no mark of its own, and it can announce
/// functions, but only LLVM's have its label behind them.
fn mark_global_asm(lines: &mut [Line<'_>]) {
    let mut ours = false;
    for line in lines.iter_mut().rev() {
        if line.is_end() {
            ours = true;
        } else if line.function().is_some() {
            ours = false;
        } else if !ours && matches!(line.kind, Kind::Instruction(..)) {
            line.kind = Kind::Inline;
        }
    }
}

fn kind(statement: &str) -> Kind<'_> {
    if statement.is_empty() || statement.starts_with('#') {
        return Kind::Nothing;
    }
    // A name that is no plain one is quoted, and a quoted name can hold anything.
    if let Some(label) = statement.strip_suffix(':') {
        if label.starts_with('"') || !label.contains(char::is_whitespace) {
            return Kind::Label(label);
        }
    }
    let (word, rest) = statement
        .split_once(char::is_whitespace)
        .unwrap_or((statement, ""));
    if word.starts_with('.') {
        Kind::Directive(word, rest.trim_start())
    } else {
        Kind::Instruction(word, rest.trim_start())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_told_apart() {
        let text =
            "\t.text\n\t.p2align\t4, 0x90\nf:\n\"a b\":\n\tcallq\tg@PLT\n\tretq\n\n# remark\n.Lfunc_end0:\n";
        let kinds: Vec<Kind<'_>> = Line::parse_all(text)
            .into_iter()
            .map(|line| line.kind)
            .collect();
        assert_eq!(
            kinds,
            [
                Kind::Directive(".text", ""),
                Kind::Directive(".p2align", "4, 0x90"),
                Kind::Label("f"),
                Kind::Label("\"a b\""),
                Kind::Instruction("callq", "g@PLT"),
                Kind::Instruction("retq", ""),
                Kind::Nothing,
                Kind::Nothing,
                Kind::Label(".Lfunc_end0"),
            ]
        );
    }

    #[test]
    fn what_the_source_says_is_left_out() {
        let text = "\tnop\n\t#APP\n\tmovq\t%gs:40, %rax\n\t#NO_APP\n\tnop\n.Lfunc_end0:\n";
        let kinds: Vec<Kind<'_>> = Line::parse_all(text)
            .into_iter()
            .map(|line| line.kind)
            .collect();
        assert_eq!(
            kinds,
            [
                Kind::Instruction("nop", ""),
                Kind::Inline,
                Kind::Inline,
                Kind::Nothing,
                Kind::Instruction("nop", ""),
                Kind::Label(".Lfunc_end0"),
            ]
        );
    }

    #[test]
    fn what_is_in_no_function_of_llvms_is_the_sources() {
        let text = "\tretq\n\t.type\ttheirs,@function\ntheirs:\n\tud2\n\t.type\tours,@function\nours:\n\tnop\n\
                    .Lfunc_end0:\n\tint3\n";
        let lines = Line::parse_all(text);
        let instructions: Vec<&str> = lines
            .iter()
            .filter(|line| matches!(line.kind, Kind::Instruction(..)))
            .map(|line| line.text)
            .collect();
        assert_eq!(instructions, ["\tnop"]);
        let inline = lines.iter().filter(|line| line.kind == Kind::Inline);
        assert_eq!(inline.count(), 3);
    }
}
