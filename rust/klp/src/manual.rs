// SPDX-License-Identifier: GPL-2.0

//! Man pages, and completions for shells: made from the definitions of the command lines, and of what else the code knows.
//!
//! `kpatch` takes its arguments in a way of its own; [`kpatch::command`] says the same, for its page and completions only.

mod kpatch;
mod page;
mod sections;

use clap::{Command, CommandFactory};
use clap_complete::Shell;

use crate::face::{kgr, klp};

/// A file, and its path below a directory such as `/usr/share`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// The path.
    pub path: String,
    /// The contents.
    pub bytes: Vec<u8>,
}

/// Returns all files.
///
/// # Errors
///
/// None that is known: it writes to memory.
pub fn files() -> std::io::Result<Vec<File>> {
    let mut files = vec![File {
        path: "man/man5/klp.toml.5".to_owned(),
        bytes: sections::policy_page().into_bytes(),
    }];

    for (mut command, title) in [
        (klp::Cli::command(), sections::KLP),
        (kgr::Cli::command(), sections::KGR),
        (kpatch::command(), sections::KPATCH),
    ] {
        let name = command.get_name().to_owned();
        for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
            files.push(completion(shell, &name, &mut command));
        }
        // Options that all commands have are in the pages of all.
        command.build();
        files.push(page::of(&command, &title)?);
        for sub in command.get_subcommands().filter(|sub| !sub.is_hide_set()) {
            files.push(page::of_subcommand(&name, sub, &title)?);
        }
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

fn completion(shell: Shell, name: &str, command: &mut Command) -> File {
    let path = match shell {
        Shell::Zsh => format!("zsh/site-functions/_{name}"),
        Shell::Fish => format!("fish/vendor_completions.d/{name}.fish"),
        _ => format!("bash-completion/completions/{name}"),
    };
    let mut bytes = Vec::new();
    clap_complete::generate(shell, command, name, &mut bytes);

    File { path, bytes }
}

#[cfg(test)]
mod tests;
