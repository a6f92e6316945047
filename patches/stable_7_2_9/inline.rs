// SPDX-License-Identifier: GPL-2.0

//! What is inline in the kernel's headers, and small enough to be written again.

use core::ptr::null;
use livepatch::bindings::sk_buff__bindgen_ty_4__bindgen_ty_2 as Headers;
use livepatch::bindings::{
    consume_skb, cred, dst_release, livepatch_helper_get_current, nf_conntrack,
    nf_conntrack_destroy, refcount_t, sk_buff, sk_skb_reason_drop, skb_clone,
    skb_drop_reason_SKB_DROP_REASON_NOT_SPECIFIED, LIVEPATCH_GFP_ATOMIC, MAX_ERRNO, NFCT_PTRMASK,
    SKB_DST_NOREF,
};
use livepatch::prelude::*;

/// C's `current_cred()`: it stays while the task runs, which alone can change it.
pub(crate) fn current_cred() -> *const cred {
    // SAFETY: There always is a task that runs.
    let current = unsafe { livepatch_helper_get_current() };
    // SAFETY: As above.
    unsafe { (*current).cred }
}

/// Returns an error as functions of C that return a `long` do.
pub(crate) fn errno(error: Error) -> c_long {
    error.to_errno() as c_long
}

/// C's `PTR_ERR()`, if the pointer is one that `IS_ERR()` takes for an error.
pub(crate) fn error_of<T>(pointer: *const T) -> Option<c_long> {
    let address = pointer.addr();
    (address >= (MAX_ERRNO as usize).wrapping_neg()).then_some(address as c_long)
}

/// C's `ERR_PTR()`.
pub(crate) fn err_ptr<T>(error: Error) -> *mut T {
    core::ptr::without_provenance_mut(error.to_errno() as usize)
}

unsafe extern "C" {
    // The kernel's own, for its own Rust.
    fn rust_helper_refcount_dec_and_test(r: *mut refcount_t) -> bool;
}

/// C's `kfree_skb()`.
///
/// # Safety
///
/// The caller must give up a reference of its own.
pub(crate) unsafe fn kfree_skb(skb: *mut sk_buff) {
    // SAFETY: By the contract of this function; no socket is to be told.
    unsafe { sk_skb_reason_drop(null(), skb, skb_drop_reason_SKB_DROP_REASON_NOT_SPECIFIED) };
}

/// What a packet says of its headers.
///
/// # Safety
///
/// The packet must stay, and its headers as they are, while the reference is used.
pub(crate) unsafe fn headers<'a>(skb: *const sk_buff) -> &'a Headers {
    // SAFETY: By the contract of this function.
    let group = unsafe { &(*skb).__bindgen_anon_4 };
    // SAFETY: The union has two names for the same fields.
    unsafe { group.headers.as_ref() }
}

/// C's `skb_share_check()` in atomic context: a packet that nobody else has a reference to, or null.
///
/// # Safety
///
/// The caller must give up a reference of its own for what is returned.
pub(crate) unsafe fn skb_share_check(skb: *mut sk_buff) -> *mut sk_buff {
    // SAFETY: The caller has a reference.
    let users = unsafe { &raw const (*skb).users.refs.counter };
    // SAFETY: As above; others change the number.
    if unsafe { users.read_volatile() } == 1 {
        return skb;
    }
    // SAFETY: As above.
    let clone = unsafe { skb_clone(skb, LIVEPATCH_GFP_ATOMIC) };
    if clone.is_null() {
        // SAFETY: The reference is not used any more.
        unsafe { kfree_skb(skb) };
    } else {
        // SAFETY: As above.
        unsafe { consume_skb(skb) };
    }
    clone
}

/// C's `skb_dst_drop()`.
///
/// # Safety
///
/// Nobody else may have a reference to the packet.
pub(crate) unsafe fn skb_dst_drop(skb: *mut sk_buff) {
    // SAFETY: The packet is there, and the caller's alone.
    let fields = unsafe { &mut (*skb).__bindgen_anon_3 };
    // SAFETY: These fields of the union are in use while a packet is on its way up.
    let fields = unsafe { &mut fields.__bindgen_anon_1 };
    let dst = core::mem::take(&mut fields._skb_refdst);
    if dst != 0 && dst & SKB_DST_NOREF as c_ulong == 0 {
        // SAFETY: Without that bit the packet has a reference, which is given up.
        unsafe { dst_release(core::ptr::with_exposed_provenance_mut(dst)) };
    }
}

/// C's `nf_reset_ct()`.
///
/// # Safety
///
/// Nobody else may have a reference to the packet.
pub(crate) unsafe fn nf_reset_ct(skb: *mut sk_buff) {
    // SAFETY: The packet is there, and the caller's alone.
    let nfct = unsafe { core::mem::take(&mut (*skb)._nfct) } & NFCT_PTRMASK as c_ulong;
    let nfct: *mut nf_conntrack = core::ptr::with_exposed_provenance_mut(nfct);
    if nfct.is_null() {
        return;
    }
    // SAFETY: The packet had a reference.
    let users = unsafe { &raw mut (*nfct).use_ };
    // SAFETY: It is given up.
    if unsafe { rust_helper_refcount_dec_and_test(users) } {
        // SAFETY: It was the last one.
        unsafe { nf_conntrack_destroy(nfct) };
    }
}
