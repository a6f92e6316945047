// SPDX-License-Identifier: GPL-2.0

//! The runner's conversation with the guest's init, over four virtio ports.
//!
//! | port | direction | what |
//! |---|---|---|
//! | `stdout`, `stderr` | guest to host | the command's streams, each closed by the mark |
//! | `files` | guest to host | a tar stream of the collected files |
//! | `control` | both | lines: see [`Message`] and [`DONE`] |
//!
//! A stream's last bytes may still be on their way when the status arrives on
//! another port, so the guest powers off only after the host has seen the mark
//! on both streams and the end of the tar stream, and said [`DONE`].

/// Names of the ports, as `name=` of QEMU's virtserialport.
pub const STDOUT: &str = "stdout";
/// See [`STDOUT`].
pub const STDERR: &str = "stderr";
/// See [`STDOUT`].
pub const CONTROL: &str = "control";
/// See [`STDOUT`].
pub const FILES: &str = "files";

/// What the host says when it has read everything.
pub const DONE: &[u8] = b"done\n";

/// The longest line the guest may send, in bytes.
pub const LINE_LIMIT: usize = 1024;

/// A line from the guest.
#[derive(Debug, Clone, PartialEq)]
pub enum Message {
    /// `started UPTIME`: the command starts now, UPTIME seconds after the kernel.
    Started(f64),
    /// `exit STATUS`: how the command ended.
    Exit(u8),
    /// `failed TEXT`: the init itself failed.
    Failed(String),
}

impl Message {
    /// Reads one line, without its newline.
    ///
    /// # Errors
    ///
    /// A sentence that says what is wrong with the line.
    pub fn parse(line: &[u8]) -> Result<Self, String> {
        let bad = || format!("unexpected line '{}'", line.escape_ascii());
        let text = std::str::from_utf8(line).map_err(|_| bad())?;
        let (word, rest) = text.split_once(' ').ok_or_else(bad)?;
        match word {
            "started" => match rest.parse::<f64>() {
                Ok(uptime) if uptime.is_finite() && uptime >= 0.0 => Ok(Message::Started(uptime)),
                _ => Err(bad()),
            },
            "exit" => rest.parse().map(Message::Exit).map_err(|_| bad()),
            "failed" => Ok(Message::Failed(rest.to_owned())),
            _ => Err(bad()),
        }
    }
}

/// Cuts a stream of bytes into lines of bounded length.
#[derive(Debug, Default)]
pub struct Lines {
    rest: Vec<u8>,
}

impl Lines {
    /// Takes bytes in and gives the lines that are complete now.
    ///
    /// # Errors
    ///
    /// When a line is longer than [`LINE_LIMIT`].
    pub fn push(&mut self, bytes: &[u8]) -> Result<Vec<Vec<u8>>, String> {
        let mut lines = Vec::new();
        for &byte in bytes {
            if byte == b'\n' {
                lines.push(std::mem::take(&mut self.rest));
            } else if self.rest.len() == LINE_LIMIT {
                return Err(format!("a line longer than {LINE_LIMIT} bytes"));
            } else {
                self.rest.push(byte);
            }
        }
        Ok(lines)
    }
}

/// Finds the mark that closes a stream, holding back nothing that cannot be part of it.
#[derive(Debug)]
pub struct Marked {
    mark: Vec<u8>,
    held: Vec<u8>,
    complete: bool,
}

impl Marked {
    /// Expects `mark`, which must not be empty, at the end of the stream.
    pub fn new(mark: &[u8]) -> Self {
        Marked {
            mark: mark.to_owned(),
            held: Vec::new(),
            complete: false,
        }
    }

    /// Whether the mark has been seen.
    pub fn complete(&self) -> bool {
        self.complete
    }

    /// Takes bytes in and gives those that are certainly not the mark.
    ///
    /// What follows the mark is nobody's output and is dropped.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<u8> {
        if self.complete {
            return Vec::new();
        }
        self.held.extend_from_slice(bytes);
        let found = self
            .held
            .windows(self.mark.len())
            .position(|window| window == self.mark);
        let keep_from = match found {
            Some(at) => {
                self.complete = true;
                at
            }
            // The longest tail that could be the beginning of the mark stays.
            None => {
                let longest = self.held.len().min(self.mark.len());
                (0..=longest)
                    .rev()
                    .find(|&length| self.held.ends_with(&self.mark[..length]))
                    .map_or(self.held.len(), |length| self.held.len() - length)
            }
        };
        let tail = self.held.split_off(keep_from);
        let pass = std::mem::take(&mut self.held);
        if !self.complete {
            self.held = tail;
        }
        pass
    }

    /// What was held back when the stream ended without its mark.
    pub fn into_rest(self) -> Vec<u8> {
        self.held
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages() {
        assert_eq!(Message::parse(b"started 3.52"), Ok(Message::Started(3.52)));
        assert_eq!(Message::parse(b"exit 0"), Ok(Message::Exit(0)));
        assert_eq!(Message::parse(b"exit 255"), Ok(Message::Exit(255)));
        assert_eq!(
            Message::parse(b"failed init stopped at line 3"),
            Ok(Message::Failed("init stopped at line 3".into()))
        );
    }

    #[test]
    fn malformed_messages() {
        for line in [
            &b""[..],
            b"exit",
            b"exit ",
            b"exit 256",
            b"exit -1",
            b"exit 7 8",
            b"exit 7\r",
            b"started",
            b"started soon",
            b"started NaN",
            b"started inf",
            b"started -1",
            b"Exit 0",
            b"\xff\xfe 1",
            b"done ",
        ] {
            let error = Message::parse(line).expect_err("a malformed line");
            assert!(error.starts_with("unexpected line"), "{error}");
        }
    }

    #[test]
    fn lines_come_whole() {
        let mut lines = Lines::default();
        assert_eq!(lines.push(b"exi"), Ok(vec![]));
        assert_eq!(
            lines.push(b"t 0\nnext\nta"),
            Ok(vec![b"exit 0".to_vec(), b"next".to_vec()])
        );
        assert_eq!(lines.push(b"il\n"), Ok(vec![b"tail".to_vec()]));
        assert_eq!(lines.push(&vec![b'x'; LINE_LIMIT]), Ok(vec![]));
        assert!(lines.push(b"x").is_err());
    }

    #[test]
    fn mark_is_found_however_it_is_cut() {
        let stream = b"some END\nEND of EN\0END.";
        for size in 1..=stream.len() {
            let mut marked = Marked::new(b"\0END.");
            let mut out = Vec::new();
            for chunk in stream.chunks(size) {
                out.extend(marked.push(chunk));
            }
            assert!(marked.complete(), "chunks of {size}");
            assert_eq!(out, b"some END\nEND of EN", "chunks of {size}");
        }
    }

    #[test]
    fn only_a_beginning_of_the_mark_is_held_back() {
        let mut marked = Marked::new(b"aab");
        assert_eq!(marked.push(b"xyz"), b"xyz");
        assert_eq!(marked.push(b"aa"), b"");
        assert_eq!(marked.push(b"a"), b"a");
        assert_eq!(marked.push(b"c"), b"aac");
        assert_eq!(marked.push(b"za"), b"z");
        assert!(!marked.complete());
        assert_eq!(marked.into_rest(), b"a");
    }

    #[test]
    fn what_follows_the_mark_is_dropped() {
        let mut marked = Marked::new(b"M!");
        assert_eq!(marked.push(b"aM!b"), b"a");
        assert_eq!(marked.push(b"c"), b"");
        assert!(marked.complete());
    }
}
