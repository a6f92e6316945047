// SPDX-License-Identifier: GPL-2.0

//! A mount that must not be copied is not made a member of a group whose members are.

use crate::inline::error_of;
use core::mem::offset_of;
use livepatch::bindings::{
    dentry, down_write, hlist_node, is_subdir, list_head, ns_capable, path, rw_semaphore,
    super_block, vfsmount, CAP_SYS_ADMIN,
};
use livepatch::prelude::*;

#[livepatch::fix(
    id = "set_group",
    title = "mount: refuse MOVE_MOUNT_SET_GROUP on an unbindable mount",
    references = ["https://www.kernel.org/pub/linux/kernel/v7.x/ChangeLog-7.2.11"],
    severity = "moderate"
)]
pub(crate) mod fix {
    use super::*;

    livepatch::btf! { mount, mnt_namespace }

    #[unexported]
    unsafe extern "C" {
        static mut namespace_sem: rw_semaphore;
        fn namespace_unlock();
    }

    /// Bits of `mount.mnt_t_flags`, fs/mount.h.
    const T_SHARED: c_int = 1;
    const T_UNBINDABLE: c_int = 2;
    /// A bit of `vfsmount.mnt_flags`.
    const MNT_LOCKED: c_int = 0x800000;

    /// Replaces `do_set_group()`, fs/namespace.c.
    #[replace]
    unsafe extern "C" fn do_set_group(from_path: *const path, to_path: *const path) -> c_int {
        let lock = &raw mut namespace_sem;
        // SAFETY: The caller, vfs_move_mount(), keeps both paths.
        let from_path = unsafe { &*from_path };
        // SAFETY: As above.
        let to_path = unsafe { &*to_path };

        // SAFETY: The lock of all mounts, which is there always; this task may sleep.
        unsafe { down_write(lock) };
        // SAFETY: The lock is held.
        let result = unsafe { set_group(from_path, to_path) };
        // SAFETY: Locked above.
        unsafe { namespace_unlock() };
        result.map_or_else(Error::to_errno, |()| 0)
    }

    /// What the old function does while it holds the lock.
    ///
    /// # Safety
    ///
    /// The lock must be held, and somebody keep the paths.
    unsafe fn set_group(from_path: &path, to_path: &path) -> Result {
        let from = real_mount(from_path.mnt);
        let to = real_mount(to_path.mnt);

        // SAFETY: By the contract of this function: the path keeps the mount, and only its structure
        // and those that it leads to while the lock is held are used.
        unsafe { may_change_propagation(from) }?;
        // SAFETY: As above.
        unsafe { may_change_propagation(to) }?;

        // SAFETY: As above.
        let (from_root, from_sb) = unsafe { root_and_sb(from_path.mnt) };
        // SAFETY: As above.
        let (to_root, to_sb) = unsafe { root_and_sb(to_path.mnt) };
        if from_path.dentry != from_root || to_path.dentry != to_root || from_sb != to_sb {
            return Err(EINVAL);
        }
        // SAFETY: The mounts keep their roots.
        if !unsafe { is_subdir(to_root, from_root) } {
            return Err(EINVAL);
        }
        // SAFETY: As above.
        if unsafe { has_locked_children(from, to_root) } {
            return Err(EINVAL);
        }

        // SAFETY: As above; the lock keeps the fields.
        let to_flags = unsafe { (*to).mnt_t_flags };
        // SAFETY: As above.
        let to_master = unsafe { (*to).mnt_master };
        if to_flags & (T_SHARED | T_UNBINDABLE) != 0 || !to_master.is_null() {
            return Err(EINVAL);
        }
        // SAFETY: As above.
        let from_flags = unsafe { (*from).mnt_t_flags };
        // SAFETY: As above.
        let from_master = unsafe { (*from).mnt_master };
        let shared = from_flags & T_SHARED != 0;
        if !shared && from_master.is_null() {
            return Err(EINVAL);
        }

        if !from_master.is_null() {
            // SAFETY: As above.
            let slave = unsafe { &raw mut (*to).mnt_slave };
            // SAFETY: As above.
            let prev = unsafe { &raw mut (*from).mnt_slave };
            // SAFETY: `from` is on the list of its master's slaves, and `to` on none.
            unsafe { hlist_add_behind(slave, prev) };
            // SAFETY: As above.
            unsafe { (*to).mnt_master = from_master };
        }
        if shared {
            // SAFETY: As above.
            let group_id = unsafe { (*from).mnt_group_id };
            // SAFETY: As above.
            unsafe { (*to).mnt_group_id = group_id };
            // SAFETY: As above.
            let share = unsafe { &raw mut (*to).mnt_share };
            // SAFETY: As above.
            let head = unsafe { &raw mut (*from).mnt_share };
            // SAFETY: `from` is on the list of its peers, and `to`, which is not shared, on none.
            unsafe { list_add(share, head) };
            // A shared mount can be bound.
            let flags = to_flags & !T_UNBINDABLE | T_SHARED;
            // SAFETY: As above.
            unsafe { (*to).mnt_t_flags = flags };
        }
        Ok(())
    }

    /// C's `real_mount()`: every `vfsmount` is in a `mount`.
    fn real_mount(mnt: *mut vfsmount) -> *mut mount {
        mnt.cast::<u8>().wrapping_sub(offset_of!(mount, mnt)).cast()
    }

    /// Returns the root of a mount, and its superblock.
    ///
    /// # Safety
    ///
    /// Somebody must keep the mount.
    unsafe fn root_and_sb(mnt: *const vfsmount) -> (*mut dentry, *mut super_block) {
        // SAFETY: By the contract of this function.
        let root = unsafe { (*mnt).mnt_root };
        // SAFETY: As above.
        let sb = unsafe { (*mnt).mnt_sb };
        (root, sb)
    }

    /// Returns an error unless the mount is in a namespace that the caller administers.
    ///
    /// # Safety
    ///
    /// The lock must be held, and somebody keep the mount.
    unsafe fn may_change_propagation(m: *const mount) -> Result {
        // SAFETY: By the contract of this function.
        let ns: *const mnt_namespace = unsafe { (*m).mnt_ns };
        if ns.is_null() || error_of(ns).is_some() {
            return Err(EINVAL);
        }
        // SAFETY: The lock keeps the namespace of a mount that is in one.
        let user_ns = unsafe { (*ns).user_ns };
        // SAFETY: A mount namespace keeps its user namespace.
        if !unsafe { ns_capable(user_ns, CAP_SYS_ADMIN as c_int) } {
            return Err(EPERM);
        }
        Ok(())
    }

    /// Returns whether something below a directory is mounted on, and must not be uncovered.
    ///
    /// # Safety
    ///
    /// The lock must be held, and somebody keep the mount and the directory.
    unsafe fn has_locked_children(mnt: *mut mount, dentry: *mut dentry) -> bool {
        // SAFETY: By the contract of this function.
        let head = unsafe { &raw mut (*mnt).mnt_mounts };
        // SAFETY: As above.
        let mut entry = unsafe { (*head).next };
        while entry != head {
            let child: *mut mount = entry
                .cast::<u8>()
                .wrapping_sub(offset_of!(mount, mnt_child))
                .cast();
            // SAFETY: The lock keeps the children, which are on that list by this field.
            let mountpoint = unsafe { (*child).mnt_mountpoint };
            // SAFETY: As above.
            let flags = unsafe { (*child).mnt.mnt_flags };
            // SAFETY: A child keeps the directory that it is on.
            if flags & MNT_LOCKED != 0 && unsafe { is_subdir(mountpoint, dentry) } {
                return true;
            }
            // SAFETY: As above.
            entry = unsafe { (*entry).next };
        }
        false
    }

    /// C's `hlist_add_behind()`.
    ///
    /// # Safety
    ///
    /// `prev` must be on a list and `n` on none, and both the caller's to change.
    unsafe fn hlist_add_behind(n: *mut hlist_node, prev: *mut hlist_node) {
        // SAFETY: By the contract of this function.
        let pprev = unsafe { &raw mut (*prev).next };
        // SAFETY: As above.
        let next = unsafe { pprev.read() };
        // SAFETY: As above.
        unsafe { (*n).next = next };
        // SAFETY: As above.
        unsafe { (*n).pprev = pprev };
        // SAFETY: As above; others may look at the list meanwhile.
        unsafe { pprev.write_volatile(n) };
        if next.is_null() {
            return;
        }
        // SAFETY: As above.
        let behind = unsafe { &raw mut (*n).next };
        // SAFETY: It is on the same list.
        let pprev = unsafe { &raw mut (*next).pprev };
        // SAFETY: As above.
        unsafe { pprev.write_volatile(behind) };
    }

    /// C's `list_add()`.
    ///
    /// # Safety
    ///
    /// `head` must be on a list and `new` on none, and both the caller's to change.
    unsafe fn list_add(new: *mut list_head, head: *mut list_head) {
        // SAFETY: By the contract of this function.
        let first = unsafe { &raw mut (*head).next };
        // SAFETY: As above.
        let next = unsafe { first.read() };
        // SAFETY: It is on the same list.
        unsafe { (*next).prev = new };
        // SAFETY: As above.
        unsafe { (*new).next = next };
        // SAFETY: As above.
        unsafe { (*new).prev = head };
        // SAFETY: As above; others may look at the list meanwhile.
        unsafe { first.write_volatile(new) };
    }
}
