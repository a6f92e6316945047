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

mod source;
mod template;
mod write;

use std::io::{self, Write};
use std::path::PathBuf;

use livepatch_abi::limit;
use livepatch_abi::object::VMLINUX;
use livepatch_symbols::{Lookup, Resolution, Site, Symbol};

use crate::bindings;
use crate::target::Target;
use crate::Status;
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

/// Why there can be no such fix.
#[derive(Debug, thiserror::Error)]
enum Refusal {
    #[error("{0} is no name of a livepatch: take at most {max} lower case letters, digits and underscores, the first a letter", max = limit::MODULE_NAME)]
    Name(String),
    #[error("{} is there already: give another name with --name, or delete it", .0.display())]
    Exists(PathBuf),
    #[error("{0} is built into this kernel: leave --object out")]
    BuiltIn(String),
    #[error("this kernel has no module {object}{hint}")]
    NoModule { object: String, hint: String },
    #[error("{object} has no function {function}{hint}")]
    NoFunction {
        object: String,
        function: String,
        hint: String,
    },
    #[error("{object} has {count} functions {function}: say which one with --sympos 1 to {count}")]
    Ambiguous {
        object: String,
        function: String,
        count: usize,
    },
    #[error("{function} is __init: it has run, and is gone, before a livepatch can replace it")]
    Init { function: String },
    #[error("{function} has no ftrace site, so calls of it cannot be redirected: replace the functions that call it")]
    NoSite { function: String },
    #[error("{function} takes a variable number of arguments, which Rust cannot define: replace it in C, with a file beside main.rs")]
    Variadic { function: String },
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
    let object = match kernel.object(&args.object)? {
        Lookup::Found(object) => object,
        Lookup::BuiltIn => return Ok(Err(Refusal::BuiltIn(args.object.clone()))),
        Lookup::Missing { similar } => {
            return Ok(Err(Refusal::NoModule {
                object: args.object.clone(),
                hint: hint(&similar),
            }));
        }
        Lookup::Unknown(unknown) => return Err(livepatch_symbols::Error::Unknown(unknown).into()),
    };
    let sympos = match find(args, &object) {
        Ok(sympos) => sympos,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let path = match &args.source {
        Some(source) => source::find(source, object.file(), &args.function),
        None => None,
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
        sympos,
        function: &function,
        source: path.as_deref(),
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

/// Finds the function, and returns the sympos that names it.
fn find(args: &Args, object: &livepatch_symbols::Object) -> Result<u32, Refusal> {
    let function = || args.function.clone();
    let symbol: Symbol<'_> = match object.resolve(&args.function, args.sympos) {
        Resolution::Found(symbol) => symbol,
        Resolution::Unsteady { .. } | Resolution::Missing => {
            return Err(Refusal::NoFunction {
                object: object.name().to_owned(),
                function: function(),
                hint: hint(&object.similar(&args.function)),
            });
        }
        Resolution::Ambiguous(symbols) | Resolution::OutOfRange(symbols) => {
            return Err(Refusal::Ambiguous {
                object: object.name().to_owned(),
                function: function(),
                count: symbols.len(),
            });
        }
    };

    if symbol.init {
        return Err(Refusal::Init {
            function: function(),
        });
    }
    if symbol.ftrace == Site::No {
        return Err(Refusal::NoSite {
            function: function(),
        });
    }
    Ok(args.sympos)
}

fn hint(similar: &[String]) -> String {
    if similar.is_empty() {
        String::new()
    } else {
        format!("; did you mean {}?", similar.join(", "))
    }
}

/// Returns whether a livepatch can be called so: its directory, its module and its fix are.
fn is_name(name: &str) -> bool {
    name.len() <= limit::MODULE_NAME
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
        for name in ["", "0a", "A", "a-b", "a/b", "..", &"a".repeat(56)] {
            assert!(!is_name(name), "{name}");
        }
    }
}
