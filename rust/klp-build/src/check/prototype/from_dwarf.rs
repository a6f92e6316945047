// SPDX-License-Identifier: GPL-2.0

//! The prototypes of the functions of an object file, from DWARF.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use gimli::{constants, AttributeValue, DwAt, UnitOffset};

use super::types::{Int, Keyword, Param, Prototype, Record, Type};
use crate::check::dwarf::{Function, Functions, Reader, Unit};

/// How deep types are read.
const DEPTH: u32 = 32;
/// How many entries a prototype may consist of.
const STEPS: u32 = 20_000;
/// How many entries all prototypes of a file may consist of. Those of the kernel's largest livepatches take some thousands.
const ALL_STEPS: u32 = 2_000_000;
/// How many parameters a function may have.
const MOST_PARAMS: usize = 255;
/// How many entries may say of themselves that another one has the rest.
const ORIGINS: u32 = 8;
/// Rust's words for what wraps a pointer that can be null.
const SOME: &[u8] = b"Some";

type Die<'b, 'a> = gimli::DebuggingInformationEntry<'b, 'b, Reader<'a>>;

/// Reads prototypes.
pub(super) struct Prototypes<'b, 'a> {
    functions: &'b Functions<'a>,
    /// Structs and unions that were read before.
    records: RefCell<HashMap<(usize, usize), Type>>,
    /// Functions, likewise.
    known: RefCell<HashMap<(usize, usize), Result<Prototype, String>>>,
    steps: Cell<u32>,
    all_steps: Cell<u32>,
}

impl<'b, 'a> Prototypes<'b, 'a> {
    pub(super) fn new(functions: &'b Functions<'a>) -> Self {
        Self {
            functions,
            records: RefCell::default(),
            known: RefCell::default(),
            steps: Cell::new(0),
            all_steps: Cell::new(ALL_STEPS),
        }
    }

    /// Reads the prototype of a function.
    ///
    /// # Errors
    ///
    /// If it cannot be read: the reason. What cannot be told of its types is a type of its own.
    pub(super) fn read(&self, function: Function) -> Result<Prototype, String> {
        let key = (function.unit, function.offset.0);
        if let Some(known) = self.known.borrow().get(&key) {
            return known.clone();
        }
        let left = self.all_steps.get();
        let most = left.min(STEPS);
        self.steps.set(most);
        let prototype = self.whole(function);

        self.all_steps
            .set(left.saturating_sub(most.saturating_sub(self.steps.get())));
        self.known.borrow_mut().insert(key, prototype.clone());
        prototype
    }

    fn whole(&self, function: Function) -> Result<Prototype, String> {
        // The compiler's copies of a function, and definitions of what was declared before, refer to the whole of it.
        let mut at = function;
        for _ in 0..ORIGINS {
            let prototype = self.function(at, DEPTH)?;
            let origin = self
                .attribute(at, constants::DW_AT_abstract_origin)
                .or_else(|| self.attribute(at, constants::DW_AT_specification))
                .and_then(|value| self.functions.refer(at.unit, value));

            match origin {
                Some(origin) => at = origin,
                None => return Ok(prototype),
            }
        }
        Err("it refers to itself".to_owned())
    }

    /// Reads a function, or the type of one.
    fn function(&self, at: Function, depth: u32) -> Result<Prototype, String> {
        let unit = self.functions.unit(at.unit).ok_or("it is in no unit")?;
        let broken = |error: gimli::Error| error.to_string();
        let mut tree = unit.entries_tree(Some(at.offset)).map_err(broken)?;
        let root = tree.root().map_err(broken)?;
        let return_type = self.type_of(at.unit, root.entry(), depth);
        let mut params = Vec::new();
        let mut is_variadic = false;
        let mut children = root.children();

        while let Some(child) = children.next().map_err(broken)? {
            let entry = child.entry();

            match entry.tag() {
                constants::DW_TAG_formal_parameter if params.len() < MOST_PARAMS => {
                    params.push(Param {
                        name: self.name(unit, entry).unwrap_or_default(),
                        param_type: self.type_of(at.unit, entry, depth),
                    });
                }
                constants::DW_TAG_formal_parameter => {
                    return Err(format!("it has more than {MOST_PARAMS} parameters"))
                }
                constants::DW_TAG_unspecified_parameters => is_variadic = true,
                _ => {}
            }
            if !self.step() {
                return Err("it is too large".to_owned());
            }
        }
        Ok(Prototype {
            return_type,
            params,
            is_variadic,
        })
    }

    /// Takes a step, if there is one left.
    fn step(&self) -> bool {
        let left = self.steps.get().checked_sub(1);

        self.steps.set(left.unwrap_or_default());
        left.is_some()
    }

    fn attribute(&self, at: Function, name: DwAt) -> Option<AttributeValue<Reader<'a>>> {
        let unit = self.functions.unit(at.unit)?;

        unit.entry(at.offset).ok()?.attr_value(name).ok()?
    }

    fn name(&self, unit: &Unit<'a>, entry: &Die<'_, 'a>) -> Option<String> {
        let value = entry.attr_value(constants::DW_AT_name).ok()??;
        let name = self.functions.dwarf().attr_string(unit, value).ok()?;

        Some(name.to_string_lossy().into_owned())
    }

    /// Returns the type that an entry refers to.
    fn type_of(&self, unit: usize, entry: &Die<'_, 'a>, depth: u32) -> Type {
        match entry.attr_value(constants::DW_AT_type) {
            Ok(None) => Type::Void,
            Ok(Some(value)) => match self.functions.refer(unit, value) {
                Some(at) => self.lower(at, depth),
                None => unknown("a type is in a type unit"),
            },
            Err(error) => unknown(&error.to_string()),
        }
    }

    fn target_of(&self, unit: usize, entry: &Die<'_, 'a>, depth: u32) -> Rc<Type> {
        Rc::new(self.type_of(unit, entry, depth))
    }

    /// Reads a type.
    fn lower(&self, at: Function, depth: u32) -> Type {
        let Some(depth) = depth.checked_sub(1).filter(|_| self.step()) else {
            return unknown("a type is too deep");
        };
        let Some(unit) = self.functions.unit(at.unit) else {
            return unknown("a type is in no unit");
        };
        let entry = match unit.entry(at.offset) {
            Ok(entry) => entry,
            Err(error) => return unknown(&error.to_string()),
        };
        let qualified = |qualifier| Type::Qualified {
            qualifier,
            target: self.target_of(at.unit, &entry, depth),
        };

        match entry.tag() {
            constants::DW_TAG_base_type => self.base(unit, &entry),
            constants::DW_TAG_unspecified_type => Type::Void,
            constants::DW_TAG_pointer_type
            | constants::DW_TAG_reference_type
            | constants::DW_TAG_rvalue_reference_type => {
                Type::Pointer(self.target_of(at.unit, &entry, depth))
            }
            constants::DW_TAG_const_type => qualified("const"),
            constants::DW_TAG_volatile_type => qualified("volatile"),
            constants::DW_TAG_restrict_type => qualified("restrict"),
            constants::DW_TAG_atomic_type => qualified("_Atomic"),
            constants::DW_TAG_typedef => Type::Alias {
                name: self.name(unit, &entry).unwrap_or_default(),
                target: self.target_of(at.unit, &entry, depth),
            },
            constants::DW_TAG_structure_type | constants::DW_TAG_class_type => {
                self.record(at, unit, &entry, Keyword::Struct, depth)
            }
            constants::DW_TAG_union_type => self.record(at, unit, &entry, Keyword::Union, depth),
            constants::DW_TAG_enumeration_type => {
                let name = self.name(unit, &entry);

                // The pointee of Rust's `*mut c_void`.
                if name.as_deref() == Some("c_void") && is_rust(unit) {
                    Type::Void
                } else {
                    Type::Enum {
                        name,
                        size: size(&entry).unwrap_or_default(),
                    }
                }
            }
            constants::DW_TAG_array_type => Type::Array {
                element: self.target_of(at.unit, &entry, depth),
                count: count(unit, at.offset),
            },
            constants::DW_TAG_subroutine_type => match self.function(at, depth) {
                Ok(prototype) => Type::Function(Rc::new(prototype)),
                Err(reason) => Type::Unknown(reason),
            },
            tag => Type::Unknown(format!("a type is {tag}, which no function of C has")),
        }
    }

    fn base(&self, unit: &Unit<'a>, entry: &Die<'_, 'a>) -> Type {
        let name = self.name(unit, entry).unwrap_or_default();
        let size = size(entry).unwrap_or_default();
        let encoding = match entry.attr_value(constants::DW_AT_encoding) {
            Ok(Some(AttributeValue::Encoding(encoding))) => encoding,
            _ => return Type::Unknown(format!("the type {name} has no encoding")),
        };

        match encoding {
            // Rust's `()` and `!`.
            _ if size == 0 => Type::Void,
            constants::DW_ATE_float
            | constants::DW_ATE_complex_float
            | constants::DW_ATE_imaginary_float
            | constants::DW_ATE_decimal_float => Type::Float { name, size },
            _ => Type::Int(Int {
                name,
                size,
                is_signed: matches!(
                    encoding,
                    constants::DW_ATE_signed | constants::DW_ATE_signed_char
                ),
                is_bool: encoding == constants::DW_ATE_boolean,
            }),
        }
    }

    fn record(
        &self,
        at: Function,
        unit: &Unit<'a>,
        entry: &Die<'_, 'a>,
        keyword: Keyword,
        depth: u32,
    ) -> Type {
        let key = (at.unit, at.offset.0);
        if let Some(known) = self.records.borrow().get(&key) {
            return known.clone();
        }
        let size = size(entry);
        let wraps = match size {
            Some(size) if is_rust(unit) => self
                .wrapped(at, size, depth)
                .map(|at| Rc::new(self.lower(at, depth))),
            _ => None,
        };
        let record = Type::Record(Record {
            keyword,
            name: self.name(unit, entry),
            size,
            wraps,
        });

        self.records.borrow_mut().insert(key, record.clone());
        record
    }

    /// Returns the type of the one member that a struct or union of Rust consists of.
    ///
    /// That `repr(transparent)` stands there is not in DWARF; but then it is an error of the author's source if not.
    fn wrapped(&self, at: Function, size: u64, depth: u32) -> Option<Function> {
        let unit = self.functions.unit(at.unit)?;
        let mut tree = unit.entries_tree(Some(at.offset)).ok()?;
        let mut found = None;
        let mut children = tree.root().ok()?.children();

        while let Some(child) = children.next().ok()? {
            if !self.step() {
                return None;
            }
            match child.entry().tag() {
                constants::DW_TAG_member => {
                    let value = child.entry().attr_value(constants::DW_AT_type).ok()??;
                    let member = self.functions.refer(at.unit, value)?;
                    if self.size_of(member, depth) != Some(size) || self.is_nothing(member) {
                        continue;
                    }
                    if found.replace(member).is_some() {
                        return None;
                    }
                }
                // `Option`: one of its variants is no more than the other's lack.
                constants::DW_TAG_variant_part => {
                    let mut variants = child.children();

                    while let Some(variant) = variants.next().ok()? {
                        let mut members = variant.children();

                        while let Some(member) = members.next().ok()? {
                            let entry = member.entry();

                            if !self.step() {
                                return None;
                            }
                            if self
                                .name(unit, entry)
                                .is_some_and(|name| name.as_bytes() == SOME)
                            {
                                let value = entry.attr_value(constants::DW_AT_type).ok()??;

                                let some = self.functions.refer(at.unit, value)?;

                                return self.wrapped(some, size, depth.checked_sub(1)?);
                            }
                        }
                    }
                    return None;
                }
                _ => {}
            }
        }
        found
    }

    /// Returns whether a type has no value.
    fn is_nothing(&self, at: Function) -> bool {
        let nothing = || {
            let unit = self.functions.unit(at.unit)?;
            let entry = unit.entry(at.offset).ok()?;
            let name = self.name(unit, &entry)?;

            Some(
                entry.tag() == constants::DW_TAG_base_type && size(&entry) == Some(0)
                    || name.starts_with("PhantomData<")
                    || name == "PhantomPinned",
            )
        };

        nothing().unwrap_or_default()
    }

    /// Returns the size of a type.
    fn size_of(&self, at: Function, depth: u32) -> Option<u64> {
        let depth = depth.checked_sub(1).filter(|_| self.step())?;
        let unit = self.functions.unit(at.unit)?;
        let entry = unit.entry(at.offset).ok()?;

        if let Some(size) = size(&entry) {
            return Some(size);
        }
        let target = || {
            let value = entry.attr_value(constants::DW_AT_type).ok()??;

            self.size_of(self.functions.refer(at.unit, value)?, depth)
        };

        match entry.tag() {
            constants::DW_TAG_pointer_type => Some(unit.encoding().address_size.into()),
            constants::DW_TAG_array_type => target()?.checked_mul(count(unit, at.offset)?),
            _ => target(),
        }
    }
}

fn unknown(reason: &str) -> Type {
    Type::Unknown(reason.to_owned())
}

fn is_rust(unit: &Unit<'_>) -> bool {
    let mut entries = unit.entries();

    if entries.next_entry().is_err() {
        return false;
    }
    let language = entries
        .current()
        .and_then(|root| root.attr_value(constants::DW_AT_language).ok()?);

    language == Some(AttributeValue::Language(constants::DW_LANG_Rust))
}

fn size(entry: &Die<'_, '_>) -> Option<u64> {
    entry
        .attr_value(constants::DW_AT_byte_size)
        .ok()??
        .udata_value()
}

/// Returns how many elements an array has, if its type says so.
fn count(unit: &Unit<'_>, offset: UnitOffset) -> Option<u64> {
    let mut tree = unit.entries_tree(Some(offset)).ok()?;
    let mut children = tree.root().ok()?.children();
    let mut count = None;

    while let Some(child) = children.next().ok()? {
        let entry = child.entry();

        if entry.tag() != constants::DW_TAG_subrange_type {
            continue;
        }
        let number = |name| entry.attr_value(name).ok()??.udata_value();
        let elements = number(constants::DW_AT_count)
            .or_else(|| number(constants::DW_AT_upper_bound)?.checked_add(1))?;

        count = Some(count.unwrap_or(1u64).checked_mul(elements)?);
    }
    count
}
