// SPDX-License-Identifier: GPL-2.0

//! Names of C as names of Rust.

use proc_macro2::{Ident, Span};

use super::error::Refusal;

/// Makes a name of Rust from one of C: keywords become raw identifiers, but for those that cannot be.
pub(super) fn ident(name: &str) -> Result<Ident, Refusal> {
    let is_head = |c: char| c.is_ascii_alphabetic() || c == '_';
    let is_name =
        name.starts_with(is_head) && name.chars().all(|c| is_head(c) || c.is_ascii_digit());

    if !is_name {
        return Err(Refusal::Name(name.to_owned()));
    }
    Ok(match name {
        "self" | "Self" | "super" | "crate" | "_" => {
            Ident::new(&format!("{name}_"), Span::call_site())
        }
        _ => syn::parse_str(name).unwrap_or_else(|_| Ident::new_raw(name, Span::call_site())),
    })
}

/// Returns how far apart two names are: how many letters have to be changed, added or taken away.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();

    for (i, left) in a.bytes().enumerate() {
        let mut diagonal = i;
        let mut before = i + 1;

        for (cell, right) in row.iter_mut().skip(1).zip(b.bytes()) {
            let replaced = diagonal + usize::from(left != right);
            diagonal = *cell;
            before = replaced.min(before + 1).min(*cell + 1);
            *cell = before;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}

/// Returns the names that are most like one, at most three.
pub(super) fn similar<'a>(name: &str, all: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    const MOST: usize = 3;
    let limit = (name.len() / 4).clamp(1, 4);
    let mut found: Vec<_> = all
        .filter(|other| other.len().abs_diff(name.len()) <= limit && *other != name)
        .map(|other| (distance(name, other), other))
        .filter(|&(distance, _)| distance <= limit)
        .collect();

    found.sort_unstable();
    found.dedup();
    found.truncate(MOST);
    found.into_iter().map(|(_, name)| name).collect()
}

#[cfg(test)]
mod tests {
    use super::{distance, ident, similar};

    #[test]
    fn keywords_become_names() {
        for (c, rust) in [
            ("type", "r#type"),
            ("self", "self_"),
            ("_", "__"),
            ("async", "r#async"),
            ("len", "len"),
            ("union", "union"),
        ] {
            assert_eq!(ident(c).unwrap().to_string(), rust);
        }
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for name in ["", "a b", "0", "a-b", "é", "a.isra.0"] {
            assert!(ident(name).is_err(), "{name}");
        }
    }

    #[test]
    fn finds_similar_names() {
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "ab"), 2);
        let all = ["packet_sock", "packet_fanout", "packet_socks", "unix_sock"];
        assert_eq!(
            similar("packet_sok", all.into_iter()),
            ["packet_sock", "packet_socks"]
        );
        assert!(similar("xyz", all.into_iter()).is_empty());
    }
}
