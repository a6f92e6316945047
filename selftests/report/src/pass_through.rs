// SPDX-License-Identifier: GPL-2.0

//! Reading along while lines go by.

use std::io::{BufRead, Write};

use crate::error::Error;

/// Copies lines as they come, and shows each to `look`, without its end and as UTF-8 as far as it
/// is.
///
/// # Errors
///
/// [`Error::Input`] and [`Error::Output`].
pub(crate) fn pass_through(
    mut input: impl BufRead,
    mut output: impl Write,
    mut look: impl FnMut(&str),
) -> Result<(), Error> {
    let mut line = Vec::new();
    while input.read_until(b'\n', &mut line).map_err(Error::Input)? != 0 {
        output.write_all(&line).map_err(Error::Output)?;
        // Whoever watches wants to see how far the tests are.
        output.flush().map_err(Error::Output)?;
        look(String::from_utf8_lossy(&line).trim_end_matches(['\r', '\n']));
        line.clear();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_is_passed_on() {
        let input: &[u8] = b"one\r\ntwo \xff\n\nno end";
        let mut output = Vec::new();
        let mut seen = Vec::new();
        pass_through(input, &mut output, |line| seen.push(line.to_owned())).unwrap();
        assert_eq!(output, input);
        assert_eq!(seen, ["one", "two \u{fffd}", "", "no end"]);
    }
}
