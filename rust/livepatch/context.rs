// SPDX-License-Identifier: GPL-2.0

//! Contexts that code of the kernel runs in.

/// Says that the code which is given it must not sleep.
///
/// The kernel runs such code with preemption or interrupts off, often under a spinlock. It must not
/// allocate with [`GFP_KERNEL`](crate::alloc::GFP_KERNEL) either.
pub struct AtomicContext(());

impl AtomicContext {
    /// Makes the word for code that the kernel calls in atomic context.
    pub(crate) fn new() -> Self {
        Self(())
    }
}
