// SPDX-License-Identifier: GPL-2.0

//! Where functions begin.

use std::collections::BTreeSet;

use super::line::{Kind, Line};

/// Adds directives in front of functions.
#[derive(Debug)]
pub struct Rewriter<'a> {
    /// The alignment, as a power of two.
    exponent: u32,
    /// What is said to be a function, but is another name of one: there is no code to align.
    aliases: BTreeSet<&'a str>,
}

impl<'a> Rewriter<'a> {
    /// Makes one that aligns the functions of a file to so many bytes, a power of two.
    pub fn new(bytes: u32, lines: &[Line<'a>]) -> Self {
        let aliases = lines.iter().filter_map(|line| match line.kind {
            Kind::Directive(".set", arguments) => {
                arguments.split_once(',').map(|(name, _)| name.trim())
            }
            _ => None,
        });
        Self {
            exponent: bytes.trailing_zeros(),
            aliases: aliases.collect(),
        }
    }

    /// Returns what comes in front of a line. LLVM says what a symbol is just in front of its padding and its label, and of
    /// several directives the largest alignment counts.
    pub fn before(&self, line: &Line<'_>) -> String {
        match line.function() {
            Some(name) if !self.aliases.contains(name) => {
                format!("\t.p2align\t{}, 0x90\n", self.exponent)
            }
            _ => String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_aligned_and_nothing_else() {
        let text = "\t.type\tf,@function\nf:\n\t.type\td,@object\nd:\n\t.type\talias,@function\n.set alias, f\n";
        let lines = Line::parse_all(text);
        let rewriter = Rewriter::new(64, &lines);
        let added: Vec<String> = lines.iter().map(|line| rewriter.before(line)).collect();
        assert_eq!(added[0], "\t.p2align\t6, 0x90\n");
        assert!(added[1..].iter().all(String::is_empty));
    }
}
