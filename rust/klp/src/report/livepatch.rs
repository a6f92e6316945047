// SPDX-License-Identifier: GPL-2.0

//! A livepatch of the running kernel.

use livepatch_abi::param::SKIP;
use serde::Serialize;

use super::fix::{Fix, Owners};
use super::{info_file, origin};
use crate::package::{self, Package};
use crate::proc::kernel;
use crate::sysfs::patch::{self, Patch};
use crate::sysfs::{module, MODULE};
use crate::system::{System, SystemError};

/// Where it is known from what a livepatch fixes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The livepatch's own note, in the kernel.
    Note,
    /// A file of its package.
    InfoFile,
    /// The change log of its package.
    Changelog,
}

/// A livepatch of the running kernel, and what is known about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Livepatch {
    /// What the kernel does with it.
    #[serde(flatten)]
    pub patch: Patch,
    /// Its version and release.
    pub version: Option<String>,
    /// When it was built, in seconds since 1970.
    pub date: Option<u64>,
    /// The package that it came in, as its package manager calls it.
    pub package: Option<String>,
    /// The package, if its database was asked.
    #[serde(skip)]
    pub owner: Option<Package>,
    /// Where it is known from what it fixes; [`None`] if it is not known.
    pub source: Option<Source>,
    /// What it fixes.
    pub fixes: Vec<Fix>,
    /// What could not be told, and why.
    pub problems: Vec<String>,
}

impl Livepatch {
    /// Returns the CVEs that it fixes, each once.
    pub fn cves(&self) -> Vec<&str> {
        unique(self.fixes.iter().flat_map(|fix| &fix.cves))
    }

    /// Returns the CVEs of which no fix was left out or is overridden, each once: those that it fixes as soon as all tasks use it.
    pub fn effective_cves(&self) -> Vec<&str> {
        let mut cves = self.cves();
        let has = |fix: &Fix, cve: &str| fix.cves.iter().any(|own| own == cve);

        cves.retain(|cve| {
            self.fixes
                .iter()
                .filter(|fix| has(fix, cve))
                .all(Fix::is_effective)
        });
        cves
    }

    /// Returns the bugs that it fixes beside CVEs, likewise: by their references, or else by the id of the fix.
    pub fn effective_bugs(&self) -> Vec<&str> {
        let without = self
            .fixes
            .iter()
            .filter(|fix| fix.cves.is_empty() && fix.is_effective());

        unique(without.flat_map(|fix| match fix.references.is_empty() {
            true => fix.id.as_slice(),
            false => &fix.references,
        }))
    }

    /// Returns whether it is known that it fixes nothing: the first livepatch of a kernel.
    pub fn is_initial(&self) -> bool {
        self.source.is_some() && self.fixes.is_empty()
    }
}

fn unique<'a>(texts: impl Iterator<Item = &'a String>) -> Vec<&'a str> {
    let mut unique: Vec<&str> = Vec::new();

    for text in texts {
        if !unique.contains(&text.as_str()) {
            unique.push(text);
        }
    }
    unique
}

/// Returns all livepatches of the kernel, as [`patch::all`] does; packages are asked about if it says so, or if nothing else knows.
///
/// What is wrong with one is among its problems.
///
/// # Errors
///
/// sysfs cannot be read.
pub fn all(system: &System, with_packages: bool) -> Result<Vec<Livepatch>, SystemError> {
    let patches = patch::all(&system.root)?;
    let owners = Owners::of(&patches);
    let release = kernel::release(&system.root).ok();

    Ok(patches
        .iter()
        .map(|patch| {
            let mut livepatch = of(system, patch, release.as_deref(), with_packages);
            let skipped = skipped(system, &patch.name);
            for fix in &mut livepatch.fixes {
                owners.judge(fix, patch, &skipped);
            }
            livepatch
        })
        .collect())
}

fn of(system: &System, patch: &Patch, release: Option<&str>, with_packages: bool) -> Livepatch {
    let mut livepatch = Livepatch {
        patch: patch.clone(),
        version: None,
        date: None,
        package: None,
        owner: None,
        source: None,
        fixes: Vec::new(),
        problems: Vec::new(),
    };

    match module::note(&system.root, &patch.name) {
        Ok(Some(note)) => {
            livepatch.source = Some(Source::Note);
            livepatch.version = note.version;
            livepatch.date = note.date;
            livepatch.fixes = note.fixes.iter().map(Fix::from).collect();
        }
        Ok(None) => (),
        Err(error) => livepatch.problems.push(error.to_string()),
    }
    read_info_file(system, &mut livepatch);
    if let Some(release) = release {
        if with_packages && livepatch.package.is_none() || livepatch.source.is_none() {
            ask_package(system, release, &mut livepatch);
        }
    }
    livepatch
}

fn read_info_file(system: &System, livepatch: &mut Livepatch) {
    let name = &livepatch.patch.name;
    let file =
        module::attribute(&system.root, name, "srcversion").and_then(|srcversion| match srcversion
            .as_deref()
            .filter(|version| !version.is_empty())
        {
            Some(srcversion) => info_file::read(&system.root, name, srcversion),
            None => Ok(None),
        });

    match file {
        Ok(Some(file)) => {
            livepatch.package = file.package;
            if livepatch.source.is_none() {
                livepatch.source = Some(Source::InfoFile);
                livepatch.fixes = file.mentions.into_iter().map(Fix::from).collect();
            }
        }
        Ok(None) => (),
        Err(error) => livepatch.problems.push(error.to_string()),
    }
}

fn ask_package(system: &System, release: &str, livepatch: &mut Livepatch) {
    let origin = match origin::origin(system, release, &livepatch.patch.name) {
        Ok(Some(origin)) => origin,
        Ok(None) => return,
        Err(error) => return livepatch.problems.push(error.to_string()),
    };

    livepatch.package = Some(origin.package.to_string());
    if livepatch.source.is_none() {
        match origin.database.changelog(system, &origin.package) {
            Ok(changelog) => {
                livepatch.source = Some(Source::Changelog);
                livepatch.fixes = package::fixes(&changelog)
                    .into_iter()
                    .map(Fix::from)
                    .collect();
            }
            Err(error) => livepatch.problems.push(error.to_string()),
        }
    }
    livepatch.owner = Some(origin.package);
}

/// Returns the fixes that were left out when the livepatch was loaded: the kernel shows the parameter.
fn skipped(system: &System, name: &str) -> Vec<String> {
    let path = format!("{MODULE}/{name}/parameters/{SKIP}");

    match system.root.read_optional(path) {
        Ok(Some(ids)) => ids
            .split(',')
            .map(|id| id.trim().to_owned())
            .filter(|id| !id.is_empty() && id != "(null)")
            .collect(),
        // A livepatch without the parameter leaves nothing out; what vanishes is gone from the kernel too.
        Ok(None) | Err(_) => Vec::new(),
    }
}
