// SPDX-License-Identifier: GPL-2.0

//! A persistent keyring that is made, and cannot be linked to where it was asked for, expires like
//! every other one.

use crate::inline::{current_cred, errno, error_of};
use core::ptr::null_mut;
use livepatch::bindings::{
    cred, down_read, down_write, from_kuid, key, key_link, key_need_perm,
    key_need_perm_KEY_NEED_LINK, key_need_perm_KEY_NEED_WRITE, key_perm_t, key_put, key_ref_t,
    key_serial_t, key_set_timeout, key_type, key_type_keyring, keyring_alloc, keyring_index_key,
    kgid_t, kuid_t, lookup_user_key, make_kuid, ns_capable, snprintf, uid_t, up_read, up_write,
    user_namespace, CAP_SETUID, KEY_ALLOC_NOT_IN_QUOTA, KEY_POS_ALL, KEY_POS_SETATTR, KEY_USR_READ,
    KEY_USR_VIEW,
};
use livepatch::prelude::*;

#[livepatch::fix(
    id = "persistent_keyring",
    title = "keys: finalize persistent keyring timeout after link attempt",
    references = ["https://www.kernel.org/pub/linux/kernel/v7.x/ChangeLog-7.2.11"],
    severity = "moderate"
)]
pub(crate) mod fix {
    use super::*;

    #[unexported]
    unsafe extern "C" {
        fn find_key_to_update(
            keyring_ref: key_ref_t,
            index_key: *const keyring_index_key,
        ) -> key_ref_t;
        fn key_set_index_key(index_key: *mut keyring_index_key);
        static mut persistent_keyring_expiry: c_uint;
    }

    #[allow(improper_ctypes, reason = "some types of C have no fields")]
    unsafe extern "C" {
        // Exported, and declared in a header of its directory only.
        fn key_task_permission(
            key_ref: key_ref_t,
            cred: *const cred,
            need_perm: key_need_perm,
        ) -> c_int;
    }

    /// A number of an enumeration without a name.
    const KEY_LOOKUP_CREATE: c_ulong = 1;

    /// What whoever possesses such a keyring may do with it, and its owner.
    const PERMISSIONS: key_perm_t = (KEY_POS_ALL & !KEY_POS_SETATTR) | KEY_USR_VIEW | KEY_USR_READ;

    /// Replaces `keyctl_get_persistent()`, security/keys/persistent.c, into which the function that
    /// was wrong is inlined.
    #[replace]
    unsafe extern "C" fn keyctl_get_persistent(uid: uid_t, destid: key_serial_t) -> c_long {
        let cred = current_cred();
        // SAFETY: The credentials of the task that runs stay while it runs, and their namespace too.
        let ns = unsafe { (*cred).user_ns };
        // SAFETY: As above.
        let own = unsafe { (*cred).uid };
        // SAFETY: As above.
        let effective = unsafe { (*cred).euid };

        let uid = if uid == uid_t::MAX {
            own
        } else {
            // SAFETY: The namespace is there.
            let uid = unsafe { make_kuid(ns, uid) };
            if uid.val == uid_t::MAX {
                return errno(EINVAL);
            }
            if uid.val != own.val && uid.val != effective.val {
                // SAFETY: As above.
                let capable = unsafe { ns_capable(ns, CAP_SETUID as c_int) };
                if !capable {
                    return errno(EPERM);
                }
            }
            uid
        };

        // SAFETY: It takes any number.
        let dest_ref =
            unsafe { lookup_user_key(destid, KEY_LOOKUP_CREATE, key_need_perm_KEY_NEED_WRITE) };
        if let Some(error) = error_of(dest_ref) {
            return error;
        }
        // SAFETY: The reference keeps the key.
        let index = unsafe { &(*key_ref_to_ptr(dest_ref)).__bindgen_anon_3 };
        // SAFETY: The other view of the union has the same fields; the type of a key never changes.
        let dest_type = unsafe { index.index_key.type_ };
        let ret = if core::ptr::eq(dest_type, keyrings()) {
            // SAFETY: The namespace and the keyring are there, as above.
            unsafe { key_get_persistent(ns, uid, dest_ref) }
        } else {
            errno(ENOTDIR)
        };
        // SAFETY: It is the reference of the lookup above, and not used any more.
        unsafe { key_ref_put(dest_ref) };
        ret
    }

    /// Links the persistent keyring of a user to a keyring, and makes it first if there is none.
    ///
    /// # Safety
    ///
    /// The namespace must be there, and `dest_ref` refer to a keyring.
    unsafe fn key_get_persistent(
        ns: *mut user_namespace,
        uid: kuid_t,
        dest_ref: key_ref_t,
    ) -> c_long {
        let mut buf = [0 as c_char; 32];
        // SAFETY: Numbers and pointers, for which zero is valid.
        let mut index_key: keyring_index_key = unsafe { core::mem::zeroed() };
        let mut persistent_ref: key_ref_t = null_mut();
        let mut created = false;

        // SAFETY: The namespace is there by the contract of this function.
        let number = unsafe { from_kuid(ns, uid) };
        // SAFETY: The text has 22 bytes at most, the buffer 32; the format takes a number.
        let desc_len = unsafe {
            snprintf(
                buf.as_mut_ptr(),
                buf.len(),
                c"_persistent.%u".as_ptr().cast(),
                number,
            )
        };
        index_key.type_ = keyrings();
        index_key.description = buf.as_ptr();
        index_key.__bindgen_anon_1.__bindgen_anon_1.desc_len = desc_len as u16;
        // SAFETY: Type and description are set, and stay as long as the key is looked for.
        unsafe { key_set_index_key(&mut index_key) };

        // SAFETY: The namespace is there; the register, once made, stays as long as it.
        let register = unsafe { &raw const (*ns).persistent_keyring_register };
        // SAFETY: As above; another task may just make it.
        let register = unsafe { register.read_volatile() };
        if !register.is_null() {
            // SAFETY: As above.
            let keyring_sem = unsafe { &raw mut (*ns).keyring_sem };
            // SAFETY: It is the lock of the register, and this task may sleep.
            unsafe { down_read(keyring_sem) };
            // SAFETY: The lock is held, and the register a keyring.
            persistent_ref = unsafe { find_key_to_update(possessed(register), &index_key) };
            // SAFETY: Taken above.
            unsafe { up_read(keyring_sem) };
        }

        if persistent_ref.is_null() {
            // SAFETY: As above.
            let keyring_sem = unsafe { &raw mut (*ns).keyring_sem };
            // SAFETY: As above.
            unsafe { down_write(keyring_sem) };
            // SAFETY: The lock is held for writing.
            let result = unsafe { get_or_create(ns, uid, &index_key) };
            // SAFETY: Taken above.
            unsafe { up_write(keyring_sem) };
            match result {
                Ok(found) => (persistent_ref, created) = found,
                Err(error) => return error,
            }
        }

        let persistent = key_ref_to_ptr(persistent_ref);
        // SAFETY: The reference keeps the key, the task its credentials.
        let mut ret = unsafe {
            key_task_permission(persistent_ref, current_cred(), key_need_perm_KEY_NEED_LINK)
        };
        if ret == 0 {
            // SAFETY: Both references keep their keyrings.
            ret = unsafe { key_link(key_ref_to_ptr(dest_ref), persistent) };
        }
        if ret == 0 || created {
            // SAFETY: A number, which an administrator can change at any time.
            let expiry = unsafe { persistent_keyring_expiry };
            // SAFETY: The reference keeps the key.
            unsafe { key_set_timeout(persistent, expiry) };
        }
        if ret == 0 {
            // SAFETY: As above; the number of a key never changes.
            ret = unsafe { (*persistent).serial };
        }
        // SAFETY: It is the reference from above, and not used any more.
        unsafe { key_ref_put(persistent_ref) };
        ret as c_long
    }

    /// Returns the reference to a user's persistent keyring, and whether it is new.
    ///
    /// # Safety
    ///
    /// The namespace must be there, the lock of its register held for writing, and the index name a
    /// keyring.
    unsafe fn get_or_create(
        ns: *mut user_namespace,
        uid: kuid_t,
        index_key: &keyring_index_key,
    ) -> core::result::Result<(key_ref_t, bool), c_long> {
        // SAFETY: The namespace is there, and its register does not change while the lock is held.
        let register = unsafe { (*ns).persistent_keyring_register };
        if register.is_null() {
            // SAFETY: As above.
            unsafe { create_register(ns) }?;
        } else {
            // SAFETY: The lock is held, and the register a keyring.
            let persistent_ref = unsafe { find_key_to_update(possessed(register), index_key) };
            if !persistent_ref.is_null() {
                return Ok((persistent_ref, false));
            }
        }

        // SAFETY: As above, and now there is one.
        let register = unsafe { (*ns).persistent_keyring_register };
        // SAFETY: The text and the credentials stay during the call; the register is a keyring.
        let persistent = unsafe {
            keyring_alloc(
                index_key.description,
                uid,
                kgid_t { val: uid_t::MAX },
                current_cred(),
                PERMISSIONS,
                KEY_ALLOC_NOT_IN_QUOTA as c_ulong,
                null_mut(),
                register,
            )
        };
        error_of(persistent).map_or(Ok((possessed(persistent), true)), Err)
    }

    /// Makes the register of a namespace.
    ///
    /// # Safety
    ///
    /// The namespace must be there, and the lock of its register held for writing.
    unsafe fn create_register(ns: *mut user_namespace) -> core::result::Result<(), c_long> {
        // SAFETY: The text and the credentials stay during the call.
        let register = unsafe {
            keyring_alloc(
                c".persistent_register".as_ptr().cast(),
                kuid_t { val: 0 },
                kgid_t { val: 0 },
                current_cred(),
                PERMISSIONS,
                KEY_ALLOC_NOT_IN_QUOTA as c_ulong,
                null_mut(),
                null_mut(),
            )
        };
        if let Some(error) = error_of(register) {
            return Err(error);
        }
        // SAFETY: The namespace is there, and the lock held.
        unsafe { (*ns).persistent_keyring_register = register };
        Ok(())
    }

    /// The type of keyrings.
    fn keyrings() -> *mut key_type {
        &raw mut key_type_keyring
    }

    /// C's `make_key_ref()` of a key that the caller possesses.
    fn possessed(key: *mut key) -> key_ref_t {
        key.cast::<u8>().wrapping_add(1).cast()
    }

    /// C's `key_ref_to_ptr()`: the lowest bit says whether the caller possesses the key.
    fn key_ref_to_ptr(key_ref: key_ref_t) -> *mut key {
        key_ref.cast::<u8>().map_addr(|address| address & !1).cast()
    }

    /// C's `key_ref_put()`.
    ///
    /// # Safety
    ///
    /// The caller must give up a reference of its own.
    unsafe fn key_ref_put(key_ref: key_ref_t) {
        // SAFETY: By the contract of this function.
        unsafe { key_put(key_ref_to_ptr(key_ref)) };
    }
}
