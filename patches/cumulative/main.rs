// SPDX-License-Identifier: GPL-2.0

//! Several fixes in one livepatch, each in a file of its own.
//!
//! A machine has one such livepatch at a time. The next version has the same fixes and more, and
//! replaces this one in one step: `replace` is on unless it is turned off. A fix that turns out to
//! be bad can be left out by its id, without building anything:
//!
//! ```text
//! insmod cumulative.ko skip=version
//! ```

mod cmdline;
mod execdomains;
mod version;

livepatch::livepatch! {
    description: "Three fixes in one livepatch",
    version: "1",
    fixes: [cmdline::fix, execdomains::fix, version::fix],
}
