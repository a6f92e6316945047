// SPDX-License-Identifier: GPL-2.0

//! `klp-build new`: Makes a new fix for a function of a kernel.
//!
//! ```text
//!  symbols: which function ──┐
//!  BTF: its type ────────────┼──► main.rs, test.sh
//!  source: where it is ──────┘
//! ```
//!
//! What it makes builds as it is, and does nothing but return: the author copies the old function over, and mends it.

mod find;
mod refusal;
mod source;
mod template;
mod write;

use std::io::{self, Write};
use std::path::PathBuf;

use livepatch_abi::limit;
use livepatch_abi::object::VMLINUX;

use crate::target::Target;
use crate::Status;
use crate::{bindings, check};
use refusal::Refusal;
use template::Replacement;

/// The arguments of `klp-build new`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The function to replace.
    function: String,
    /// The module that it is in.
    #[arg(long, value_name = "MODULE", default_value = VMLINUX)]
    object: String,
    /// Which of several functions of the name, from 1 in the order of kallsyms.
    #[arg(long, value_name = "N", default_value_t = 0)]
    sympos: u32,
    /// The name of the livepatch [default: that of the function].
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Where livepatches are.
    #[arg(long, value_name = "DIR", default_value = "patches")]
    directory: PathBuf,
    /// The kernel's source, to say where the old function is.
    #[arg(long, value_name = "DIR")]
    source: Option<PathBuf>,
    #[command(flatten)]
    target: Target,
}

/// What can go wrong.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The kernel could not be read.
    #[error(transparent)]
    Kernel(#[from] livepatch_symbols::Error),
    /// It could not be found out whether the function can be replaced.
    #[error(transparent)]
    Check(#[from] check::Error),
    /// The type of the function cannot be had.
    #[error("{function}: {error}")]
    Type {
        /// The function.
        function: String,
        /// What is the matter with it.
        error: Box<bindings::Error>,
    },
    /// A file could not be written.
    #[error("{}: {error}", .path.display())]
    Write {
        /// The file or the directory.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// The output could not be written.
    #[error("cannot say what was made: {0}")]
    Output(#[from] io::Error),
}

/// Runs the command, which prints to `output`.
///
/// # Errors
///
/// See [`Error`].
pub fn run(args: &Args, output: &mut dyn Write) -> Result<Status, Error> {
    match new(args)? {
        Ok(made) => {
            writeln!(output, "{}", made.display())?;
            Ok(Status::Clean)
        }
        Err(refusal) => {
            writeln!(output, "{refusal}")?;
            Ok(Status::Refused)
        }
    }
}

/// Makes the livepatch, and returns its directory.
fn new(args: &Args) -> Result<Result<PathBuf, Refusal>, Error> {
    let name = match &args.name {
        Some(name) => name.clone(),
        None => args.function.to_lowercase().replace('.', "_"),
    };
    let directory = args.directory.join(&name);
    if !is_name(&name) {
        return Ok(Err(Refusal::Name(name)));
    }
    if directory.exists() {
        return Ok(Err(Refusal::Exists(directory)));
    }
    let kernel = args.target.open()?;
    let (object, place) = match find::find(args, &kernel)? {
        Ok(found) => found,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let object = object.name().to_owned();

    let function =
        bindings::function(kernel, &object, &args.function).map_err(|error| Error::Type {
            function: args.function.clone(),
            error: Box::new(error),
        })?;
    if function.variadic.is_some() {
        return Ok(Err(Refusal::Variadic {
            function: args.function.clone(),
        }));
    }
    let replacement = Replacement {
        livepatch: &name,
        object: &object,
        old_name: &args.function,
        sympos: args.sympos,
        function: &function,
        source: place.as_deref(),
    };
    write::write(
        &directory,
        &[
            ("main.rs", replacement.main(), 0o644),
            ("test.sh", replacement.test(), 0o755),
        ],
    )?;
    Ok(Ok(directory))
}

/// Returns whether a livepatch can be called so: its directory, its module and its fix are.
fn is_name(name: &str) -> bool {
    // A fix of that name would hide the crate.
    name != "livepatch"
        && syn::parse_str::<syn::Ident>(name).is_ok()
        && name.len() <= limit::MODULE_NAME
        && name.starts_with(|first: char| first.is_ascii_lowercase() || first == '_')
        && name
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::is_name;

    #[test]
    fn names() {
        assert!(is_name("cmdline_proc_show") && is_name("__x64_sys_getpid"));
        for name in [
            "",
            "0a",
            "A",
            "a-b",
            "a/b",
            "..",
            "match",
            "livepatch",
            &"a".repeat(56),
        ] {
            assert!(!is_name(name), "{name}");
        }
    }
}
