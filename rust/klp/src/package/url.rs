// SPDX-License-Identifier: GPL-2.0

//! Package URLs, by which scanners know packages.
//!
//! ```text
//! pkg:rpm/opensuse/kernel-default@6.4.0-150600.21.1?arch=x86_64&epoch=1
//!     [A] [B]      [C]            [D]               [E]
//!
//! [A]  format, [B]  vendor, [C]  name, [D]  version, [E]  qualifiers
//! ```

use super::{Kind, Package};

impl Package {
    /// Returns its URL, for packages of a vendor.
    pub fn url(&self, vendor: &str) -> String {
        let (name, arch) = (percent(&self.name), percent(&self.arch));

        match (self.kind, self.version.split_once(':')) {
            (Kind::Rpm, Some((epoch, version))) => format!(
                "pkg:rpm/{vendor}/{name}@{}?arch={arch}&epoch={}",
                percent(version),
                percent(epoch)
            ),
            (Kind::Rpm, None) => {
                format!(
                    "pkg:rpm/{vendor}/{name}@{}?arch={arch}",
                    percent(&self.version)
                )
            }
            (Kind::Deb, _) => {
                format!(
                    "pkg:deb/{vendor}/{name}@{}?arch={arch}",
                    percent(&self.version)
                )
            }
        }
    }
}

/// Returns a text as it is written in a URL.
pub fn percent(text: &str) -> String {
    let mut escaped = String::new();

    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                escaped.push(char::from(byte));
            }
            _ => escaped += &format!("%{byte:02X}"),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_have_urls() {
        let package = |kind, version: &str| Package {
            kind,
            name: "linux-image-6.12.0+deb13-amd64".to_owned(),
            version: version.to_owned(),
            arch: "amd64".to_owned(),
        };

        assert_eq!(
            package(Kind::Deb, "1:6.12.1-1~a").url("debian"),
            "pkg:deb/debian/linux-image-6.12.0%2Bdeb13-amd64@1%3A6.12.1-1~a?arch=amd64"
        );
        assert_eq!(
            package(Kind::Rpm, "6.4.0-1").url("opensuse-leap"),
            "pkg:rpm/opensuse-leap/linux-image-6.12.0%2Bdeb13-amd64@6.4.0-1?arch=amd64"
        );
        assert_eq!(
            package(Kind::Rpm, "1:6.4.0-1").url("fedora"),
            "pkg:rpm/fedora/linux-image-6.12.0%2Bdeb13-amd64@6.4.0-1?arch=amd64&epoch=1"
        );
    }
}
