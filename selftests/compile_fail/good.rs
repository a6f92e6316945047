// SPDX-License-Identifier: GPL-2.0

//! The control: what the other cases get wrong, done right, compiles.

use core::sync::atomic::{AtomicU32, Ordering};
use livepatch::bindings::{seq_file, seq_write};
use livepatch::prelude::*;

// SAFETY: No other livepatch of ours uses the number, and nothing is to be dropped in a counter.
static CALLS: Shadow<AtomicU32> = unsafe { Shadow::new(1) };

#[livepatch::fix(title = "one", id = "one")]
mod one {
    use super::*;

    #[param(mode = 0o644, description = "what to write")]
    static BYTE: Param<c_uint> = Param::new(0);

    #[state(id = 1, version = 1)]
    struct Before {
        value: c_int,
    }

    #[replace]
    unsafe extern "C" fn seq_putc(m: *mut seq_file, _c: c_char) {
        CALLS.with(m, |calls| calls.fetch_add(1, Ordering::Relaxed));
        let byte = BYTE.get() as u8;
        // SAFETY: The caller passes an open file, and the byte is there.
        unsafe { seq_write(m, (&raw const byte).cast(), 1) };
    }

    #[init]
    fn init() -> Result {
        Ok(())
    }

    #[pre_patch]
    fn pre_patch(object: &mut Object) -> Result {
        let mut state = object.state::<Before>().ok_or(EINVAL)?;
        state.set_data(KBox::new(Before { value: 1 }, GFP_KERNEL)?);
        Ok(())
    }

    #[post_unpatch]
    fn post_unpatch(object: &mut Object) {
        if let Some(state) = object.state::<Before>() {
            let value = state.data().map_or(0, |before| before.value);
            pr_info!("{value}\n");
        }
    }
}

#[livepatch::fix(title = "two", id = "two")]
mod two {
    use super::*;

    #[state(id = 2, version = 1)]
    struct Other {
        value: c_int,
    }

    #[post_patch]
    fn post_patch(object: &mut Object) {
        if let Some(state) = object.state::<Other>() {
            let value = state.data().map_or(0, |other| other.value);
            pr_info!("{value}\n");
        }
    }

    #[replace]
    unsafe extern "C" fn cmdline_proc_show(_m: *mut seq_file, _v: *mut c_void) -> c_int {
        0
    }
}

livepatch! {
    description: "All as it should be",
    fixes: [one, two],
}
