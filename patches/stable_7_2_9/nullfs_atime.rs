// SPDX-License-Identifier: GPL-2.0

//! Reading the root of the kernel's empty file system leaves no trace in it.
//!
//! Every empty mount namespace shares that one inode, so who reads it could be watched by all.
//! It is made at boot: the new function alone changes nothing, and callbacks change the inode.

use core::ptr::null;
use livepatch::bindings::{
    d_make_root, down_write, file_system_type, fs_context, inode, inode_set_flags,
    iterate_supers_type, new_inode, simple_inode_init_ts, super_block, super_operations, up_write,
    NULL_FS_MAGIC, PAGE_SHIFT, S_IMMUTABLE, S_NOATIME,
};
use livepatch::prelude::*;

#[livepatch::fix(
    id = "nullfs_atime",
    title = "nullfs: don't update the access time",
    references = ["https://www.kernel.org/pub/linux/kernel/v7.x/ChangeLog-7.2.11"],
    severity = "low"
)]
pub(crate) mod fix {
    use super::*;

    #[unexported]
    unsafe extern "C" {
        fn make_empty_dir_inode(inode: *mut inode);
        static mut nullfs_fs_type: file_system_type;
        static nullfs_super_operations: super_operations;
    }

    /// The flag of the inode. A livepatch that replaces this one has to keep it, or give it back.
    #[state(id = 0x6e75_6c6c, version = 1)]
    struct NoAtime;

    /// Replaces `nullfs_fs_fill_super()`, fs/nullfs.c.
    #[replace]
    unsafe extern "C" fn nullfs_fs_fill_super(s: *mut super_block, _fc: *mut fs_context) -> c_int {
        // SAFETY: The caller, vfs_get_super(), passes a superblock that nobody else uses yet.
        let sb = unsafe { &mut *s };

        sb.s_maxbytes = MAX_LFS_FILESIZE;
        sb.s_blocksize = 1 << PAGE_SHIFT;
        sb.s_blocksize_bits = PAGE_SHIFT as c_uchar;
        sb.s_magic = NULL_FS_MAGIC as c_ulong;
        sb.s_op = &raw const nullfs_super_operations;
        sb.s_export_op = null();
        sb.s_xattr = null();
        sb.s_time_gran = 1;
        sb.s_d_flags = 0;

        // SAFETY: The superblock is there.
        let inode = unsafe { new_inode(s) };
        if inode.is_null() {
            return ENOMEM.to_errno();
        }
        // SAFETY: The inode is new, and nobody else knows of it.
        unsafe { make_empty_dir_inode(inode) };
        // SAFETY: As above.
        unsafe { simple_inode_init_ts(inode) };
        // SAFETY: As above.
        unsafe { (*inode).i_ino = 1 };
        // SAFETY: As above.
        unsafe { (*inode).i_flags |= S_IMMUTABLE | S_NOATIME };

        // SAFETY: The inode is new, and goes with the reference to it.
        let root = unsafe { d_make_root(inode) };
        // SAFETY: The superblock is still ours.
        unsafe { (*s).s_root = root };
        if root.is_null() {
            return ENOMEM.to_errno();
        }
        0
    }

    /// What C gives `s_maxbytes` where a `loff_t` has 64 bits.
    const MAX_LFS_FILESIZE: c_longlong = c_longlong::MAX;

    /// Sets the flag, unless an older livepatch has.
    #[post_patch]
    fn set(object: &mut Object) {
        let Some(mut state) = object.state::<NoAtime>() else {
            return;
        };
        // SAFETY: Every livepatch with this state keeps no data in it.
        if unsafe { state.take_over() } {
            return;
        }
        for_each_super(S_NOATIME);
    }

    /// Takes the flag back, unless an older livepatch has set it.
    #[pre_unpatch]
    fn clear(object: &mut Object) {
        let Some(mut state) = object.state::<NoAtime>() else {
            return;
        };
        if !state.give_back() {
            for_each_super(0);
        }
    }

    /// Gives the root of each superblock of the type, which is one, the flag or not.
    fn for_each_super(flags: c_uint) {
        let mut flags = flags;
        let arg = (&raw mut flags).cast();
        let nullfs = &raw mut nullfs_fs_type;
        // SAFETY: The type is the kernel's, and stays; the callback is called before this returns.
        unsafe { iterate_supers_type(nullfs, Some(set_flags), arg) };
    }

    /// Sets the flag of the root of a superblock to what `arg` points to.
    ///
    /// # Safety
    ///
    /// The superblock must be locked, and `arg` point to a number.
    unsafe extern "C" fn set_flags(sb: *mut super_block, arg: *mut c_void) {
        // SAFETY: By the contract of this function.
        let root = unsafe { (*sb).s_root };
        if root.is_null() {
            return;
        }
        // SAFETY: By the contract of this function.
        let flags = unsafe { arg.cast::<c_uint>().read() };
        // SAFETY: The superblock is locked: its root stays, and the root's inode.
        let inode = unsafe { (*root).d_inode };
        // SAFETY: As above.
        let lock = unsafe { &raw mut (*inode).i_rwsem };
        // SAFETY: Callbacks of livepatches may sleep.
        unsafe { down_write(lock) };
        // SAFETY: The inode is there, and locked.
        unsafe { inode_set_flags(inode, flags, S_NOATIME) };
        // SAFETY: Locked above.
        unsafe { up_write(lock) };
    }
}
