// SPDX-License-Identifier: GPL-2.0

//! What bindgen has made of the kernel's headers: types of the same name are taken from there, so that values pass between both.

use std::collections::HashMap;

/// How many other names a type may have.
const ALIASES: u32 = 16;

/// The types of `livepatch::bindings`.
#[derive(Debug, Default)]
pub(super) struct Known(HashMap<String, Definition>);

/// What a type of `livepatch::bindings` is.
#[derive(Debug, PartialEq, Eq)]
enum Definition {
    /// A struct or a union.
    Composite {
        is_union: bool,
        is_copy: bool,
        /// Whether it has an alignment of its own, which no packed struct can hold.
        is_aligned: bool,
        fields: Vec<String>,
    },
    /// Another name, for that of a type if it is one.
    Alias(String),
}

/// How much of a type `livepatch::bindings` has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Knowledge {
    /// Nothing, or a type that only has the same name.
    None,
    /// That it exists.
    Declared,
    /// All of it.
    Complete { is_copy: bool },
}

impl Known {
    /// Reads the file that bindgen wrote.
    pub(super) fn parse(text: &str) -> Self {
        let mut known = HashMap::new();
        let mut tokens = Tokens(text);
        let mut is_copy = false;
        let mut is_aligned = false;

        while let Some(token) = tokens.next() {
            match token {
                "#" => (is_copy, is_aligned) = attribute(&mut tokens, (is_copy, is_aligned)),
                "pub" => {
                    let kind = tokens.next().unwrap_or_default();
                    let name = tokens.next().unwrap_or_default();

                    match kind {
                        "struct" | "union" => {
                            let fields = fields(&mut tokens);
                            known.insert(
                                name.to_owned(),
                                Definition::Composite {
                                    is_union: kind == "union",
                                    is_copy,
                                    is_aligned,
                                    fields,
                                },
                            );
                        }
                        "type" => {
                            let target = tokens.by_ref().take_while(|&token| token != ";").last();
                            known.insert(
                                name.to_owned(),
                                Definition::Alias(target.unwrap_or_default().to_owned()),
                            );
                        }
                        _ => {}
                    }
                    (is_copy, is_aligned) = (false, false);
                }
                "{" | "}" | ";" => (is_copy, is_aligned) = (false, false),
                _ => {}
            }
        }
        Self(known)
    }

    /// Returns how much is known of a struct or a union with these named members.
    pub(super) fn composite(&self, name: &str, is_union: bool, members: &[&str]) -> Knowledge {
        let Some(Definition::Composite {
            is_union: known_union,
            is_copy,
            fields,
            ..
        }) = self.0.get(name)
        else {
            return Knowledge::None;
        };
        let has = |wanted: &str| {
            fields.iter().any(|field| {
                field
                    .strip_prefix(wanted)
                    .is_some_and(|rest| matches!(rest, "" | "_"))
            })
        };

        if *known_union != is_union {
            Knowledge::None
        } else if fields
            .iter()
            .any(|field| field == "_unused" || field == "_address")
        {
            Knowledge::Declared
        } else if fields.iter().any(|field| field == "_bindgen_opaque_blob")
            || members.iter().all(|member| has(member))
        {
            Knowledge::Complete { is_copy: *is_copy }
        } else {
            Knowledge::None
        }
    }

    /// Returns whether a typedef of this name is known to be one of a struct or union.
    pub(super) fn typedef(&self, name: &str) -> Knowledge {
        let mut at = name;

        for _ in 0..ALIASES {
            match self.0.get(at) {
                Some(Definition::Alias(target)) => at = target,
                Some(Definition::Composite { is_copy, .. }) => {
                    return Knowledge::Complete { is_copy: *is_copy };
                }
                None => break,
            }
        }
        Knowledge::None
    }

    /// Returns whether there is another name of this name: an enumeration is one of an integer.
    pub(super) fn is_alias(&self, name: &str) -> bool {
        matches!(self.0.get(name), Some(Definition::Alias(_)))
    }

    /// Returns whether the type has an alignment of its own.
    pub(super) fn is_aligned(&self, name: &str) -> bool {
        matches!(
            self.0.get(name),
            Some(Definition::Composite {
                is_aligned: true,
                ..
            })
        )
    }
}

/// Reads an attribute, for what it says of `(Copy, align)`.
fn attribute(tokens: &mut Tokens<'_>, (mut is_copy, mut is_aligned): (bool, bool)) -> (bool, bool) {
    let mut depth = 0u32;

    for token in tokens.by_ref() {
        match token {
            "[" => depth += 1,
            "]" if depth <= 1 => break,
            "]" => depth -= 1,
            "Copy" => is_copy = true,
            "align" => is_aligned = true,
            _ => {}
        }
    }
    (is_copy, is_aligned)
}

/// Reads the names of the fields behind the name of a struct or union.
fn fields(tokens: &mut Tokens<'_>) -> Vec<String> {
    let mut fields = Vec::new();
    let mut depth = 0u32;
    let mut last = "";

    for token in tokens.by_ref() {
        match token {
            "{" => depth += 1,
            ";" if depth == 0 => break,
            "}" if depth <= 1 => break,
            "}" => depth -= 1,
            ":" if depth == 1 && !last.is_empty() => fields.push(last.to_owned()),
            _ => {}
        }
        // The first `:` of a path is none of a field.
        last = if token == ":" || depth != 1 {
            ""
        } else {
            token
        };
    }
    fields
}

/// Words and signs of Rust, without the contents of strings and comments.
struct Tokens<'a>(&'a str);

impl<'a> Iterator for Tokens<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        loop {
            self.0 = self.0.trim_start();
            let rest = self.0;
            let skipped = if rest.starts_with("//") {
                rest.find('\n').unwrap_or(rest.len())
            } else if rest.starts_with("/*") {
                rest.find("*/").map_or(rest.len(), |end| end + 2)
            } else if rest.starts_with('"') {
                string_length(rest)
            } else {
                break;
            };
            self.0 = rest.get(skipped..)?;
        }
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let first = self.0.chars().next()?;
        let length = if is_word(first) {
            self.0.find(|c| !is_word(c)).unwrap_or(self.0.len())
        } else {
            first.len_utf8()
        };
        let (token, rest) = self.0.split_at_checked(length)?;

        self.0 = rest;
        Some(token)
    }
}

fn string_length(text: &str) -> usize {
    let mut escaped = false;

    for (index, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return index + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::{Knowledge, Known};

    const COPY: Knowledge = Knowledge::Complete { is_copy: true };

    fn known() -> Known {
        Known::parse(
            r##"
            /* pub struct comment { } */
            # [repr (C)] # [derive (Copy , Clone)] pub struct seq_file { pub buf : * mut crate :: ffi :: c_char , pub type_ : u8_ , }
            #[repr(C)] #[repr(align(64))] pub struct page_pool { pub p : page_pool_params , }
            #[repr(C)] #[derive(Copy, Clone)] pub struct sock_fprog { _unused : [u8 ; 0] , }
            #[repr(C)] #[derive(Copy, Clone)] pub struct desc_struct { pub _bindgen_opaque_blob : u64 , }
            pub const TEXT : & [u8 ; 9] = b"pub \" };\0" ;
            pub type spinlock_t = spinlock ; # [derive (Copy)] pub struct spinlock { pub raw : u32 , }
            pub type irqreturn = crate :: ffi :: c_uint ;
            #[derive(Copy, Clone)] pub union u { pub a : u8 , }
            "##,
        )
    }

    #[test]
    fn finds_what_is_complete() {
        assert_eq!(known().composite("seq_file", false, &["buf", "type"]), COPY);
        assert_eq!(known().composite("u", true, &["a"]), COPY);
        assert_eq!(known().composite("desc_struct", false, &["anything"]), COPY);
        assert_eq!(
            known().composite("page_pool", false, &["p"]),
            Knowledge::Complete { is_copy: false }
        );
        assert_eq!(
            known().composite("sock_fprog", false, &["len"]),
            Knowledge::Declared
        );
        assert!(known().is_aligned("page_pool") && !known().is_aligned("seq_file"));
    }

    #[test]
    fn another_type_of_the_same_name_is_not_known() {
        assert_eq!(
            known().composite("seq_file", false, &["other"]),
            Knowledge::None
        );
        assert_eq!(
            known().composite("seq_file", true, &["buf"]),
            Knowledge::None
        );
        assert_eq!(known().composite("comment", false, &[]), Knowledge::None);
    }

    #[test]
    fn finds_other_names() {
        assert_eq!(known().typedef("spinlock_t"), COPY);
        assert_eq!(known().typedef("irqreturn"), Knowledge::None);
        assert!(known().is_alias("irqreturn"));
    }

    #[test]
    fn survives_what_is_no_rust() {
        for text in [
            "",
            "pub",
            "pub struct",
            "#[",
            "\"",
            "\"\\",
            "/*",
            "pub type",
            "é",
            "pub struct a {",
        ] {
            Known::parse(text);
        }
    }
}
