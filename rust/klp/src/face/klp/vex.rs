// SPDX-License-Identifier: GPL-2.0

//! `klp vex`: what the livepatches of the running kernel fix, for scanners of vulnerabilities, as an OpenVEX document.
//!
//! A scanner that knows the kernel by its version alone says that it is vulnerable; the document says which of that is not so. What
//! is not in force for all tasks is not in it.

use std::path::PathBuf;

use livepatch_elf::show::rfc3339;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::Options;
use crate::exit::{Exit, Failure};
use crate::face::Context;
use crate::output;
use crate::package::{percent, Database};
use crate::policy::CveId;
use crate::proc::kernel;
use crate::report::{self, FixState, Livepatch};
use crate::system::System;
use crate::text::printable;

/// The version of the format.
const CONTEXT: &str = "https://openvex.dev/ns/v0.2.0";

/// The arguments of `klp vex`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Write to FILE: as a whole, or not at all.
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Who says so.
    #[arg(long, value_name = "NAME", default_value = "klp on the machine itself")]
    pub author: String,
    /// How scanners know the kernel, as a package URL for example. Default: that of the package of its image, or else
    /// pkg:generic/linux.
    #[arg(long = "product", value_name = "ID")]
    pub products: Vec<String>,
}

#[derive(Serialize)]
struct Document {
    #[serde(rename = "@context")]
    context: &'static str,
    #[serde(rename = "@id")]
    id: String,
    author: String,
    role: &'static str,
    timestamp: String,
    version: u32,
    tooling: String,
    statements: Vec<Statement>,
}

#[derive(Serialize)]
struct Statement {
    vulnerability: Vulnerability,
    timestamp: String,
    products: Vec<Product>,
    status: &'static str,
    status_notes: String,
}

#[derive(Serialize)]
struct Vulnerability {
    name: String,
}

#[derive(Clone, Serialize)]
struct Product {
    #[serde(rename = "@id")]
    id: String,
}

/// Runs the command.
///
/// # Errors
///
/// sysfs or procfs cannot be read, or the file cannot be written.
pub fn run(args: &Args, _options: Options, context: &mut Context<'_>) -> Result<Exit, Failure> {
    let system = context.system;
    let release = kernel::release(&system.root)?;
    let livepatches = report::all(system, false)?;
    for livepatch in &livepatches {
        for problem in &livepatch.problems {
            let name = printable(&livepatch.patch.name);
            writeln!(context.err, "klp: warning: {name}: {}", printable(problem))?;
        }
    }
    let products = match args.products.is_empty() {
        true => vec![product(system, &release)],
        false => args.products.clone(),
    };
    let products: Vec<_> = products.into_iter().map(|id| Product { id }).collect();
    let timestamp = rfc3339(system.clock.seconds_since_1970());
    let statements = statements(&livepatches, &release, &products, &timestamp);

    let mut document = Document {
        context: CONTEXT,
        id: String::new(),
        author: args.author.clone(),
        role: "system administrator",
        timestamp,
        version: 1,
        tooling: format!("klp {}", env!("CARGO_PKG_VERSION")),
        statements,
    };
    document.id = urn(&serde_json::to_vec(&document)?);
    let text = serde_json::to_string_pretty(&document)? + "\n";

    match &args.output {
        Some(path) => output::write(path, text.as_bytes())?,
        None => context.out.write_all(text.as_bytes())?,
    }
    Ok(Exit::Success)
}

fn statements(
    livepatches: &[Livepatch],
    release: &str,
    products: &[Product],
    timestamp: &str,
) -> Vec<Statement> {
    let mut statements: Vec<Statement> = Vec::new();

    for livepatch in livepatches {
        for cve in livepatch.cves() {
            let is_fixed = livepatch
                .fixes
                .iter()
                .filter(|fix| fix.cves.iter().any(|other| other == cve))
                .all(|fix| fix.state == FixState::Active);
            let is_known = statements
                .iter()
                .any(|statement| statement.vulnerability.name == cve);
            if !is_fixed || is_known || !CveId::is_valid(cve) {
                continue;
            }
            let version = livepatch
                .version
                .as_ref()
                .map_or_else(String::new, |version| format!(" {version}"));
            statements.push(Statement {
                vulnerability: Vulnerability {
                    name: cve.to_owned(),
                },
                timestamp: timestamp.to_owned(),
                products: products.to_vec(),
                status: "fixed",
                status_notes: format!(
                    "Fixed in the running kernel {release} by the livepatch {}{version}, which all tasks use.",
                    livepatch.patch.name
                ),
            });
        }
    }
    statements
}

/// Returns how scanners know the running kernel: by the package that its image came in.
fn product(system: &System, release: &str) -> String {
    for image in [
        format!("/boot/vmlinuz-{release}"),
        format!("/lib/modules/{release}/vmlinuz"),
    ] {
        if !system.root.exists(&image) {
            continue;
        }
        for database in Database::present(system) {
            // Without an answer there is another name for it.
            if let Ok(Some(package)) = database.owner(system, image.as_ref()) {
                return package.url(&vendor(system));
            }
        }
    }
    format!("pkg:generic/linux@{}", percent(release))
}

/// Returns who made the system: the ID of `/etc/os-release`.
fn vendor(system: &System) -> String {
    let text = ["/etc/os-release", "/usr/lib/os-release"]
        .iter()
        .find_map(|path| system.root.read_text(path).ok())
        .unwrap_or_default();

    text.lines()
        .find_map(|line| line.strip_prefix("ID="))
        .map(|id| id.trim_matches(['"', '\'']))
        .filter(|id| !id.is_empty())
        .map(percent)
        .unwrap_or_else(|| "linux".to_owned())
}

/// Returns a name for a document that no other document has: a UUID of version 8, from what it says.
fn urn(document: &[u8]) -> String {
    let mut bytes = [0; 16];
    for (byte, of_hash) in bytes.iter_mut().zip(Sha256::digest(document)) {
        *byte = of_hash;
    }
    let mut number = u128::from_be_bytes(bytes);
    number = (number & !(0xf << 76)) | (8 << 76);
    number = (number & !(0b11 << 62)) | (0b10 << 62);
    let hex = format!("{number:032x}");
    let parts: Vec<_> = [0..8, 8..12, 12..16, 16..20, 20..32]
        .into_iter()
        .filter_map(|range| hex.get(range))
        .collect();

    format!("urn:uuid:{}", parts.join("-"))
}

#[cfg(test)]
mod tests;
