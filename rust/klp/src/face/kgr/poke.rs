// SPDX-License-Identifier: GPL-2.0

//! `kgr poke`: stops what a transition waits for, and lets it go on: on its way it leaves the kernel.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::exit::{Exit, Failure};
use crate::face::Context;
use crate::proc::stat::Activity;
use crate::stall;
use crate::system::{Process, Signal};

/// How long processes are stopped.
const PAUSE: Duration = Duration::from_millis(100);

pub(super) fn run(verbose: u8, context: &mut Context<'_>) -> Result<Exit, Failure> {
    let system = context.system;
    if !system.is_root() {
        writeln!(
            context.err,
            "Warning: running as non-root user, only this user's processes will be poked"
        )?;
    }
    let report = stall::report(system, usize::MAX)?;
    let mut processes = BTreeMap::new();
    for blocker in report.iter().flat_map(|report| &report.waiting) {
        // Threads of the kernel take no signal, and who stopped a process wants it so.
        let is_stopped = matches!(blocker.activity, Activity::Stopped | Activity::Traced);
        let is_self = blocker.task.pid == std::process::id();
        if blocker.kernel_thread || is_stopped || is_self {
            continue;
        }
        // One that has gone is not waited for.
        if let Ok(process) = system.processes.open(blocker.task.pid) {
            processes.insert(blocker.task.pid, process);
        }
    }

    let mut stopped = Stopped(Vec::new());
    let mut refused = 0;
    for (pid, process) in processes {
        match process.signal(Signal::Stop) {
            Ok(()) => {
                stopped.0.push((pid, process));
                say(Signal::Stop, pid, verbose, context)?;
            }
            Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => refused += 1,
            // It has gone.
            Err(_) => (),
        }
    }
    if !stopped.0.is_empty() {
        system.clock.sleep(PAUSE);
    }
    let pids: Vec<_> = stopped.0.iter().map(|(pid, _)| *pid).collect();
    drop(stopped);
    for pid in pids {
        say(Signal::Cont, pid, verbose, context)?;
    }
    if refused > 0 && system.is_root() {
        writeln!(
            context.err,
            "kgr: warning: {refused} processes cannot be signalled"
        )?;
    }
    Ok(Exit::Success)
}

/// Processes that are stopped, and go on when this goes, however that happens.
struct Stopped(Vec<(u32, Box<dyn Process>)>);

impl Drop for Stopped {
    fn drop(&mut self) {
        for (_, process) in &self.0 {
            // One that is gone needs nothing, and the others go on.
            let _ = process.signal(Signal::Cont);
        }
    }
}

fn say(
    signal: Signal,
    pid: u32,
    verbose: u8,
    context: &mut Context<'_>,
) -> Result<(), std::io::Error> {
    match verbose {
        0 => Ok(()),
        _ => writeln!(context.out, "sending {pid} {}", signal.name()),
    }
}
