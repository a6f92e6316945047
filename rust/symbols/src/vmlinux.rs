// SPDX-License-Identifier: GPL-2.0

//! The symbols of the kernel itself: its symbol table and its ftrace sites, joined.
//!
//! The livepatch core finds the site of a function with `ftrace_location()`: the first one from the function's address up to
//! the next symbol at another address. Where the list of sites has no addresses, they are counted by name.

use std::collections::HashMap;
use std::path::Path;

use zerocopy::little_endian::{U32, U64};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

use crate::table::{Builder, Key, Record, Table, Text};
use crate::{ftrace, kallsyms, Error, Kind, Site, Symbol};

/// The size of a symbol whose size is not known.
const UNKNOWN_SIZE: u32 = u32::MAX;

/// The symbol is discarded after initialisation.
const INIT: u8 = 1 << 0;
/// The symbol is per-CPU.
const PER_CPU: u8 = 1 << 1;
/// The symbol has an ftrace site.
const SITE: u8 = 1 << 2;
/// Whether it has one is not known.
const SITE_UNKNOWN: u8 = 1 << 3;

/// A symbol of the kernel.
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
pub(crate) struct Row {
    address: U64,
    size: U32,
    position: U32,
    name: Text,
    letter: u8,
    flags: u8,
}

impl Record for Row {
    const KIND: u32 = 1;

    fn name(&self) -> Text {
        self.name
    }
}

impl Row {
    /// Returns the symbol that the row of `table` holds.
    pub(crate) fn symbol<'a>(&self, table: &'a Table<Self>) -> Symbol<'a> {
        let has = |flag| self.flags & flag != 0;
        let kind = match self.letter {
            _ if has(PER_CPU) => Kind::PerCpu,
            b'T' | b't' | b'W' | b'w' => Kind::Text,
            b'D' | b'd' | b'B' | b'b' | b'G' | b'g' | b'S' | b's' | b'V' | b'v' => Kind::Data,
            b'R' | b'r' => Kind::ReadOnly,
            b'A' | b'a' => Kind::Absolute,
            _ => Kind::Other,
        };

        Symbol {
            name: table.text(self.name),
            position: self.position.get(),
            position_loading: self.position.get(),
            address: self.address.get(),
            section: None,
            size: (self.size.get() != UNKNOWN_SIZE).then(|| self.size.get().into()),
            kind,
            global: self.letter.is_ascii_uppercase() || matches!(self.letter, b'w' | b'v'),
            init: has(INIT),
            ftrace: match (has(SITE_UNKNOWN), has(SITE)) {
                (true, _) => Site::Unknown,
                (false, true) => Site::Yes,
                (false, false) => Site::No,
            },
        }
    }
}

/// A source and its path.
pub(crate) type Source<'a> = (&'a Path, &'a [u8]);

/// Makes the table of the kernel's symbols of its sources.
pub(crate) fn build(
    kallsyms: Source<'_>,
    ftrace: Option<Source<'_>>,
    key: &Key,
) -> Result<Table<Row>, Error> {
    let (path, text) = kallsyms;
    let lines: Vec<_> = kallsyms::lines(text).collect();

    if lines.is_empty() {
        return Err(Error::format(
            path,
            "holds no symbols of a kernel: expected lines as in /proc/kallsyms",
        ));
    }
    if lines.iter().all(|line| line.address == 0) {
        return Err(Error::Hidden {
            path: path.to_owned(),
        });
    }

    let map = Map::new(&lines);
    let sites = ftrace.map(|ftrace| map.sites(ftrace)).transpose()?;
    let mut order: Vec<(&str, usize)> = lines
        .iter()
        .enumerate()
        .map(|(at, line)| (line.name, at))
        .collect();

    order.sort_unstable();
    make_rows(&map, sites.as_deref(), &order, key)
        .ok_or_else(|| Error::format(path, "has more symbols than any kernel"))
}

fn make_rows(
    map: &Map<'_>,
    sites: Option<&[Site]>,
    order: &[(&str, usize)],
    key: &Key,
) -> Option<Table<Row>> {
    let mut builder = Builder::new();
    let mut last = None;
    let mut position: u32 = 0;

    for (name, at) in order {
        let line = map.lines.get(*at)?;
        // A name that no table can hold is none that the kernel could have.
        let Some(text) = builder.text(name) else {
            continue;
        };
        let is_per_cpu = map.per_cpu.contains(&line.address);
        let is_init = !is_per_cpu && map.init.iter().any(|init| init.contains(&line.address));
        let site = match sites {
            Some(sites) => sites.get(*at).copied().unwrap_or(Site::No),
            None => Site::Unknown,
        };
        let mut flags = match site {
            Site::Yes => SITE,
            Site::No => 0,
            Site::Unknown => SITE_UNKNOWN,
        };

        flags |= if is_per_cpu { PER_CPU } else { 0 } | if is_init { INIT } else { 0 };
        position = if last == Some(*name) {
            position.checked_add(1)?
        } else {
            1
        };
        last = Some(*name);
        builder.push(Row {
            address: U64::new(line.address),
            size: U32::new(map.size(line.address)),
            position: U32::new(position),
            name: text,
            letter: line.letter,
            flags,
        });
    }
    builder.finish(key)
}

/// The symbols by their addresses.
struct Map<'a> {
    /// In the order of the table.
    lines: &'a [kallsyms::Line<'a>],
    /// Address and index of each line, sorted.
    by_address: Vec<(u64, usize)>,
    per_cpu: std::ops::Range<u64>,
    init: [std::ops::Range<u64>; 2],
}

impl<'a> Map<'a> {
    fn new(lines: &'a [kallsyms::Line<'a>]) -> Self {
        let mut by_address: Vec<_> = lines
            .iter()
            .enumerate()
            .map(|(at, line)| (line.address, at))
            .collect();
        let mut bounds = HashMap::from([
            ("__init_begin", None),
            ("__init_end", None),
            ("_sinittext", None),
            ("_einittext", None),
            ("__per_cpu_start", None),
            ("__per_cpu_end", None),
        ]);

        by_address.sort_unstable();
        for line in lines {
            if let Some(bound) = bounds.get_mut(line.name) {
                *bound = Some(line.address);
            }
        }

        let range = |start, end| match (bounds.get(start), bounds.get(end)) {
            (Some(Some(start)), Some(Some(end))) => *start..*end,
            _ => 0..0,
        };

        Self {
            lines,
            by_address,
            per_cpu: range("__per_cpu_start", "__per_cpu_end"),
            init: [
                range("__init_begin", "__init_end"),
                range("_sinittext", "_einittext"),
            ],
        }
    }

    /// Returns the address of the next symbol behind `address`.
    fn next(&self, address: u64) -> Option<u64> {
        let at = self
            .by_address
            .partition_point(|(other, _)| *other <= address);

        self.by_address.get(at).map(|(next, _)| *next)
    }

    fn size(&self, address: u64) -> u32 {
        self.next(address)
            .and_then(|next| u32::try_from(next.checked_sub(address)?).ok())
            .unwrap_or(UNKNOWN_SIZE)
    }

    /// Returns the lines at the greatest address that is not above `address`: a symbol and its aliases.
    fn containing(&self, address: u64) -> &[(u64, usize)] {
        let end = self
            .by_address
            .partition_point(|(other, _)| *other <= address);
        let below = self.by_address.get(..end).unwrap_or_default();
        let start = below.last().map_or(0, |(last, _)| {
            below.partition_point(|(other, _)| other < last)
        });

        below.get(start..).unwrap_or_default()
    }

    fn name(&self, at: usize) -> Option<&'a str> {
        self.lines.get(at).map(|line| line.name)
    }

    /// Tells for each line whether the symbol has a site.
    fn sites(&self, (path, text): Source<'_>) -> Result<Vec<Site>, Error> {
        let sites: Vec<_> = ftrace::lines(text).collect();
        let addresses: Option<Vec<u64>> = sites.iter().map(|site| site.address).collect();
        let (found, known) = match addresses {
            Some(_) if sites.is_empty() => {
                return Err(Error::format(
                    path,
                    "lists no function of the kernel: expected the contents of available_filter_functions",
                ))
            }
            Some(_) => self.sites_by_address(&sites),
            None => self.sites_by_name(&sites),
        };

        // A few sites are in no symbol of their name: those of functions that the linker dropped.
        if known.saturating_mul(2) < sites.len() {
            return Err(Error::format(
                path,
                format!(
                    "only {known} of {} sites are in the function that is named there: the list is not of the kernel and the \
                     boot that the symbol table is of",
                    sites.len()
                ),
            ));
        }
        Ok(found)
    }

    fn sites_by_address(&self, sites: &[ftrace::Line<'_>]) -> (Vec<Site>, usize) {
        let mut found = vec![Site::No; self.lines.len()];
        let mut known = 0;

        for site in sites {
            let symbols = self.containing(site.address.unwrap_or_default());

            known += usize::from(
                symbols
                    .iter()
                    .any(|(_, at)| self.name(*at) == Some(site.name)),
            );
            for (_, at) in symbols {
                if let Some(found) = found.get_mut(*at) {
                    *found = Site::Yes;
                }
            }
        }
        (found, known)
    }

    /// A site has the name of the first symbol at its function's address, in the order of the table. The list is in the order of
    /// addresses, so the functions whose names are unique say between which addresses the others are.
    fn sites_by_name(&self, sites: &[ftrace::Line<'_>]) -> (Vec<Site>, usize) {
        let groups: Vec<_> = self
            .by_address
            .chunk_by(|(one, _), (other, _)| one == other)
            .filter_map(|group| {
                let (address, at) = group.first()?;

                Some((*address, self.name(*at)?, group))
            })
            .collect();
        let mut there: HashMap<&str, Named> = HashMap::new();
        let mut known = 0;

        for (address, name, _) in &groups {
            let named = there.entry(name).or_default();

            named.count += 1;
            named.address = *address;
        }
        for site in sites {
            if let Some(named) = there.get_mut(site.name) {
                known += 1;
                named.listed += 1;
            }
        }

        let marks = marks(sites, &there);
        let between = |address| marks.partition_point(|mark| *mark < address);
        let mut candidates: HashMap<(&str, usize), (usize, usize)> = HashMap::new();
        let mut passed: usize = 0;

        for (address, name, _) in &groups {
            candidates.entry((name, between(*address))).or_default().0 += 1;
        }
        for site in sites {
            if let Some((_, listed)) = candidates.get_mut(&(site.name, passed)) {
                *listed += 1;
            }
            passed += usize::from(there.get(site.name).is_some_and(|named| {
                named.is_unique() && marks.get(passed) == Some(&named.address)
            }));
        }

        let mut found = vec![Site::No; self.lines.len()];

        for (address, name, group) in groups {
            let site = match candidates.get(&(name, between(address))) {
                None | Some((_, 0)) => Site::No,
                Some((there, listed)) if listed >= there => Site::Yes,
                _ => Site::Unknown,
            };

            for (_, at) in group {
                if let Some(found) = found.get_mut(*at) {
                    *found = site;
                }
            }
        }
        (found, known)
    }
}

/// The places of one name, and how often the list of sites has it.
#[derive(Default)]
struct Named {
    count: usize,
    listed: usize,
    /// The last one's address.
    address: u64,
}

impl Named {
    fn is_unique(&self) -> bool {
        self.count == 1 && self.listed == 1
    }
}

/// Returns the addresses of the listed functions whose names are unique; none if the list is not in their order.
fn marks(sites: &[ftrace::Line<'_>], there: &HashMap<&str, Named>) -> Vec<u64> {
    let marks: Vec<_> = sites
        .iter()
        .filter_map(|site| there.get(site.name))
        .filter(|named| named.is_unique())
        .map(|named| named.address)
        .collect();

    if marks.is_sorted_by(|one, other| one < other) {
        marks
    } else {
        Vec::new()
    }
}

#[cfg(test)]
mod tests;
