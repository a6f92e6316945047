// SPDX-License-Identifier: GPL-2.0

//! Makes BTF for tests, here and in other crates (feature `testing`).

use crate::bytes::ByteOrder;
use crate::kind::Kind;
use crate::types::TypeId;

/// Writes a file, type by type.
pub struct Writer {
    order: ByteOrder,
    types: Vec<u8>,
    strings: Vec<u8>,
    next: u32,
    first_string: u32,
}

impl Writer {
    /// Begins the file of a kernel.
    pub fn new(order: ByteOrder) -> Self {
        Self {
            order,
            types: Vec::new(),
            strings: vec![0],
            next: 1,
            first_string: 0,
        }
    }

    /// Begins the file of a module, before the kernel's is finished.
    pub fn split(&self) -> Self {
        Self {
            order: self.order,
            types: Vec::new(),
            strings: Vec::new(),
            next: self.next,
            first_string: self.first_string + self.strings.len() as u32,
        }
    }

    /// Adds a string, and returns its offset.
    pub fn string(&mut self, text: &str) -> u32 {
        if text.is_empty() {
            return 0;
        }
        let offset = self.first_string + self.strings.len() as u32;

        self.strings.extend(text.as_bytes());
        self.strings.push(0);
        offset
    }

    fn word(&mut self, word: u32) {
        self.types.extend(match self.order {
            ByteOrder::Little => word.to_le_bytes(),
            ByteOrder::Big => word.to_be_bytes(),
        });
    }

    /// Adds a type of any kind from its words; `word` is its size or its target.
    pub fn raw(
        &mut self,
        name: &str,
        kind: u8,
        flag: bool,
        count: u32,
        word: u32,
        rest: &[u32],
    ) -> TypeId {
        let name = self.string(name);
        let id = TypeId(self.next);

        self.word(name);
        self.word((u32::from(flag) << 31) | (u32::from(kind) << 24) | count);
        self.word(word);
        for &word in rest {
            self.word(word);
        }
        self.next += 1;
        id
    }

    fn simple(&mut self, name: &str, kind: Kind, word: u32) -> TypeId {
        self.raw(name, kind.number(), false, 0, word, &[])
    }

    /// Adds an integer.
    pub fn int(&mut self, name: &str, size: u32, is_signed: bool) -> TypeId {
        let encoding = u32::from(is_signed) | if name == "_Bool" { 4 } else { 0 };

        self.raw(
            name,
            Kind::Int.number(),
            false,
            0,
            size,
            &[(encoding << 24) | (size * 8)],
        )
    }

    /// Adds a floating point number.
    pub fn float(&mut self, name: &str, size: u32) -> TypeId {
        self.simple(name, Kind::Float, size)
    }

    /// Adds a pointer.
    pub fn ptr(&mut self, target: TypeId) -> TypeId {
        self.simple("", Kind::Ptr, target.0)
    }

    /// Adds a qualifier: `volatile`, `const` or `restrict`.
    pub fn qualifier(&mut self, kind: Kind, target: TypeId) -> TypeId {
        self.simple("", kind, target.0)
    }

    /// Adds a typedef.
    pub fn typedef(&mut self, name: &str, target: TypeId) -> TypeId {
        self.simple(name, Kind::Typedef, target.0)
    }

    /// Adds a tag of a type.
    pub fn type_tag(&mut self, name: &str, target: TypeId) -> TypeId {
        self.simple(name, Kind::TypeTag, target.0)
    }

    /// Adds a tag of a declaration.
    pub fn decl_tag(&mut self, name: &str, target: TypeId, component: Option<u32>) -> TypeId {
        self.raw(
            name,
            Kind::DeclTag.number(),
            false,
            0,
            target.0,
            &[component.unwrap_or(u32::MAX)],
        )
    }

    /// Adds a struct or union that is only declared.
    pub fn fwd(&mut self, name: &str, is_union: bool) -> TypeId {
        self.raw(name, Kind::Fwd.number(), is_union, 0, 0, &[])
    }

    /// Adds an array.
    pub fn array(&mut self, element: TypeId, index: TypeId, count: u32) -> TypeId {
        self.raw(
            "",
            Kind::Array.number(),
            false,
            0,
            0,
            &[element.0, index.0, count],
        )
    }

    /// Adds a struct: of each member its name, its type and its offset in bits.
    pub fn structure(&mut self, name: &str, size: u32, members: &[(&str, TypeId, u32)]) -> TypeId {
        self.composite(Kind::Struct, name, size, members)
    }

    /// Adds a union.
    pub fn union(&mut self, name: &str, size: u32, members: &[(&str, TypeId)]) -> TypeId {
        let members: Vec<_> = members.iter().map(|&(name, id)| (name, id, 0)).collect();

        self.composite(Kind::Union, name, size, &members)
    }

    fn composite(
        &mut self,
        kind: Kind,
        name: &str,
        size: u32,
        members: &[(&str, TypeId, u32)],
    ) -> TypeId {
        let words = self.elements(
            members
                .iter()
                .map(|&(name, id, offset)| (name, [id.0, offset])),
        );

        self.raw(
            name,
            kind.number(),
            false,
            members.len() as u32,
            size,
            &words,
        )
    }

    /// Adds a struct with bit fields: of each member its name, its type, its offset and its size in bits, which is 0 for one that
    /// is no bit field.
    pub fn bit_fields(
        &mut self,
        name: &str,
        size: u32,
        members: &[(&str, TypeId, u32, u8)],
    ) -> TypeId {
        let words = self.elements(
            members
                .iter()
                .map(|&(name, id, offset, bits)| (name, [id.0, (u32::from(bits) << 24) | offset])),
        );

        self.raw(
            name,
            Kind::Struct.number(),
            true,
            members.len() as u32,
            size,
            &words,
        )
    }

    /// Adds an enumeration of at most 4 bytes.
    pub fn enumeration(
        &mut self,
        name: &str,
        size: u32,
        is_signed: bool,
        values: &[(&str, i32)],
    ) -> TypeId {
        let words: Vec<_> = values
            .iter()
            .flat_map(|&(name, value)| [self.string(name), value as u32])
            .collect();

        self.raw(
            name,
            Kind::Enum.number(),
            is_signed,
            values.len() as u32,
            size,
            &words,
        )
    }

    /// Adds an enumeration of 8 bytes.
    pub fn enumeration64(&mut self, name: &str, is_signed: bool, values: &[(&str, i64)]) -> TypeId {
        let words = self.elements(
            values
                .iter()
                .map(|&(name, value)| (name, [value as u32, (value >> 32) as u32])),
        );

        self.raw(
            name,
            Kind::Enum64.number(),
            is_signed,
            values.len() as u32,
            8,
            &words,
        )
    }

    /// Adds the type of a function; the last parameter of a variadic one is `("", TypeId::VOID)`.
    pub fn prototype(&mut self, return_type: TypeId, params: &[(&str, TypeId)]) -> TypeId {
        let words: Vec<_> = params
            .iter()
            .flat_map(|&(name, id)| [self.string(name), id.0])
            .collect();

        self.raw(
            "",
            Kind::FuncProto.number(),
            false,
            params.len() as u32,
            return_type.0,
            &words,
        )
    }

    /// Adds a static function with its type.
    pub fn function(
        &mut self,
        name: &str,
        return_type: TypeId,
        params: &[(&str, TypeId)],
    ) -> TypeId {
        let prototype = self.prototype(return_type, params);

        self.simple(name, Kind::Func, prototype.0)
    }

    /// Adds a global variable.
    pub fn var(&mut self, name: &str, target: TypeId) -> TypeId {
        self.raw(name, Kind::Var.number(), false, 0, target.0, &[1])
    }

    /// Adds a section: of each variable the number, the offset and the size.
    pub fn datasec(&mut self, name: &str, size: u32, vars: &[(TypeId, u32, u32)]) -> TypeId {
        let words: Vec<_> = vars
            .iter()
            .flat_map(|&(var, offset, size)| [var.0, offset, size])
            .collect();

        self.raw(
            name,
            Kind::Datasec.number(),
            false,
            vars.len() as u32,
            size,
            &words,
        )
    }

    fn elements<'a>(&mut self, elements: impl Iterator<Item = (&'a str, [u32; 2])>) -> Vec<u32> {
        elements
            .flat_map(|(name, [first, second])| [self.string(name), first, second])
            .collect()
    }

    /// Returns the file.
    pub fn finish(&self) -> Vec<u8> {
        self.finish_with_layouts(&[])
    }

    /// Returns the file with the extents of its kinds.
    pub fn finish_with_layouts(&self, layouts: &[u8]) -> Vec<u8> {
        let length: u32 = if layouts.is_empty() { 24 } else { 32 };
        let (types, strings) = (self.types.len() as u32, self.strings.len() as u32);
        let mut words = vec![length, 0, types, types, strings];
        if !layouts.is_empty() {
            words.extend([types + strings, layouts.len() as u32]);
        }
        let mut file = match self.order {
            ByteOrder::Little => vec![0x9f, 0xeb, 1, 0],
            ByteOrder::Big => vec![0xeb, 0x9f, 1, 0],
        };

        for word in words {
            file.extend(match self.order {
                ByteOrder::Little => word.to_le_bytes(),
                ByteOrder::Big => word.to_be_bytes(),
            });
        }
        file.extend(&self.types);
        file.extend(&self.strings);
        file.extend(layouts);
        file
    }
}
