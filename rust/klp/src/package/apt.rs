// SPDX-License-Identifier: GPL-2.0

//! `apt-get` and `apt-cache`.

use super::{ask, picture, text, Package, PackageError, PackageManager, FETCH_TIMEOUT};
use crate::system::{CommandLine, System};

/// `apt`
pub(super) struct Apt;

fn apt(system: &System, program: &str) -> Vec<String> {
    let mut command = vec![program.to_owned()];
    if let Some(root) = picture(system) {
        for option in [
            format!("Dir={root}"),
            format!("Dir::State::status={root}/var/lib/dpkg/status"),
            format!("DPkg::Options::=--root={root}"),
        ] {
            command.extend(["--option".to_owned(), option]);
        }
    }
    command
}

impl PackageManager for Apt {
    fn versions(&self, system: &System, package: &Package) -> Result<Vec<String>, PackageError> {
        let mut command = apt(system, "apt-cache");
        command.extend(["madison".to_owned(), package.name.clone()]);
        let command = CommandLine::new(command);
        let output = text(&command, &ask(system, &command, FETCH_TIMEOUT)?)?;

        // package | version | source; sources of packages are among them.
        Ok(output
            .lines()
            .filter_map(|line| {
                let [name, version, source] = line.split(" | ").collect::<Vec<_>>()[..] else {
                    return None;
                };
                let is_wanted = name.trim() == package.name && source.ends_with("Packages");
                is_wanted.then(|| version.trim().to_owned())
            })
            .collect())
    }

    fn downgrade(&self, system: &System, package: &Package, version: &str) -> CommandLine {
        let mut command = apt(system, "apt-get");
        command.extend([
            "--yes".to_owned(),
            "--allow-downgrades".to_owned(),
            "install".to_owned(),
            format!("{}={version}", package.name),
        ]);
        CommandLine::new(command)
    }
}
