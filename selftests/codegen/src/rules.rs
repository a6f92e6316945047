// SPDX-License-Identifier: GPL-2.0

//! Reading what was derived.

use std::fs;
use std::path::Path;

use livepatch_codegen::{Mechanism, FILE};

use crate::error::Error;

/// Reads the mechanisms that `codegen derive` has written to a directory.
///
/// # Errors
///
/// Fails when the file cannot be read, or when a line of it names no mechanism.
pub fn read(directory: &Path) -> Result<Vec<Mechanism>, Error> {
    let path = directory.join(FILE);
    let text = fs::read_to_string(&path).map_err(|source| Error::Read {
        path: path.clone(),
        source,
    })?;
    let parse = |(index, line): (usize, &str)| {
        line.parse().map_err(|source| Error::Mechanism {
            path: path.clone(),
            line: index + 1,
            source,
        })
    };
    text.lines().enumerate().map(parse).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_mechanisms() {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join(FILE), "ibt\npadding 16,16\n").unwrap();
        let padding = Mechanism::Padding {
            total: 16,
            prefix: 16,
        };
        assert_eq!(
            read(directory.path()).unwrap(),
            [Mechanism::Ibt, padding.clone()]
        );
        fs::write(directory.path().join(FILE), "ibt\nother\n").unwrap();
        let said = read(directory.path()).unwrap_err().to_string();
        assert!(said.contains("mechanisms:2"), "{said}");
    }

    #[test]
    fn a_directory_without_it_is_named() {
        let said = read(Path::new("/nonexistent")).unwrap_err().to_string();
        assert!(said.contains("/nonexistent/mechanisms"), "{said}");
    }
}
