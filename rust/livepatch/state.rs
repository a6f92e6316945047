// SPDX-License-Identifier: GPL-2.0

//! System states: changes that outlive the livepatch that made them.
//!
//! A livepatch that changes data of the running system (and not only functions) says so with a
//! state: an id and a version. The kernel refuses a livepatch that cannot take over the states of
//! those that it comes on top of: for each id of an installed livepatch a new one must have the
//! same or a higher version, and one that replaces must have every id.
//!
//! Of the livepatches in a replacement only the new one's callbacks run, and the same ones when the
//! transition is reversed. So the data of a state go from hand to hand:
//!
//! | callback of the new livepatch | without an older livepatch   | with one ([`StateRef::has_prev`])     |
//! |-------------------------------|------------------------------|---------------------------------------|
//! | `pre_patch`                   | allocate, [`StateRef::set_data`] | nothing to do                     |
//! | `post_patch`                  | change the system            | [`StateRef::take_over`]               |
//! | `pre_unpatch`                 | change the system back       | [`StateRef::give_back`]               |
//! | `post_unpatch`                | [`StateRef::take_data`]      | nothing to do: the data are the older's |
//!
//! C header: `include/linux/livepatch.h`; `Documentation/livepatch/system-state.rst`.

use crate::alloc::KBox;
use crate::ffi::{c_uint, c_ulong};
use crate::optional::{klp_get_prev_state, klp_get_state, klp_state};
use crate::patch::Patch;
use crate::table::{zeroed, FixTable, FixTableRef, Terminator};
use core::marker::PhantomData;
use core::ptr::NonNull;
use core::sync::atomic::AtomicBool;

// SAFETY: `klp_state` is two integers and a pointer, for which zero is valid;
// `klp_for_each_state()` stops at an id of zero.
unsafe impl Terminator for klp_state {}

/// The states of a patch, ended as the kernel wants it.
pub struct States<const N: usize> {
    table: FixTable<klp_state, N>,
    entries: [StateEntry; N],
}

/// One entry of the table of states.
#[derive(Clone, Copy)]
pub struct StateEntry {
    id: c_ulong,
    version: c_uint,
    identity: &'static StateIdentity,
}

/// Stands for a type by its address: no two statics of it are the same.
///
/// What can change has an address of its own, even if nothing changes it.
pub struct StateIdentity(#[allow(dead_code, reason = "only its address is used")] AtomicBool);

impl StateIdentity {
    /// Makes the static of a type.
    #[allow(clippy::new_without_default, reason = "it is for statics only")]
    pub const fn new() -> Self {
        Self(AtomicBool::new(false))
    }
}

impl StateEntry {
    /// Makes an entry; `id` is not zero, and `identity` that of the type of the data.
    #[track_caller]
    pub const fn new(id: c_ulong, version: c_uint, identity: &'static StateIdentity) -> Self {
        assert!(
            cfg!(has = "klp_state"),
            "this kernel has no klp_state, which system states need"
        );
        Self {
            id,
            version,
            identity,
        }
    }

    /// Returns whether the data of the state are a `S`.
    pub(crate) fn is<S: State>(&self) -> bool {
        self.id == S::ID && core::ptr::eq(self.identity, S::identity())
    }
}

impl<const N: usize> States<N> {
    /// Makes the table of a patch; `fixes[i]` is the index of the fix of `states[i]`.
    pub const fn new(states: [StateEntry; N], fixes: [usize; N]) -> Self {
        let mut entries = [const { zeroed::<klp_state>() }; N];
        let mut index = 0;
        while index < N {
            entries[index].id = states[index].id;
            entries[index].version = states[index].version;
            index += 1;
        }
        Self {
            table: FixTable::terminated(entries, fixes),
            entries: states,
        }
    }

    /// Returns the table that the kernel is given.
    pub(crate) const fn as_slice(&'static self) -> FixTableRef<klp_state> {
        self.table.as_slice()
    }

    /// Returns what the entries are made of, those of fixes that are left out as well.
    pub(crate) const fn entries(&'static self) -> &'static [StateEntry] {
        &self.entries
    }
}

/// A system state, and the type of the data that go with it.
///
/// `#[state(id = 1, version = 1)]` on a type implements it and puts the state into the livepatch.
///
/// # Safety
///
/// `identity()` must return a static that no other type returns.
pub unsafe trait State: Sized + Send + Sync + 'static {
    /// The identifier, the same in every livepatch that knows the state; not zero.
    const ID: c_ulong;

    /// The version of the change.
    const VERSION: c_uint;

    /// Returns what the type is known by to the livepatch that has the state.
    #[doc(hidden)]
    fn identity() -> &'static StateIdentity;
}

/// A system state of this livepatch, while a callback runs.
///
/// # Invariants
///
/// `current` is the state in this livepatch's table, `prev` one of an installed livepatch; the
/// livepatch core keeps both, and callbacks run one at a time, so for the lifetime nobody else
/// touches them. Data in `current` are a `S` from a [`KBox`].
pub struct StateRef<'a, S: State> {
    current: NonNull<klp_state>,
    prev: Option<NonNull<klp_state>>,
    _object: PhantomData<(&'a mut Patch, S)>,
}

impl<S: State> StateRef<'_, S> {
    /// Looks the state up, in a livepatch that keeps a `S` in it.
    ///
    /// `in_transition` says whether the kernel may be asked for the state of older livepatches.
    pub(crate) fn get(patch: &'static Patch, in_transition: bool) -> Option<Self> {
        // SAFETY: The patch is enabled or being enabled: a callback of it runs.
        let current = NonNull::new(unsafe { klp_get_state(patch.as_ptr(), S::ID) })?;
        let prev = if in_transition {
            // SAFETY: A transition runs, under the mutex that this callback holds.
            NonNull::new(unsafe { klp_get_prev_state(S::ID) })
        } else {
            None
        };
        // INVARIANT: Both come from the core.
        Some(Self {
            current,
            prev,
            _object: PhantomData,
        })
    }

    /// Returns whether an older livepatch has the state already.
    ///
    /// Always false in a callback of a module that is just being loaded or removed.
    pub fn has_prev(&self) -> bool {
        self.prev.is_some()
    }

    /// Returns the version of the state in the newest of the older livepatches.
    pub fn prev_version(&self) -> Option<c_uint> {
        // SAFETY: By the type invariant, it is valid.
        self.prev.map(|prev| unsafe { (*prev.as_ptr()).version })
    }

    /// Returns the data, if there are any.
    pub fn data(&self) -> Option<&S> {
        let data = self.data_ptr()?;
        // SAFETY: By the type invariant, the data are a `S`; `&self` keeps them.
        Some(unsafe { data.as_ref() })
    }

    /// Returns the data for changing them.
    pub fn data_mut(&mut self) -> Option<&mut S> {
        let mut data = self.data_ptr()?;
        // SAFETY: By the type invariant, the data are a `S` that nobody else touches now.
        Some(unsafe { data.as_mut() })
    }

    /// Puts data into the state, and returns those that were there.
    pub fn set_data(&mut self, data: KBox<S>) -> Option<KBox<S>> {
        let old = self.data_ptr();
        self.write_data(Some(data.into_raw()));
        // SAFETY: By the type invariant they come from a box, and the state has just let go of
        // them.
        old.map(|old| unsafe { KBox::from_raw(old) })
    }

    /// Takes the data from the state.
    ///
    /// # Safety
    ///
    /// No other livepatch's state may refer to them: not while [`StateRef::has_prev`], if they were
    /// taken over.
    pub unsafe fn take_data(&mut self) -> Option<KBox<S>> {
        let data = self.data_ptr()?;
        self.write_data(None);
        // SAFETY: By the type invariant they come from a box; by the contract of this function
        // nobody else refers to them.
        Some(unsafe { KBox::from_raw(data) })
    }

    /// Takes over the data of the older livepatch, and returns whether there was one.
    ///
    /// # Safety
    ///
    /// Every older livepatch with this state must keep in it a `S` of the same layout, from
    /// `kmalloc()`, whatever its version.
    pub unsafe fn take_over(&mut self) -> bool {
        let Some(prev) = self.prev else {
            return false;
        };
        // SAFETY: By the type invariant, it is valid.
        let data = unsafe { (*prev.as_ptr()).data };
        // INVARIANT: By the contract of this function, the data are a `S` as in a box.
        self.write_data(NonNull::new(data.cast()));
        true
    }

    /// Leaves the data to the older livepatch, and returns whether there is one.
    pub fn give_back(&mut self) -> bool {
        if self.prev.is_none() {
            return false;
        }
        self.write_data(None);
        true
    }

    fn data_ptr(&self) -> Option<NonNull<S>> {
        // SAFETY: By the type invariant, it is valid.
        NonNull::new(unsafe { (*self.current.as_ptr()).data }.cast())
    }

    fn write_data(&mut self, data: Option<NonNull<S>>) {
        let data = data.map_or(core::ptr::null_mut(), NonNull::as_ptr);
        // SAFETY: By the type invariant, it is valid and nobody else touches it.
        unsafe { (*self.current.as_ptr()).data = data.cast() };
    }
}
