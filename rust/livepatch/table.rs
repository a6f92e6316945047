// SPDX-License-Identifier: GPL-2.0

//! Tables of C structures that end with an all-zero entry.
//!
//! The livepatch core walks the tables of a patch to an entry of zeroes
//! (`klp_for_each_object_static()`, `klp_for_each_func_static()`, `klp_for_each_state()`). The
//! entry is part of the type here, so it cannot be forgotten.

use core::cell::UnsafeCell;
use core::mem::MaybeUninit;

/// A C structure of which a zeroed instance ends a table.
///
/// # Safety
///
/// All-zero bytes must be a valid value of the type, and the kernel must take it for the end.
pub unsafe trait Terminator: Sized {}

/// Returns a structure of zeroes.
pub(crate) const fn zeroed<T: Terminator>() -> T {
    // SAFETY: By the contract of `Terminator`, zeroes are a valid `T`.
    unsafe { MaybeUninit::zeroed().assume_init() }
}

/// `N` entries and the one that ends them.
///
/// # Invariants
///
/// Written only before the livepatch is enabled, by its init function; afterwards the kernel owns
/// it until the module is freed.
pub struct Table<T, const N: usize>(UnsafeCell<Terminated<T, N>>);

/// What the kernel walks: no padding can come between the entries and the end.
#[repr(C)]
struct Terminated<T, const N: usize> {
    entries: [T; N],
    end: T,
}

// SAFETY: By the type invariant, nothing in Rust reads or writes the entries while another CPU can
// see them; the kernel serialises its own accesses with `klp_mutex`.
unsafe impl<T, const N: usize> Sync for Table<T, N> {}

impl<T: Terminator, const N: usize> Table<T, N> {
    /// Makes the table of the entries.
    pub(crate) const fn terminated(entries: [T; N]) -> Self {
        Self(UnsafeCell::new(Terminated {
            entries,
            end: zeroed(),
        }))
    }

    /// Returns the table without its length in the type.
    pub(crate) const fn as_slice(&'static self) -> TableRef<T> {
        TableRef {
            first: self.0.get().cast(),
            len: N,
        }
    }
}

/// A [`Table`] of any length.
pub(crate) struct TableRef<T> {
    first: *mut T,
    len: usize,
}

// SAFETY: As for `Table`, which it refers to.
unsafe impl<T> Sync for TableRef<T> {}

impl<T: Terminator> TableRef<T> {
    /// Returns the first entry, as the C structures point to it.
    pub(crate) const fn as_ptr(&self) -> *mut T {
        self.first
    }

    /// Keeps the entries for which `keep` says so, in their order, and ends the table behind them.
    ///
    /// # Safety
    ///
    /// The kernel must not know the table yet, and nobody else may access it.
    pub(crate) unsafe fn retain(&self, mut keep: impl FnMut(usize) -> bool) {
        let mut kept = 0;
        for from in 0..self.len {
            if !keep(from) {
                continue;
            }
            if kept != from {
                // SAFETY: `from` is less than the length.
                let source = unsafe { self.first.add(from) };
                // SAFETY: `kept` is less than `from`.
                let target = unsafe { self.first.add(kept) };
                // SAFETY: Both are entries of the table, which the caller owns; a C structure that
                // nothing points to yet can be moved.
                unsafe { source.copy_to(target, 1) };
            }
            kept += 1;
        }
        for index in kept..self.len {
            // SAFETY: `index` is less than the length.
            let entry = unsafe { self.first.add(index) };
            // SAFETY: It is an entry of the table, which the caller owns.
            unsafe { entry.write(zeroed()) };
        }
    }
}

/// A [`Table`] with the index of the fix that each entry comes from.
pub struct FixTable<T, const N: usize> {
    table: Table<T, N>,
    fixes: [usize; N],
}

impl<T: Terminator, const N: usize> FixTable<T, N> {
    /// Makes the table; `fixes[i]` is the index of the fix that `entries[i]` comes from.
    pub(crate) const fn terminated(entries: [T; N], fixes: [usize; N]) -> Self {
        Self {
            table: Table::terminated(entries),
            fixes,
        }
    }

    /// Returns the table without its length in the type.
    pub(crate) const fn as_slice(&'static self) -> FixTableRef<T> {
        FixTableRef {
            table: self.table.as_slice(),
            fixes: &self.fixes,
        }
    }
}

/// A [`FixTable`] of any length.
pub(crate) struct FixTableRef<T> {
    table: TableRef<T>,
    fixes: &'static [usize],
}

impl<T: Terminator> FixTableRef<T> {
    /// Returns the first entry, as the C structures point to it.
    pub(crate) const fn as_ptr(&self) -> *mut T {
        self.table.as_ptr()
    }

    /// Keeps the entries of the fixes for which `keep` says so.
    ///
    /// # Safety
    ///
    /// As for [`TableRef::retain`].
    pub(crate) unsafe fn retain(&self, keep: impl Fn(usize) -> bool) {
        let keep = |entry| self.fixes.get(entry).is_some_and(|&fix| keep(fix));
        // SAFETY: By the contract of this function.
        unsafe { self.table.retain(keep) };
    }
}
