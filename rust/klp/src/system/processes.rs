// SPDX-License-Identifier: GPL-2.0

//! Signals to processes.

use std::io;
use std::os::fd::OwnedFd;

use rustix::io::Errno;
use rustix::process::{kill_process, pidfd_open, pidfd_send_signal, Pid, PidfdFlags};

/// A signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// `SIGSTOP`
    Stop,
    /// `SIGCONT`
    Cont,
}

impl Signal {
    /// Returns its name, without `SIG`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Stop => "STOP",
            Self::Cont => "CONT",
        }
    }

    fn number(self) -> rustix::process::Signal {
        match self {
            Self::Stop => rustix::process::Signal::STOP,
            Self::Cont => rustix::process::Signal::CONT,
        }
    }
}

/// Finds processes.
pub trait Processes {
    /// Returns a process.
    ///
    /// # Errors
    ///
    /// What the kernel says: `ESRCH` if there is none of that number.
    fn open(&self, pid: u32) -> io::Result<Box<dyn Process>>;
}

/// A process: the same one, also if its number is another one's meanwhile.
pub trait Process {
    /// Sends it a signal.
    ///
    /// # Errors
    ///
    /// What the kernel says: `ESRCH` if it is gone, `EPERM` if it is somebody else's.
    fn signal(&self, signal: Signal) -> io::Result<()>;
}

/// The processes of the machine.
#[derive(Clone, Copy, Debug)]
pub struct MachineProcesses;

/// No processes: what there is is a picture of a machine.
#[derive(Clone, Copy, Debug)]
pub(super) struct NoProcesses;

enum MachineProcess {
    File(OwnedFd),
    /// For kernels before 5.3.
    Number(Pid),
}

impl Processes for MachineProcesses {
    fn open(&self, pid: u32) -> io::Result<Box<dyn Process>> {
        let pid = i32::try_from(pid)
            .ok()
            .and_then(Pid::from_raw)
            .ok_or(Errno::SRCH)?;

        Ok(Box::new(match pidfd_open(pid, PidfdFlags::empty()) {
            Ok(file) => MachineProcess::File(file),
            Err(Errno::NOSYS) => MachineProcess::Number(pid),
            Err(errno) => return Err(errno.into()),
        }))
    }
}

impl Process for MachineProcess {
    fn signal(&self, signal: Signal) -> io::Result<()> {
        match self {
            Self::File(file) => pidfd_send_signal(file, signal.number()),
            Self::Number(pid) => kill_process(*pid, signal.number()),
        }
        .map_err(io::Error::from)
    }
}

impl Processes for NoProcesses {
    fn open(&self, _pid: u32) -> io::Result<Box<dyn Process>> {
        Err(Errno::OPNOTSUPP.into())
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn a_process_is_stopped_and_goes_on() {
        let mut child = Command::new("true").spawn().unwrap();
        let process = MachineProcesses.open(child.id()).unwrap();

        process.signal(Signal::Stop).unwrap();
        process.signal(Signal::Cont).unwrap();
        assert!(child.wait().unwrap().success());
        let error = process.signal(Signal::Cont).unwrap_err();
        assert_eq!(error.raw_os_error(), Some(Errno::SRCH.raw_os_error()));
    }

    #[test]
    fn numbers_of_no_process_are_refused() {
        for pid in [0, u32::MAX, i32::MAX as u32] {
            assert!(MachineProcesses.open(pid).is_err(), "{pid}");
        }
        assert!(NoProcesses.open(1).is_err());
    }
}
