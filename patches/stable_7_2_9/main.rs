// SPDX-License-Identifier: GPL-2.0

//! What stable releases of the kernel fixed between two versions of a distribution's package, for
//! machines that still run the older one.
//!
//! The file `kernels` says which kernel it is for. Each fix is a file, and does what upstream's does;
//! where upstream changes data that are made at boot, the fix changes the ones that are there.

mod csum_start;
mod em_text;
mod fspick_internal;
mod inline;
mod nullfs_atime;
mod packet_spkt;
mod persistent_keyring;
mod set_group;
mod sysctl_jiffies;
mod sysctl_negative;

livepatch::livepatch! {
    description: "Fixes of Linux 7.2.10 and 7.2.11, for 7.2.9",
    version: "1",
    fixes: [
        csum_start::fix,
        em_text::fix,
        fspick_internal::fix,
        nullfs_atime::fix,
        packet_spkt::fix,
        persistent_keyring::fix,
        set_group::fix,
        sysctl_jiffies::fix,
        sysctl_negative::fix,
    ],
}
