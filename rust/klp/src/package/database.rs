// SPDX-License-Identifier: GPL-2.0

//! The packages that are installed: what `rpm` and `dpkg-query` say.

use std::path::Path;

use super::{ask, failed, picture, text, Kind, Package, PackageError, TIMEOUT};
use crate::system::{CommandLine, System};

/// The most that a change log has that is read, in bytes.
const MAX_CHANGELOG: usize = 4 << 20;

/// A database of installed packages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Database {
    /// `rpm`
    Rpm,
    /// `dpkg`
    Dpkg,
}

impl Database {
    /// Returns the databases that a machine has.
    pub fn present(system: &System) -> Vec<Self> {
        let has = |paths: &[&str]| paths.iter().any(|path| system.root.exists(path));
        let mut databases = Vec::new();

        if has(&["/usr/lib/sysimage/rpm", "/var/lib/rpm"]) {
            databases.push(Self::Rpm);
        }
        if has(&["/var/lib/dpkg/status"]) {
            databases.push(Self::Dpkg);
        }
        databases
    }

    /// Returns the package that a file belongs to.
    ///
    /// # Errors
    ///
    /// See [`PackageError`].
    pub fn owner(self, system: &System, path: &Path) -> Result<Option<Package>, PackageError> {
        match self {
            Self::Rpm => rpm_owner(system, path),
            Self::Dpkg => dpkg_owner(system, path),
        }
    }

    /// Returns what a package says about its changes.
    ///
    /// # Errors
    ///
    /// See [`PackageError`].
    pub fn changelog(self, system: &System, package: &Package) -> Result<String, PackageError> {
        match self {
            Self::Rpm => {
                let mut command = rpm(system);
                command.extend(["-q".to_owned(), "--changelog".to_owned()]);
                command.push(package.to_string());
                let command = CommandLine::new(command);
                text(&command, &ask(system, &command, TIMEOUT)?)
            }
            Self::Dpkg => dpkg_changelog(system, package),
        }
    }
}

fn rpm(system: &System) -> Vec<String> {
    let mut command = vec!["rpm".to_owned()];
    if let Some(root) = picture(system) {
        command.extend(["--root".to_owned(), root]);
    }
    command
}

fn rpm_owner(system: &System, path: &Path) -> Result<Option<Package>, PackageError> {
    let mut command = rpm(system);
    command.extend([
        "-q".to_owned(),
        "--queryformat".to_owned(),
        r"%{NAME}\t%{EPOCHNUM}\t%{VERSION}-%{RELEASE}\t%{ARCH}\n".to_owned(),
        "-f".to_owned(),
        path.display().to_string(),
    ]);
    let command = CommandLine::new(command);
    let finished = ask(system, &command, TIMEOUT)?;
    if finished.status == Some(1) {
        let said = [finished.output.as_slice(), &finished.errors].concat();
        let said = String::from_utf8_lossy(&said);
        if said.contains("is not owned by any package") || said.contains("No such file") {
            return Ok(None);
        }
        return Err(failed(&command, &finished));
    }
    let output = text(&command, &finished)?;
    let line = output.lines().next().unwrap_or_default();
    let [name, epoch, version, arch] = line.split('\t').collect::<Vec<_>>()[..] else {
        return Err(PackageError::Output {
            command: command.to_string(),
            line: line.to_owned(),
        });
    };

    Ok(Some(Package {
        kind: Kind::Rpm,
        name: name.to_owned(),
        version: match epoch {
            "0" => version.to_owned(),
            _ => format!("{epoch}:{version}"),
        },
        arch: arch.to_owned(),
    }))
}

fn dpkg_query(system: &System, arguments: &[&str]) -> CommandLine {
    let mut command = vec!["dpkg-query".to_owned()];
    if let Some(root) = picture(system) {
        command.push(format!("--admindir={root}/var/lib/dpkg"));
    }
    command.extend(arguments.iter().map(|&argument| argument.to_owned()));
    CommandLine::new(command)
}

fn dpkg_owner(system: &System, path: &Path) -> Result<Option<Package>, PackageError> {
    // What is in /lib by one name is in /usr/lib by the other, and packages know only one of them.
    let path = path.display().to_string();
    let other = match path.strip_prefix("/usr/lib/") {
        Some(rest) => format!("/lib/{rest}"),
        None => format!("/usr{path}"),
    };

    for path in [path, other] {
        let pattern: String = path
            .chars()
            .flat_map(|character| {
                let escape = "*?[\\".contains(character).then_some('\\');
                escape.into_iter().chain([character])
            })
            .collect();
        let command = dpkg_query(system, &["--search", &pattern]);
        let finished = ask(system, &command, TIMEOUT)?;
        if finished.status == Some(1) {
            continue;
        }
        let output = text(&command, &finished)?;
        let name = output
            .lines()
            .filter(|line| !line.starts_with("diversion by "))
            .find_map(|line| line.strip_suffix(&path)?.strip_suffix(": "))
            .and_then(|names| names.split(", ").next());
        if let Some(name) = name {
            return dpkg_package(system, name).map(Some);
        }
    }
    Ok(None)
}

fn dpkg_package(system: &System, name: &str) -> Result<Package, PackageError> {
    let format = r"${Package}\t${Version}\t${Architecture}\n";
    let command = dpkg_query(
        system,
        &["--show", &format!("--showformat={format}"), "--", name],
    );
    let output = text(&command, &ask(system, &command, TIMEOUT)?)?;
    let line = output.lines().next().unwrap_or_default();
    let [name, version, arch] = line.split('\t').collect::<Vec<_>>()[..] else {
        return Err(PackageError::Output {
            command: command.to_string(),
            line: line.to_owned(),
        });
    };

    Ok(Package {
        kind: Kind::Deb,
        name: name.to_owned(),
        version: version.to_owned(),
        arch: arch.to_owned(),
    })
}

fn dpkg_changelog(system: &System, package: &Package) -> Result<String, PackageError> {
    for file in ["changelog.Debian.gz", "changelog.gz", "changelog.Debian"] {
        let path = format!("/usr/share/doc/{}/{file}", package.name);
        let bytes = match system.root.read(&path, MAX_CHANGELOG) {
            Ok(bytes) => bytes,
            Err(error) if error.is_not_found() => continue,
            Err(error) => return Err(error.into()),
        };
        let (bytes, _) = livepatch_elf::uncompress(Path::new(&path), bytes).map_err(|error| {
            system
                .root
                .error("uncompress", &path, std::io::Error::other(error))
        })?;
        return Ok(String::from_utf8_lossy(&bytes).into_owned());
    }
    Ok(String::new())
}
