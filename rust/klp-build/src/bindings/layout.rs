// SPDX-License-Identifier: GPL-2.0

//! Where C has the members of a struct or union, and what it takes that Rust has them there too.

use livepatch_btf::{BitField, Btf, Composite, Error, Member};

/// How a struct or union is laid out.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Layout<'a> {
    pub(super) size: u64,
    /// As far as BTF tells.
    pub(super) align: u64,
    pub(super) is_packed: bool,
    /// Whether nothing has the alignment of the whole, because what brings it are bit fields.
    pub(super) lacks_align: bool,
    pub(super) slots: Vec<Slot<'a>>,
    pub(super) bit_fields: Vec<(Member<'a>, BitField)>,
}

/// What is at some place.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Slot<'a> {
    /// A member that is no bit field.
    Member { member: Member<'a>, offset: u64 },
    /// Bytes with bit fields.
    Bits { size: u64 },
    /// Bytes with nothing.
    Padding { size: u64 },
}

/// Why Rust cannot have it.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Obstacle {
    #[error("{0}")]
    Btf(#[from] Error),
    /// What this member does.
    #[error("its member {member} {does}")]
    Member { member: String, does: &'static str },
}

/// Where a member is, in bytes.
struct Place<'a> {
    member: Member<'a>,
    bits: Option<BitField>,
    start: u64,
    end: u64,
    align: u64,
}

impl<'a> Place<'a> {
    fn new(btf: &Btf, member: &Member<'a>, size: u64) -> Result<Self, Obstacle> {
        let bits = btf.bit_field(member)?;
        let place = |start, end, align| Self {
            member: *member,
            bits,
            start,
            end,
            align,
        };
        let place = if let Some(bits) = bits {
            let first = u64::from(bits.bit_offset);
            place(first / 8, (first + u64::from(bits.bits)).div_ceil(8), 1)
        } else {
            if member.bit_offset % 8 != 0 {
                return Err(place(0, 0, 1).obstacle("begins within a byte, and is no bit field"));
            }
            let start = u64::from(member.bit_offset / 8);
            let end = start.saturating_add(btf.size_of(member.type_id)?);
            place(start, end, btf.align_of(member.type_id)?)
        };

        if bits.is_some_and(|bits| bits.bits > 64) {
            return Err(place.obstacle("has more than 64 bits"));
        }
        if place.end > size {
            return Err(place.obstacle("goes on after the end"));
        }
        Ok(place)
    }

    fn obstacle(&self, does: &'static str) -> Obstacle {
        Obstacle::Member {
            member: self.member.name.to_owned(),
            does,
        }
    }

    /// Whether it is only there to keep others away from each other: `int: 3`.
    fn is_padding(&self) -> bool {
        self.bits
            .is_some_and(|bits| bits.bits == 0 || self.member.name.is_empty())
    }
}

impl<'a> Layout<'a> {
    /// Lays out a struct.
    pub(super) fn of_struct(btf: &Btf, of: &Composite<'a>, align: u64) -> Result<Self, Obstacle> {
        let (mut layout, places) = Self::new(btf, of, align)?;
        let mut at = 0;

        for place in places {
            if place.bits.is_some() {
                match layout.slots.last_mut() {
                    // Bit fields share bytes with each other, and with nothing else.
                    Some(Slot::Bits { size }) if (at - *size..=at).contains(&place.start) => {
                        *size += place.end.saturating_sub(at);
                    }
                    _ if place.start < at => {
                        return Err(place.obstacle("shares a byte with what is no bit field"));
                    }
                    _ => {
                        layout.pad(at, place.start, 1);
                        layout.slots.push(Slot::Bits {
                            size: place.end - place.start,
                        });
                    }
                }
                at = at.max(place.end);
            } else {
                if place.start < at {
                    return Err(place.obstacle("shares bytes with the one before"));
                }
                layout.pad(at, place.start, place.align);
                layout.slots.push(Slot::Member {
                    member: place.member,
                    offset: place.start,
                });
                at = place.end;
            }
        }
        layout.pad(at, layout.size, layout.align);
        Ok(layout)
    }

    /// Lays out a union.
    pub(super) fn of_union(btf: &Btf, of: &Composite<'a>, align: u64) -> Result<Self, Obstacle> {
        let (mut layout, places) = Self::new(btf, of, align)?;
        let mut largest = 0;

        for place in places {
            if place.start != 0 {
                return Err(place.obstacle("is not at the start of its union"));
            }
            largest = largest.max(place.end);
            layout.slots.push(match place.bits {
                Some(_) => Slot::Bits { size: place.end },
                None => Slot::Member {
                    member: place.member,
                    offset: 0,
                },
            });
        }
        if layout.natural(largest, layout.align) != layout.size {
            layout.slots.push(Slot::Padding { size: layout.size });
        }
        Ok(layout)
    }

    fn new(btf: &Btf, of: &Composite<'a>, align: u64) -> Result<(Self, Vec<Place<'a>>), Obstacle> {
        let size = u64::from(of.size);
        let mut places = of
            .members
            .iter()
            .map(|member| Place::new(btf, member, size))
            .collect::<Result<Vec<_>, _>>()?;
        places.retain(|place| !place.is_padding());
        let most = places.iter().map(|place| place.align).max().unwrap_or(1);
        let is_packed =
            size % most != 0 || places.iter().any(|place| place.start % place.align != 0);

        Ok((
            Self {
                size,
                align: if is_packed { 1 } else { align.max(most) },
                is_packed,
                lacks_align: !is_packed && align > most,
                slots: Vec::new(),
                bit_fields: places
                    .iter()
                    .filter_map(|place| Some((place.member, place.bits?)))
                    .collect(),
            },
            places,
        ))
    }

    /// Returns where something of an alignment comes to lie by itself.
    fn natural(&self, at: u64, align: u64) -> u64 {
        if self.is_packed {
            at
        } else {
            at.next_multiple_of(align)
        }
    }

    /// Fills the gap between what is there and what comes next, where it does not arise by itself.
    fn pad(&mut self, at: u64, next: u64, align: u64) {
        if self.natural(at, align) < next {
            self.slots.push(Slot::Padding { size: next - at });
        }
    }
}

#[cfg(test)]
mod tests {
    use livepatch_btf::testing::Writer;
    use livepatch_btf::{Btf, ByteOrder, Type, TypeId};

    use super::{Layout, Slot};

    fn shape(btf: &Btf, id: TypeId) -> String {
        let align = btf.align_of(id).unwrap();
        let layout = match btf.get(id).unwrap() {
            Type::Struct(of) => Layout::of_struct(btf, &of, align),
            Type::Union(of) => Layout::of_union(btf, &of, align),
            other => panic!("{other:?}"),
        };
        let layout = match layout {
            Ok(layout) => layout,
            Err(obstacle) => return obstacle.to_string(),
        };
        let slots: Vec<_> = layout
            .slots
            .iter()
            .map(|slot| match slot {
                Slot::Member { member, offset } => format!("{}@{offset}", member.name),
                Slot::Bits { size } => format!("bits {size}"),
                Slot::Padding { size } => format!("pad {size}"),
            })
            .collect();

        format!(
            "{} {}{}{}",
            layout.align,
            slots.join(", "),
            if layout.is_packed { " packed" } else { "" },
            if layout.lacks_align { " lacks" } else { "" }
        )
    }

    #[test]
    fn lays_out_structs() {
        let mut writer = Writer::new(ByteOrder::Little);
        let int = writer.int("unsigned int", 4, false);
        let byte = writer.int("unsigned char", 1, false);
        let none = writer.array(int, int, 0);
        let cases = [
            (
                writer.structure("natural", 8, &[("a", byte, 0), ("b", int, 32)]),
                "4 a@0, b@4",
            ),
            (
                writer.structure("aligned", 128, &[("a", int, 0), ("b", int, 512)]),
                "4 a@0, pad 60, b@64, pad 60",
            ),
            (
                writer.structure("packed", 5, &[("a", byte, 0), ("b", int, 8)]),
                "1 a@0, b@1 packed",
            ),
            (
                writer.structure("packed_with_tail", 8, &[("a", byte, 0), ("b", int, 8)]),
                "1 a@0, b@1, pad 3 packed",
            ),
            (
                writer.structure("flexible", 4, &[("a", int, 0), ("b", none, 32)]),
                "4 a@0, b@4",
            ),
            (writer.structure("empty", 0, &[]), "1 "),
            (
                writer.bit_fields(
                    "bits",
                    8,
                    &[
                        ("a", int, 0, 3),
                        ("b", int, 3, 10),
                        ("c", byte, 16, 0),
                        ("d", int, 32, 1),
                    ],
                ),
                "4 bits 2, c@2, pad 1, bits 1 lacks",
            ),
            (
                writer.bit_fields(
                    "unnamed",
                    8,
                    &[("a", int, 0, 1), ("", int, 1, 31), ("b", int, 32, 32)],
                ),
                "4 bits 1, pad 3, bits 4 lacks",
            ),
            (
                writer.union("union", 8, &[("a", int), ("b", byte)]),
                "4 a@0, b@0, pad 8",
            ),
            (
                writer.structure("overlap", 8, &[("a", int, 0), ("b", int, 16)]),
                "its member b shares bytes with the one before",
            ),
            (
                writer.structure("outside", 4, &[("a", int, 32)]),
                "its member a goes on after the end",
            ),
            (
                writer.bit_fields("shared", 4, &[("a", byte, 0, 0), ("b", int, 4, 3)]),
                "its member b shares a byte with what is no bit field",
            ),
            (
                writer.structure("within", 8, &[("a", int, 4)]),
                "its member a begins within a byte, and is no bit field",
            ),
        ];
        let btf = Btf::parse(writer.finish()).unwrap();

        for (id, expected) in cases {
            assert_eq!(shape(&btf, id), expected, "{}", btf.format_type(id));
        }
    }
}
