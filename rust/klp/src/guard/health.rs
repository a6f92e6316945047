// SPDX-License-Identifier: GPL-2.0

//! The health check: a command of the administrator's, which says whether the machine still does what it is there for.

use std::io;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{kill_process_group, Pid, Signal};

use super::{Trouble, Watch};
use crate::system::System;

/// How often it is looked whether the command has ended.
const POLL: Duration = Duration::from_millis(20);

/// A health check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HealthCheck {
    /// The command, for the shell.
    pub command: String,
    /// How long it may take.
    pub timeout: Duration,
}

/// Runs a health check, and watches the kernel meanwhile; returns what is wrong, if something is.
///
/// What the command prints goes to standard error. When its time is over it is killed, with all that it has started.
pub fn check(system: &System, check: &HealthCheck, watch: &mut Watch) -> Option<Trouble> {
    let command = check.command.clone();
    let mut child = match start(&command) {
        Ok(child) => child,
        Err(error) => {
            return Some(Trouble::NotStarted {
                command,
                error: error.to_string(),
            })
        }
    };
    let start = system.clock.monotonic();

    loop {
        match child.try_wait() {
            Ok(Some(status)) if status.success() => return watch.trouble(system),
            Ok(Some(status)) => {
                return Some(Trouble::Unhealthy {
                    command,
                    status: describe(status),
                })
            }
            Ok(None) => (),
            Err(error) => {
                end(&mut child);
                return Some(Trouble::Unhealthy {
                    command,
                    status: error.to_string(),
                });
            }
        }
        if let Some(trouble) = watch.trouble(system) {
            end(&mut child);
            return Some(trouble);
        }
        if system.clock.monotonic().saturating_sub(start) >= check.timeout {
            end(&mut child);
            return Some(Trouble::TimedOut {
                command,
                seconds: check.timeout.as_secs(),
            });
        }
        system.clock.sleep(POLL);
    }
}

fn start(command: &str) -> io::Result<Child> {
    Command::new("/bin/sh")
        .arg("-c")
        .arg(command)
        .stdin(Stdio::null())
        .stdout(io::stderr())
        .stderr(Stdio::inherit())
        .process_group(0)
        .spawn()
}

/// Kills the command and what it has started.
fn end(child: &mut Child) {
    let group = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    if let Some(group) = group {
        // It may have ended by itself just now.
        let _ = kill_process_group(group, Signal::KILL);
    }
    // It is dead, or about to be; what becomes of it is told already.
    let _ = child.wait();
}

fn describe(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("status {code}"),
        (None, Some(signal)) => format!("signal {signal}"),
        (None, None) => "no status".to_owned(),
    }
}
