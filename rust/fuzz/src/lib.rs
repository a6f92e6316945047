// SPDX-License-Identifier: GPL-2.0

//! Gives arbitrary bytes to everything that reads files.
//!
//! Each function here is a target of the fuzzer: it takes any bytes, and returns. A panic, a hang, or memory without bounds is a
//! bug in what it calls. `scripts/fuzz` runs them; the tests of this crate give them what [`seeds`] makes, and changes of that.

mod kernel;
mod link;
mod mutate;
mod read;
pub mod seeds;

pub use kernel::{check, kernel};
pub use link::link;
pub use mutate::mutate;
pub use read::{btf, compressed, note};

/// A target of the fuzzer.
pub type Target = fn(&[u8]);

/// The targets, by their names.
pub const TARGETS: &[(&str, Target)] = &[
    ("link", link),
    ("check", check),
    ("btf", btf),
    ("note", note),
    ("kernel", kernel),
    ("compressed", compressed),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_and_their_changes() {
        for (name, target) in TARGETS {
            let seeds = seeds::of(name);

            assert!(!seeds.is_empty(), "{name}");
            for (_, seed) in seeds {
                target(&seed);
                target(&[]);
                for cut in [1, 4, 24, seed.len() / 2] {
                    target(&seed[..seed.len().saturating_sub(cut)]);
                }
                for number in 0..200 {
                    let mut bytes = seed.clone();
                    let size = bytes.len();
                    // A change is a change of one word; some come together.
                    for step in 0..=number % 4 {
                        mutate(&mut bytes, size, 4 * number + step);
                    }
                    target(&bytes);
                }
            }
        }
    }

    #[test]
    fn modules_can_be_linked_and_checked() {
        for (name, seed) in seeds::of("link") {
            assert_eq!(
                link::is_linkable(&seed),
                !name.starts_with("refused"),
                "{name}"
            );
        }
        for (name, seed) in seeds::of("check") {
            assert_eq!(kernel::functions(&seed), Some(2), "{name}");
        }
    }
}
