// SPDX-License-Identifier: GPL-2.0

//! Names of modules and of symbols.

use std::cmp::Reverse;

/// How many suggestions are useful.
const SUGGESTIONS: usize = 5;

/// How alike a suggestion must be, from 0 to 1.
const ALIKE: f64 = 0.8;

/// Returns the name that a module has when it is loaded: in the names of files, `-` and `_` are alike.
pub(crate) fn of_module(name: &str) -> String {
    name.replace('-', "_")
}

/// Returns the name of the module in a file of this name, [`None`] if it is no module.
pub(crate) fn of_module_file(file: &str) -> Option<String> {
    let file = file.rsplit('/').next().unwrap_or(file);
    let stem = [".ko", ".ko.xz", ".ko.zst", ".ko.gz"]
        .iter()
        .find_map(|suffix| file.strip_suffix(suffix))?;

    (!stem.is_empty()).then(|| of_module(stem))
}

/// Tells whether `name` is what a compiler calls a part or a variant of `function`.
///
/// A compiler appends words and numbers: `foo.isra.0`, `foo.constprop.0.cold`, `foo.llvm.1234`.
pub(crate) fn is_clone(name: &str, function: &str) -> bool {
    name.strip_prefix(function)
        .and_then(|rest| rest.strip_prefix('.'))
        .is_some_and(|rest| {
            let word = rest.split('.').next().unwrap_or(rest);

            matches!(
                word,
                "isra"
                    | "constprop"
                    | "part"
                    | "cold"
                    | "llvm"
                    | "localalias"
                    | "warm"
                    | "specialized"
                    | "lto_priv"
            )
        })
}

/// Returns those of `names` that `name` may be misspelt for, the most likely one first.
pub(crate) fn similar<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut found: Vec<(u32, &str)> = names
        .filter(|candidate| *candidate != name && candidate.len().abs_diff(name.len()) <= 3)
        .filter_map(|candidate| {
            let likeness = strsim::jaro_winkler(name, candidate);

            // A likeness is from 0 to 1: six digits of it order well enough.
            (likeness >= ALIKE).then_some(((likeness * 1e6) as u32, candidate))
        })
        .collect();

    found.sort_by_key(|(likeness, candidate)| (Reverse(*likeness), *candidate));
    found.dedup();
    found
        .into_iter()
        .take(SUGGESTIONS)
        .map(|(_, candidate)| candidate.to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_module_files() {
        assert_eq!(
            of_module_file("kernel/net/snd-pcm.ko.xz").as_deref(),
            Some("snd_pcm")
        );
        assert_eq!(of_module_file("a.ko").as_deref(), Some("a"));
        assert_eq!(of_module_file("a.ko.bz2"), None);
        assert_eq!(of_module_file(".ko"), None);
    }

    #[test]
    fn clones() {
        for clone in [
            "foo.isra.0",
            "foo.constprop.0.cold",
            "foo.part.12",
            "foo.llvm.123",
            "foo.cold",
        ] {
            assert!(is_clone(clone, "foo"), "{clone}");
        }
        for other in ["foo", "foo.0", "__pfx_foo.isra.0", "food.isra.0", "foo.bar"] {
            assert!(!is_clone(other, "foo"), "{other}");
        }
    }

    #[test]
    fn misspellings() {
        let names = [
            "cmdline_proc_show",
            "cmdline_proc_shot",
            "version_proc_show",
            "cmdline",
        ];

        assert_eq!(
            similar("cmdline_proc_shwo", names.into_iter())
                .first()
                .map(String::as_str),
            Some("cmdline_proc_show")
        );
        assert!(similar("xyzzy", names.into_iter()).is_empty());
    }
}
