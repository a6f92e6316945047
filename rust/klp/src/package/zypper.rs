// SPDX-License-Identifier: GPL-2.0

//! `zypper`.

use super::{ask, failed, picture, Package, PackageError, PackageManager, FETCH_TIMEOUT};
use crate::system::{CommandLine, System};

/// `zypper`
pub(super) struct Zypper;

/// Its status if it has found nothing.
const NOT_FOUND: i32 = 104;

fn zypper(system: &System) -> Vec<String> {
    let mut command = vec!["zypper".to_owned()];
    if let Some(root) = picture(system) {
        command.extend(["--root".to_owned(), root]);
    }
    command.push("--non-interactive".to_owned());
    command
}

impl PackageManager for Zypper {
    fn versions(&self, system: &System, package: &Package) -> Result<Vec<String>, PackageError> {
        let mut command = zypper(system);
        command.extend(
            [
                "--xmlout",
                "search",
                "--details",
                "--match-exact",
                "--type",
                "package",
                "--",
            ]
            .map(str::to_owned),
        );
        command.push(package.name.clone());
        let command = CommandLine::new(command);
        let finished = ask(system, &command, FETCH_TIMEOUT)?;

        match finished.status {
            Some(0) => Ok(editions(
                &String::from_utf8_lossy(&finished.output),
                package,
            )),
            Some(NOT_FOUND) => Ok(Vec::new()),
            _ => Err(failed(&command, &finished)),
        }
    }

    fn downgrade(&self, system: &System, package: &Package, version: &str) -> CommandLine {
        let mut command = zypper(system);
        command.extend([
            "install".to_owned(),
            "--oldpackage".to_owned(),
            format!("{}={version}", package.name),
        ]);
        CommandLine::new(command)
    }
}

/// Returns the versions in its XML: those of its `solvable` elements for the package that come from a repository.
fn editions(xml: &str, package: &Package) -> Vec<String> {
    xml.split("<solvable ")
        .skip(1)
        .filter_map(|element| element.split('>').next())
        .filter(|element| {
            attribute(element, "name") == Some(&package.name)
                && attribute(element, "arch") == Some(&package.arch)
                && attribute(element, "repository") != Some("(System Packages)")
        })
        .filter_map(|element| attribute(element, "edition"))
        .map(str::to_owned)
        .collect()
}

/// Returns the value of an attribute; names and versions of packages have no character that XML would write otherwise.
fn attribute<'a>(element: &'a str, name: &str) -> Option<&'a str> {
    element
        .match_indices(name)
        .filter(|&(at, _)| {
            at == 0
                || element
                    .get(..at)
                    .is_some_and(|before| before.ends_with(' '))
        })
        .find_map(|(at, _)| {
            element
                .get(at + name.len()..)?
                .strip_prefix("=\"")?
                .split('"')
                .next()
        })
}

#[cfg(test)]
mod tests {
    use super::super::Kind;
    use super::*;

    #[test]
    fn editions_come_from_repositories() {
        let package = Package {
            kind: Kind::Rpm,
            name: "kernel-livepatch-a".to_owned(),
            version: "2-1".to_owned(),
            arch: "x86_64".to_owned(),
        };
        let xml = r#"<?xml version='1.0'?>
<stream>
<search-result version="0.0">
<solvable-list>
<solvable status="installed" name="kernel-livepatch-a" kind="package" edition="3-1" arch="x86_64" repository="(System Packages)"/>
<solvable status="installed" name="kernel-livepatch-a" kind="package" edition="2-1" arch="x86_64" repository="r"/>
<solvable status="other-version" name="kernel-livepatch-a" kind="package" edition="1-1" arch="x86_64" repository="r"/>
<solvable status="other-version" name="kernel-livepatch-a" kind="package" edition="1-1" arch="s390x" repository="r"/>
<solvable status="other-version" name="kernel-livepatch-ab" kind="package" edition="0-1" arch="x86_64" repository="r"/>
<solvable status="other-version" name="kernel-livepatch-a" arch="x86_64" repository="r"/>
</solvable-list>
</search-result>
</stream>"#;

        assert_eq!(editions(xml, &package), ["2-1", "1-1"]);
        for damaged in [
            "",
            "<solvable ",
            "<solvable name=",
            "<solvable name=\"",
            "<solvable >",
        ] {
            assert_eq!(editions(damaged, &package), Vec::<String>::new());
        }
    }
}
