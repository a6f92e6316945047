// SPDX-License-Identifier: GPL-2.0

//! The kernel's configuration: `include/config/auto.conf`.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::error::{Error, Result};

/// What is set, in the file's order.
#[derive(Debug, Default)]
pub struct Config {
    /// Name, with `CONFIG_`, and value, as written.
    options: Vec<(String, String)>,
}

impl Config {
    /// Reads the file at `path`.
    pub fn read(path: &Path) -> Result<Self> {
        let text = fs::read_to_string(path).map_err(Error::file("read", path))?;
        Self::parse(&text).map_err(|(number, problem)| Error::Line {
            path: path.to_owned(),
            number,
            problem,
        })
    }

    /// Parses the text of such a file. An error has the number of the line, and what is wrong with it.
    pub fn parse(text: &str) -> std::result::Result<Self, (usize, String)> {
        let mut options = Vec::new();
        for (index, line) in text.lines().enumerate() {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let (name, value) = line
                .split_once('=')
                .filter(|(name, _)| is_name(name))
                .ok_or_else(|| (index + 1, format!("{line:?} is no CONFIG_NAME=VALUE")))?;
            options.push((name.to_owned(), value.to_owned()));
        }
        Ok(Self { options })
    }

    /// Returns whether an option, named without `CONFIG_`, is `y`.
    pub fn yes(&self, name: &str) -> bool {
        self.options
            .iter()
            .any(|(option, value)| option.strip_prefix("CONFIG_") == Some(name) && value == "y")
    }

    /// Returns the configuration as rustc's arguments, one a line, as the kernel hands it to its own Rust code.
    pub fn rustc_cfg(&self) -> String {
        let mut text = String::new();
        for (name, value) in &self.options {
            if matches!(value.as_str(), "y" | "m") {
                let _ = writeln!(text, "--cfg={name}");
            }
            // A `--cfg` has only strings; the file has quotes around strings alone.
            let quote = if value.starts_with('"') { "" } else { "\"" };
            let _ = writeln!(text, "--cfg={name}={quote}{value}{quote}");
        }
        text
    }
}

/// Returns whether `name` can be the name of an option.
fn is_name(name: &str) -> bool {
    name.strip_prefix("CONFIG_").is_some_and(|rest| {
        !rest.is_empty()
            && rest
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "#\n# Automatically generated file\n#\nCONFIG_RUST=y\nCONFIG_EXT4_FS=m\nCONFIG_HZ=250\n\
                        CONFIG_START=0x100\nCONFIG_LOCALVERSION=\"\"\nCONFIG_NAME=\"a \\\"b\\\"=c\"\n";

    #[test]
    fn an_option_is_yes_only_when_it_is_built_in() {
        let config = Config::parse(TEXT).unwrap();
        assert!(config.yes("RUST"));
        assert!(!config.yes("EXT4_FS"));
        assert!(!config.yes("HZ"));
        assert!(!config.yes("MISSING"));
    }

    #[test]
    fn every_option_is_a_string_and_those_that_are_set_are_names() {
        assert_eq!(
            Config::parse(TEXT).unwrap().rustc_cfg(),
            "--cfg=CONFIG_RUST\n--cfg=CONFIG_RUST=\"y\"\n--cfg=CONFIG_EXT4_FS\n--cfg=CONFIG_EXT4_FS=\"m\"\n\
             --cfg=CONFIG_HZ=\"250\"\n--cfg=CONFIG_START=\"0x100\"\n--cfg=CONFIG_LOCALVERSION=\"\"\n\
             --cfg=CONFIG_NAME=\"a \\\"b\\\"=c\"\n"
        );
    }

    #[test]
    fn what_is_no_option_is_named() {
        for line in ["CONFIG_A", "A=y", "CONFIG_=y", "CONFIG_A B=y"] {
            let (number, problem) = Config::parse(&format!("CONFIG_X=y\n{line}\n")).unwrap_err();
            assert_eq!(number, 2);
            assert!(problem.contains(line), "{problem}");
        }
    }
}
