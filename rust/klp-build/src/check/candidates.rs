// SPDX-License-Identifier: GPL-2.0

//! Tells symbols of one name apart, for people.

use std::collections::HashMap;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use livepatch_symbols::{Object, Symbol};

use super::target::Target;
use super::Error;

/// The most candidates that are listed.
const MAX_LISTED: usize = 16;

/// How many neighbours on each side tell the file.
const NEIGHBOURS: usize = 3;

/// Returns where a symbol is.
pub(super) fn place(symbol: &Symbol<'_>) -> String {
    match symbol.section {
        Some(section) => format!("{section}+{:#x}", symbol.address),
        None => format!("{:x}", symbol.address),
    }
}

/// The symbols of the kernel whose names occur once, by address.
#[derive(Debug, Default)]
pub(super) struct Addresses(Vec<(u64, String)>);

impl Addresses {
    /// Reads them from a table as `/proc/kallsyms`; there are none if it cannot be read.
    pub(super) fn read(kallsyms: &Path) -> Self {
        let text = fs::read_to_string(kallsyms).unwrap_or_default();
        let mut names: HashMap<&str, Option<u64>> = HashMap::new();

        for line in text.lines() {
            let mut fields = line.split_ascii_whitespace();
            let (Some(address), Some(_), Some(name)) =
                (fields.next(), fields.next(), fields.next())
            else {
                continue;
            };
            // What belongs to a module has a fourth field. Padding before functions, and parts of functions, say nothing.
            let is_telling =
                fields.next().is_none() && !name.starts_with("__pfx_") && !name.contains('.');
            if let (Ok(address), true) = (u64::from_str_radix(address, 16), is_telling) {
                names
                    .entry(name)
                    .and_modify(|known| *known = None)
                    .or_insert(Some(address));
            }
        }
        let mut addresses: Vec<_> = names
            .into_iter()
            .filter_map(|(name, address)| Some((address?, name.to_owned())))
            .collect();
        addresses.sort_unstable();
        Self(addresses)
    }

    /// Returns the names before an address, the nearest first, and those behind it.
    fn around(&self, address: u64) -> (impl Iterator<Item = &str>, impl Iterator<Item = &str>) {
        let start = self.0.partition_point(|(other, _)| *other < address);
        let end = self.0.partition_point(|(other, _)| *other <= address);
        let (before, after) = (self.0.get(..start), self.0.get(end..));

        (
            before.unwrap_or_default().iter().rev().map(name_of),
            after.unwrap_or_default().iter().map(name_of),
        )
    }
}

fn name_of((_, name): &(u64, String)) -> &str {
    name
}

/// Lists symbols of one name: the sympos of each, where it is and, in the kernel, its file or between which others it is.
pub(crate) fn list(
    target: &Target<'_>,
    object: &Object,
    symbols: &[Symbol<'_>],
) -> Result<String, Error> {
    let listed = symbols.get(..MAX_LISTED).unwrap_or(symbols);
    let hints = if object.is_vmlinux() {
        hints(target, listed)
    } else {
        Vec::new()
    };
    let mut text = String::new();

    for (index, symbol) in listed.iter().enumerate() {
        if index != 0 {
            text.push_str(", ");
        }
        // Writing to a string does not fail.
        let _ = write!(
            text,
            "{} at {}",
            symbol.position.max(symbol.position_loading),
            place(symbol)
        );
        if let Some(hint) = hints.get(index).filter(|hint| !hint.is_empty()) {
            let _ = write!(text, " ({hint})");
        }
    }
    if symbols.len() > MAX_LISTED {
        text.push_str(", ...");
    }
    Ok(text)
}

/// Says that there is no symbol of that sympos: what is the matter, and what to do with `notation`.
pub(super) fn out_of_range(
    target: &Target<'_>,
    object: &Object,
    sympos: u64,
    symbols: &[Symbol<'_>],
    notation: &str,
) -> Result<(String, String), Error> {
    let count = symbols.len();
    let list = list(target, object, symbols)?;

    Ok(if count == 1 {
        (
            format!("its sympos is {sympos}, and there is 1 symbol of this name: {list}"),
            "leave the sympos out".to_owned(),
        )
    } else {
        (
            format!("its sympos is {sympos}, and there are {count} symbols of this name: {list}"),
            format!("say which one, with {notation} of 1 to {count}"),
        )
    })
}

/// Returns what tells each symbol of one name from the others.
fn hints(target: &Target<'_>, symbols: &[Symbol<'_>]) -> Vec<String> {
    let addresses = target.addresses();
    let name = symbols.first().map_or("", |symbol| symbol.name);
    let neighbours: Vec<Vec<&str>> = symbols
        .iter()
        .map(|symbol| {
            let (before, after) = addresses.around(symbol.address);
            before
                .take(NEIGHBOURS)
                .chain(after.take(NEIGHBOURS))
                .collect()
        })
        .collect();
    // One candidate is not hard to tell from others.
    let files = match target.source() {
        Some(source) if symbols.len() > 1 => source.files_of(name, &neighbours),
        _ => vec![None; symbols.len()],
    };

    symbols
        .iter()
        .zip(files)
        .map(|(symbol, file)| {
            file.unwrap_or_else(|| {
                let (mut before, mut after) = addresses.around(symbol.address);
                match (before.next(), after.next()) {
                    (Some(before), Some(after)) => format!("between {before} and {after}"),
                    (Some(before), None) => format!("after {before}"),
                    (None, Some(after)) => format!("before {after}"),
                    (None, None) => String::new(),
                }
            })
        })
        .collect()
}
