// SPDX-License-Identifier: GPL-2.0

//! Tells symbols of one name apart, for people.

use std::fmt::Write;
use std::fs;

use livepatch_symbols::{Object, Symbol};

use super::target::Target;
use super::Error;

/// The most candidates that are listed.
const MAX_LISTED: usize = 16;

/// Returns where a symbol is.
pub(super) fn place(symbol: &Symbol<'_>) -> String {
    match symbol.section {
        Some(section) => format!("{section}+{:#x}", symbol.address),
        None => format!("{:x}", symbol.address),
    }
}

/// Lists symbols of one name: the sympos of each, where it is and, in the kernel, between which other symbols.
///
/// The neighbours tell the file: what comes from one source file is together in the image.
pub(super) fn list(
    target: &Target<'_>,
    object: &Object,
    symbols: &[Symbol<'_>],
) -> Result<String, Error> {
    let neighbours = if object.is_vmlinux() {
        neighbours(target, symbols)
    } else {
        Vec::new()
    };
    let mut text = String::new();

    for (index, symbol) in symbols.iter().take(MAX_LISTED).enumerate() {
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
        if let Some(between) = neighbours.get(index).filter(|between| !between.is_empty()) {
            let _ = write!(text, " ({between})");
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

/// Returns between which other functions each symbol is; empty where that is not known.
fn neighbours(target: &Target<'_>, symbols: &[Symbol<'_>]) -> Vec<String> {
    let Some(path) = &target.kernel.sources().kallsyms else {
        return Vec::new();
    };
    let Ok(text) = fs::read_to_string(path) else {
        return Vec::new();
    };
    // Padding before functions, and what is part of a function, says nothing.
    let is_telling = |name: &str| !name.starts_with("__pfx_") && !name.contains('.');
    let mut around = vec![(None, None); symbols.len()];

    for line in text.lines() {
        let mut fields = line.split_ascii_whitespace();
        let (Some(address), Some(_), Some(name)) = (fields.next(), fields.next(), fields.next())
        else {
            continue;
        };
        // What belongs to a module has a fourth field.
        let (Ok(address), None) = (u64::from_str_radix(address, 16), fields.next()) else {
            continue;
        };
        if !is_telling(name) {
            continue;
        }
        for (symbol, (before, after)) in symbols.iter().zip(&mut around) {
            if name == symbol.name {
                continue;
            }
            let nearest = |known: &Option<(u64, &str)>, is_nearer: fn(u64, u64) -> bool| {
                known.is_none_or(|(known, _)| is_nearer(address, known))
            };
            if address < symbol.address && nearest(before, |address, known| address >= known) {
                *before = Some((address, name));
            } else if address > symbol.address && nearest(after, |address, known| address < known) {
                *after = Some((address, name));
            }
        }
    }
    around
        .into_iter()
        .map(|(before, after)| match (before, after) {
            (Some((_, before)), Some((_, after))) => format!("between {before} and {after}"),
            (Some((_, before)), None) => format!("after {before}"),
            (None, Some((_, after))) => format!("before {after}"),
            (None, None) => String::new(),
        })
        .collect()
}
