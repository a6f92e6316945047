// SPDX-License-Identifier: GPL-2.0

//! Three fixes that each have everything: a function, callbacks, a state, init and exit.
//!
//! Parameters say which of them refuses, and when.

use livepatch::bindings::seq_file;
use livepatch::prelude::*;

#[livepatch::param(description = "number of the fix whose init fails (default=0, none)")]
static REFUSE_INIT: Param<c_int> = Param::new(0);

#[livepatch::param(description = "number of the fix whose pre_patch fails (default=0, none)")]
static REFUSE_PATCH: Param<c_int> = Param::new(0);

#[livepatch::param(description = "whether to replace other livepatches (default=true)")]
static REPLACE: Param<bool> = Param::new(true);

/// Fails for the fix that a parameter names.
fn refuse(which: &'static Param<c_int>, number: c_int) -> Result {
    if which.get() == number {
        return Err(ENODEV);
    }
    Ok(())
}

/// Makes the fix of a number, which replaces a function of /proc.
macro_rules! test_fix {
    ($fix:ident, $number:tt, $function:ident) => {
        #[livepatch::fix(title = "says in a file of /proc that it is in")]
        mod $fix {
            use super::*;

            const NAME: &str = stringify!($fix);

            /// What is kept while the fix is in.
            #[state(id = $number, version = 1)]
            struct Kept(c_int);

            #[init]
            fn init() -> Result {
                pr_info!("{NAME} init\n");
                refuse(&REFUSE_INIT, $number)
            }

            #[exit]
            fn exit() {
                pr_info!("{NAME} exit\n");
            }

            #[pre_patch]
            fn pre_patch(object: &mut Object) -> Result {
                pr_info!("{NAME} pre_patch\n");
                refuse(&REFUSE_PATCH, $number)?;
                let mut state = object.state::<Kept>().ok_or(ENOENT)?;
                if !state.has_prev() {
                    state.set_data(KBox::new(Kept($number), GFP_KERNEL)?);
                }
                Ok(())
            }

            #[post_patch]
            fn post_patch(object: &mut Object) {
                let kept = object.state::<Kept>();
                let number = kept
                    .as_ref()
                    .and_then(|state| state.data())
                    .map(|kept| kept.0);
                pr_info!("{NAME} post_patch {}\n", number.unwrap_or(0));
            }

            #[pre_unpatch]
            fn pre_unpatch(_vmlinux: &Object) {
                pr_info!("{NAME} pre_unpatch\n");
            }

            #[post_unpatch]
            fn post_unpatch(object: &mut Object) {
                pr_info!("{NAME} post_unpatch\n");
                if let Some(mut state) = object.state::<Kept>() {
                    // SAFETY: No other livepatch takes over the data.
                    drop(unsafe { state.take_data() });
                }
            }

            #[replace]
            unsafe extern "C" fn $function(m: *mut seq_file, _v: *mut c_void) -> c_int {
                // SAFETY: The caller, seq_read_iter(), passes the file that is read.
                let mut m = unsafe { SeqFile::from_raw(m) };
                seq_print!(m, "{NAME} is in\n");
                0
            }
        }
    };
}

test_fix!(first, 901, cmdline_proc_show);
test_fix!(second, 902, version_proc_show);
test_fix!(third, 903, execdomains_proc_show);

livepatch! {
    description: "Livepatch test: several fixes",
    replace: REPLACE.get(),
    fixes: [first, second, third],
}
