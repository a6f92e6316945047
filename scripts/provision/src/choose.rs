// SPDX-License-Identifier: GPL-2.0

//! The choice of a kernel: which release, and which packages of which version it is made of.
//!
//! A Debian kernel is a family of packages of one version, split differently over time: `linux-image-RELEASE` holds
//! everything, or only depends on `linux-binary-RELEASE`, `linux-modules-RELEASE` and `linux-base-RELEASE`. So nothing is
//! known here but the names of the heads of the family; the rest are their dependencies on the same version.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::archive::{Archive, Package};
use crate::error::{Error, Result};
use crate::version::Version;

/// Which kernel is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kernel {
    /// The newest of a suite of which everything is in the archive, its source too.
    Newest(String),
    /// The one that a release of the distribution installs today, such as `bookworm`.
    Stock(String),
    /// This release.
    Release(String),
}

impl Kernel {
    /// Takes what a user calls a kernel: its release, which begins with a digit, or the name of a suite.
    pub fn named(name: &str) -> Self {
        if name.starts_with(|c: char| c.is_ascii_digit()) {
            Self::Release(name.into())
        } else {
            Self::Stock(name.into())
        }
    }
}

/// What to choose.
#[derive(Debug, Clone)]
pub struct Request {
    /// Which kernel.
    pub kernel: Kernel,
    /// The Debian architecture.
    pub architecture: String,
    /// The flavour, such as `amd64` or `rt-amd64`, where the kernel is not named by its release.
    pub flavour: String,
}

/// A chosen kernel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// The release, as `uname -r` prints it.
    pub release: String,
    /// The version of all of its packages.
    pub version: Version,
    /// The suite of its image.
    pub suite: String,
    /// Whether the image carries the distribution's signature.
    pub signed: bool,
    /// Packages that hold the image, its configuration and its modules.
    pub image: Vec<Package>,
    /// Packages that modules are built with.
    pub headers: Vec<Package>,
    /// The package that holds the source; only the newest kernel never lacks it.
    pub source: Option<Package>,
    /// Newer kernels that were passed over, and why. What was chosen does not depend on how it was asked for.
    #[serde(skip)]
    pub skipped: Vec<String>,
}

impl Plan {
    /// The plan of a kernel that is built from the source of this one.
    pub fn built(self, release: String) -> Self {
        Self {
            release,
            signed: false,
            image: Vec::new(),
            headers: Vec::new(),
            ..self
        }
    }
}

/// A package that is the head of a kernel's family.
#[derive(Debug)]
struct Head<'a> {
    package: &'a Package,
    release: &'a str,
    signed: bool,
    /// The modules are in a package of their own that the image does not depend on.
    modules_apart: bool,
}

impl<'a> Head<'a> {
    /// Reads the name of a package; `None` when it is not a kernel image.
    fn new(package: &'a Package, architecture: &str) -> Option<Self> {
        let name = package.name.as_str();
        let (release, signed, modules_apart) =
            if let Some(release) = name.strip_prefix("linux-binary-unsigned-") {
                (release, false, true)
            } else {
                let rest = name.strip_prefix("linux-image-")?;
                match rest.strip_suffix("-unsigned") {
                    Some(release) => (release, false, false),
                    None => (rest, true, false),
                }
            };
        let versioned = release.starts_with(|c: char| c.is_ascii_digit());
        let of_architecture = release
            .strip_suffix(architecture)
            .is_some_and(|rest| rest.ends_with('-'));
        // linux-image-6.12-amd64 is the newest of a series, not a release.
        let points_at_another = package
            .depends
            .split(',')
            .filter_map(Dependency::parse)
            .any(|dependency| dependency.name.starts_with("linux-image-"));
        (versioned && of_architecture && !points_at_another).then_some(Self {
            package,
            release,
            signed,
            modules_apart,
        })
    }

    /// The packages of the whole family, or the names of those that are missing.
    fn plan(&self, archive: &Archive) -> Result<Plan, Vec<String>> {
        let version = &self.package.version;
        let mut missing = Vec::new();
        let mut image = vec![self.package];
        if self.modules_apart {
            let name = format!("linux-modules-{}", self.release);
            match archive.find(&name, version) {
                Some(package) => image.push(package),
                None => missing.push(format!("{name} {version}")),
            }
        }
        add_family(archive, version, &[], &mut image, &mut missing);
        let mut headers = Vec::new();
        let name = format!("linux-headers-{}", self.release);
        match archive.find(&name, version) {
            Some(package) => headers.push(package),
            None => missing.push(format!("{name} {version}")),
        }
        add_family(archive, version, &image, &mut headers, &mut missing);
        if !missing.is_empty() {
            return Err(missing);
        }
        Ok(Plan {
            release: self.release.into(),
            version: version.clone(),
            suite: self.package.suite.clone(),
            signed: self.signed,
            image: image.into_iter().cloned().collect(),
            headers: headers.into_iter().cloned().collect(),
            source: find_source(archive, version).cloned(),
            skipped: Vec::new(),
        })
    }
}

/// Adds to `family` what its members depend on and what has the same version.
///
/// Of alternatives, one that is there already counts, then the first that the archive has.
fn add_family<'a>(
    archive: &'a Archive,
    version: &Version,
    present: &[&'a Package],
    family: &mut Vec<&'a Package>,
    missing: &mut Vec<String>,
) {
    let mut next = 0;
    while let Some(&package) = family.get(next) {
        next += 1;
        for clause in package.depends.split(',') {
            let alternatives: Vec<_> = clause.split('|').filter_map(Dependency::parse).collect();
            let has = |name: &str| present.iter().chain(&*family).any(|p| p.name == name);
            if alternatives.iter().any(|a| has(a.name)) {
                continue;
            }
            let found = alternatives
                .iter()
                .filter(|a| a.allows(version))
                .find_map(|a| archive.find(a.name, version));
            match found {
                Some(package) => family.push(package),
                // Bound to this very version, and not there.
                None if alternatives.iter().any(|a| a.names(version)) => {
                    missing.push(clause.trim().into());
                }
                None => {}
            }
        }
    }
}

/// One alternative of a `Depends` field that names a package of the kernel.
#[derive(Debug)]
struct Dependency<'a> {
    name: &'a str,
    relation: &'a str,
    version: Version,
}

impl<'a> Dependency<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let (name, constraint) = text.trim().split_once(' ').unwrap_or((text.trim(), ""));
        let name = name.split(':').next().unwrap_or(name);
        let constraint = constraint.trim().trim_matches(['(', ')']);
        let (relation, version) =
            constraint.split_at(constraint.find(' ').unwrap_or(constraint.len()));
        name.starts_with("linux-").then_some(Self {
            name,
            relation,
            version: Version::new(version.trim()),
        })
    }

    /// Whether a package of the version is named, so that one of another version is not of the same family.
    fn names(&self, version: &Version) -> bool {
        matches!(self.relation, "=" | ">=") && self.version == *version
    }

    fn allows(&self, version: &Version) -> bool {
        match self.relation {
            "=" => self.version == *version,
            ">=" => self.version <= *version,
            _ => true,
        }
    }
}

impl fmt::Display for Dependency<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)?;
        match self.relation {
            "" => Ok(()),
            relation => write!(f, " ({relation} {})", self.version),
        }
    }
}

/// The `linux-source-*` package of that version.
fn find_source<'a>(archive: &'a Archive, version: &Version) -> Option<&'a Package> {
    archive.packages().iter().find(|package| {
        package
            .name
            .strip_prefix("linux-source-")
            .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
            && package.version == *version
    })
}

/// The flavour of a release: `rt-amd64` of `6.12.117+deb13-rt-amd64`, `amd64` of `6.1.0-56-amd64`.
fn flavour(release: &str) -> &str {
    let mut rest = release;
    while let Some((head, tail)) = rest.split_once('-') {
        let of_version =
            head.starts_with(|c: char| c.is_ascii_digit()) || is_release_candidate(head);
        if !of_version {
            break;
        }
        rest = tail;
    }
    rest
}

fn is_release_candidate(part: &str) -> bool {
    part.strip_prefix("rc")
        .is_some_and(|n| n.starts_with(|c: char| c.is_ascii_digit()))
}

/// Chooses the kernel that `request` asks for.
///
/// The newest one is the newest, by its packages' version, of the suite and flavour of which a signed image, modules,
/// headers and source are all in the archive. A suite's stock kernel is the one that its package `linux-image-FLAVOUR`
/// depends on, in the suite itself or in what updates it; it may be without source, and what else the suites offer is passed
/// over. A release that is asked for by name may be of any suite, any flavour, unsigned, and without source.
///
/// # Errors
///
/// There is no such kernel, or it is not complete; the error lists the near ones, or what is missing.
pub fn choose(archive: &Archive, request: &Request) -> Result<Plan> {
    let mut heads: Vec<_> = archive
        .packages()
        .iter()
        .filter_map(|package| Head::new(package, &request.architecture))
        .collect();
    heads.sort_by(|a, b| {
        let key = |head: &Head<'_>| (head.package.version.clone(), head.signed);
        key(b).cmp(&key(a))
    });
    match &request.kernel {
        Kernel::Newest(suite) => choose_newest(archive, &heads, suite, &request.flavour),
        Kernel::Stock(suite) => choose_stock(archive, &heads, suite, &request.flavour),
        Kernel::Release(release) => choose_release(archive, &heads, release),
    }
}

fn choose_newest(
    archive: &Archive,
    heads: &[Head<'_>],
    suite: &str,
    of_flavour: &str,
) -> Result<Plan> {
    let mut skipped: Vec<String> = Vec::new();
    let of_request = heads
        .iter()
        .filter(|h| h.package.suite == suite && flavour(h.release) == of_flavour);
    for head in of_request {
        let missing = match head.plan(archive) {
            Ok(plan) if plan.signed && plan.source.is_some() => {
                skipped.retain(|line| !line.starts_with(&format!("{}:", plan.release)));
                return Ok(Plan { skipped, ..plan });
            }
            Ok(plan) if plan.source.is_none() => format!("no source of {}", plan.version),
            Ok(_) => "only an unsigned image".into(),
            Err(missing) => format!("missing {}", missing.join(", ")),
        };
        skipped.push(format!("{}: {missing}", head.release));
    }
    Err(Error::NoneComplete {
        flavour: of_flavour.into(),
        suite: suite.into(),
        parts: "image, modules, headers and source",
        skipped,
    })
}

/// What a suite's name is followed by in the names of the suites that update it.
const UPDATES: [&str; 2] = ["-updates", "-security"];

fn choose_stock(
    archive: &Archive,
    heads: &[Head<'_>],
    suite: &str,
    of_flavour: &str,
) -> Result<Plan> {
    let name = format!("linux-image-{of_flavour}");
    let is_or_updates = |of: &str| {
        of.strip_prefix(suite)
            .is_some_and(|rest| rest.is_empty() || UPDATES.contains(&rest))
    };
    let (mut stock, others): (Vec<_>, Vec<_>) = archive
        .packages()
        .iter()
        .filter(|package| package.name == name)
        .partition(|package| is_or_updates(&package.suite));
    if stock.is_empty() {
        let mut suites: Vec<_> = others
            .iter()
            .map(|package| package.suite.clone())
            .filter(|suite| !UPDATES.iter().any(|update| suite.ends_with(update)))
            .collect();
        suites.sort_unstable();
        suites.dedup();
        return Err(Error::UnknownSuite {
            flavour: of_flavour.into(),
            suite: suite.into(),
            suites,
        });
    }
    stock.sort_by(|a, b| b.version.cmp(&a.version));
    let mut skipped = Vec::new();
    for package in stock {
        let mut missing = Vec::new();
        let images = package
            .depends
            .split(',')
            .filter_map(Dependency::parse)
            .filter(|wanted| wanted.name.starts_with("linux-image-"));
        for wanted in images {
            let of_release = heads.iter().filter(|head| {
                head.signed
                    && head.package.name == wanted.name
                    && wanted.allows(&head.package.version)
            });
            let mut found = false;
            for head in of_release {
                found = true;
                match head.plan(archive) {
                    Ok(plan) => return Ok(Plan { skipped, ..plan }),
                    Err(lacking) => missing.extend(lacking),
                }
            }
            if !found {
                missing.push(wanted.to_string());
            }
        }
        skipped.push(format!(
            "{name} {}: missing {}",
            package.version,
            missing.join(", ")
        ));
    }
    Err(Error::NoneComplete {
        flavour: of_flavour.into(),
        suite: suite.into(),
        parts: "image, modules and headers",
        skipped,
    })
}

fn choose_release(archive: &Archive, heads: &[Head<'_>], release: &str) -> Result<Plan> {
    let mut lacking = None;
    for head in heads.iter().filter(|head| head.release == release) {
        match head.plan(archive) {
            Ok(plan) => return Ok(plan),
            Err(missing) => lacking = lacking.or(Some(missing)),
        }
    }
    Err(match lacking {
        Some(missing) => Error::Incomplete {
            release: release.into(),
            missing,
        },
        None => Error::UnknownRelease {
            release: release.into(),
            near: near(archive, heads, release),
        },
    })
}

/// The complete releases that look most like `release`.
fn near(archive: &Archive, heads: &[Head<'_>], release: &str) -> Vec<String> {
    let mut names: Vec<_> = heads
        .iter()
        .filter(|head| head.plan(archive).is_ok())
        .map(|head| head.release)
        .collect();
    names.sort_unstable();
    names.dedup();
    let likeness = |name: &str| strsim::normalized_damerau_levenshtein(name, release);
    names.sort_by(|a, b| likeness(b).total_cmp(&likeness(a)));
    names.into_iter().take(5).map(Into::into).collect()
}

#[cfg(test)]
mod tests;
