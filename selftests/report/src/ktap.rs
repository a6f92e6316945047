// SPDX-License-Identifier: GPL-2.0

//! The Kernel Test Anything Protocol, `Documentation/dev-tools/ktap.rst` in the kernel's sources.
//!
//! A stream is one document, or several test scripts' one after the other, each between two lines of
//! whoever runs the scripts:
//!
//! ```text
//! # suite: callbacks
//! KTAP version 1
//! 1..2
//! ok 1 a test
//! ok 2 another # SKIP there is no such module here
//! # suite-exit: callbacks 0
//! ```

mod document;
mod line;
mod stream;

pub(crate) use stream::Stream;
