// SPDX-License-Identifier: GPL-2.0

//! Other programs.

use std::ffi::OsString;
use std::fmt;
use std::io::{self, Read};
use std::os::fd::AsFd;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use rustix::io::Errno;

/// The most that a program may print, in bytes; a change log of ten years has less.
const MAX_OUTPUT: u64 = 16 << 20;

/// How often a program is asked whether it has ended.
const POLL: Duration = Duration::from_millis(2);

/// A program and its arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandLine(pub Vec<OsString>);

/// What a program that has ended has left behind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Finished {
    /// Its exit status; [`None`] if a signal ended it.
    pub status: Option<i32>,
    /// What it has printed.
    pub output: Vec<u8>,
    /// What it has complained about.
    pub errors: Vec<u8>,
}

/// Runs other programs.
pub trait Commands {
    /// Runs a program that asks nothing, in the locale C, and returns what it printed. It is killed after `timeout`.
    ///
    /// # Errors
    ///
    /// It cannot be started (`ENOENT` if it is not installed), prints too much (`EFBIG`), or does not end (`ETIMEDOUT`).
    fn output(&self, command: &CommandLine, timeout: Duration) -> io::Result<Finished>;

    /// Runs a program that has the terminal, and returns its exit status; [`None`] if a signal ended it. What it prints is no
    /// result of this program, and goes where messages go.
    ///
    /// There is no timeout: whoever sits there can end it, and half a change of packages is worse than a slow one.
    ///
    /// # Errors
    ///
    /// It cannot be started.
    fn run(&self, command: &CommandLine) -> io::Result<Option<i32>>;

    /// Reads a line from the terminal; [`None`] if nobody is there.
    ///
    /// # Errors
    ///
    /// What the kernel says.
    fn answer(&self) -> io::Result<Option<String>>;
}

impl CommandLine {
    /// Returns a command of these words.
    pub fn new<T: Into<OsString>>(words: impl IntoIterator<Item = T>) -> Self {
        Self(words.into_iter().map(Into::into).collect())
    }

    /// Returns the program's name.
    pub fn program(&self) -> String {
        self.0
            .first()
            .map(|program| program.to_string_lossy().into_owned())
            .unwrap_or_default()
    }

    fn command(&self) -> io::Result<Command> {
        let (program, arguments) = self.0.split_first().ok_or(Errno::INVAL)?;
        let mut command = Command::new(program);

        command.args(arguments);
        Ok(command)
    }
}

/// As it would be typed in a shell.
impl fmt::Display for CommandLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_plain = |character: char| {
            character.is_ascii_alphanumeric() || "_-+=./:@%,~^".contains(character)
        };

        for (index, word) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str(" ")?;
            }
            let word = word.to_string_lossy();
            match !word.is_empty() && !word.starts_with('~') && word.chars().all(is_plain) {
                true => f.write_str(&word)?,
                false => write!(f, "'{}'", word.replace('\'', r"'\''"))?,
            }
        }
        Ok(())
    }
}

/// The programs of the machine that this one runs on.
#[derive(Clone, Copy, Debug)]
pub struct MachineCommands;

impl Commands for MachineCommands {
    fn output(&self, command: &CommandLine, timeout: Duration) -> io::Result<Finished> {
        let mut child = command
            .command()?
            .env("LC_ALL", "C")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let output = drain(child.stdout.take());
        let errors = drain(child.stderr.take());
        let end = Instant::now() + timeout;

        let status = wait(&mut child, end)?;
        Ok(Finished {
            status: status.code(),
            output: collect(&output, end)?,
            errors: collect(&errors, end)?,
        })
    }

    fn run(&self, command: &CommandLine) -> io::Result<Option<i32>> {
        let messages = io::stderr().as_fd().try_clone_to_owned()?;

        Ok(command.command()?.stdout(messages).status()?.code())
    }

    fn answer(&self) -> io::Result<Option<String>> {
        let mut line = String::new();

        match io::stdin().read_line(&mut line)? {
            0 => Ok(None),
            _ => Ok(Some(line)),
        }
    }
}

/// Waits for the end of a program, and makes one.
fn wait(child: &mut Child, end: Instant) -> io::Result<ExitStatus> {
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        if Instant::now() >= end {
            child.kill()?;
            child.wait()?;
            return Err(Errno::TIMEDOUT.into());
        }
        thread::sleep(POLL);
    }
}

/// Reads everything, of which it keeps what is not too much, beside what else goes on.
fn drain(pipe: Option<impl Read + Send + 'static>) -> Receiver<io::Result<Vec<u8>>> {
    let (sender, receiver) = mpsc::channel();

    thread::spawn(move || {
        let Some(mut pipe) = pipe else {
            return;
        };
        let mut bytes = Vec::new();
        let result = pipe
            .by_ref()
            .take(MAX_OUTPUT + 1)
            .read_to_end(&mut bytes)
            .and_then(|_| io::copy(&mut pipe, &mut io::sink()));
        let result = match bytes.len() as u64 > MAX_OUTPUT {
            true => Err(Errno::FBIG.into()),
            false => result.map(|_| bytes),
        };
        // Nobody waits any more.
        let _ = sender.send(result);
    });
    receiver
}

/// Takes what was read: somebody else can have the pipe still, and keep it open.
fn collect(receiver: &Receiver<io::Result<Vec<u8>>>, end: Instant) -> io::Result<Vec<u8>> {
    let left = end
        .saturating_duration_since(Instant::now())
        .max(Duration::from_millis(100));

    receiver
        .recv_timeout(left)
        .map_err(|_| io::Error::from(Errno::TIMEDOUT))?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn output(words: &[&str], timeout: Duration) -> io::Result<Finished> {
        MachineCommands.output(&CommandLine::new(words), timeout)
    }

    #[test]
    fn what_a_program_prints_is_returned() {
        let shell = ["sh", "-c", "echo a; echo b >&2; exit 3"];
        let finished = output(&shell, Duration::from_secs(10)).unwrap();

        assert_eq!(finished.status, Some(3));
        assert_eq!(finished.output, b"a\n");
        assert_eq!(finished.errors, b"b\n");
    }

    #[test]
    fn a_program_that_is_not_there_is_an_error() {
        let error = output(&["/nowhere/program"], Duration::from_secs(10)).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
        assert!(output(&[], Duration::from_secs(1)).is_err());
    }

    #[test]
    fn a_program_that_does_not_end_is_ended() {
        let start = Instant::now();
        let error = output(&["sleep", "60"], Duration::from_millis(50)).unwrap_err();

        assert_eq!(error.raw_os_error(), Some(Errno::TIMEDOUT.raw_os_error()));
        assert!(start.elapsed() < Duration::from_secs(30));
    }

    #[test]
    fn a_child_that_keeps_the_pipe_open_is_not_waited_for() {
        let start = Instant::now();
        let result = output(&["sh", "-c", "sleep 60 &"], Duration::from_millis(200));

        assert!(result.is_err());
        assert!(start.elapsed() < Duration::from_secs(30));
    }

    #[test]
    fn a_program_that_prints_without_end_is_an_error() {
        let shell = ["sh", "-c", "head -c 20000000 /dev/zero"];
        let error = output(&shell, Duration::from_secs(60)).unwrap_err();
        assert_eq!(error.raw_os_error(), Some(Errno::FBIG.raw_os_error()));
    }

    #[test]
    fn a_command_is_shown_as_a_shell_takes_it() {
        for (words, expected) in [
            (&["zypper", "in", "a=1-2.3"][..], "zypper in a=1-2.3"),
            (&["a", ""], "a ''"),
            (&["a", "b c", "it's"], r"a 'b c' 'it'\''s'"),
            (&["a", "$(b)", "~c", "d;e"], "a '$(b)' '~c' 'd;e'"),
        ] {
            assert_eq!(CommandLine::new(words).to_string(), expected);
        }
    }
}
