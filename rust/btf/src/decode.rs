// SPDX-License-Identifier: GPL-2.0

//! From the words of a type to the type.

use crate::btf::Btf;
use crate::error::Error;
use crate::kind::Kind;
use crate::types::{
    Array, Composite, Enum, Enumerator, Func, FuncProto, Int, Linkage, Member, Param, Record,
    SectionVar, Type, TypeId,
};

impl Btf {
    /// Decodes a type of this file, whose elements begin at `at`.
    pub(crate) fn decode(&self, id: TypeId, record: Record, at: usize) -> Result<Type<'_>, Error> {
        let words = Words { btf: self, id, at };
        let name = self.string(record.name)?;
        let target = || self.real(record.word);
        let size = record.word;

        Ok(match record.kind() {
            None | Some(Kind::Void) => Type::Unknown { kind: record.kind },
            Some(Kind::Int) => {
                let word = words.get(0)?;
                let encoding = word >> 24;

                Type::Int(Int {
                    name,
                    size,
                    is_signed: encoding & 1 != 0,
                    is_char: encoding & 2 != 0,
                    is_bool: encoding & 4 != 0,
                    bit_offset: (word >> 16) as u8,
                    bits: word as u8,
                })
            }
            Some(Kind::Ptr) => Type::Ptr { target: target()? },
            Some(Kind::Array) => Type::Array(Array {
                element: words.id(0)?,
                index: words.id(1)?,
                count: words.get(2)?,
            }),
            Some(Kind::Struct) => Type::Struct(self.composite(name, record, words)?),
            Some(Kind::Union) => Type::Union(self.composite(name, record, words)?),
            Some(Kind::Enum) => Type::Enum(Enum {
                name,
                size,
                is_signed: record.flag,
                values: words.elements(record.count, 2, |name, [value, _]| {
                    Ok(Enumerator {
                        name,
                        value: if record.flag {
                            i128::from(value as i32)
                        } else {
                            i128::from(value)
                        },
                    })
                })?,
            }),
            Some(Kind::Enum64) => Type::Enum(Enum {
                name,
                size,
                is_signed: record.flag,
                values: words.elements(record.count, 3, |name, [low, high]| {
                    let value = (u64::from(high) << 32) | u64::from(low);

                    Ok(Enumerator {
                        name,
                        value: if record.flag {
                            i128::from(value as i64)
                        } else {
                            i128::from(value)
                        },
                    })
                })?,
            }),
            Some(Kind::Fwd) => Type::Fwd {
                name,
                is_union: record.flag,
            },
            Some(Kind::Typedef) => Type::Typedef {
                name,
                target: target()?,
            },
            Some(Kind::Volatile) => Type::Volatile { target: target()? },
            Some(Kind::Const) => Type::Const { target: target()? },
            Some(Kind::Restrict) => Type::Restrict { target: target()? },
            Some(Kind::Func) => Type::Func(Func {
                name,
                prototype: target()?,
                // What is the number of elements elsewhere.
                linkage: Linkage::from(record.count as u32),
            }),
            Some(Kind::FuncProto) => {
                let mut params = words.elements(record.count, 2, |name, [type_id, _]| {
                    Ok(Param {
                        name,
                        type_id: self.real(type_id)?,
                    })
                })?;
                let is_variadic = params
                    .last()
                    .is_some_and(|last| last.name.is_empty() && last.type_id == TypeId::VOID);

                if is_variadic {
                    params.pop();
                }
                Type::FuncProto(FuncProto {
                    return_type: target()?,
                    params,
                    is_variadic,
                })
            }
            Some(Kind::Var) => Type::Var {
                name,
                target: target()?,
                linkage: Linkage::from(words.get(0)?),
            },
            Some(Kind::Datasec) => Type::Datasec {
                name,
                size,
                vars: (0..record.count)
                    .map(|index| {
                        let first = index * 3;

                        Ok(SectionVar {
                            var: words.id(first)?,
                            offset: words.get(first + 1)?,
                            size: words.get(first + 2)?,
                        })
                    })
                    .collect::<Result<_, Error>>()?,
            },
            Some(Kind::Float) => Type::Float { name, size },
            Some(Kind::DeclTag) => Type::DeclTag {
                name,
                target: target()?,
                component: Some(words.get(0)?).filter(|&component| component != u32::MAX),
            },
            Some(Kind::TypeTag) => Type::TypeTag {
                name,
                target: target()?,
            },
        })
    }

    fn composite<'a>(
        &'a self,
        name: &'a str,
        record: Record,
        words: Words<'a>,
    ) -> Result<Composite<'a>, Error> {
        let members = words.elements(record.count, 3, |name, [type_id, offset]| {
            let type_id = self.real(type_id)?;

            Ok(if record.flag {
                Member {
                    name,
                    type_id,
                    bit_offset: offset & 0x00ff_ffff,
                    bits: Some((offset >> 24) as u8).filter(|&bits| bits != 0),
                }
            } else {
                Member {
                    name,
                    type_id,
                    bit_offset: offset,
                    bits: None,
                }
            })
        })?;

        Ok(Composite {
            name,
            size: record.word,
            members,
        })
    }
}

/// The words that follow the first three of a type.
#[derive(Clone, Copy)]
struct Words<'a> {
    btf: &'a Btf,
    id: TypeId,
    at: usize,
}

impl<'a> Words<'a> {
    fn get(self, index: usize) -> Result<u32, Error> {
        index
            .checked_mul(4)
            .and_then(|offset| self.at.checked_add(offset))
            .and_then(|offset| self.btf.order.u32(&self.btf.data, offset))
            .ok_or(Error::Truncated(self.id))
    }

    fn id(self, index: usize) -> Result<TypeId, Error> {
        self.btf.real(self.get(index)?)
    }

    /// Makes each of `count` elements, which have `width` words: a name and one or two more.
    fn elements<T>(
        self,
        count: usize,
        width: usize,
        make: impl Fn(&'a str, [u32; 2]) -> Result<T, Error>,
    ) -> Result<Vec<T>, Error> {
        (0..count)
            .map(|index| {
                let first = index * width;
                let name = self.btf.string(self.get(first)?)?;
                let third = if width > 2 { self.get(first + 2)? } else { 0 };

                make(name, [self.get(first + 1)?, third])
            })
            .collect()
    }
}
