// SPDX-License-Identifier: GPL-2.0

//! The kernel's log: `/dev/kmsg`, which gives one record a read.
//!
//! ```text
//! 5,1234,98765432,-;livepatch: 'fix': starting patching transition
//! [A] [B] [C]   [D] [E]
//!
//! [A]  priority, with the facility    [B]  sequence number    [C]  microseconds since the start    [D]  flags    [E]  text
//! ```
//!
//! Lines that begin with a space belong to the record before, and say which device it is about.

use std::io;
use std::os::fd::OwnedFd;
use std::time::Duration;

use rustix::fs::{seek, Mode, OFlags, SeekFrom};
use rustix::io::Errno;

use crate::system::{Root, SystemError};

/// Where it is.
const KMSG: &str = "/dev/kmsg";

/// More than any record has; the kernel refuses to give a record to who has less room.
const MAX_RECORD: usize = 32 * 1024;

/// The most reads of one [`KernelLog::new_records`]: who writes the log faster than it is read must not keep the program.
const MAX_READS: usize = 1 << 20;

/// A record of the kernel's log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// How urgent: 0 is an emergency, 7 is for debugging.
    pub level: u8,
    /// Who: 0 is the kernel, others are what a user says of itself.
    pub facility: u64,
    /// When, since the machine was started.
    pub time: Duration,
    /// What.
    pub text: String,
}

/// The kernel's log, opened, at some place in it.
#[derive(Debug)]
pub struct KernelLog {
    file: OwnedFd,
    pending: Vec<u8>,
}

impl KernelLog {
    /// Opens the log at its oldest record.
    ///
    /// # Errors
    ///
    /// It is not there, or only root may see it.
    pub fn open(root: &Root) -> Result<Self, SystemError> {
        let file = root.open_file(KMSG, OFlags::RDONLY | OFlags::NONBLOCK, Mode::empty())?;

        Ok(Self {
            file,
            pending: Vec::new(),
        })
    }

    /// Opens the log after its newest record.
    ///
    /// # Errors
    ///
    /// As for [`KernelLog::open`].
    pub fn open_at_end(root: &Root) -> Result<Self, SystemError> {
        let log = Self::open(root)?;
        seek(&log.file, SeekFrom::End(0)).map_err(|errno| root.error("seek in", KMSG, errno))?;

        Ok(log)
    }

    /// Returns the records that were not read yet.
    ///
    /// # Errors
    ///
    /// What the kernel says; not that it has overwritten some of them.
    pub fn new_records(&mut self) -> io::Result<Vec<Record>> {
        let mut records = Vec::new();
        let mut buffer = vec![0; MAX_RECORD];

        for _ in 0..MAX_READS {
            let count = match rustix::io::read(&self.file, &mut buffer) {
                Ok(0) | Err(Errno::AGAIN) => break,
                Ok(count) => count,
                // Overwritten meanwhile: the next read gives the oldest that is there.
                Err(Errno::PIPE | Errno::INTR) => continue,
                Err(errno) => return Err(errno.into()),
            };
            self.pending
                .extend_from_slice(buffer.get(..count).unwrap_or_default());
            self.take_lines(&mut records);
        }
        Ok(records)
    }

    /// Takes the complete lines of what was read.
    fn take_lines(&mut self, records: &mut Vec<Record>) {
        let Some(end) = self.pending.iter().rposition(|&byte| byte == b'\n') else {
            if self.pending.len() > MAX_RECORD {
                self.pending.clear();
            }
            return;
        };
        let lines: Vec<u8> = self.pending.drain(..=end).collect();
        records.extend(
            lines
                .split(|&byte| byte == b'\n')
                .filter_map(|line| parse(&String::from_utf8_lossy(line))),
        );
    }
}

fn parse(line: &str) -> Option<Record> {
    let (prefix, text) = line.split_once(';')?;
    let mut fields = prefix.split(',');
    let priority: u64 = fields.next()?.parse().ok()?;
    let _sequence: u64 = fields.next()?.parse().ok()?;
    let time: u64 = fields.next()?.parse().ok()?;

    Some(Record {
        level: (priority % 8) as u8,
        facility: priority / 8,
        time: Duration::from_micros(time),
        text: text.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use std::fs::OpenOptions;
    use std::io::Write;

    use super::*;
    use crate::system::fake::Machine;

    const LOG: &str = "4,1,1000000,-;first\n SUBSYSTEM=cpu\n DEVICE=+cpu:0\n13,2,1500000,-,caller=T1;second; with more\n";

    #[test]
    fn records_are_read() {
        let machine = Machine::new();
        machine.write("dev/kmsg", LOG);
        let mut log = KernelLog::open(&machine.system().root).unwrap();
        let records = log.new_records().unwrap();

        assert_eq!(records.len(), 2);
        assert_eq!((records[0].level, records[0].text.as_str()), (4, "first"));
        assert_eq!((records[1].level, records[1].facility), (5, 1));
        assert_eq!(records[1].time, Duration::from_millis(1500));
        assert_eq!(records[1].text, "second; with more");
        assert_eq!(log.new_records().unwrap(), []);
    }

    #[test]
    fn only_what_is_new_is_read() {
        let machine = Machine::new();
        machine.write("dev/kmsg", LOG);
        let mut log = KernelLog::open_at_end(&machine.system().root).unwrap();
        assert_eq!(log.new_records().unwrap(), []);
        let mut file = OpenOptions::new()
            .append(true)
            .open(machine.path().join("dev/kmsg"))
            .unwrap();

        file.write_all(b"4,3,1,-;thi").unwrap();
        assert_eq!(log.new_records().unwrap(), []);
        file.write_all(b"rd\n").unwrap();
        assert_eq!(log.new_records().unwrap()[0].text, "third");
    }

    #[test]
    fn what_makes_no_sense_is_left_out() {
        for text in [
            "",
            "\n",
            ";",
            "a,b,c;d\n",
            "1;x\n",
            "1,2;x\n",
            "-1,2,3,-;x\n",
            "\u{0}\n",
        ] {
            let machine = Machine::new();
            machine.write("dev/kmsg", text);
            let mut log = KernelLog::open(&machine.system().root).unwrap();

            assert_eq!(log.new_records().unwrap(), [], "{text}");
        }
    }

    #[test]
    fn a_line_without_an_end_is_not_kept() {
        let machine = Machine::new();
        machine.write("dev/kmsg", vec![b'x'; 5 * MAX_RECORD]);
        let mut log = KernelLog::open(&machine.system().root).unwrap();

        assert_eq!(log.new_records().unwrap(), []);
        assert!(log.pending.len() <= 2 * MAX_RECORD);
    }

    #[test]
    fn a_machine_without_a_log_says_so() {
        let machine = Machine::new();

        assert!(KernelLog::open(&machine.system().root)
            .unwrap_err()
            .is_not_found());
    }
}
