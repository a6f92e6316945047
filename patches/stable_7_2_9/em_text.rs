// SPDX-License-Identifier: GPL-2.0

//! A text match with an algorithm whose name does not end is refused: the name was read beyond its
//! field, printed into the log and used as the name of a module to load.

use crate::inline::error_of;
use livepatch::bindings::{
    livepatch_helper_kmalloc, net, rtnl_lock, rtnl_unlock, tcf_em_text, tcf_ematch,
    textsearch_destroy, textsearch_prepare, ENOBUFS, LIVEPATCH_GFP_KERNEL, TS_AUTOLOAD,
};
use livepatch::prelude::*;

#[livepatch::fix(
    id = "em_text",
    title = "net/sched: em_text: reject unterminated algo before autoload",
    object = "em_text",
    references = ["https://www.kernel.org/pub/linux/kernel/v7.x/ChangeLog-7.2.11"],
    severity = "moderate"
)]
pub(crate) mod fix {
    use super::*;

    livepatch::btf! { text_match; object = "em_text" }

    /// Replaces `em_text_change()`, net/sched/em_text.c.
    #[replace]
    unsafe extern "C" fn em_text_change(
        _net: *mut net,
        data: *mut c_void,
        len: c_int,
        m: *mut tcf_ematch,
    ) -> c_int {
        let conf = data.cast::<tcf_em_text>();
        // A negative length is a huge one, as in C.
        let len = len as usize;

        if len < size_of::<tcf_em_text>() {
            return EINVAL.to_errno();
        }
        // SAFETY: The caller, tcf_em_validate(), passes `len` bytes of a netlink attribute, which is
        // aligned to 4; they are enough for the structure.
        let conf_ref = unsafe { &*conf };
        if len < size_of::<tcf_em_text>() + usize::from(conf_ref.pattern_len) {
            return EINVAL.to_errno();
        }
        if !conf_ref.algo.contains(&0) {
            return EINVAL.to_errno();
        }
        if conf_ref.from_layer() > conf_ref.to_layer() {
            return EINVAL.to_errno();
        }
        if conf_ref.from_layer() == conf_ref.to_layer() && conf_ref.from_offset > conf_ref.to_offset
        {
            return EINVAL.to_errno();
        }

        // SAFETY: The pattern follows the structure, within `len` bytes, as was checked above.
        let pattern = unsafe { conf.add(1) };
        let mut flags: c_int = 0;
        let ts_conf = loop {
            // SAFETY: The name ends within its field, as was checked above, and the pattern is as long
            // as it says. The caller holds the rtnl lock and may sleep.
            let ts_conf = unsafe {
                textsearch_prepare(
                    conf_ref.algo.as_ptr(),
                    pattern.cast(),
                    conf_ref.pattern_len.into(),
                    LIVEPATCH_GFP_KERNEL,
                    flags,
                )
            };
            let autoload = flags & TS_AUTOLOAD as c_int != 0;
            if autoload {
                // SAFETY: It was released below, before the module was asked for.
                unsafe { rtnl_lock() };
            }
            match error_of(ts_conf) {
                Some(error) if error == ENOENT.to_errno() as c_long && !autoload => {
                    // SAFETY: The caller holds it.
                    unsafe { rtnl_unlock() };
                    flags |= TS_AUTOLOAD as c_int;
                }
                Some(error) => return error as c_int,
                None if autoload => {
                    // SAFETY: It was just made, and nobody else knows of it.
                    unsafe { textsearch_destroy(ts_conf) };
                    return EAGAIN.to_errno();
                }
                None => break ts_conf,
            }
        };

        // SAFETY: The caller may sleep.
        let memory =
            unsafe { livepatch_helper_kmalloc(size_of::<text_match>(), LIVEPATCH_GFP_KERNEL) };
        let tm = memory.cast::<text_match>();
        if tm.is_null() {
            // SAFETY: It was just made, and nobody else knows of it.
            unsafe { textsearch_destroy(ts_conf) };
            return -(ENOBUFS as c_int);
        }
        // SAFETY: The memory is ours, large enough, and aligned as kmalloc() aligns.
        unsafe {
            tm.write(text_match {
                from_offset: conf_ref.from_offset,
                to_offset: conf_ref.to_offset,
                from_layer: conf_ref.from_layer(),
                to_layer: conf_ref.to_layer(),
                config: ts_conf,
            })
        };
        // SAFETY: The caller passes an ematch that it is about to make.
        unsafe { (*m).datalen = size_of::<text_match>() as c_uint };
        // SAFETY: As above.
        unsafe { (*m).data = tm.expose_provenance() };
        0
    }
}
