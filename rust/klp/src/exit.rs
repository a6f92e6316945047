// SPDX-License-Identifier: GPL-2.0

//! How the program ends.

use std::error::Error;
use std::io;
use std::process::ExitCode;

/// An exit status. They are stable: scripts can rely on them.
///
/// `kpatch` has only [`Exit::Success`] and [`Exit::Failure`], as it always had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// It is done; or, of a question, yes.
    Success = 0,
    /// It was refused, or has failed, and nothing has changed; or, of a question, no.
    Failure = 1,
    /// The command line makes no sense.
    Usage = 2,
    /// The transition has not ended in the time that was given.
    Stalled = 3,
    /// The livepatch was taken back: a check after loading has failed.
    Reverted = 4,
    /// Only root may do it.
    Denied = 5,
    /// Another `klp` is at work.
    Locked = 6,
}

impl Exit {
    /// All of them, and what they mean.
    pub const ALL: [(Self, &'static str); 7] = [
        (Self::Success, "It is done; or, of a question, yes."),
        (
            Self::Failure,
            "It was refused, or has failed, and nothing has changed; or, of a question, no.",
        ),
        (Self::Usage, "The command line makes no sense."),
        (
            Self::Stalled,
            "The transition has not ended in the time that was given.",
        ),
        (
            Self::Reverted,
            "The livepatch was taken back: a check after loading has failed.",
        ),
        (Self::Denied, "Only root may do it."),
        (Self::Locked, "Another klp is at work."),
    ];
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Why a command has failed, and with which status the program ends.
#[derive(Debug)]
pub struct Failure {
    /// The status.
    pub exit: Exit,
    /// The reason.
    pub error: Box<dyn Error>,
}

impl Failure {
    /// Returns a failure with a status of its own.
    pub fn new(exit: Exit, error: impl Into<Box<dyn Error>>) -> Self {
        Self {
            exit,
            error: error.into(),
        }
    }

    /// Returns whether somebody has closed the pipe that results go to: who has seen enough.
    pub fn is_broken_pipe(&self) -> bool {
        let kind = match self.error.downcast_ref::<serde_json::Error>() {
            Some(error) => error.io_error_kind(),
            None => self.error.downcast_ref::<io::Error>().map(io::Error::kind),
        };

        kind == Some(io::ErrorKind::BrokenPipe)
    }
}

impl<E: Error + 'static> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::new(Exit::Failure, error)
    }
}
