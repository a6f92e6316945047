// SPDX-License-Identifier: GPL-2.0

//! Replaces getcpu(2), which writes to the memory of its caller, by a function that refuses.

#[cfg(CONFIG_ARCH_HAS_SYSCALL_WRAPPER)]
use livepatch::bindings::pt_regs;
use livepatch::prelude::*;

/// Makes a fix for a name that `sys_getcpu()` has on some architecture.
macro_rules! getcpu_fix {
    ($fix:ident, $name:tt, ($($type:ty),*)) => {
        #[livepatch::fix(title = "getcpu: refuse", id = "getcpu")]
        mod $fix {
            use super::*;

            /// Replaces the system call.
            ///
            /// It has no use for what it is given: registers where there is a wrapper, or arguments.
            #[replace(name = $name)]
            unsafe extern "C" fn refuse($(_: $type),*) -> c_long {
                EXDEV.to_errno() as c_long
            }
        }
    };
}

#[cfg(all(CONFIG_ARCH_HAS_SYSCALL_WRAPPER, target_arch = "x86_64"))]
getcpu_fix!(wrapped_x86_64, "__x64_sys_getcpu", (*const pt_regs));
#[cfg(all(CONFIG_ARCH_HAS_SYSCALL_WRAPPER, target_arch = "aarch64"))]
getcpu_fix!(wrapped_arm64, "__arm64_sys_getcpu", (*const pt_regs));
#[cfg(all(CONFIG_ARCH_HAS_SYSCALL_WRAPPER, target_arch = "s390x"))]
getcpu_fix!(wrapped_s390x, "__s390x_sys_getcpu", (*const pt_regs));
#[cfg(all(CONFIG_ARCH_HAS_SYSCALL_WRAPPER, target_arch = "powerpc64"))]
getcpu_fix!(wrapped_powerpc64, "sys_getcpu", (*const pt_regs));
#[cfg(not(CONFIG_ARCH_HAS_SYSCALL_WRAPPER))]
getcpu_fix!(plain, "sys_getcpu", (*mut c_uint, *mut c_uint, *mut c_void));

livepatch! {
    description: "Livepatch test: a system call that a page fault holds",
    fixes: [
        #[cfg(all(CONFIG_ARCH_HAS_SYSCALL_WRAPPER, target_arch = "x86_64"))]
        wrapped_x86_64,
        #[cfg(all(CONFIG_ARCH_HAS_SYSCALL_WRAPPER, target_arch = "aarch64"))]
        wrapped_arm64,
        #[cfg(all(CONFIG_ARCH_HAS_SYSCALL_WRAPPER, target_arch = "s390x"))]
        wrapped_s390x,
        #[cfg(all(CONFIG_ARCH_HAS_SYSCALL_WRAPPER, target_arch = "powerpc64"))]
        wrapped_powerpc64,
        #[cfg(not(CONFIG_ARCH_HAS_SYSCALL_WRAPPER))]
        plain,
    ],
}
