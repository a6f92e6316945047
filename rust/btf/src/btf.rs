// SPDX-License-Identifier: GPL-2.0

//! A file: where its types and names are.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use crate::bytes::ByteOrder;
use crate::error::Error;
use crate::header::Header;
use crate::index::Index;
use crate::kind::Kind;
use crate::types::{Record, Type, TypeId};

/// No name of C comes near; it bounds the time that a broken file takes.
const LONGEST_NAME: usize = 4096;

/// The type information of a kernel, or of a module together with its kernel's.
pub struct Btf {
    pub(crate) data: Arc<[u8]>,
    pub(crate) order: ByteOrder,
    /// Where each type begins.
    offsets: Vec<u32>,
    strings: Range<usize>,
    /// The number of the first type.
    first: u32,
    /// The offset of the first string.
    first_string: u32,
    base: Option<Arc<Btf>>,
    distilled: Option<Distilled>,
    index: OnceLock<Index>,
    pub(crate) pointer_size: OnceLock<u32>,
}

/// The stand-in for its base that a module was built with.
struct Distilled {
    /// It has the names that the module refers to.
    base: Arc<Btf>,
    /// The type of the real base for each of its types.
    real: Vec<TypeId>,
}

impl Btf {
    /// Reads the type information of a kernel.
    ///
    /// # Errors
    ///
    /// If it cannot be taken apart into types.
    pub fn parse(bytes: impl Into<Arc<[u8]>>) -> Result<Self, Error> {
        Self::new(bytes.into(), None, 1, 0)
    }

    /// Reads the type information of a module, which refers to that of its kernel.
    ///
    /// It has to be the very kernel which the module was built for, unless the module has a [distilled
    /// base](Self::parse_distilled).
    ///
    /// # Errors
    ///
    /// If it cannot be taken apart into types, or the byte orders differ.
    pub fn parse_split(bytes: impl Into<Arc<[u8]>>, base: &Arc<Self>) -> Result<Self, Error> {
        Self::new(
            bytes.into(),
            Some(Arc::clone(base)),
            base.end(),
            base.strings_end()?,
        )
    }

    /// Reads the type information of a module that was built apart from its kernel: `distilled`, its section `.BTF.base`, has what
    /// it takes to find the types that it needs in the kernel's.
    ///
    /// # Errors
    ///
    /// If one of them cannot be taken apart into types, or the kernel has no such type.
    pub fn parse_distilled(
        bytes: impl Into<Arc<[u8]>>,
        distilled: impl Into<Arc<[u8]>>,
        base: &Arc<Self>,
    ) -> Result<Self, Error> {
        let distilled = Arc::new(Self::parse(distilled)?);
        let real = distilled.find_all_in(base)?;
        let mut btf = Self::new(
            bytes.into(),
            Some(Arc::clone(base)),
            base.end(),
            distilled.strings_end()?,
        )?;

        btf.distilled = Some(Distilled {
            base: distilled,
            real,
        });
        Ok(btf)
    }

    fn new(
        data: Arc<[u8]>,
        base: Option<Arc<Self>>,
        first: u32,
        first_string: u32,
    ) -> Result<Self, Error> {
        let header = Header::parse(&data)?;
        let strings = data
            .get(header.strings.clone())
            .ok_or(Error::Part("strings"))?;
        let Header { order, .. } = header;

        if base.as_ref().is_some_and(|base| base.order != order) {
            return Err(Error::ByteOrder);
        }
        // The first string is the empty one; a module has that of its kernel.
        let is_terminated = strings.last().is_none_or(|&last| last == 0);
        let begins_empty = base.is_some() || strings.first() == Some(&0);
        if !is_terminated || !begins_empty {
            return Err(Error::Strings);
        }

        Ok(Self {
            offsets: offsets(&data, &header, first)?,
            order,
            strings: header.strings,
            first,
            first_string,
            base,
            distilled: None,
            index: OnceLock::new(),
            pointer_size: OnceLock::new(),
            data,
        })
    }

    /// Returns the byte order of the target.
    pub fn byte_order(&self) -> ByteOrder {
        self.order
    }

    /// Returns the type information of the kernel, if this is that of a module.
    pub fn base(&self) -> Option<&Arc<Self>> {
        self.base.as_ref()
    }

    /// Returns the numbers of the types: of a module, only its own.
    pub fn ids(&self) -> impl DoubleEndedIterator<Item = TypeId> + Clone {
        (self.first..self.end()).map(TypeId)
    }

    /// Returns whether the type is in this file, and not in that of the kernel.
    pub fn owns(&self, id: TypeId) -> bool {
        (self.first..self.end()).contains(&id.0)
    }

    /// Returns the type of this number.
    ///
    /// # Errors
    ///
    /// If there is none, or one of its names is not proper.
    pub fn get(&self, id: TypeId) -> Result<Type<'_>, Error> {
        if id == TypeId::VOID {
            return Ok(Type::Void);
        }
        let (btf, record, offset) = self.record(id)?;

        btf.decode(id, record, offset)
    }

    /// Returns the kind of a type; [`None`] for one that came after this crate.
    ///
    /// # Errors
    ///
    /// If there is no type of this number.
    pub fn kind(&self, id: TypeId) -> Result<Option<Kind>, Error> {
        if id == TypeId::VOID {
            return Ok(Some(Kind::Void));
        }
        Ok(self.record(id)?.1.kind())
    }

    /// Returns the types of a kind and name: a module's own, then those of its kernel.
    ///
    /// There can be several: files of C keep their types to themselves.
    pub fn find(&self, kind: Kind, name: &str) -> Vec<TypeId> {
        let mut found = Vec::new();
        let mut next = Some(self);

        while let Some(btf) = next {
            btf.find_own(kind, name, &mut found);
            next = btf.base.as_deref();
        }
        found
    }

    /// Returns the functions of a name: a module's own, then those of its kernel.
    ///
    /// There can be several: static ones of different files. Which of them is which symbol cannot be told from BTF.
    pub fn functions(&self, name: &str) -> Vec<TypeId> {
        self.find(Kind::Func, name)
    }

    /// Returns the names of all types of a kind: of a module, only its own. Those that are not proper are left out.
    pub fn names(&self, kind: Kind) -> impl Iterator<Item = (TypeId, &str)> {
        self.ids().filter_map(move |id| {
            let (_, record, _) = self.record(id).ok()?;
            let name = self.string(record.name).ok()?;

            (record.kind() == Some(kind) && !name.is_empty()).then_some((id, name))
        })
    }

    fn find_own(&self, kind: Kind, name: &str, found: &mut Vec<TypeId>) {
        if name.is_empty() {
            return;
        }
        let index = self.index.get_or_init(|| self.make_index());

        found.extend(index.candidates(name.as_bytes()).filter(|&id| {
            self.record(id).is_ok_and(|(_, record, _)| {
                record.kind() == Some(kind) && self.string(record.name) == Ok(name)
            })
        }));
    }

    fn make_index(&self) -> Index {
        Index::new(self.ids().filter_map(|id| {
            let (_, record, _) = self.record(id).ok()?;
            let name = self.string_bytes(record.name).ok()?;

            (!name.is_empty()).then_some((name, id))
        }))
    }

    /// Finds the file that a type is in, its first words, and what follows.
    pub(crate) fn record(&self, id: TypeId) -> Result<(&Self, Record, usize), Error> {
        let mut btf = self;

        while id.0 < btf.first {
            btf = btf.base.as_deref().ok_or(Error::NoType(id))?;
        }
        let at =
            id.0.checked_sub(btf.first)
                .and_then(|index| btf.offsets.get(usize::try_from(index).ok()?))
                .and_then(|&offset| usize::try_from(offset).ok())
                .ok_or(Error::NoType(id))?;
        let record = record(btf.order, &btf.data, at).ok_or(Error::Truncated(id))?;

        Ok((btf, record, at + Record::SIZE))
    }

    /// Returns the type of the base that the module's makers meant by a number.
    pub(crate) fn real(&self, id: u32) -> Result<TypeId, Error> {
        let Some(Distilled { base, real }) = &self.distilled else {
            return Ok(TypeId(id));
        };
        if id == 0 {
            return Ok(TypeId::VOID);
        }
        match id.checked_sub(base.end()) {
            Some(own) => self.first.checked_add(own).map(TypeId),
            None => usize::try_from(id - 1)
                .ok()
                .and_then(|index| real.get(index))
                .copied(),
        }
        .ok_or(Error::NoType(TypeId(id)))
    }

    /// Returns the string at an offset.
    pub(crate) fn string(&self, offset: u32) -> Result<&str, Error> {
        std::str::from_utf8(self.string_bytes(offset)?).map_err(|_| Error::Name(offset))
    }

    fn string_bytes(&self, offset: u32) -> Result<&[u8], Error> {
        let mut btf = self;

        while offset < btf.first_string {
            btf = match &btf.distilled {
                Some(distilled) => &distilled.base,
                None => btf.base.as_deref().ok_or(Error::Name(offset))?,
            };
        }
        let strings = btf.data.get(btf.strings.clone()).unwrap_or_default();
        let start = usize::try_from(offset - btf.first_string).map_err(|_| Error::Name(offset))?;
        let rest = strings.get(start..).ok_or(Error::Name(offset))?;
        let end = rest.iter().take(LONGEST_NAME).position(|&byte| byte == 0);

        end.and_then(|end| rest.get(..end))
            .ok_or(Error::Name(offset))
    }

    /// Returns the number after that of the last type.
    fn end(&self) -> u32 {
        // `offsets()` has seen that this fits.
        self.first.saturating_add(self.offsets.len() as u32)
    }

    fn strings_end(&self) -> Result<u32, Error> {
        u32::try_from(self.strings.len())
            .ok()
            .and_then(|length| self.first_string.checked_add(length))
            .ok_or(Error::Part("strings"))
    }

    /// Finds each type of a distilled base in the real one.
    fn find_all_in(&self, base: &Self) -> Result<Vec<TypeId>, Error> {
        let mut known = HashMap::new();
        let mut real = Vec::with_capacity(self.offsets.len());

        for id in self.ids() {
            let (_, record, _) = self.record(id)?;
            let kind = record.kind().ok_or(Error::UnknownKind {
                id,
                kind: record.kind,
            })?;
            let name = self.string(record.name)?;
            let found = *known
                .entry((kind, name, record.word))
                .or_insert_with(|| base.find_like(kind, name, record.word));

            real.push(found.ok_or_else(|| Error::Distilled {
                kind,
                name: name.to_owned(),
            })?);
        }
        Ok(real)
    }

    /// Finds a type as a distilled base describes it: by its kind, its name, and its size if that counts.
    ///
    /// An enumeration there has the kind of either width, and a struct that is only pointed at is a declared one.
    fn find_like(&self, kind: Kind, name: &str, size: u32) -> Option<TypeId> {
        let kinds: &[Kind] = match kind {
            Kind::Enum | Kind::Enum64 => &[Kind::Enum, Kind::Enum64],
            Kind::Fwd => &[
                Kind::Struct,
                Kind::Union,
                Kind::Fwd,
                Kind::Enum,
                Kind::Enum64,
            ],
            _ => &[kind],
        };
        let has_size = matches!(
            kind,
            Kind::Int | Kind::Float | Kind::Struct | Kind::Union | Kind::Enum | Kind::Enum64
        );
        let mut all = kinds.iter().flat_map(|&kind| self.find(kind, name));

        all.find(|&id| {
            !has_size
                || size == 0
                || self
                    .record(id)
                    .is_ok_and(|(_, record, _)| record.word == size)
        })
    }
}

/// Finds where each type begins.
fn offsets(data: &[u8], header: &Header, first: u32) -> Result<Vec<u32>, Error> {
    let Header {
        order,
        types,
        layouts,
        ..
    } = header;
    let all = data.get(..types.end).ok_or(Error::Part("types"))?;
    let mut offsets = Vec::new();
    let mut at = types.start;

    while at < types.end {
        let id = u32::try_from(offsets.len())
            .ok()
            .and_then(|index| first.checked_add(index))
            .filter(|&id| id != u32::MAX)
            .map(TypeId)
            .ok_or(Error::TooManyTypes)?;
        let record = record(*order, all, at).ok_or(Error::Truncated(id))?;
        let (once, each) = match record.kind().filter(|&kind| kind != Kind::Void) {
            Some(kind) => kind.extent(),
            None => layout(data.get(layouts.clone()).unwrap_or_default(), record.kind).ok_or(
                Error::UnknownKind {
                    id,
                    kind: record.kind,
                },
            )?,
        };
        let end = record
            .count
            .checked_mul(each)
            .and_then(|length| {
                length
                    .checked_add(once)?
                    .checked_add(at)?
                    .checked_add(Record::SIZE)
            })
            .filter(|&end| end <= types.end)
            .ok_or(Error::Truncated(id))?;

        offsets.push(u32::try_from(at).map_err(|_| Error::Part("types"))?);
        at = end;
    }
    Ok(offsets)
}

fn record(order: ByteOrder, data: &[u8], at: usize) -> Option<Record> {
    let word = |index: usize| order.u32(data, at.checked_add(index * 4)?);

    Some(Record::new([word(0)?, word(1)?, word(2)?]))
}

/// Returns the extent of a kind that only the file knows.
fn layout(layouts: &[u8], kind: u8) -> Option<(usize, usize)> {
    match layouts.get(usize::from(kind) * 4..)? {
        [0, 0, ..] | [_] | [] => None,
        [once, each, ..] => Some((usize::from(*once), usize::from(*each))),
    }
}
