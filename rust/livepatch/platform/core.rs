// SPDX-License-Identifier: GPL-2.0

//! The platform of kernels without CONFIG_RUST: Rust's `core`, and the kernel's C.

pub mod error;
pub(crate) mod print;

/// Ends what cannot go on; the compiler wants it.
///
/// Nothing calls it. The `core` that a module is compiled with has no way here: where it would
/// panic, and so below as well, there is the one instruction that C's `BUG()` is made of.
#[panic_handler]
fn panic(_info: &core::panic::PanicInfo<'_>) -> ! {
    panic!()
}
