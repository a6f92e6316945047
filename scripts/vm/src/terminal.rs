// SPDX-License-Identifier: GPL-2.0

//! The user's terminal, handed through to a virtio console of the guest.

use std::env;
use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::thread;

use rustix::termios::{isatty, tcgetattr, tcgetwinsize, tcsetattr, OptionalActions, Termios};

use crate::error::Error;

/// Raw mode, until dropped.
pub struct Raw {
    before: Termios,
}

impl Raw {
    /// Takes the terminal of standard input.
    ///
    /// # Errors
    ///
    /// [`Error::NoTerminal`] when standard input or output is not one.
    pub fn enter() -> Result<Self, Error> {
        if !isatty(io::stdin()) || !isatty(io::stdout()) {
            return Err(Error::NoTerminal);
        }
        let before = tcgetattr(io::stdin()).map_err(Error::system("read the terminal's mode"))?;
        let mut raw = before.clone();
        raw.make_raw();
        tcsetattr(io::stdin(), OptionalActions::Flush, &raw)
            .map_err(Error::system("set the terminal's mode"))?;
        Ok(Raw { before })
    }
}

impl Drop for Raw {
    fn drop(&mut self) {
        // Nothing more can be done for a terminal that is gone.
        let _ = tcsetattr(io::stdin(), OptionalActions::Drain, &self.before);
    }
}

/// Rows and columns of the terminal, when it tells.
pub fn size() -> Option<(u16, u16)> {
    let size = tcgetwinsize(io::stdout()).ok()?;
    (size.ws_row > 0 && size.ws_col > 0).then_some((size.ws_row, size.ws_col))
}

/// `TERM rows columns`, as the guest's init reads it.
pub fn describe() -> String {
    let kind = env::var("TERM")
        .ok()
        .filter(|kind| !kind.is_empty() && kind.chars().all(|c| c.is_ascii_graphic()));
    let (rows, columns) = size().unwrap_or((24, 80));
    format!("{} {rows} {columns}", kind.as_deref().unwrap_or("linux"))
}

fn copy(mut from: impl Read, mut to: impl Write) {
    let mut buffer = [0; 4096];
    while let Ok(count @ 1..) = from.read(&mut buffer) {
        if to
            .write_all(&buffer[..count])
            .and_then(|()| to.flush())
            .is_err()
        {
            return;
        }
    }
}

/// Carries bytes between the terminal and the guest's console until either ends.
///
/// # Errors
///
/// When the socket cannot be duplicated.
pub fn connect(console: UnixStream) -> Result<(), Error> {
    let output = console
        .try_clone()
        .map_err(Error::system("duplicate a socket"))?;
    thread::spawn(move || copy(io::stdin(), console));
    thread::spawn(move || copy(output, io::stdout()));
    Ok(())
}
