// SPDX-License-Identifier: GPL-2.0

//! Shadow variables that many tasks make, use and free at once: each read of /proc/test_shadow is
//! one round.
//!
//! What was made and what was dropped is counted, and must be the same in the end.

use core::sync::atomic::{AtomicU32, Ordering};
use livepatch::bindings::seq_file;
use livepatch::prelude::*;
use livepatch::proc_fs::ProcEntry;

/// The objects: only their addresses are used.
static OBJECTS: [u8; 64] = [0; 64];

/// How many rounds there were, and how many variables of the second kind were made and dropped.
static ROUNDS: AtomicU32 = AtomicU32::new(0);
static MADE: AtomicU32 = AtomicU32::new(0);
static DROPPED: AtomicU32 = AtomicU32::new(0);

/// Something that is counted when it is dropped, with memory of its own.
struct Owner(KBox<u32>);

impl Owner {
    fn new(number: u32) -> Result<Self> {
        let owner = Self(KBox::new(number, GFP_ATOMIC)?);
        MADE.fetch_add(1, Ordering::Relaxed);
        Ok(owner)
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        if *self.0 == 42 {
            DROPPED.fetch_add(1, Ordering::Relaxed);
        }
    }
}

// SAFETY: No other module uses the id, and there is nothing to drop in a counter.
static COUNTERS: Shadow<AtomicU32> = unsafe { Shadow::new(0x7465_7374) };
// SAFETY: As above for the id; to drop an owner frees memory, which does not sleep.
static OWNERS: Shadow<Owner> = unsafe { Shadow::new(0x7465_7375) };

static ENTRY: ModuleData<ProcEntry> = ModuleData::new();

/// Uses all variables once, and frees every other one of those that can be.
fn round() -> Result {
    ROUNDS.fetch_add(1, Ordering::Relaxed);
    for (index, object) in OBJECTS.iter().enumerate() {
        COUNTERS.with_or_alloc(
            object,
            GFP_KERNEL,
            |_| Ok(AtomicU32::new(0)),
            |counter| counter.fetch_add(1, Ordering::Relaxed),
        )?;
        OWNERS.get_or_alloc(object, GFP_KERNEL, |_| Owner::new(42))?;
        if index % 2 == 0 {
            OWNERS.free(object);
        }
    }
    Ok(())
}

unsafe extern "C" fn show(m: *mut seq_file, _v: *mut c_void) -> c_int {
    if let Err(error) = round() {
        return error.to_errno();
    }
    // SAFETY: The caller, seq_read_iter(), passes the file that is read.
    let mut m = unsafe { SeqFile::from_raw(m) };
    seq_print!(m, "done\n");
    0
}

fn init() -> Result {
    // SAFETY: The function only uses statics and the file; `exit` drops the entry.
    ENTRY.set(unsafe { ProcEntry::create_single(c"test_shadow", 0, show) }?)
}

fn exit() {
    // Nobody is in `show` after this.
    drop(ENTRY.take());
    let rounds = ROUNDS.load(Ordering::Relaxed);
    let right = OBJECTS.iter().filter(|object| {
        let count = COUNTERS.with(*object, |counter| counter.load(Ordering::Relaxed));
        count.unwrap_or(0) == rounds
    });
    pr_info!("{rounds} rounds, {} counters right\n", right.count());
    let left = OBJECTS
        .iter()
        .filter(|object| OWNERS.get(*object).is_some());
    let left = left.count() as u32;
    let made = MADE.load(Ordering::Relaxed);
    let lost = made - DROPPED.load(Ordering::Relaxed) - left;
    pr_info!("{made} made, {left} left, {lost} lost\n");
    COUNTERS.free_all();
    OWNERS.free_all();
    let leaked = made - DROPPED.load(Ordering::Relaxed);
    pr_info!("{leaked} leaked\n");
}

livepatch::module! {
    description: "Livepatch test: shadow variables in concurrent use",
    init: init,
    exit: exit,
}
