// SPDX-License-Identifier: GPL-2.0

//! `dnf`, of both generations.

use super::{ask, picture, text, Package, PackageError, PackageManager, FETCH_TIMEOUT};
use crate::system::{CommandLine, System};

/// `dnf`
pub(super) struct Dnf;

fn dnf(system: &System) -> Vec<String> {
    let mut command = vec!["dnf".to_owned()];
    if let Some(root) = picture(system) {
        command.push(format!("--installroot={root}"));
    }
    command
}

impl PackageManager for Dnf {
    fn versions(&self, system: &System, package: &Package) -> Result<Vec<String>, PackageError> {
        let mut command = dnf(system);
        command.extend(
            [
                "--quiet",
                "repoquery",
                "--available",
                "--showduplicates",
                "--queryformat",
                // dnf 4 ends lines by itself, dnf 5 does not.
                r"%{epoch}:%{version}-%{release}\n",
            ]
            .map(str::to_owned),
        );
        command.push(format!("{}.{}", package.name, package.arch));
        let command = CommandLine::new(command);
        let output = text(&command, &ask(system, &command, FETCH_TIMEOUT)?)?;

        Ok(output
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .map(|line| line.strip_prefix("0:").unwrap_or(line).to_owned())
            .collect())
    }

    fn downgrade(&self, system: &System, package: &Package, version: &str) -> CommandLine {
        let mut command = dnf(system);
        command.extend([
            "--assumeyes".to_owned(),
            "downgrade".to_owned(),
            format!("{}-{version}.{}", package.name, package.arch),
        ]);
        CommandLine::new(command)
    }
}
