// SPDX-License-Identifier: GPL-2.0

//! `Module.symvers`: what is exported, and in which version (`Documentation/kbuild/modules.rst`).

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::error::{self, Error, Result};

/// The versions of exported symbols, by name.
#[derive(Debug, Default)]
pub(crate) struct Symvers(pub(crate) BTreeMap<String, u32>);

impl Symvers {
    /// Adds what a file says.
    ///
    /// # Errors
    ///
    /// The file cannot be read, or is malformed.
    pub(crate) fn add(&mut self, file: &Path) -> Result<()> {
        let text = fs::read_to_string(file).map_err(error::read(file))?;
        for (index, line) in text.lines().enumerate() {
            // The version, the symbol, who exports it, and more.
            let mut fields = line.split('\t');
            let version = fields.next().and_then(|field| field.strip_prefix("0x"));
            let version = version.and_then(|digits| u32::from_str_radix(digits, 16).ok());
            let (Some(version), Some(symbol), Some(_)) = (version, fields.next(), fields.next())
            else {
                return Err(Error::Symvers {
                    file: file.to_owned(),
                    line: index + 1,
                });
            };
            self.0.insert(symbol.to_owned(), version);
        }
        Ok(())
    }
}
