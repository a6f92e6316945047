// SPDX-License-Identifier: GPL-2.0

//! A module that probes a function, with a post handler or without.

use livepatch::bindings::pt_regs;
use livepatch::kprobes::{Handler, Handlers, Kprobe};
use livepatch::prelude::*;

#[livepatch::param(description = "whether the probe has a post handler (default=true)")]
static HAS_POST_HANDLER: Param<bool> = Param::new(true);

static PROBE: ModuleData<Kprobe> = ModuleData::new();

struct PostHandler;

impl Handler for PostHandler {
    fn handle(_regs: &pt_regs, _context: &AtomicContext) {}
}

fn init() -> Result {
    let mut handlers = Handlers::NONE;
    if HAS_POST_HANDLER.get() {
        handlers = handlers.with_post::<PostHandler>();
    }
    // SAFETY: `exit` drops the probe.
    PROBE.set(unsafe { Kprobe::register(c"cmdline_proc_show", handlers) }?)
}

fn exit() {
    drop(PROBE.take());
}

livepatch::module! {
    description: "Livepatch test: kprobe function",
    init: init,
    exit: exit,
}
