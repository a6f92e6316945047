// SPDX-License-Identifier: GPL-2.0

//! Finds in BTF what a list names, or says why it cannot.

use std::fmt::Write;

use livepatch_abi::object::VMLINUX;
use livepatch_btf::{Btf, Composite, Kind, Type, TypeId};

use super::error::Refusal;
use super::list::{Item, ItemKind};
use super::name::similar;

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    Type(TypeId),
    Function(TypeId),
}

/// The kinds that a word of a list can mean, in the order in which they are tried.
fn kinds(kind: ItemKind) -> &'static [Kind] {
    match kind {
        ItemKind::Any => &[
            Kind::Struct,
            Kind::Union,
            Kind::Enum,
            Kind::Enum64,
            Kind::Typedef,
        ],
        ItemKind::Struct => &[Kind::Struct],
        ItemKind::Union => &[Kind::Union],
        ItemKind::Enum => &[Kind::Enum, Kind::Enum64],
        ItemKind::Typedef => &[Kind::Typedef],
        ItemKind::Function => &[Kind::Func],
    }
}

fn what(kind: ItemKind) -> &'static str {
    match kind {
        ItemKind::Any => "type",
        ItemKind::Struct => "struct",
        ItemKind::Union => "union",
        ItemKind::Enum => "enum",
        ItemKind::Typedef => "typedef",
        ItemKind::Function => "function",
    }
}

/// Finds what an item names.
pub(super) fn find(btf: &Btf, object: &str, item: &Item) -> Result<Found, Refusal> {
    for &kind in kinds(item.kind) {
        let mut found = btf.find(kind, &item.name);

        // What a module has itself is what its code means.
        if found.iter().any(|&id| btf.owns(id)) {
            found.retain(|&id| btf.owns(id));
        }
        let Some(&first) = found.first() else {
            continue;
        };
        let mut different: Vec<(String, TypeId)> = Vec::new();
        for id in found {
            let text = describe(btf, id, &item.name);
            if different.iter().all(|(known, _)| *known != text) {
                different.push((text, id));
            }
        }
        if different.len() > 1 {
            return Err(Refusal::Ambiguous {
                object: object.to_owned(),
                what: what(item.kind),
                name: item.name.clone(),
                count: different.len(),
                list: different.iter().fold(String::new(), |mut list, (text, _)| {
                    // Writing to a string does not fail.
                    let _ = write!(list, "\n  {text}");
                    list
                }),
            });
        }
        return Ok(if kind == Kind::Func {
            Found::Function(first)
        } else {
            Found::Type(first)
        });
    }
    Err(missing(btf, object, item))
}

fn missing(btf: &Btf, object: &str, item: &Item) -> Refusal {
    let name = item.name.as_str();
    let is_type = item.kind != ItemKind::Function;

    if is_type && !btf.find(Kind::Fwd, name).is_empty() {
        return Refusal::Declared {
            object: object.to_owned(),
            what: what(item.kind),
            name: name.to_owned(),
        };
    }
    let other = [
        (Kind::Struct, "struct"),
        (Kind::Union, "union"),
        (Kind::Enum, "enum"),
        (Kind::Enum64, "enum"),
        (Kind::Typedef, "type"),
        (Kind::Func, "fn"),
    ]
    .into_iter()
    .find(|&(kind, _)| !btf.find(kind, name).is_empty());
    let hint = if let Some((_, word)) = other {
        format!("; there is `{word} {name}`")
    } else {
        let all = kinds(item.kind).iter().flat_map(|&kind| {
            let base = btf
                .base()
                .into_iter()
                .flat_map(move |base| base.names(kind));
            btf.names(kind).chain(base).map(|(_, name)| name)
        });
        let similar = similar(name, all);

        if !similar.is_empty() {
            format!("; there is {}", similar.join(", "))
        } else if object == VMLINUX {
            "; if it belongs to a module, name that: object = \"..\"".to_owned()
        } else {
            ", nor has the kernel".to_owned()
        }
    };

    Refusal::Missing {
        object: object.to_owned(),
        what: what(item.kind),
        name: name.to_owned(),
        hint,
    }
}

/// Describes a type in a line; those that are the same have the same line.
fn describe(btf: &Btf, id: TypeId, name: &str) -> String {
    match btf.get(id) {
        Ok(Type::Struct(of) | Type::Union(of)) => members(btf, &of),
        Ok(Type::Enum(of)) => {
            of.values
                .iter()
                .fold(format!("{} bytes:", of.size), |mut text, value| {
                    // Writing to a string does not fail.
                    let _ = write!(text, " {}={}", value.name, value.value);
                    text
                })
        }
        Ok(Type::Typedef { target, .. }) => match btf.resolve(target) {
            Ok((_, Type::Struct(of) | Type::Union(of))) if of.name.is_empty() => members(btf, &of),
            _ => btf.format_declaration(target, name),
        },
        Ok(Type::Func(_)) => btf.format_function(id, name),
        _ => String::new(),
    }
}

fn members(btf: &Btf, of: &Composite<'_>) -> String {
    of.members
        .iter()
        .fold(format!("{} bytes:", of.size), |mut text, member| {
            // Writing to a string does not fail.
            let _ = write!(
                text,
                " {}@{};",
                btf.format_declaration(member.type_id, member.name),
                member.bit_offset
            );
            text
        })
}
