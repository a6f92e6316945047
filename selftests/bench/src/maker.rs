// SPDX-License-Identifier: GPL-2.0

//! What livepatches are made with.

use std::fmt;
use std::str::FromStr;

/// What a livepatch is made with: Rust and one of the back ends, or C.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Maker {
    /// Rust, with the kernel's own crates.
    Kernel,
    /// Rust, with its core alone.
    Core,
    /// C, which the others are compared with.
    C,
}

impl Maker {
    /// All of them, those of Rust first.
    pub const ALL: [Self; 3] = [Self::Kernel, Self::Core, Self::C];

    /// Returns the name in samples, figures and paths.
    pub fn name(self) -> &'static str {
        match self {
            Self::Kernel => "kernel",
            Self::Core => "core",
            Self::C => "c",
        }
    }
}

impl fmt::Display for Maker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Maker {
    type Err = &'static str;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|maker| maker.name() == name)
            .ok_or("what made the module is neither kernel nor core nor c")
    }
}
