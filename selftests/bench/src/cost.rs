// SPDX-License-Identifier: GPL-2.0

//! What a program costs: time, time of a processor, and memory.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::mem::MaybeUninit;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::error::{Error, Result};

/// What one run has cost.
#[derive(Clone, Copy, Debug)]
pub struct Cost {
    /// From its start to its end.
    pub wall: Duration,
    /// What a processor has worked for it.
    pub cpu: Duration,
    /// The most memory that it had, in KiB.
    pub memory: u64,
}

/// Runs a program and returns its exit status, as the system has it, and what it has cost.
fn once(command: &[OsString]) -> io::Result<(i32, Cost)> {
    let [program, arguments @ ..] = command else {
        return Err(io::Error::from(io::ErrorKind::InvalidInput));
    };
    let start = Instant::now();
    let child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn()?;
    let pid = libc::pid_t::try_from(child.id()).map_err(io::Error::other)?;
    let mut status = 0;
    let mut usage = MaybeUninit::<libc::rusage>::zeroed();
    // SAFETY: both pointers are to what the call writes, and the child is ours and not waited for yet.
    let waited = unsafe { libc::wait4(pid, &mut status, 0, usage.as_mut_ptr()) };
    let wall = start.elapsed();

    if waited != pid {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: a structure of numbers, which was zero before the call.
    let usage = unsafe { usage.assume_init() };
    let time = |time: libc::timeval| {
        Duration::from_secs(u64::try_from(time.tv_sec).unwrap_or_default())
            + Duration::from_micros(u64::try_from(time.tv_usec).unwrap_or_default())
    };

    Ok((
        status,
        Cost {
            wall,
            cpu: time(usage.ru_utime) + time(usage.ru_stime),
            memory: u64::try_from(usage.ru_maxrss).unwrap_or_default(),
        },
    ))
}

/// Runs a program several times, on a new copy of a file each time, and returns the least that it has cost.
///
/// A program that refuses something (1) has done its work; any other failure is an error.
pub fn least(rounds: u32, copy: Option<&(PathBuf, PathBuf)>, command: &[OsString]) -> Result<Cost> {
    let mut least: Option<Cost> = None;

    for _ in 0..rounds.max(1) {
        if let Some((from, to)) = copy {
            fs::copy(from, to).map_err(Error::file("copy", from))?;
        }
        let (status, cost) = once(command).map_err(|source| Error::Program {
            command: command.join(" ".as_ref()),
            why: source.to_string(),
        })?;
        if !libc::WIFEXITED(status) || libc::WEXITSTATUS(status) > 1 {
            return Err(Error::Program {
                command: command.join(" ".as_ref()),
                why: format!("status {status:#x}"),
            });
        }
        least = Some(match least {
            None => cost,
            Some(before) => Cost {
                wall: before.wall.min(cost.wall),
                cpu: before.cpu.min(cost.cpu),
                memory: before.memory.max(cost.memory),
            },
        });
    }
    least.ok_or(Error::Nothing)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(script: &str) -> Result<Cost> {
        least(2, None, &["sh".into(), "-c".into(), script.into()])
    }

    #[test]
    fn costs() {
        let cost = run("sleep 0.05").expect("it can be run");

        assert!(cost.wall >= Duration::from_millis(50));
        assert!(cost.cpu < cost.wall);
        assert!(cost.memory > 100);
        assert!(run("exit 1").is_ok());
        assert!(run("exit 2").is_err());
        assert!(run("kill -9 $$").is_err());
        assert!(least(1, None, &["/no/such/program".into()]).is_err());
        assert!(least(1, None, &[]).is_err());
    }
}
