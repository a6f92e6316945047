// SPDX-License-Identifier: GPL-2.0

//! What there is to install.

use std::cmp::Ordering;

use super::apt::Apt;
use super::dnf::Dnf;
use super::zypper::Zypper;
use super::{compare, Kind, Package, PackageError};
use crate::system::{CommandLine, System};

/// A program that gets packages from repositories.
pub trait PackageManager {
    /// Returns the versions of a package that its repositories have, in any order.
    ///
    /// # Errors
    ///
    /// See [`PackageError`].
    fn versions(&self, system: &System, package: &Package) -> Result<Vec<String>, PackageError>;

    /// Returns the command that puts an older version in place of a package, without a question.
    fn downgrade(&self, system: &System, package: &Package, version: &str) -> CommandLine;
}

/// Which package manager it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Manager {
    /// Of Fedora and Red Hat.
    Dnf,
    /// Of SUSE.
    Zypper,
    /// Of Debian.
    Apt,
}

impl Manager {
    /// Returns it.
    pub fn get(self) -> &'static dyn PackageManager {
        match self {
            Self::Dnf => &Dnf,
            Self::Zypper => &Zypper,
            Self::Apt => &Apt,
        }
    }
}

/// Returns the package manager of a machine for packages of a format: what it has settings for.
pub fn manager_for(system: &System, kind: Kind) -> Manager {
    match kind {
        Kind::Deb => Manager::Apt,
        Kind::Rpm if system.root.is_directory("/etc/zypp") => Manager::Zypper,
        Kind::Rpm => Manager::Dnf,
    }
}

/// The versions around the one that is installed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Around {
    /// The newest of those that are older.
    pub previous: Option<String>,
    /// The newest of all, if it is newer.
    pub newest: Option<String>,
}

impl Around {
    /// Asks for the versions of a package.
    ///
    /// # Errors
    ///
    /// See [`PackageError`].
    pub fn of(manager: Manager, system: &System, package: &Package) -> Result<Self, PackageError> {
        let mut versions = manager.get().versions(system, package)?;
        versions.sort_by(|a, b| compare(package.kind, a, b));
        let newest_that_is = |order: Ordering| {
            versions
                .iter()
                .rfind(|version| compare(package.kind, version, &package.version) == order)
                .cloned()
        };

        Ok(Self {
            previous: newest_that_is(Ordering::Less),
            newest: newest_that_is(Ordering::Greater),
        })
    }
}
