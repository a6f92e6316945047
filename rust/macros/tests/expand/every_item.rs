// SPDX-License-Identifier: GPL-2.0

//! A fix with everything that one can have, beside another.

#[livepatch::fix(
    id = "every-item",
    title = "everything",
    object = "pktgen",
    cve = ["CVE-2026-12345", "CVE-2026-123456"],
    references = ["bsc#1234567"],
    severity = "important",
)]
pub(super) mod every_item {
    use livepatch::prelude::*;

    #[replace]
    unsafe extern "C" fn of_the_module<'a>(arg: &'a c_int) -> c_int {
        *arg
    }

    #[livepatch::replace(name = "old.isra.0", object = "vmlinux", sympos = 2)]
    unsafe extern "C" fn of_the_kernel() {}

    /// C can call a function as Rust calls a keyword.
    #[replace(name = "match")]
    unsafe extern "C" fn keyword() {}

    #[pre_patch]
    fn before_patching(object: &mut Object) -> Result {
        Ok(())
    }

    #[post_patch(object = "vmlinux")]
    fn after_patching(object: &mut Object) {}

    #[pre_unpatch]
    fn before_unpatching(object: &mut Object) {}

    #[post_unpatch]
    fn after_unpatching(object: &mut Object) {}

    #[state(id = 0x10, version = 2)]
    struct SavedTimeout {
        jiffies: c_ulong,
    }

    #[param(mode = 0o644, name = "hello", description = "what to say")]
    static GREETING: Param<c_int> = Param::new(3);

    #[param]
    #[cfg(CONFIG_NET)]
    static QUIET: Param<bool> = Param::new(false);

    #[init]
    fn prepare() -> Result {
        Ok(())
    }

    #[exit]
    fn undo() {}

    fn helper() {}
}

mod other {
    #[livepatch::fix(title = "another")]
    mod fix {
        #[init]
        fn prepare() -> livepatch::Result {
            Ok(())
        }
    }
}

livepatch! {
    description: "Everything",
    authors: ["One", "Another"],
    license: "Dual MIT/GPL",
    version: "1.2",
    release: "3~rc1",
    replace: cfg!(CONFIG_NET) && REPLACE.get(),
    fixes: [every_item, other::fix],
}
