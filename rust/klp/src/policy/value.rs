// SPDX-License-Identifier: GPL-2.0

//! Values that are more than a word or a number.

use std::fmt;
use std::marker::PhantomData;
use std::path::{Component, PathBuf};
use std::str::FromStr;

use livepatch_abi::limit::{FUNCTION_NAME, MODULE_NAME};
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

/// The most tries that make sense.
const MOST_ATTEMPTS: u32 = 100;

/// The id of a CVE.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CveId(String);

/// A function that no livepatch may replace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(into = "String")]
pub struct BlockedFunction {
    /// The object that it is in; [`None`] for any.
    object: Option<String>,
    name: String,
}

impl CveId {
    /// Returns it as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns whether a text is the id of a CVE: `CVE-`, a year, `-`, and four digits or more.
    pub fn is_valid(text: &str) -> bool {
        let are_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());

        text.strip_prefix("CVE-")
            .and_then(|rest| rest.split_once('-'))
            .is_some_and(|(year, number)| {
                year.len() == 4
                    && are_digits(year)
                    && (4..=19).contains(&number.len())
                    && are_digits(number)
            })
    }
}

impl FromStr for CveId {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match Self::is_valid(text) {
            true => Ok(Self(text.to_owned())),
            false => Err(format!("{text:?} is no CVE id, like CVE-2026-12345")),
        }
    }
}

impl BlockedFunction {
    /// Returns whether it is this function.
    pub fn is(&self, object: &str, name: &str) -> bool {
        self.name == name && self.object.as_ref().is_none_or(|own| own == object)
    }
}

impl FromStr for BlockedFunction {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (object, name) = match text.split_once(':') {
            Some((object, name)) => (Some(object), name),
            None => (None, text),
        };
        let is_name = |name: &str, most: usize, other: &str| {
            let is_allowed = |byte: u8| {
                byte.is_ascii_alphanumeric() || byte == b'_' || other.contains(char::from(byte))
            };
            !name.is_empty() && name.len() <= most && name.bytes().all(is_allowed)
        };

        if !is_name(name, FUNCTION_NAME, ".$")
            || object.is_some_and(|object| !is_name(object, MODULE_NAME, ""))
        {
            return Err(format!(
                "{text:?} is no function, like \"foo\" or \"vmlinux:foo\" (modules with underscores)"
            ));
        }
        Ok(Self {
            object: object.map(str::to_owned),
            name: name.to_owned(),
        })
    }
}

impl From<BlockedFunction> for String {
    fn from(function: BlockedFunction) -> Self {
        match function.object {
            Some(object) => format!("{object}:{}", function.name),
            None => function.name,
        }
    }
}

/// Reads a text, and parses it: here rather than afterwards, so that an error is about its place in the file.
struct Text<T>(PhantomData<T>);

impl<T: FromStr<Err = String>> Visitor<'_> for Text<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        text.parse().map_err(E::custom)
    }
}

impl<'de> Deserialize<'de> for CveId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Text(PhantomData))
    }
}

impl<'de> Deserialize<'de> for BlockedFunction {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Text(PhantomData))
    }
}

impl<'de> Deserialize<'de> for Absolute {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Text(PhantomData))
    }
}

/// A path from the root on, without `..`.
struct Absolute(PathBuf);

impl FromStr for Absolute {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let path = PathBuf::from(text);
        let is_plain = path
            .components()
            .all(|component| matches!(component, Component::RootDir | Component::Normal(_)));

        match path.is_absolute() && is_plain && !text.contains('\0') {
            true => Ok(Self(path)),
            false => Err(format!(
                "{text:?} is no path that begins with / and has no .. in it"
            )),
        }
    }
}

/// Reads a list of directories, one at least.
pub(super) fn directories<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Vec<PathBuf>>, D::Error> {
    let directories = Vec::<Absolute>::deserialize(deserializer)?;

    match directories.is_empty() {
        true => Err(D::Error::custom(
            "with no directory nothing could be loaded: name one, or leave the key out to allow all",
        )),
        false => Ok(Some(directories.into_iter().map(|path| path.0).collect())),
    }
}

/// Reads a list of files.
pub(super) fn certificates<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<PathBuf>, D::Error> {
    let files = Vec::<Absolute>::deserialize(deserializer)?;

    Ok(files.into_iter().map(|path| path.0).collect())
}

/// Reads how often to try.
pub(super) fn attempts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    let attempts = i64::deserialize(deserializer)?;

    u32::try_from(attempts)
        .ok()
        .filter(|attempts| (1..=MOST_ATTEMPTS).contains(attempts))
        .ok_or_else(|| D::Error::custom(format!("1 to {MOST_ATTEMPTS} tries are allowed")))
}
