// SPDX-License-Identifier: GPL-2.0

//! Makes what a list asks for, and what that needs.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use livepatch_btf::{Btf, Composite, Type, TypeId};
use proc_macro2::{Ident, Literal, TokenStream};
use quote::quote;

use super::emit;
use super::error::{Refusal, Refusals};
use super::find::{self, Found};
use super::known::{Knowledge, Known};
use super::layout::{Layout, Obstacle};
use super::list::Item;
use super::name::ident;
use super::rust_type::{self, Ty, Use, DEPTH};

/// How many types may be looked at for one list.
const STEPS: u32 = 1_000_000;

/// Types of C with these names would take the place of Rust's.
const PRIMITIVES: [&str; 17] = [
    "bool", "char", "f32", "f64", "i8", "i16", "i32", "i64", "i128", "isize", "str", "u8", "u16",
    "u32", "u64", "u128", "usize",
];

/// Makes types of Rust from types of C.
pub(super) struct Generator<'a> {
    pub(super) btf: &'a Btf,
    pub(super) known: &'a Known,
    /// What the list asks for of structs, unions, enumerations and typedefs, by name.
    asked: BTreeMap<String, TypeId>,
    /// Types that are there so that others can hold them or point at them.
    opaque: BTreeMap<String, Opaque>,
    /// The sizes of types of the headers that others hold.
    sizes: BTreeMap<String, u64>,
    /// The definitions, by name.
    items: BTreeMap<String, TokenStream>,
    /// The structs and unions that are defined, and those that are being defined.
    defined: BTreeMap<String, Option<Defined>>,
    /// Whether types of the headers are for those who use what is made as well.
    passes_on: bool,
    uses_bits: bool,
    steps: u32,
}

/// What counts of a struct or union where another one holds it.
#[derive(Clone, Copy)]
pub(super) struct Defined {
    pub(super) is_copy: bool,
    pub(super) has_btf_align: bool,
}

/// A type of which only the outside is known.
#[derive(Clone, Copy)]
enum Opaque {
    Declared,
    Sized { size: u64, align: u64 },
}

/// Within which type a type without a name gets its name.
pub(super) struct Scope {
    name: String,
    types: u32,
}

impl Scope {
    pub(super) fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            types: 0,
        }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Returns the name of the next type that has none, as bindgen gives it.
    pub(super) fn next_type(&mut self) -> String {
        self.types += 1;
        format!("{}__bindgen_ty_{}", self.name, self.types)
    }
}

/// Makes the source of what `items` asks for.
pub(super) fn generate(
    btf: &Btf,
    known: &Known,
    object: &str,
    items: &[Item],
) -> Result<TokenStream, Refusals> {
    let mut refusals = Vec::new();
    let mut found = Vec::new();

    for item in items {
        match find::find(btf, object, item) {
            Ok(id) => found.push((item, id)),
            Err(refusal) => refusals.push(refusal),
        }
    }
    let mut generator = Generator::new(btf, known);
    generator.asked = found
        .iter()
        .filter_map(|(item, found)| match found {
            Found::Type(id) => Some((item.name.clone(), *id)),
            Found::Function(_) => None,
        })
        .collect();

    // A struct that is asked for by another name comes with it.
    let aliases: Vec<_> = generator
        .asked
        .values()
        .filter_map(|&id| match btf.resolve(id) {
            Ok((id, Type::Struct(of) | Type::Union(of))) if !of.name.is_empty() => {
                Some((of.name.to_owned(), id))
            }
            _ => None,
        })
        .collect();
    for (name, id) in aliases {
        generator.asked.entry(name).or_insert(id);
    }
    for (name, id) in generator.asked.clone() {
        if let Err(refusal) = generator.ask(&name, id) {
            refusals.push(refusal);
        }
    }
    for (item, found) in &found {
        if let Found::Function(id) = found {
            if let Err(refusal) = generator.ask_function(&item.name, *id) {
                refusals.push(refusal);
            }
        }
    }
    if refusals.is_empty() {
        generator
            .finish()
            .map_err(|refusal| Refusals(vec![refusal]))
    } else {
        Err(Refusals(refusals))
    }
}

impl<'a> Generator<'a> {
    pub(super) fn new(btf: &'a Btf, known: &'a Known) -> Self {
        Self {
            btf,
            known,
            asked: BTreeMap::new(),
            opaque: BTreeMap::new(),
            sizes: BTreeMap::new(),
            items: BTreeMap::new(),
            defined: BTreeMap::new(),
            passes_on: false,
            uses_bits: false,
            steps: STEPS,
        }
    }
}

impl Generator<'_> {
    fn ask(&mut self, name: &str, id: TypeId) -> Result<(), Refusal> {
        if PRIMITIVES.contains(&name) {
            return Err(self.layout(name, "it is a type of Rust already"));
        }
        match self.btf.get(id).map_err(|error| self.broken(name, error))? {
            Type::Struct(of) => self.ask_composite(name, id, &of, false),
            Type::Union(of) => self.ask_composite(name, id, &of, true),
            Type::Enum(of) => {
                let tokens = emit::enumeration(name, &of)?;
                self.items.insert(name.to_owned(), tokens);
                Ok(())
            }
            Type::Typedef { target, .. } => match self.btf.unqualified(target) {
                Ok((id, Type::Struct(of) | Type::Union(of))) if of.name.is_empty() => {
                    match self.known.typedef(name) {
                        Knowledge::Complete { .. } => self.take_known(name, of.size.into()),
                        _ => self.define(name, id).map(drop),
                    }
                }
                Ok((_, Type::Enum(of))) if of.name.is_empty() => {
                    let tokens = emit::enumeration(name, &of)?;
                    self.items.insert(name.to_owned(), tokens);
                    Ok(())
                }
                // `typedef struct foo foo`
                Ok((_, Type::Struct(of) | Type::Union(of))) if of.name == name => Ok(()),
                _ => {
                    let ty = self.value_type(target, &mut Scope::new(name))?.tokens;
                    let ident = ident(name)?;
                    self.items
                        .insert(name.to_owned(), quote!(pub type #ident = #ty;));
                    Ok(())
                }
            },
            _ => Err(self.layout(name, "it is no type of a value")),
        }
    }

    fn ask_composite(
        &mut self,
        name: &str,
        id: TypeId,
        of: &Composite<'_>,
        is_union: bool,
    ) -> Result<(), Refusal> {
        match self
            .known
            .composite(name, is_union, &self.plain_members(of))
        {
            Knowledge::Complete { .. } => self.take_known(name, of.size.into()),
            _ => self.define(name, id).map(drop),
        }
    }

    /// Passes on a type of the headers.
    fn take_known(&mut self, name: &str, size: u64) -> Result<(), Refusal> {
        let ident = ident(name)?;

        self.items.insert(
            name.to_owned(),
            quote!(pub use ::livepatch::bindings::#ident;),
        );
        self.assert_known(name, size);
        Ok(())
    }

    fn ask_function(&mut self, name: &str, id: TypeId) -> Result<(), Refusal> {
        let Type::Func(func) = self.btf.get(id).map_err(|error| self.broken(name, error))? else {
            return Err(self.layout(name, "it is no function"));
        };
        self.passes_on = true;
        let function = self.function(func.prototype, &mut Scope::new(name), DEPTH);
        self.passes_on = false;
        let function = function?;
        let ident = ident(name)?;
        let doc = format!(" `{}`", self.btf.format_function(id, name));

        self.items.insert(
            // No name of a type.
            format!("{name}()"),
            quote! {
                #[doc = #doc]
                pub type #ident = #function;
            },
        );
        Ok(())
    }

    /// Defines a struct or union with all its members, once.
    pub(super) fn define(&mut self, name: &str, id: TypeId) -> Result<Defined, Refusal> {
        if let Some(defined) = self.defined.get(name) {
            // One that holds itself is in nobody's memory.
            return defined.ok_or_else(|| self.layout(name, "it holds itself"));
        }
        self.defined.insert(name.to_owned(), None);
        let (_, found) = self
            .btf
            .resolve(id)
            .map_err(|error| self.broken(name, error))?;
        let align = self
            .btf
            .align_of(id)
            .map_err(|error| self.broken(name, error))?;
        let layout = match &found {
            Type::Struct(of) => Layout::of_struct(self.btf, of, align),
            Type::Union(of) => Layout::of_union(self.btf, of, align),
            _ => return Err(self.layout(name, "it is no struct or union")),
        }
        .map_err(|obstacle| match obstacle {
            Obstacle::Btf(error) => self.broken(name, error),
            obstacle @ Obstacle::Member { .. } => self.layout(name, &obstacle.to_string()),
        })?;
        let is_union = matches!(found, Type::Union(_));
        let (tokens, defined) = self.emit_composite(name, id, is_union, &layout)?;

        self.uses_bits |= !layout.bit_fields.is_empty();
        self.items.insert(name.to_owned(), tokens);
        self.defined.insert(name.to_owned(), Some(defined));
        Ok(defined)
    }

    pub(super) fn is_asked(&self, name: &str) -> bool {
        self.asked.contains_key(name)
    }

    /// Returns a type that is asked for, which makes it if it was not made yet.
    pub(super) fn asked_type(&mut self, name: &str, id: TypeId, how: Use) -> Result<Ty, Refusal> {
        let asked = self.asked.get(name).copied().unwrap_or(id);
        let ident = ident(name)?;
        let tokens = quote!(#ident);

        if how == Use::Pointee {
            return Ok(Ty {
                tokens,
                is_copy: true,
                has_btf_align: true,
            });
        }
        let size = |id| {
            self.btf
                .size_of(id)
                .map_err(|error| self.broken(name, error))
        };
        if size(asked)? != size(id)? {
            return Err(self.layout(
                name,
                "there is another type of this name, with another size",
            ));
        }
        let defined = match self.items.get(name) {
            // It is a type of the headers.
            Some(_) if !self.defined.contains_key(name) => None,
            _ => match self.btf.resolve(asked) {
                Ok((_, Type::Struct(of) | Type::Union(of))) if self.is_known(name, asked, &of) => {
                    None
                }
                _ => Some(self.define(name, asked)?),
            },
        };

        Ok(Ty {
            tokens,
            // Of one of the headers it is not known.
            is_copy: defined.is_some_and(|defined| defined.is_copy),
            has_btf_align: defined.is_some_and(|defined| defined.has_btf_align),
        })
    }

    fn is_known(&self, name: &str, id: TypeId, of: &Composite<'_>) -> bool {
        let is_union = matches!(self.btf.resolve(id), Ok((_, Type::Union(_))));
        let knowledge = if of.name.is_empty() {
            self.known.typedef(name)
        } else {
            self.known
                .composite(name, is_union, &self.plain_members(of))
        };

        matches!(knowledge, Knowledge::Complete { .. })
    }

    /// Returns a type that nobody asked for: whoever holds it knows its size.
    pub(super) fn opaque(&mut self, name: &str, id: TypeId, how: Use) -> Result<Ty, Refusal> {
        let ident = ident(name)?;

        if how == Use::Pointee {
            self.opaque
                .entry(name.to_owned())
                .or_insert(Opaque::Declared);
        } else {
            let size = self
                .btf
                .size_of(id)
                .map_err(|error| self.broken(name, error))?;
            let align = self
                .btf
                .align_of(id)
                .map_err(|error| self.broken(name, error))?;
            let before = self
                .opaque
                .insert(name.to_owned(), Opaque::Sized { size, align });

            if matches!(before, Some(Opaque::Sized { size: other, .. }) if other != size) {
                return Err(self.layout(
                    name,
                    "there are two types of this name, with different sizes",
                ));
            }
        }
        Ok(Ty {
            tokens: quote!(#ident),
            is_copy: true,
            has_btf_align: true,
        })
    }

    /// Takes a type of the headers: the parameters of a function are passed on with it.
    pub(super) fn take(&mut self, name: &str, ident: &Ident) {
        if self.passes_on {
            self.items
                .entry(name.to_owned())
                .or_insert_with(|| quote!(pub use ::livepatch::bindings::#ident;));
        }
    }

    /// Notes that the size of a type of the headers has to be this one.
    pub(super) fn assert_known(&mut self, name: &str, size: u64) {
        self.sizes.insert(name.to_owned(), size);
    }

    /// Returns the names of the members that bindgen has as fields of these names.
    pub(super) fn plain_members<'b>(&self, of: &Composite<'b>) -> Vec<&'b str> {
        of.members
            .iter()
            .filter(|member| {
                !member.name.is_empty() && !matches!(self.btf.bit_field(member), Ok(Some(_)))
            })
            .map(|member| member.name)
            .collect()
    }

    /// Counts a step, of which there is an end.
    pub(super) fn step(&mut self, name: &str) -> Result<(), Refusal> {
        self.steps = self
            .steps
            .checked_sub(1)
            .ok_or_else(|| self.layout(name, "it leads to too many other types"))?;
        Ok(())
    }

    pub(super) fn broken(&self, name: &str, source: livepatch_btf::Error) -> Refusal {
        Refusal::Btf {
            name: name.to_owned(),
            source,
        }
    }

    pub(super) fn layout(&self, name: &str, reason: &str) -> Refusal {
        Refusal::Layout {
            name: name.to_owned(),
            reason: reason.to_owned(),
        }
    }

    fn finish(mut self) -> Result<TokenStream, Refusal> {
        for (name, opaque) in std::mem::take(&mut self.opaque) {
            let Entry::Vacant(entry) = self.items.entry(name) else {
                continue;
            };
            let tokens = match opaque {
                Opaque::Declared => emit::declared(entry.key())?,
                Opaque::Sized { size, align } => emit::opaque(entry.key(), size, align)?,
            };
            entry.insert(tokens);
        }
        let both = self
            .items
            .keys()
            .filter_map(|name| name.strip_suffix("()"))
            .find(|name| self.items.contains_key(*name));
        if let Some(name) = both {
            return Err(self.layout(
                name,
                "there are both a function and a type of this name here",
            ));
        }
        let sizes = self
            .sizes
            .iter()
            .map(|(name, &size)| {
                let message = format!("{name}: the kernel's BTF and its headers have different sizes");
                let name = ident(name)?;
                let size = Literal::u64_unsuffixed(size);

                Ok(quote! {
                    const _: () = assert!(::core::mem::size_of::<::livepatch::bindings::#name>() == #size, #message);
                })
            })
            .collect::<Result<Vec<_>, Refusal>>()?;
        let bits = self.uses_bits.then(emit::bit_functions);
        let items = self.items.values();

        Ok(quote!(#(#items)* #(#sizes)* #bits))
    }

    /// Whether a packed struct cannot hold the type: it has an alignment of its own somewhere.
    pub(super) fn is_aligned(&self, id: TypeId, depth: u32, seen: &mut BTreeSet<TypeId>) -> bool {
        let Some(depth) = depth.checked_sub(1) else {
            return true;
        };

        match self.btf.resolve(id) {
            Ok((_, Type::Array(array))) => self.is_aligned(array.element, depth, seen),
            Ok((id, Type::Struct(of) | Type::Union(of))) => {
                seen.insert(id)
                    && (self.known.is_aligned(of.name)
                        || of
                            .members
                            .iter()
                            .any(|member| self.is_aligned(member.type_id, depth, seen)))
            }
            _ => false,
        }
    }
}

/// Returns the type of an enumeration's values.
pub(super) fn enumeration_type(
    of: &livepatch_btf::Enum<'_>,
    name: &str,
) -> Result<TokenStream, Refusal> {
    rust_type::enumeration(of).ok_or_else(|| Refusal::Layout {
        name: name.to_owned(),
        reason: "it has an odd size".to_owned(),
    })
}
