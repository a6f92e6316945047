// SPDX-License-Identifier: GPL-2.0

//! Which of two versions is the older one: as RPM and as Debian see it.

use std::cmp::Ordering;

use super::Kind;

/// Compares two versions, each `[epoch:]version[-release]`.
pub fn compare(kind: Kind, a: &str, b: &str) -> Ordering {
    let part = match kind {
        Kind::Rpm => rpm,
        Kind::Deb => deb,
    };
    let (a_epoch, a_version, a_release) = split(kind, a);
    let (b_epoch, b_version, b_release) = split(kind, b);

    epoch(a_epoch)
        .cmp(&epoch(b_epoch))
        .then_with(|| part(a_version, b_version))
        .then_with(|| part(a_release, b_release))
}

fn split(kind: Kind, text: &str) -> (&str, &str, &str) {
    let (epoch, text) = text.split_once(':').unwrap_or(("0", text));
    let (version, release) = text.rsplit_once('-').unwrap_or((
        text,
        // Debian has no release, or one that is 0.
        match kind {
            Kind::Rpm => "",
            Kind::Deb => "0",
        },
    ));
    (epoch, version, release)
}

fn epoch(text: &str) -> u64 {
    text.parse().unwrap_or(0)
}

/// Takes the leading digits.
fn number<'a>(text: &mut &'a [u8]) -> &'a [u8] {
    take(text, |byte| byte.is_ascii_digit())
}

fn take<'a>(text: &mut &'a [u8], wanted: impl Fn(u8) -> bool) -> &'a [u8] {
    let end = text
        .iter()
        .position(|&byte| !wanted(byte))
        .unwrap_or(text.len());
    let (taken, rest) = text.split_at(end);
    *text = rest;
    taken
}

/// Compares numbers of any length.
fn compare_numbers(a: &[u8], b: &[u8]) -> Ordering {
    let strip = |text: &[u8]| -> Vec<u8> {
        text.iter()
            .copied()
            .skip_while(|&byte| byte == b'0')
            .collect()
    };
    let (a, b) = (strip(a), strip(b));

    a.len().cmp(&b.len()).then_with(|| a.cmp(&b))
}

/// RPM: runs of digits and runs of letters; `~` is older than nothing, `^` is newer than nothing and older than all else.
fn rpm(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a.as_bytes(), b.as_bytes());
    let is_separator = |byte: u8| !byte.is_ascii_alphanumeric() && !matches!(byte, b'~' | b'^');

    loop {
        take(&mut a, is_separator);
        take(&mut b, is_separator);
        let (first, other) = (a.first().copied(), b.first().copied());
        match (first, other) {
            (Some(b'~'), Some(b'~')) | (Some(b'^'), Some(b'^')) => {
                a = a.get(1..).unwrap_or_default();
                b = b.get(1..).unwrap_or_default();
                continue;
            }
            (Some(b'~'), _) => return Ordering::Less,
            (_, Some(b'~')) => return Ordering::Greater,
            (Some(b'^'), None) => return Ordering::Greater,
            (None, Some(b'^')) => return Ordering::Less,
            (Some(b'^'), _) => return Ordering::Less,
            (_, Some(b'^')) => return Ordering::Greater,
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(first), Some(other)) => {
                let order = match (first.is_ascii_digit(), other.is_ascii_digit()) {
                    (true, true) => compare_numbers(number(&mut a), number(&mut b)),
                    (false, false) => {
                        let letters = |byte: u8| byte.is_ascii_alphabetic();
                        take(&mut a, letters).cmp(take(&mut b, letters))
                    }
                    // A number is newer than letters.
                    (true, false) => Ordering::Greater,
                    (false, true) => Ordering::Less,
                };
                if order != Ordering::Equal {
                    return order;
                }
            }
        }
    }
}

/// Debian: runs of other characters and runs of digits, in turn; `~` is older than the end, letters are older than the rest.
fn deb(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a.as_bytes(), b.as_bytes());
    let weight = |byte: Option<&u8>| match byte {
        Some(b'~') => -1,
        None => 0,
        Some(byte) if byte.is_ascii_digit() => 0,
        Some(byte) if byte.is_ascii_alphabetic() => i32::from(*byte),
        Some(byte) => i32::from(*byte) + 256,
    };

    while !a.is_empty() || !b.is_empty() {
        let is_other = |byte: u8| !byte.is_ascii_digit();
        let (others, of_b) = (take(&mut a, is_other), take(&mut b, is_other));
        for index in 0..others.len().max(of_b.len()) {
            let order = weight(others.get(index)).cmp(&weight(of_b.get(index)));
            if order != Ordering::Equal {
                return order;
            }
        }
        let order = compare_numbers(number(&mut a), number(&mut b));
        if order != Ordering::Equal {
            return order;
        }
    }
    Ordering::Equal
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(kind: Kind, cases: &[(&str, Ordering, &str)]) {
        for &(a, order, b) in cases {
            assert_eq!(compare(kind, a, b), order, "{a} {b}");
            assert_eq!(compare(kind, b, a), order.reverse(), "{b} {a}");
        }
    }

    #[test]
    fn versions_of_rpm() {
        use Ordering::{Equal, Less};

        check(
            Kind::Rpm,
            &[
                ("1-1", Equal, "1-1"),
                ("1-1", Less, "1-2"),
                ("9-1", Less, "10-1"),
                ("6-150400.2.2", Less, "6-150400.10.1"),
                ("2-1", Less, "1:1-1"),
                ("0:1-1", Equal, "1-1"),
                ("1.0-1", Less, "1.0.1-1"),
                ("1.0~rc1-1", Less, "1.0-1"),
                ("1.0-1", Less, "1.0^git1-1"),
                ("1.0^git1-1", Less, "1.0.1-1"),
                ("1.0^a", Less, "1.0^b"),
                ("1.0~~", Less, "1.0~"),
                ("1a-1", Less, "1.1-1"),
                ("a-1", Less, "1-1"),
                ("1.05-1", Equal, "1.5-1"),
                ("1_0-1", Equal, "1.0-1"),
                ("1-0.el9", Less, "1-0.el9_1"),
                ("1.a", Less, "1.b"),
                ("1", Less, "1-1"),
                (
                    "99999999999999999999998-1",
                    Less,
                    "99999999999999999999999-1",
                ),
            ],
        );
    }

    #[test]
    fn versions_of_debian() {
        use Ordering::{Equal, Less};

        check(
            Kind::Deb,
            &[
                ("1-1", Equal, "1-1"),
                ("1-1", Less, "1-2"),
                ("9-1", Less, "10-1"),
                ("1", Equal, "1-0"),
                ("2-1", Less, "1:1-1"),
                ("1.0~rc1-1", Less, "1.0-1"),
                ("1.0-1", Less, "1.0-1+deb13u1"),
                ("1.0-1~bpo13+1", Less, "1.0-1"),
                ("1.0a-1", Less, "1.0+-1"),
                ("1.2", Less, "1.10"),
                ("1.0~~", Less, "1.0~"),
                ("1.0~", Less, "1.0"),
                ("1-2-3", Less, "1-3-1"),
                ("1.05", Equal, "1.5"),
            ],
        );
    }

    #[test]
    fn anything_can_be_compared() {
        for kind in [Kind::Rpm, Kind::Deb] {
            for a in ["", "-", ":", "~", "^", "ü", "1:", ":-", "--", "x:1-1"] {
                assert_eq!(compare(kind, a, a), Ordering::Equal);
                compare(kind, a, "1-1");
            }
        }
    }
}
