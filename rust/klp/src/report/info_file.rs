// SPDX-License-Identifier: GPL-2.0

//! Files in which packages say what their livepatches fix, named after the module and its `srcversion`.
//!
//! They are lines of `key: value`, as `klp -v patches` prints them.

use crate::package::Mention;
use crate::system::{Root, SystemError};

/// Where they are.
const INFO: &str = "/usr/share/livepatch/info";

/// What such a file says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct InfoFile {
    /// The package.
    pub(super) package: Option<String>,
    /// What is fixed.
    pub(super) mentions: Vec<Mention>,
}

/// Reads the file of a module; [`None`] if it has none.
///
/// # Errors
///
/// It cannot be read.
pub(super) fn read(
    root: &Root,
    module: &str,
    srcversion: &str,
) -> Result<Option<InfoFile>, SystemError> {
    if module.contains('/') || srcversion.contains('/') {
        return Ok(None);
    }
    let text = root.read_optional(format!("{INFO}/{module}-{srcversion}"))?;

    Ok(text.as_deref().map(parse))
}

fn parse(text: &str) -> InfoFile {
    let mut file = InfoFile::default();

    for line in text.lines() {
        let Some((key, value)) = line.split_once(':') else {
            continue;
        };
        let value = value.trim();
        // In parentheses it says that there is none, and why.
        if value.is_empty() || value.starts_with('(') {
            continue;
        }
        let words = || value.split_whitespace().map(str::to_owned);
        match key.trim() {
            "RPM" | "package" => file.package = Some(value.to_owned()),
            "CVE" => file.mentions.extend(words().map(|cve| Mention {
                cves: vec![cve],
                references: Vec::new(),
            })),
            "bug fixes and enhancements" => {
                file.mentions.extend(words().map(|reference| Mention {
                    cves: Vec::new(),
                    references: vec![reference],
                }));
            }
            _ => {}
        }
    }
    file
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read() {
        let file = parse(
            "    active: 1\n    RPM: a-1-1.x86_64\n    CVE: CVE-2023-1652 CVE-2023-26545\n    bug fixes and enhancements: bsc#1\n",
        );
        assert_eq!(file.package.as_deref(), Some("a-1-1.x86_64"));
        assert_eq!(file.mentions.len(), 3);
        assert_eq!(file.mentions[2].references, ["bsc#1"]);
    }

    #[test]
    fn nothing_is_nothing() {
        for text in [
            "",
            "CVE",
            "CVE:",
            "CVE: (none - this is an initial kernel live patch)\nbug fixes and enhancements: (none)",
        ] {
            assert_eq!(parse(text), InfoFile::default());
        }
    }
}
