// SPDX-License-Identifier: GPL-2.0

//! Why there can be no such livepatch, and what to do.

use std::fmt;
use std::path::PathBuf;

use livepatch_abi::limit;

/// An option, as this command has it and as `make new` has it.
#[derive(Debug)]
pub(super) struct Choice<T>(pub(super) &'static str, pub(super) T);

impl<T: fmt::Display> fmt::Display for Choice<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(option, value) = self;
        let variable = option.to_uppercase();

        write!(f, "--{option} {value} ({variable}={value} for make)")
    }
}

/// Why there can be no such livepatch.
#[derive(Debug, thiserror::Error)]
pub(super) enum Refusal {
    #[error(
        "{0} is no name of a livepatch, which has at most {max} lower case letters, digits and underscores, begins with none of the \
         digits, and is no word of Rust's: give another with {option}",
        max = limit::MODULE_NAME, option = Choice("name", "my_fix")
    )]
    Name(String),
    #[error("{} is there already: give another name with {option}, or delete it", .0.display(), option = Choice("name", "my_fix"))]
    Exists(PathBuf),
    #[error("{0} is built into this kernel: leave --object (OBJECT for make) out")]
    BuiltIn(String),
    #[error("this kernel has no module {object}{hint}", hint = meant(.similar))]
    NoModule {
        object: String,
        similar: Vec<String>,
    },
    #[error("{object} has no function {function}: it is in {}: give {option}", .objects.join(" and in "), option = elsewhere(.objects))]
    Elsewhere {
        object: String,
        function: String,
        /// At least one.
        objects: Vec<String>,
    },
    #[error(
        "{object} has no function {function}, but {place} defines it: it is inlined wherever it is called, or is in a part of the \
         kernel that is not built: replace the functions that call it"
    )]
    Inlined {
        object: String,
        function: String,
        place: String,
    },
    #[error(
        "{object} has no function {function}{hint}; if its source does, it is inlined wherever it is called: replace the functions \
         that call it", hint = meant(.similar)
    )]
    NoFunction {
        object: String,
        function: String,
        similar: Vec<String>,
    },
    #[error(
        "the compiler left no function {function} in {object}, only {}, whose arguments or body can differ from the source's: \
         replace the functions that call it", .clones.join(", ")
    )]
    Cloned {
        object: String,
        function: String,
        clones: Vec<String>,
    },
    #[error("{object} has {count} functions {function}: {candidates}: say which one with {option}", option = Choice("sympos", "N"))]
    Ambiguous {
        object: String,
        function: String,
        count: usize,
        candidates: String,
    },
    #[error("{object} has one function {function}: leave --sympos (SYMPOS for make) out")]
    Alone { object: String, function: String },
    #[error(
        "which function {function} of {object} is meant depends on what is loaded first, the module or the livepatch, since the \
         module has another one for its initialisation: replace the functions that call it"
    )]
    Unsteady { object: String, function: String },
    #[error("{function} of {object} cannot be replaced: {why}")]
    Unpatchable {
        object: String,
        function: String,
        why: String,
    },
    #[error(
        "{function} takes a variable number of arguments, which Rust cannot define: replace it in C, with a file beside main.rs, as \
         patches/c_fix does"
    )]
    Variadic { function: String },
}

fn meant(similar: &[String]) -> String {
    if similar.is_empty() {
        String::new()
    } else {
        format!("; did you mean {}?", similar.join(", "))
    }
}

fn elsewhere(objects: &[String]) -> Choice<&str> {
    Choice("object", objects.first().map_or("", String::as_str))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_to_do_is_said_for_make_too() {
        let text = Refusal::Elsewhere {
            object: "vmlinux".to_owned(),
            function: "pktgen_xmit".to_owned(),
            objects: vec!["pktgen".to_owned()],
        }
        .to_string();

        assert_eq!(
            text,
            "vmlinux has no function pktgen_xmit: it is in pktgen: give --object pktgen (OBJECT=pktgen for make)"
        );
    }
}
