// SPDX-License-Identifier: GPL-2.0

//! Files in which several runs gather what they have found: a line of JSON for each record.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use serde::de::DeserializeOwned;
use serde::Serialize;

use crate::error::Error;

/// Appends records to a file, which exists afterwards even if there are none.
///
/// # Errors
///
/// [`Error::File`].
pub(crate) fn append<T: Serialize>(records: &[T], file: &Path) -> Result<(), Error> {
    let mut lines = Vec::new();
    for record in records {
        serde_json::to_writer(&mut lines, record)
            .map_err(io::Error::from)
            .map_err(Error::file("write", file))?;
        lines.push(b'\n');
    }
    OpenOptions::new()
        .append(true)
        .create(true)
        .open(file)
        // In one piece: the suites of a parallel make do not get mixed up.
        .and_then(|mut file| file.write_all(&lines))
        .map_err(Error::file("append to", file))
}

/// Reads what [`append`] wrote; `what` is what each record should be.
///
/// # Errors
///
/// [`Error::File`] and [`Error::Record`].
pub(crate) fn read_all<T: DeserializeOwned>(
    file: &Path,
    what: &'static str,
) -> Result<Vec<T>, Error> {
    let text = fs::read_to_string(file).map_err(Error::file("read", file))?;
    text.lines()
        .enumerate()
        .map(|(index, line)| {
            serde_json::from_str(line).map_err(|source| Error::Record {
                what,
                file: file.to_owned(),
                line: index + 1,
                source,
            })
        })
        .collect()
}
