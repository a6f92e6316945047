// SPDX-License-Identifier: GPL-2.0

//! What can go wrong when types are made.

use std::path::PathBuf;

use livepatch_symbols::Unknown;

/// What went wrong.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file cannot be read or written.
    #[error("{}: {source}", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The types of the kernel or of a module are not known.
    #[error("{0}")]
    Kernel(#[from] livepatch_symbols::Error),
    /// The kernel has no such module.
    #[error("the kernel has no module {object}{}", hint(.similar))]
    NoModule {
        /// The module.
        object: String,
        /// Those with similar names.
        similar: Vec<String>,
    },
    /// It is not known what the kernel has.
    #[error("{unknown}, so neither are the types of {object}; --kernel, --running, --btf and --modules tell")]
    Unknown {
        /// Whose types are wanted.
        object: String,
        /// What is not known.
        unknown: Unknown,
    },
    /// A source is no Rust.
    #[error("{}:{}: {source}", .path.display(), .source.span().start().line)]
    Source {
        /// The file.
        path: PathBuf,
        /// Where and why.
        source: syn::Error,
    },
    /// Items of a list cannot be made.
    #[error("{place}{refusals}")]
    Items {
        /// Where the list is, with a colon; empty for one of the command line.
        place: String,
        /// Why.
        refusals: Refusals,
    },
    /// The items on the command line are none.
    #[error("{items}: {source}")]
    Arguments {
        /// The items.
        items: String,
        /// What is wrong with them.
        source: syn::Error,
    },
    /// What was made is no Rust. This is a mistake of this tool.
    #[error("what was made for {what} is no Rust: {source}")]
    Output {
        /// What it was made for.
        what: String,
        /// What the parser says.
        source: syn::Error,
    },
}

fn hint(similar: &[String]) -> String {
    if similar.is_empty() {
        String::new()
    } else {
        format!("; it has {}", similar.join(", "))
    }
}

/// All that was refused of one list.
#[derive(Debug)]
pub struct Refusals(pub(super) Vec<Refusal>);

impl std::fmt::Display for Refusals {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (index, refusal) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{refusal}")?;
        }
        Ok(())
    }
}

/// Why an item cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// There is no such thing.
    #[error("{object} has no {what} {name} in its BTF{hint}")]
    Missing {
        /// Where it was looked for.
        object: String,
        /// What was looked for.
        what: &'static str,
        /// The name that was looked for.
        name: String,
        /// What there is instead.
        hint: String,
    },
    /// There are several, and they differ.
    #[error("{object} has {count} different ones called {what} {name} in its BTF, and it does not tell which file has which:{list}")]
    Ambiguous {
        /// Where it was looked for.
        object: String,
        /// What was looked for.
        what: &'static str,
        /// The name that was looked for.
        name: String,
        /// How many there are.
        count: usize,
        /// A line for each.
        list: String,
    },
    /// It is only declared.
    #[error("{what} {name} is only declared in the BTF of {object}: the file that defines it belongs to another object")]
    Declared {
        /// Where it was looked for.
        object: String,
        /// What was looked for.
        what: &'static str,
        /// The name that was looked for.
        name: String,
    },
    /// Rust has no layout for it.
    #[error("{name} cannot be made in Rust: {reason}")]
    Layout {
        /// The type.
        name: String,
        /// What stands in the way.
        reason: String,
    },
    /// A name is none of Rust's.
    #[error("{0:?} cannot be a name in Rust")]
    Name(String),
    /// The BTF is broken.
    #[error("{name}: {source}")]
    Btf {
        /// The type.
        name: String,
        /// What is wrong.
        source: livepatch_btf::Error,
    },
}
