// SPDX-License-Identifier: GPL-2.0

//! The kernel's internal file systems cannot be reconfigured by who happens to reach one.

use crate::inline::err_ptr;
use livepatch::bindings::{
    dentry, file_system_type, fs_context, fs_context_purpose,
    fs_context_purpose_FS_CONTEXT_FOR_RECONFIGURE,
};
use livepatch::prelude::*;

#[livepatch::fix(
    id = "fspick_internal",
    title = "fs: refuse fspick() on internal superblocks",
    references = ["https://www.kernel.org/pub/linux/kernel/v7.x/ChangeLog-7.2.11"],
    severity = "moderate"
)]
pub(crate) mod fix {
    use super::*;

    #[unexported]
    unsafe extern "C" {
        fn alloc_fs_context(
            fs_type: *mut file_system_type,
            reference: *mut dentry,
            sb_flags: c_uint,
            sb_flags_mask: c_uint,
            purpose: fs_context_purpose,
        ) -> *mut fs_context;
    }

    /// The kernel's: a superblock that is not for users. In the header it is a `BIT()`, which
    /// bindgen does not evaluate.
    const SB_NOUSER: c_ulong = 1 << 31;

    /// Replaces `fs_context_for_reconfigure()`, fs/fs_context.c.
    #[replace]
    unsafe extern "C" fn fs_context_for_reconfigure(
        dentry: *mut dentry,
        sb_flags: c_uint,
        sb_flags_mask: c_uint,
    ) -> *mut fs_context {
        // SAFETY: The caller holds a reference to the dentry, and with it to the superblock.
        let sb = unsafe { (*dentry).d_sb };
        // SAFETY: As above.
        if unsafe { (*sb).s_flags } & SB_NOUSER != 0 {
            return err_ptr(EINVAL);
        }
        // SAFETY: As above.
        let fs_type = unsafe { (*sb).s_type };
        // SAFETY: As above; the type is there as long as a superblock of it.
        unsafe {
            alloc_fs_context(
                fs_type,
                dentry,
                sb_flags,
                sb_flags_mask,
                fs_context_purpose_FS_CONTEXT_FOR_RECONFIGURE,
            )
        }
    }
}
