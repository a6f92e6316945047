// SPDX-License-Identifier: GPL-2.0

//! The configuration of a kernel.

use std::collections::HashMap;

/// The options that are set.
#[derive(Debug, Default)]
pub(crate) struct Config(HashMap<String, String>);

impl Config {
    /// Reads the text of a `.config`; lines that set nothing are skipped.
    pub(crate) fn parse(text: &[u8]) -> Self {
        Self(
            String::from_utf8_lossy(text)
                .lines()
                .filter_map(|line| {
                    let (name, value) = line.split_once('=')?;

                    name.starts_with("CONFIG_").then(|| {
                        (
                            name.to_owned(),
                            value.trim_end().trim_matches('"').to_owned(),
                        )
                    })
                })
                .collect(),
        )
    }

    /// Returns the value of an option, without quotes; with or without `CONFIG_` before its name.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let value = if name.starts_with("CONFIG_") {
            self.0.get(name)
        } else {
            self.0.get(&format!("CONFIG_{name}"))
        };

        value.map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options() {
        let config = Config::parse(
            b"# CONFIG_A is not set\nCONFIG_B=y\nCONFIG_C=\"x y\"\n\xff\nCONFIG_D=0x10\n",
        );

        assert_eq!(config.get("CONFIG_A"), None);
        assert_eq!(config.get("B"), Some("y"));
        assert_eq!(config.get("CONFIG_C"), Some("x y"));
        assert_eq!(config.get("CONFIG_D"), Some("0x10"));
    }
}
