// SPDX-License-Identifier: GPL-2.0

//! The note in which a livepatch says what it is; its format is in [`livepatch_abi::note`].

use livepatch_abi::note::{fields, key, MAX_DESCRIPTOR, NO, OWNER, VERSION_1, YES};
use object::Endianness;

use crate::notes;

/// What a livepatch says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Note {
    /// The name of the module.
    pub name: String,
    /// The version and release; [`None`] when the author gave none.
    pub version: Option<String>,
    /// Whether it replaces the livepatches that are there; [`None`] when that is decided at load, or not known.
    pub replace: Option<bool>,
    /// The release of the kernel that it was built for.
    pub kernel: String,
    /// The build id of that kernel, in hexadecimal; [`None`] when it was not known.
    pub build_id: Option<String>,
    /// When it was built, in seconds since 1970.
    pub date: Option<u64>,
    /// What it fixes.
    pub fixes: Vec<Fix>,
}

/// A fix.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Fix {
    /// The id.
    pub id: String,
    /// What it changes, in one line.
    pub title: String,
    /// The CVEs that it fixes.
    pub cves: Vec<String>,
    /// Bugs, commits, addresses.
    pub references: Vec<String>,
    /// How bad it is not to have the fix; [`None`] when the author did not say.
    pub severity: Option<String>,
    /// The functions that it replaces.
    pub functions: Vec<Function>,
}

/// A function that a fix replaces.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Function {
    /// The object that it is in.
    pub object: String,
    /// Its name.
    pub name: String,
    /// Which of several of that name; 0 if there is one only.
    pub sympos: u32,
}

/// Why a note cannot be understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoteError {
    /// It is longer than notes are.
    #[error("its note has {0} bytes, and may have {MAX_DESCRIPTOR}")]
    TooLong(usize),
    /// The first field is not the name.
    #[error("its note does not begin with the name of the module")]
    NoName,
}

impl Note {
    /// Finds the note in the bytes of a section of notes, or of a file below `/sys/module`; [`None`] if there is no such note.
    ///
    /// # Errors
    ///
    /// The note is there, and damaged.
    pub fn parse(endian: Endianness, section: &[u8]) -> Result<Option<Self>, NoteError> {
        notes(endian, section)
            .find(|note| note.owner == OWNER.as_bytes() && note.n_type == VERSION_1)
            .map(|note| Self::parse_descriptor(note.descriptor))
            .transpose()
    }

    /// Reads what the note says.
    fn parse_descriptor(descriptor: &[u8]) -> Result<Self, NoteError> {
        if descriptor.len() > MAX_DESCRIPTOR {
            return Err(NoteError::TooLong(descriptor.len()));
        }
        let mut fields = fields(descriptor);
        let name = match fields.next() {
            Some((key::NAME, name)) => name.to_owned(),
            _ => return Err(NoteError::NoName),
        };
        let mut note = Self {
            name,
            ..Self::default()
        };
        for (key, value) in fields {
            note.field(key, value);
        }
        Ok(note)
    }

    fn field(&mut self, key: &str, value: &str) {
        if key == key::FIX {
            return self.fixes.push(Fix {
                id: value.to_owned(),
                ..Fix::default()
            });
        }
        match self.fixes.last_mut() {
            Some(fix) => fix.field(key, value),
            None => match key {
                key::VERSION => self.version = Some(value.to_owned()),
                key::REPLACE => self.replace = replace(value),
                key::KERNEL => value.clone_into(&mut self.kernel),
                key::BUILD_ID => self.build_id = Some(value.to_owned()),
                key::DATE => self.date = value.parse().ok(),
                // Of a later version of the format.
                _ => {}
            },
        }
    }
}

/// Reads whether others are replaced.
fn replace(value: &str) -> Option<bool> {
    match value {
        YES => Some(true),
        NO => Some(false),
        _ => None,
    }
}

impl Fix {
    fn field(&mut self, key: &str, value: &str) {
        match key {
            key::TITLE => value.clone_into(&mut self.title),
            key::CVE => self.cves.push(value.to_owned()),
            key::REFERENCE => self.references.push(value.to_owned()),
            key::SEVERITY => self.severity = Some(value.to_owned()),
            key::FUNCTION => self.functions.extend(Function::parse(value)),
            // Of a later version of the format.
            _ => {}
        }
    }
}

impl Function {
    /// Reads `object:function,sympos`.
    fn parse(value: &str) -> Option<Self> {
        let (object, rest) = value.split_once(':')?;
        let (name, sympos) = rest.rsplit_once(',')?;

        Some(Self {
            object: object.to_owned(),
            name: name.to_owned(),
            sympos: sympos.parse().ok()?,
        })
    }
}

/// What `klp-build link` adds to what the macros know of the fixes.
#[derive(Clone, Copy, Debug)]
pub struct Build<'a> {
    /// The name of the module.
    pub name: &'a str,
    /// The release of the kernel.
    pub kernel: &'a str,
    /// The build id of the kernel, in hexadecimal.
    pub build_id: Option<&'a str>,
    /// The seconds since 1970.
    pub date: u64,
}

/// Makes the bytes of the section [`livepatch_abi::note::SECTION`] of those of [`livepatch_abi::note::FIXES_SECTION`].
///
/// # Errors
///
/// It would be too long.
pub fn make(endian: Endianness, build: Build<'_>, fixes: &[u8]) -> Result<Vec<u8>, NoteError> {
    let Build {
        name,
        kernel,
        build_id,
        date,
    } = build;
    let date = date.to_string();
    let of_fixes: Vec<_> = fields(fixes).collect();
    let first_fix = of_fixes
        .iter()
        .position(|(key, _)| *key == key::FIX)
        .unwrap_or(of_fixes.len());
    let (of_livepatch, of_fixes) = of_fixes.split_at(first_fix);

    let mut descriptor = Vec::new();
    let mut field = |key: &str, value: &str| {
        for part in [key, "=", value, "\0"] {
            descriptor.extend_from_slice(part.as_bytes());
        }
    };
    field(key::NAME, name);
    for (key, value) in of_livepatch {
        field(key, value);
    }
    field(key::KERNEL, kernel);
    if let Some(build_id) = build_id {
        field(key::BUILD_ID, build_id);
    }
    field(key::DATE, &date);
    for (key, value) in of_fixes {
        field(key, value);
    }
    if descriptor.len() > MAX_DESCRIPTOR {
        return Err(NoteError::TooLong(descriptor.len()));
    }
    Ok(notes::write(endian, OWNER, VERSION_1, &descriptor))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BUILD: Build<'_> = Build {
        name: "test",
        kernel: "7.3.4",
        build_id: Some("5d1c"),
        date: 1_790_000_000,
    };
    const FIXES: &[u8] =
        b"version=3-1\0replace=yes\0fix=one\0title=A title\0cve=CVE-2026-1\0cve=CVE-2026-2\0\
        reference=bsc#1\0severity=low\0function=vmlinux:foo.part.0,2\0fix=two\0title=B\0later=x\0";

    fn expected() -> Note {
        let text = |text: &str| text.to_owned();
        Note {
            name: text("test"),
            version: Some(text("3-1")),
            replace: Some(true),
            kernel: text("7.3.4"),
            build_id: Some(text("5d1c")),
            date: Some(1_790_000_000),
            fixes: vec![
                Fix {
                    id: text("one"),
                    title: text("A title"),
                    cves: vec![text("CVE-2026-1"), text("CVE-2026-2")],
                    references: vec![text("bsc#1")],
                    severity: Some(text("low")),
                    functions: vec![Function {
                        object: text("vmlinux"),
                        name: text("foo.part.0"),
                        sympos: 2,
                    }],
                },
                Fix {
                    id: text("two"),
                    title: text("B"),
                    ..Fix::default()
                },
            ],
        }
    }

    #[test]
    fn what_is_made_is_read() {
        for endian in [Endianness::Little, Endianness::Big] {
            let section = make(endian, BUILD, FIXES).unwrap();
            assert_eq!(section.len() % 4, 0);
            assert_eq!(Note::parse(endian, &section), Ok(Some(expected())));
            // Another note before it, with an owner and a descriptor that are padded.
            let mut notes = notes::write(endian, "GNU", 3, b"12345");
            notes.extend(section);
            assert_eq!(Note::parse(endian, &notes), Ok(Some(expected())));
        }
    }

    #[test]
    fn no_note_is_none() {
        assert_eq!(Note::parse(Endianness::Little, b""), Ok(None));
        let other = notes::write(Endianness::Little, OWNER, VERSION_1 + 1, b"name=a");
        assert_eq!(Note::parse(Endianness::Little, &other), Ok(None));
    }

    #[test]
    fn a_note_begins_with_the_name() {
        let note = notes::write(Endianness::Little, OWNER, VERSION_1, b"kernel=7\0name=a\0");
        assert_eq!(
            Note::parse(Endianness::Little, &note),
            Err(NoteError::NoName)
        );
    }

    #[test]
    fn a_note_is_bounded() {
        let long = format!("fix=a\0title={}\0", "x".repeat(MAX_DESCRIPTOR));
        let error = make(Endianness::Little, BUILD, long.as_bytes()).unwrap_err();
        assert!(matches!(error, NoteError::TooLong(_)), "{error}");
        let note = notes::write(Endianness::Little, OWNER, VERSION_1, long.as_bytes());
        let error = Note::parse(Endianness::Little, &note).unwrap_err();
        assert!(matches!(error, NoteError::TooLong(_)), "{error}");
    }

    #[test]
    fn damage_does_no_harm() {
        let section = make(Endianness::Big, BUILD, FIXES).unwrap();
        for at in 0..section.len() {
            for value in [0, 1, 0x7f, 0xff] {
                let mut section = section.clone();
                section[at] = value;
                let _ = Note::parse(Endianness::Big, &section);
            }
            let _ = Note::parse(Endianness::Big, &section[..at]);
        }
    }
}
