// SPDX-License-Identifier: GPL-2.0

//! What the kernel and its modules export: `Module.symvers`.
//!
//! ```text
//! 0x12345678<TAB>symbol<TAB>drivers/of/module<TAB>EXPORT_SYMBOL_GPL<TAB>NAMESPACE
//! ```
//!
//! The last column came with Linux 5.4, and is empty for most symbols. Document: `Documentation/kbuild/modules.rst`.

use std::path::Path;

use zerocopy::little_endian::U32;
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

use crate::table::{Builder, Key, Record, Table, Text};
use crate::{name, Error};

/// What a namespace begins with that names the modules which may import it: that of `EXPORT_SYMBOL_FOR_MODULES()`.
const FOR_MODULES: &str = "module:";

/// An exported symbol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Export<'a> {
    /// Its name.
    pub name: &'a str,
    /// Who exports it: `vmlinux`, or a module by the name that it has when it is loaded.
    pub module: &'a str,
    /// Whether only modules of a licence that is compatible with the GPL get it.
    pub gpl: bool,
    /// The namespace that a module must import to get it.
    pub namespace: Option<&'a str>,
    /// Its version; 0 without CONFIG_MODVERSIONS.
    pub crc: u32,
}

impl<'a> Export<'a> {
    /// Returns the modules that get the symbol, if these are named and all others do not: their names or patterns with `*` at
    /// the end, as `EXPORT_SYMBOL_FOR_MODULES()` has them.
    pub fn only_modules(&self) -> Option<impl Iterator<Item = &'a str>> {
        self.namespace?
            .strip_prefix(FOR_MODULES)
            .map(|modules| modules.split(','))
    }
}

/// An exported symbol in the index.
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
pub(crate) struct Row {
    name: Text,
    module: Text,
    namespace: Text,
    crc: U32,
    gpl: u8,
}

impl Record for Row {
    const KIND: u32 = 2;

    fn name(&self) -> Text {
        self.name
    }
}

impl Row {
    pub(crate) fn export<'a>(&self, table: &'a Table<Self>) -> Export<'a> {
        let namespace = table.text(self.namespace);

        Export {
            name: table.text(self.name),
            module: table.text(self.module),
            gpl: self.gpl != 0,
            namespace: (!namespace.is_empty()).then_some(namespace),
            crc: self.crc.get(),
        }
    }
}

/// A line of the file.
struct Line<'a> {
    name: &'a str,
    module: String,
    namespace: &'a str,
    crc: u32,
    gpl: bool,
}

impl<'a> Line<'a> {
    fn parse(line: &'a str) -> Option<Self> {
        let mut fields = line.split('\t');
        let crc = fields.next()?.strip_prefix("0x")?;
        let symbol = fields.next()?;
        let module = fields.next()?.rsplit('/').next()?;
        let kind = fields.next()?;
        let namespace = fields.next().unwrap_or_default().trim();
        let gpl = match kind.trim() {
            "EXPORT_SYMBOL" => false,
            "EXPORT_SYMBOL_GPL" => true,
            _ => return None,
        };

        Some(Self {
            name: symbol,
            module: name::of_module(module),
            namespace,
            // Wider than its type with some 64-bit compilers of old: the kernel takes the lower half.
            crc: u64::from_str_radix(crc, 16).ok()? as u32,
            gpl,
        })
    }
}

/// Makes the table of the exports of `files`, of which an earlier one wins.
pub(crate) fn build(files: &[(&Path, Vec<u8>)], key: &Key) -> Result<Table<Row>, Error> {
    let mut lines = Vec::new();

    for (path, bytes) in files {
        let text = std::str::from_utf8(bytes).map_err(|_| Error::format(path, "is no text"))?;

        for (number, line) in text
            .lines()
            .enumerate()
            .filter(|(_, line)| !line.is_empty())
        {
            lines.push(Line::parse(line).ok_or_else(|| {
                let number = number.saturating_add(1);

                Error::format(
                    path,
                    format!("line {number} is none of a Module.symvers: {line:?}"),
                )
            })?);
        }
    }
    lines.sort_by_key(|line| line.name);
    lines.dedup_by_key(|line| line.name);
    make_rows(&lines, key).ok_or_else(|| {
        let path = files
            .first()
            .map_or(Path::new("Module.symvers"), |(path, _)| path);

        Error::format(path, "has more or longer names than any kernel")
    })
}

fn make_rows(lines: &[Line<'_>], key: &Key) -> Option<Table<Row>> {
    let mut builder = Builder::new();

    for line in lines {
        let row = Row {
            name: builder.text(line.name)?,
            module: builder.text(&line.module)?,
            namespace: builder.text(line.namespace)?,
            crc: U32::new(line.crc),
            gpl: line.gpl.into(),
        };

        builder.push(row);
    }
    builder.finish(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: Key = [0; 32];

    #[test]
    fn all_columns() {
        let text = b"0xf7370f56\tsystem_state\tvmlinux\tEXPORT_SYMBOL\t\n\
            0x00000001\tcxl\tdrivers/cxl/cxl-core\tEXPORT_SYMBOL_GPL\tCXL\n\
            0x00000000\told\tvmlinux\tEXPORT_SYMBOL\n\
            0x00000000\tkvm\tvmlinux\tEXPORT_SYMBOL_GPL\tmodule:kvm,kvm-*\n";
        let table = build(&[(Path::new("a"), text.to_vec())], &KEY).unwrap();
        let export = |name| table.named(name).first().map(|row| row.export(&table));

        assert_eq!(
            export("cxl"),
            Some(Export {
                name: "cxl",
                module: "cxl_core",
                gpl: true,
                namespace: Some("CXL"),
                crc: 1
            })
        );
        assert_eq!(export("system_state").unwrap().namespace, None);
        assert_eq!(export("system_state").unwrap().crc, 0xf737_0f56);
        assert!(!export("old").unwrap().gpl);
        assert_eq!(
            export("kvm")
                .unwrap()
                .only_modules()
                .unwrap()
                .collect::<Vec<_>>(),
            ["kvm", "kvm-*"]
        );
        assert!(export("cxl").unwrap().only_modules().is_none());
        assert!(export("none").is_none());
    }

    #[test]
    fn the_first_file_wins() {
        let one = b"0x1\ta\tone\tEXPORT_SYMBOL\t\n".to_vec();
        let two = b"0x2\ta\ttwo\tEXPORT_SYMBOL\t\n0x3\tb\ttwo\tEXPORT_SYMBOL\t\n".to_vec();
        let table = build(&[(Path::new("1"), one), (Path::new("2"), two)], &KEY).unwrap();

        assert_eq!(
            table.named("a").first().unwrap().export(&table).module,
            "one"
        );
        assert_eq!(table.named("a").len(), 1);
        assert_eq!(
            table.named("b").first().unwrap().export(&table).module,
            "two"
        );
    }

    #[test]
    fn another_file() {
        for text in [
            "nonsense",
            "0x1\ta\tb\tEXPORT_NOTHING\t",
            "zz\ta\tb\tEXPORT_SYMBOL",
            "\u{0}",
        ] {
            let error = build(&[(Path::new("x"), text.into())], &KEY)
                .unwrap_err()
                .to_string();

            assert!(
                error.starts_with("x: line 1 is none of a Module.symvers"),
                "{error}"
            );
        }
        assert!(build(&[(Path::new("x"), vec![0xff])], &KEY).is_err());
    }
}
