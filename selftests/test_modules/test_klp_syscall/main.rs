// SPDX-License-Identifier: GPL-2.0

//! Replaces a system call, and tells how many of the given tasks have not come by since.

#[cfg(CONFIG_ARCH_HAS_SYSCALL_WRAPPER)]
use livepatch::bindings::pt_regs;
use livepatch::kobject::{Kobject, Parent};
use livepatch::mutex::Mutex;
use livepatch::prelude::*;
use livepatch::sched::current;
use livepatch::sysfs::{Attribute, Page, Show};

const NR_CPUS: usize = livepatch::bindings::NR_CPUS as usize;

#[livepatch::param(
    mode = 0,
    description = "Array of pids to be transitioned to livepatched state."
)]
static KLP_PIDS: Param<[c_int; NR_CPUS]> = Param::new([0; NR_CPUS]);

/// The tasks that have not called the replacement yet.
struct Pending {
    /// Their numbers; 0 for one that has.
    pids: [c_int; NR_CPUS],
    count: usize,
}

static PENDING: Mutex<Pending> = Mutex::new(Pending {
    pids: [0; NR_CPUS],
    count: 0,
});

/// The file /sys/kernel/test_klp_syscall/npids.
struct Npids;

impl Show for Npids {
    fn show(page: &mut Page<'_>) -> Result {
        let count = PENDING.lock().count;
        page.emit(format_args!("{count}\n"))
    }
}

static NPIDS: Attribute = Attribute::read_only::<Npids>(c"npids");
static DIRECTORY: ModuleData<Kobject> = ModuleData::new();

fn init() -> Result {
    {
        let mut pending = PENDING.lock();
        pending.count = KLP_PIDS.len();
        for (index, pid) in pending.pids.iter_mut().enumerate() {
            *pid = KLP_PIDS.get_at(index).unwrap_or(0);
        }
    }
    let directory = Kobject::create_and_add(c"test_klp_syscall", Parent::Kernel)?;
    // SAFETY: `exit` drops the directory.
    unsafe { directory.create_file(&NPIDS) }?;
    DIRECTORY.set(directory)
}

fn exit() {
    drop(DIRECTORY.take());
}

/// What the replacement does.
fn getpid() -> c_long {
    let task = current();
    {
        let mut pending = PENDING.lock();
        let pid = task.pid();
        if pending.count > 0 {
            if let Some(found) = pending.pids.iter_mut().find(|pending| **pending == pid) {
                *found = 0;
                pending.count -= 1;
            }
        }
    }
    task.tgid_vnr() as c_long
}

/// Makes a fix for a name that `sys_getpid()` has on some architecture.
macro_rules! getpid_fix {
    ($fix:ident, $name:tt $(, $registers:ty)?) => {
        #[livepatch::fix(title = "getpid: count the tasks that call it", id = "getpid")]
        mod $fix {
            use super::*;

            #[init]
            fn init() -> Result {
                super::init()
            }

            #[exit]
            fn exit() {
                super::exit();
            }

            /// Replaces the system call.
            ///
            /// Where there is a wrapper, it is given the registers, which it does not need.
            #[replace(name = $name)]
            unsafe extern "C" fn lp_sys_getpid($(_registers: $registers)?) -> c_long {
                getpid()
            }
        }
    };
}

#[cfg(all(CONFIG_ARCH_HAS_SYSCALL_WRAPPER, target_arch = "x86_64"))]
getpid_fix!(wrapped_x86_64, "__x64_sys_getpid", *const pt_regs);
#[cfg(all(CONFIG_ARCH_HAS_SYSCALL_WRAPPER, target_arch = "aarch64"))]
getpid_fix!(wrapped_arm64, "__arm64_sys_getpid", *const pt_regs);
#[cfg(all(CONFIG_ARCH_HAS_SYSCALL_WRAPPER, target_arch = "s390x"))]
getpid_fix!(wrapped_s390x, "__s390x_sys_getpid", *const pt_regs);
#[cfg(all(CONFIG_ARCH_HAS_SYSCALL_WRAPPER, target_arch = "powerpc64"))]
getpid_fix!(wrapped_powerpc64, "sys_getpid", *const pt_regs);
#[cfg(not(CONFIG_ARCH_HAS_SYSCALL_WRAPPER))]
getpid_fix!(plain, "sys_getpid");

livepatch! {
    description: "Livepatch test: syscall transition",
    replace: false,
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
