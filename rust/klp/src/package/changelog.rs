// SPDX-License-Identifier: GPL-2.0

//! What a change log mentions: CVEs and bugs, for livepatches that do not say it themselves.

use std::collections::BTreeSet;

/// Trackers of bugs, as change logs spell them before `#`.
const TRACKERS: [&str; 9] = [
    "bsc", "bnc", "boo", "fate", "gh", "jsc", "rhbz", "bz", "ltc",
];

/// What one item of a change log mentions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mention {
    /// CVEs.
    pub cves: Vec<String>,
    /// Bugs.
    pub references: Vec<String>,
}

/// Returns what the items of a change log mention, each CVE and each bug once, where it comes first.
///
/// An item begins with `-` or `*`. What is mentioned with a CVE is about it. Lines of the kernel, which say what the commit that is
/// fixed was (`Fixes: 0123456789ab ("...")`), mention nothing.
pub fn fixes(changelog: &str) -> Vec<Mention> {
    let mut seen = BTreeSet::new();
    let mut mentions = Vec::new();

    for item in items(changelog) {
        let mut mention = Mention::default();
        for word in item
            .iter()
            .filter(|line| !line.trim_start().starts_with("Fixes:"))
            .flat_map(|line| line.split(is_between))
        {
            if let Some(cve) = cve(word) {
                if seen.insert(cve.to_owned()) {
                    mention.cves.push(cve.to_owned());
                }
            } else if let Some(reference) = reference(word) {
                if seen.insert(reference.to_owned()) {
                    mention.references.push(reference.to_owned());
                }
            }
        }
        if mention != Mention::default() {
            mentions.push(mention);
        }
    }
    mentions
}

fn items(changelog: &str) -> Vec<Vec<&str>> {
    let mut items: Vec<Vec<&str>> = Vec::new();

    for line in changelog.lines() {
        let is_first = line.trim_start().starts_with(['-', '*']);
        match items.last_mut() {
            Some(item) if !is_first => item.push(line),
            _ => items.push(vec![line]),
        }
    }
    items
}

/// Returns whether a character is between words, of those that can be CVEs and bugs.
fn is_between(character: char) -> bool {
    !character.is_ascii_alphanumeric() && !matches!(character, '#' | '-' | '_')
}

fn cve(word: &str) -> Option<&str> {
    let word = word.trim_end_matches('-');

    crate::policy::CveId::is_valid(word).then_some(word)
}

fn reference(word: &str) -> Option<&str> {
    let (tracker, number) = word.split_once('#')?;
    let is_id = !number.is_empty()
        && number.len() <= 32
        && number.ends_with(|last: char| last.is_ascii_digit())
        && !number.contains('#');

    (TRACKERS.contains(&tracker) && is_id).then_some(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mention(cves: &[&str], references: &[&str]) -> Mention {
        let own = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect();
        Mention {
            cves: own(cves),
            references: own(references),
        }
    }

    #[test]
    fn cves_and_bugs_are_found() {
        let text = "\
* Wed Mar 08 2023 someone@example.com
- Fix for CVE-2023-26545, CVE-2023-1652 (\"Double free\")
  Live patch for CVE-2023-26545. bsc#1208911 (jsc#PED-1234).
- Add a message bsc#1072117, see bsc#1208911
  Fixes: 0123456789ab (\"CVE-2020-99999: not this one, bsc#1\")
- commit 1234567
";
        assert_eq!(
            fixes(text),
            [
                mention(
                    &["CVE-2023-26545", "CVE-2023-1652"],
                    &["bsc#1208911", "jsc#PED-1234"]
                ),
                mention(&[], &["bsc#1072117"]),
            ]
        );
    }

    #[test]
    fn what_only_looks_so_is_not() {
        for text in [
            "",
            "CVE-",
            "CVE-2023-",
            "CVE-23-1234",
            "CVE-2023-123",
            "CVE-2023-12345678901234567890",
            "cve-2023-12345",
            "bsc#",
            "bsc# 1",
            "#1",
            "xbsc#1",
            "bsc##1",
            "bsc#1#2",
            "- \u{202e}",
        ] {
            assert_eq!(fixes(text), [], "{text}");
        }
    }

    #[test]
    fn what_is_around_does_not_count() {
        for text in [
            "(CVE-2023-12345)",
            "'CVE-2023-12345',",
            "CVE-2023-12345:",
            "CVE-2023-12345.",
            "/CVE-2023-12345/",
            "CVE-2023-12345--",
            "ü CVE-2023-12345 ü",
        ] {
            assert_eq!(fixes(text), [mention(&["CVE-2023-12345"], &[])], "{text}");
        }
    }
}
