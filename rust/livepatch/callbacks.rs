// SPDX-License-Identifier: GPL-2.0

//! Callbacks around the patching and unpatching of an object: `struct klp_callbacks`.
//!
//! The kernel knows one set of callbacks an object; several fixes can each want one. Each kind in
//! use gets an `extern "C"` function for the object, which calls the fixes' own in turn:
//!
//! | callback       | order of the fixes | runs                                                   |
//! |----------------|--------------------|--------------------------------------------------------|
//! | `pre_patch`    | first to last      | before the object is patched; an error stops it        |
//! | `post_patch`   | first to last      | when the transition to the patched state is complete   |
//! | `pre_unpatch`  | last to first      | before the object is unpatched                         |
//! | `post_unpatch` | last to first      | when it is unpatched, if the fix's `pre_patch` succeeded|
//!
//! When the `pre_patch` of one fix fails, those before it are told with their `post_unpatch`, as
//! the kernel does with objects. None of them runs for a livepatch that was replaced by another.
//!
//! C header: `include/linux/livepatch_external.h`.

use crate::bindings::klp_object;
use crate::enable::Livepatch;
use crate::error::Result;
use crate::ffi::c_int;
use crate::object::Object;
use core::ptr::NonNull;
use core::sync::atomic::{AtomicBool, Ordering};

/// A callback that can refuse.
pub(crate) type PrePatch = fn(&mut Object) -> Result;

/// A callback that cannot.
pub(crate) type Notify = fn(&mut Object);

/// The callbacks that one fix has for one object.
pub struct FixCallbacks {
    fix: usize,
    pre_patch: Option<PrePatch>,
    post_patch: Option<Notify>,
    pre_unpatch: Option<Notify>,
    post_unpatch: Option<Notify>,
    /// Whether `pre_patch` has succeeded since the last `post_unpatch`.
    prepared: AtomicBool,
}

impl FixCallbacks {
    /// Makes the entry of the fix of that index.
    pub const fn new(
        fix: usize,
        pre_patch: Option<PrePatch>,
        post_patch: Option<Notify>,
        pre_unpatch: Option<Notify>,
        post_unpatch: Option<Notify>,
    ) -> Self {
        Self {
            fix,
            pre_patch,
            post_patch,
            pre_unpatch,
            post_unpatch,
            prepared: AtomicBool::new(false),
        }
    }

    fn prepare(&self, object: &mut Object) -> Result {
        if let Some(pre_patch) = self.pre_patch {
            pre_patch(object)?;
        }
        // The livepatch core runs all callbacks under `klp_mutex`, which orders the accesses.
        self.prepared.store(true, Ordering::Relaxed);
        Ok(())
    }

    fn finish(&self, object: &mut Object) {
        if self.prepared.swap(false, Ordering::Relaxed) {
            if let Some(post_unpatch) = self.post_unpatch {
                post_unpatch(object);
            }
        }
    }
}

/// One object's callbacks, as a type: the functions that the kernel calls are made for it.
pub trait ObjectCallbacks: 'static {
    /// Returns the entries of the fixes, in their order.
    fn callbacks() -> &'static [FixCallbacks];

    /// Returns the livepatch.
    fn livepatch() -> &'static Livepatch;
}

/// A callback of the kernel's that can refuse.
type RawPrePatch = unsafe extern "C" fn(*mut klp_object) -> c_int;

/// A callback of the kernel's that cannot.
type RawNotify = unsafe extern "C" fn(*mut klp_object);

/// The set of functions that the kernel calls for one object.
#[derive(Clone, Copy)]
pub struct Callbacks {
    pre_patch: Option<RawPrePatch>,
    post_patch: Option<RawNotify>,
    pre_unpatch: Option<RawNotify>,
    post_unpatch: Option<RawNotify>,
}

impl Callbacks {
    /// No callback.
    pub const NONE: Self = Self {
        pre_patch: None,
        post_patch: None,
        pre_unpatch: None,
        post_unpatch: None,
    };

    /// Adds the function that runs the fixes' `pre_patch`.
    #[track_caller]
    pub const fn with_pre_patch<O: ObjectCallbacks>(mut self) -> Self {
        self.pre_patch = Some(pre_patch::<O>);
        self.supported()
    }

    /// Adds the function that runs the fixes' `post_patch`.
    #[track_caller]
    pub const fn with_post_patch<O: ObjectCallbacks>(mut self) -> Self {
        self.post_patch = Some(post_patch::<O>);
        self.supported()
    }

    /// Adds the function that runs the fixes' `pre_unpatch`.
    #[track_caller]
    pub const fn with_pre_unpatch<O: ObjectCallbacks>(mut self) -> Self {
        self.pre_unpatch = Some(pre_unpatch::<O>);
        self.supported()
    }

    /// Adds the function that runs the fixes' `post_unpatch`.
    ///
    /// It needs `pre_patch` as well, which notes the fixes that got that far.
    #[track_caller]
    pub const fn with_post_unpatch<O: ObjectCallbacks>(mut self) -> Self {
        self.post_unpatch = Some(post_unpatch::<O>);
        self.with_pre_patch::<O>()
    }

    /// Refuses to be compiled where the kernel has no callbacks.
    #[track_caller]
    const fn supported(self) -> Self {
        assert!(
            cfg!(has = "klp_callbacks"),
            "this kernel has no klp_callbacks, which callbacks need"
        );
        self
    }

    /// Puts the callbacks into an object.
    pub(crate) const fn put_into(self, object: &mut klp_object) {
        let Self {
            pre_patch,
            post_patch,
            pre_unpatch,
            post_unpatch,
        } = self;
        #[cfg(has = "klp_callbacks")]
        {
            object.callbacks = crate::bindings::klp_callbacks {
                pre_patch,
                post_patch,
                pre_unpatch,
                post_unpatch,
                post_unpatch_enabled: false,
            };
        }
        // There are none: `supported` has seen to it.
        #[cfg(not(has = "klp_callbacks"))]
        let _ = (object, pre_patch, post_patch, pre_unpatch, post_unpatch);
    }
}

/// Returns the entries of the fixes that are not left out.
fn active<O: ObjectCallbacks>() -> impl DoubleEndedIterator<Item = &'static FixCallbacks> {
    let livepatch = O::livepatch();
    O::callbacks()
        .iter()
        .filter(|callbacks| livepatch.has_fix(callbacks.fix))
}

/// Wraps the object that the kernel passes to a callback.
///
/// # Safety
///
/// `object` must come from the livepatch core, which called a callback of `O`.
unsafe fn object_of<O: ObjectCallbacks>(object: *mut klp_object) -> Option<Object> {
    let object = NonNull::new(object)?;
    // SAFETY: By the contract of this function.
    Some(unsafe { Object::from_raw(object, O::livepatch()) })
}

/// Runs the fixes' `pre_patch`, and takes back what succeeded when one fails.
///
/// # Safety
///
/// For the livepatch core, which passes the object that the callback is of.
unsafe extern "C" fn pre_patch<O: ObjectCallbacks>(object: *mut klp_object) -> c_int {
    // SAFETY: The kernel calls this as the callback of the object in the table.
    let Some(mut object) = (unsafe { object_of::<O>(object) }) else {
        return 0;
    };
    for (index, callbacks) in active::<O>().enumerate() {
        if let Err(error) = callbacks.prepare(&mut object) {
            let behind = active::<O>().count() - index;
            for earlier in active::<O>().rev().skip(behind) {
                earlier.finish(&mut object);
            }
            return error.to_errno();
        }
    }
    0
}

/// Runs the fixes' `post_patch`.
///
/// # Safety
///
/// For the livepatch core, which passes the object that the callback is of.
unsafe extern "C" fn post_patch<O: ObjectCallbacks>(object: *mut klp_object) {
    // SAFETY: The kernel calls this as the callback of the object in the table.
    let Some(mut object) = (unsafe { object_of::<O>(object) }) else {
        return;
    };
    for post_patch in active::<O>().filter_map(|callbacks| callbacks.post_patch) {
        post_patch(&mut object);
    }
}

/// Runs the fixes' `pre_unpatch`.
///
/// # Safety
///
/// For the livepatch core, which passes the object that the callback is of.
unsafe extern "C" fn pre_unpatch<O: ObjectCallbacks>(object: *mut klp_object) {
    // SAFETY: The kernel calls this as the callback of the object in the table.
    let Some(mut object) = (unsafe { object_of::<O>(object) }) else {
        return;
    };
    for pre_unpatch in active::<O>()
        .rev()
        .filter_map(|callbacks| callbacks.pre_unpatch)
    {
        pre_unpatch(&mut object);
    }
}

/// Runs the fixes' `post_unpatch`.
///
/// # Safety
///
/// For the livepatch core, which passes the object that the callback is of.
unsafe extern "C" fn post_unpatch<O: ObjectCallbacks>(object: *mut klp_object) {
    // SAFETY: The kernel calls this as the callback of the object in the table.
    let Some(mut object) = (unsafe { object_of::<O>(object) }) else {
        return;
    };
    for callbacks in active::<O>().rev() {
        callbacks.finish(&mut object);
    }
}
