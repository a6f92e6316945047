// SPDX-License-Identifier: GPL-2.0

//! What a type comes to: behind its other names, its size and its alignment.

use crate::btf::Btf;
use crate::bytes::ByteOrder;
use crate::error::Error;
use crate::kind::Kind;
use crate::types::{Array, Composite, Member, Type, TypeId};

/// How many types a question may lead through. The largest struct of a kernel takes some thousands.
const STEPS: u32 = 200_000;
/// How deep types may be nested.
const DEPTH: u32 = 64;
/// The size of a pointer, where the file has no type that tells.
const POINTER_SIZE: u32 = 8;

/// The bits of a struct or union that a bit field has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BitField {
    /// The first bit, from the start of the struct; in a big-endian file a byte's first bit is its most significant one.
    pub bit_offset: u32,
    /// How many bits it has.
    pub bits: u8,
}

impl Btf {
    /// Returns the type behind qualifiers, tags and typedefs.
    ///
    /// # Errors
    ///
    /// If there is no end to them.
    pub fn resolve(&self, id: TypeId) -> Result<(TypeId, Type<'_>), Error> {
        self.follow(id, Type::alias_of)
    }

    /// Returns the type behind qualifiers and tags: a typedef stays.
    ///
    /// # Errors
    ///
    /// If there is no end to them.
    pub fn unqualified(&self, id: TypeId) -> Result<(TypeId, Type<'_>), Error> {
        self.follow(id, Type::qualifies)
    }

    fn follow<'a>(
        &'a self,
        id: TypeId,
        next: impl Fn(&Type<'a>) -> Option<TypeId>,
    ) -> Result<(TypeId, Type<'a>), Error> {
        let mut at = id;

        for _ in 0..DEPTH {
            let found = self.get(at)?;

            match next(&found) {
                Some(target) => at = target,
                None => return Ok((at, found)),
            }
        }
        Err(Error::Endless(id))
    }

    /// Returns the size of a pointer of the target, and of C's `long`.
    pub fn pointer_size(&self) -> u32 {
        if let Some(base) = self.base() {
            return base.pointer_size();
        }
        *self.pointer_size.get_or_init(|| {
            ["long unsigned int", "unsigned long", "long int", "long"]
                .into_iter()
                .flat_map(|name| self.find(Kind::Int, name))
                .find_map(|id| match self.get(id) {
                    Ok(Type::Int(int)) if matches!(int.size, 4 | 8) => Some(int.size),
                    _ => None,
                })
                .unwrap_or(POINTER_SIZE)
        })
    }

    /// Returns the size of a type in bytes.
    ///
    /// # Errors
    ///
    /// If it has none, or it cannot be told.
    pub fn size_of(&self, id: TypeId) -> Result<u64, Error> {
        let mut count = 1u64;
        let mut at = id;

        for _ in 0..DEPTH {
            let one = match self.resolve(at)?.1 {
                Type::Array(Array {
                    element, count: n, ..
                }) => {
                    count = count.checked_mul(u64::from(n)).ok_or(Error::TooLarge(id))?;
                    at = element;
                    continue;
                }
                Type::Int(int) => int.size,
                Type::Ptr { .. } => self.pointer_size(),
                Type::Struct(composite) | Type::Union(composite) => composite.size,
                Type::Enum(of) => of.size,
                Type::Float { size, .. } | Type::Datasec { size, .. } => size,
                Type::Var { target, .. } => {
                    at = target;
                    continue;
                }
                _ => return Err(Error::Unsized(id)),
            };

            return count.checked_mul(u64::from(one)).ok_or(Error::TooLarge(id));
        }
        Err(Error::Endless(id))
    }

    /// Returns the alignment that a type has by its members.
    ///
    /// BTF does not tell of `__aligned`, so a struct can be aligned to more than this. That it is packed shows in the offsets of its
    /// members or in its size; its alignment is 1 then.
    ///
    /// # Errors
    ///
    /// If it has none, or it cannot be told.
    pub fn align_of(&self, id: TypeId) -> Result<u64, Error> {
        self.align(id, DEPTH, &mut { STEPS })
    }

    fn align(&self, id: TypeId, depth: u32, steps: &mut u32) -> Result<u64, Error> {
        *steps = steps.checked_sub(1).ok_or(Error::Endless(id))?;
        let deeper = depth.checked_sub(1).ok_or(Error::Endless(id))?;

        match self.resolve(id)?.1 {
            Type::Array(Array { element, .. }) => self.align(element, deeper, steps),
            Type::Var { target, .. } => self.align(target, deeper, steps),
            Type::Struct(composite) | Type::Union(composite) => {
                self.composite_align(&composite, deeper, steps)
            }
            Type::Int(int) => Ok(self.scalar_align(int.size)),
            Type::Enum(of) => Ok(self.scalar_align(of.size)),
            Type::Float { size, .. } => Ok(self.scalar_align(size)),
            Type::Ptr { .. } => Ok(u64::from(self.pointer_size())),
            _ => Err(Error::Unsized(id)),
        }
    }

    fn composite_align(
        &self,
        composite: &Composite<'_>,
        depth: u32,
        steps: &mut u32,
    ) -> Result<u64, Error> {
        let mut most = 1;

        for member in &composite.members {
            let align = self.align(member.type_id, depth, steps)?;

            // A bit field aligns its struct, and need not be aligned itself.
            if self.bit_field(member)?.is_none() && u64::from(member.bit_offset) % (align * 8) != 0
            {
                return Ok(1);
            }
            // One of padding, `int: 0`, does neither.
            if !member.name.is_empty() || member.bits.is_none() {
                most = most.max(align);
            }
        }
        Ok(if u64::from(composite.size) % most == 0 {
            most
        } else {
            1
        })
    }

    /// Scalars are aligned to their size in all 64-bit ABIs of kernels with livepatch but that of s390x, the big-endian one, which
    /// aligns nothing to more than 8.
    fn scalar_align(&self, size: u32) -> u64 {
        let most = match self.order {
            ByteOrder::Little => 16,
            ByteOrder::Big => 8,
        };

        u64::from(
            size.checked_next_power_of_two()
                .unwrap_or(most)
                .clamp(1, most),
        )
    }

    /// Returns which bits a member has, if it is a bit field.
    ///
    /// # Errors
    ///
    /// If its type cannot be found.
    pub fn bit_field(&self, member: &Member<'_>) -> Result<Option<BitField>, Error> {
        if let Some(bits) = member.bits {
            return Ok(Some(BitField {
                bit_offset: member.bit_offset,
                bits,
            }));
        }
        Ok(match self.resolve(member.type_id)?.1 {
            Type::Int(int)
                if u32::from(int.bits) != int.size.saturating_mul(8) || int.bit_offset != 0 =>
            {
                Some(BitField {
                    bit_offset: member.bit_offset.saturating_add(u32::from(int.bit_offset)),
                    bits: int.bits,
                })
            }
            _ => None,
        })
    }

    /// Returns the type of a function.
    ///
    /// # Errors
    ///
    /// If it is no function, or has none.
    pub fn prototype(&self, func: TypeId) -> Result<crate::FuncProto<'_>, Error> {
        let wrong = |id, expected| Err(Error::WrongKind { id, expected });
        let Type::Func(of) = self.get(func)? else {
            return wrong(func, "function");
        };

        match self.get(of.prototype)? {
            Type::FuncProto(prototype) => Ok(prototype),
            _ => wrong(of.prototype, "type of a function"),
        }
    }
}
