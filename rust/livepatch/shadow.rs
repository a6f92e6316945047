// SPDX-License-Identifier: GPL-2.0

//! Shadow variables: new fields for old structures.
//!
//! A livepatch cannot change the layout of a structure that the running kernel uses. It can attach
//! data to the address of one instead, under an id.
//!
//! C header: `include/linux/livepatch.h`; `Documentation/livepatch/shadow-vars.rst`.

use crate::alloc::Flags;
use crate::bindings;
use crate::context::AtomicContext;
use crate::error::{
    code::{EEXIST, EINVAL, ENOENT, ENOMEM},
    Error, Result,
};
use crate::ffi::{c_int, c_ulong, c_void};
use crate::optional::{
    klp_shadow_alloc, klp_shadow_free, klp_shadow_free_all, klp_shadow_get,
    klp_shadow_get_or_alloc, ShadowCtor, ShadowDtor,
};
use core::marker::PhantomData;
use core::mem::needs_drop;
use core::ptr::NonNull;

/// What makes a shadow variable, where a closure is not enough.
///
/// It runs in atomic context: it must not sleep.
pub trait Constructor<T> {
    /// Makes the value; is told the address that the variable is attached to, and the one where the
    /// value will be.
    ///
    /// # Errors
    ///
    /// Whatever it returns keeps the variable from being attached.
    fn construct(self, obj: *mut c_void, data: NonNull<T>, context: &AtomicContext) -> Result<T>;
}

/// A constructor that is a closure.
struct Closure<F>(F);

impl<T, F: FnOnce(&AtomicContext) -> Result<T>> Constructor<T> for Closure<F> {
    fn construct(self, _obj: *mut c_void, _data: NonNull<T>, context: &AtomicContext) -> Result<T> {
        (self.0)(context)
    }
}

/// What is done with a shadow variable before it is freed, besides dropping it.
///
/// It runs in atomic context: it must not sleep.
pub trait Destructor<T> {
    /// Is told the address that the variable is attached to, and the variable.
    fn destroy(obj: *mut c_void, data: &mut T, context: &AtomicContext);
}

/// A destructor that does nothing but drop.
enum Nothing {}

impl<T> Destructor<T> for Nothing {
    fn destroy(_obj: *mut c_void, _data: &mut T, _context: &AtomicContext) {}
}

/// The shadow variables of one id, each a `T`.
///
/// # Examples
///
/// ```
/// use core::sync::atomic::{AtomicU32, Ordering};
/// use livepatch::bindings::file;
/// use livepatch::prelude::*;
///
/// // SAFETY: No other livepatch of ours uses id 1; a counter needs no drop.
/// static READS: Shadow<AtomicU32> = unsafe { Shadow::new(1) };
///
/// fn count_read(file: *const file) -> Result<u32> {
///     READS.get_or_alloc(file, GFP_KERNEL, |_| Ok(AtomicU32::new(0)))?;
///     READS
///         .with(file, |reads| reads.fetch_add(1, Ordering::Relaxed))
///         .ok_or(ENOENT)
/// }
///
/// fn forget(file: *const file) {
///     READS.free(file);
/// }
/// # fn main() {}
/// ```
pub struct Shadow<T> {
    id: c_ulong,
    _data: PhantomData<T>,
}

// SAFETY: It is a number; the data that it leads to are `Send` and `Sync` where that is needed.
unsafe impl<T: Send + Sync> Sync for Shadow<T> {}

impl<T: Send + Sync + 'static> Shadow<T> {
    /// `kmalloc()` aligns the variable, which follows a header in the same allocation.
    const ALIGNED: () = assert!(
        align_of::<T>() <= align_of::<c_ulong>(),
        "a shadow variable is aligned like an unsigned long"
    );

    /// Names the variables of an id.
    ///
    /// # Safety
    ///
    /// Whoever uses the id in the running kernel, in this and in other livepatches, must use it for
    /// a `T` of the same layout. Dropping a `T` must not sleep.
    ///
    /// # Panics
    ///
    /// When a static of it is compiled, if this kernel has no shadow variables.
    #[track_caller]
    pub const unsafe fn new(id: c_ulong) -> Self {
        let () = Self::ALIGNED;
        assert!(
            cfg!(has = "klp_shadow_alloc"),
            "this kernel has no klp_shadow_alloc(), which shadow variables need"
        );
        Self {
            id,
            _data: PhantomData,
        }
    }

    /// Returns the id.
    pub const fn id(&self) -> c_ulong {
        self.id
    }

    /// Returns the variable attached to an address, or [`None`].
    ///
    /// The pointer is good until somebody frees the variable, which the caller has to rule out; see
    /// [`Shadow::with`] for a way that needs no such proof.
    pub fn get<O>(&self, obj: *const O) -> Option<NonNull<T>> {
        // SAFETY: The address is only a key; the kernel does not follow it.
        let data = unsafe { klp_shadow_get(key(obj), self.id) };
        NonNull::new(data.cast())
    }

    /// Attaches a new variable to an address.
    ///
    /// `init` makes the value, in atomic context: it must not sleep. Where several tasks may come at
    /// once, [`Shadow::get_or_alloc`] is the one to use: the kernel warns of a race that this loses.
    ///
    /// # Errors
    ///
    /// `EEXIST` when there is one already, `ENOMEM` when there is no memory, or the error that
    /// `init` returned.
    pub fn alloc<O, F>(&self, obj: *const O, flags: Flags, init: F) -> Result<NonNull<T>>
    where
        F: FnOnce(&AtomicContext) -> Result<T>,
    {
        self.alloc_with(obj, flags, Closure(init))
    }

    /// Like [`Shadow::alloc`], with a constructor that sees the addresses.
    ///
    /// # Errors
    ///
    /// As for [`Shadow::alloc`].
    pub fn alloc_with<O, C>(&self, obj: *const O, flags: Flags, ctor: C) -> Result<NonNull<T>>
    where
        C: Constructor<T>,
    {
        // The kernel warns, with a stack trace, of an attempt that is an error like others.
        if self.get(obj).is_some() {
            return Err(EEXIST);
        }
        self.construct(obj, flags, ctor, klp_shadow_alloc)
    }

    /// Returns the variable attached to an address, after attaching one if there was none.
    ///
    /// `init` makes the value, in atomic context: it must not sleep. About the pointer see
    /// [`Shadow::get`].
    ///
    /// # Errors
    ///
    /// `ENOMEM` when there is no memory, or the error that `init` returned.
    pub fn get_or_alloc<O, F>(&self, obj: *const O, flags: Flags, init: F) -> Result<NonNull<T>>
    where
        F: FnOnce(&AtomicContext) -> Result<T>,
    {
        self.get_or_alloc_with(obj, flags, Closure(init))
    }

    /// Like [`Shadow::get_or_alloc`], with a constructor that sees the addresses.
    ///
    /// # Errors
    ///
    /// As for [`Shadow::get_or_alloc`].
    pub fn get_or_alloc_with<O, C>(
        &self,
        obj: *const O,
        flags: Flags,
        ctor: C,
    ) -> Result<NonNull<T>>
    where
        C: Constructor<T>,
    {
        self.construct(obj, flags, ctor, klp_shadow_get_or_alloc)
    }

    /// Runs `f` on the variable attached to an address, if there is one.
    ///
    /// It can be freed meanwhile: its memory stays until `f` has returned. So `T` must be a type
    /// that dropping does nothing to, which is checked when this is compiled, and `f` must not
    /// sleep: it runs under `rcu_read_lock()`.
    pub fn with<O, R>(&self, obj: *const O, f: impl FnOnce(&T) -> R) -> Option<R> {
        const {
            assert!(
                !needs_drop::<T>(),
                "the variable could be dropped while in use"
            )
        };
        let _reading = RcuReadLock::new();
        let data = self.get(obj)?;
        // SAFETY: The memory is freed after a grace period, which the lock delays; by the contract
        // of `new` it holds a `T`, and by the check above freeing does not change it.
        Some(f(unsafe { data.as_ref() }))
    }

    /// Attaches a variable to an address if there is none, and runs `f` on it as [`Shadow::with`]
    /// does.
    ///
    /// # Errors
    ///
    /// Those of [`Shadow::get_or_alloc`]; `ENOENT` when somebody freed the variable at once.
    pub fn with_or_alloc<O, R>(
        &self,
        obj: *const O,
        flags: Flags,
        init: impl FnOnce(&AtomicContext) -> Result<T>,
        f: impl FnOnce(&T) -> R,
    ) -> Result<R> {
        const {
            assert!(
                !needs_drop::<T>(),
                "the variable could be dropped while in use"
            )
        };
        // Looking first is what most calls need, and allocating may sleep.
        let mut reading = RcuReadLock::new();
        let data = match self.get(obj) {
            Some(data) => data,
            None => {
                drop(reading);
                self.get_or_alloc(obj, flags, init)?;
                reading = RcuReadLock::new();
                self.get(obj).ok_or(ENOENT)?
            }
        };
        // SAFETY: As in `with`: the lock is held since the variable was found.
        let result = f(unsafe { data.as_ref() });
        drop(reading);
        Ok(result)
    }

    /// Drops and frees the variable attached to an address, if there is one.
    pub fn free<O>(&self, obj: *const O) {
        self.free_raw(obj, Self::drop_only());
    }

    /// Like [`Shadow::free`], after telling `D`.
    pub fn free_with<O, D: Destructor<T>>(&self, obj: *const O) {
        self.free_raw(obj, Some(destroy::<T, D>));
    }

    /// Drops and frees all the variables of the id.
    pub fn free_all(&self) {
        self.free_all_raw(Self::drop_only());
    }

    /// Like [`Shadow::free_all`], after telling `D` of each.
    pub fn free_all_with<D: Destructor<T>>(&self) {
        self.free_all_raw(Some(destroy::<T, D>));
    }

    /// Returns the destructor for the kernel, none if there is nothing to do.
    fn drop_only() -> ShadowDtor {
        if needs_drop::<T>() {
            Some(destroy::<T, Nothing>)
        } else {
            None
        }
    }

    fn free_raw<O>(&self, obj: *const O, dtor: ShadowDtor) {
        // SAFETY: By the contract of `new`, what the id leads to is a `T`, which the destructor
        // drops once.
        unsafe { klp_shadow_free(key(obj), self.id, dtor) };
    }

    fn free_all_raw(&self, dtor: ShadowDtor) {
        // SAFETY: As above.
        unsafe { klp_shadow_free_all(self.id, dtor) };
    }

    fn construct<O, C>(
        &self,
        obj: *const O,
        flags: Flags,
        ctor: C,
        alloc: unsafe extern "C" fn(
            *mut c_void,
            c_ulong,
            usize,
            bindings::gfp_t,
            ShadowCtor,
            *mut c_void,
        ) -> *mut c_void,
    ) -> Result<NonNull<T>>
    where
        C: Constructor<T>,
    {
        let mut construction = Construction {
            ctor: Some(ctor),
            error: None,
        };
        // SAFETY: `construct` is given the construction, which outlives the call, and memory of the
        // size of a `T`.
        let data = unsafe {
            alloc(
                key(obj),
                self.id,
                size_of::<T>(),
                flags.as_raw(),
                Some(construct::<T, C>),
                (&raw mut construction).cast(),
            )
        };
        NonNull::new(data.cast()).ok_or_else(|| match construction.error {
            Some(error) => error,
            None if self.get(obj).is_some() => EEXIST,
            None => ENOMEM,
        })
    }
}

/// Makes the key that the kernel compares.
fn key<O>(obj: *const O) -> *mut c_void {
    obj.cast::<c_void>().cast_mut()
}

/// What goes through C: the constructor, until it has run, and its error.
struct Construction<C> {
    ctor: Option<C>,
    error: Option<Error>,
}

/// # Safety
///
/// Only the kernel may call it, with new memory for a `T` and what [`Shadow::construct`] passed.
unsafe extern "C" fn construct<T, C: Constructor<T>>(
    obj: *mut c_void,
    data: *mut c_void,
    construction: *mut c_void,
) -> c_int {
    // SAFETY: `Shadow::construct` passes its construction, which nobody else uses meanwhile.
    let construction = unsafe { &mut *construction.cast::<Construction<C>>() };
    let value = match (construction.ctor.take(), NonNull::new(data.cast::<T>())) {
        (Some(ctor), Some(data)) => ctor.construct(obj, data, &AtomicContext::new()),
        _ => Err(EINVAL),
    };
    match value {
        Ok(value) => {
            // SAFETY: The kernel passes new memory of the size asked for.
            unsafe { data.cast::<T>().write(value) };
            0
        }
        Err(error) => {
            construction.error = Some(error);
            error.to_errno()
        }
    }
}

/// # Safety
///
/// Only the kernel may call it, with a variable that holds a `T` and that it is about to free.
unsafe extern "C" fn destroy<T, D: Destructor<T>>(obj: *mut c_void, data: *mut c_void) {
    // SAFETY: The kernel passes a variable of the id, which holds a `T` by the contract of
    // `Shadow::new`, after unlinking it.
    let data = unsafe { &mut *data.cast::<T>() };
    D::destroy(obj, data, &AtomicContext::new());
    // SAFETY: As above; the kernel frees the memory next.
    unsafe { core::ptr::drop_in_place(data) };
}

/// A section of code during which memory that is freed after a grace period stays.
struct RcuReadLock(PhantomData<*const ()>);

impl RcuReadLock {
    fn new() -> Self {
        // SAFETY: It can be taken in any context, and nests.
        unsafe { bindings::livepatch_helper_rcu_read_lock() };
        Self(PhantomData)
    }
}

impl Drop for RcuReadLock {
    fn drop(&mut self) {
        // SAFETY: `new` has taken it, in this context: the type is not `Send`.
        unsafe { bindings::livepatch_helper_rcu_read_unlock() };
    }
}
