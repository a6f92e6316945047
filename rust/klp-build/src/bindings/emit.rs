// SPDX-License-Identifier: GPL-2.0

//! Writes definitions.

use std::collections::BTreeSet;

use livepatch_btf::{Array, BitField, Enum, Member, Type, TypeId};
use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::quote;

use super::error::Refusal;
use super::generate::{enumeration_type, Defined, Generator, Scope};
use super::layout::{Layout, Slot};
use super::name::ident;

/// A field of Rust.
struct Field {
    ident: Ident,
    ty: TokenStream,
    /// Where C has it, if it is a member of C.
    offset: Option<u64>,
}

/// The fields of a struct or union, as they are made.
struct Fields {
    fields: Vec<Field>,
    defined: Defined,
    /// How many there are of what has no name.
    anonymous: u32,
    bits: u32,
    padding: u32,
}

impl Fields {
    fn number(count: &mut u32, prefix: &str) -> Ident {
        *count += 1;
        Ident::new(&format!("{prefix}{count}"), Span::call_site())
    }

    fn push(&mut self, ident: Ident, ty: TokenStream, offset: Option<u64>) {
        self.fields.push(Field { ident, ty, offset });
    }
}

impl Generator<'_> {
    /// Writes a struct or union.
    pub(super) fn emit_composite(
        &mut self,
        name: &str,
        id: TypeId,
        is_union: bool,
        layout: &Layout<'_>,
    ) -> Result<(TokenStream, Defined), Refusal> {
        let mut scope = Scope::new(name);
        let mut all = Fields {
            fields: Vec::new(),
            defined: Defined {
                is_copy: true,
                has_btf_align: true,
            },
            anonymous: 0,
            bits: 0,
            padding: 0,
        };

        if layout.lacks_align {
            let unit = unit(layout.align);
            all.push(
                Ident::new("_align", Span::call_site()),
                quote!([#unit; 0]),
                None,
            );
        }
        let last = layout
            .slots
            .iter()
            .rposition(|slot| !matches!(slot, Slot::Padding { .. }));
        for (index, slot) in layout.slots.iter().enumerate() {
            match slot {
                Slot::Member { member, offset } => {
                    let is_last = last == Some(index);
                    self.emit_member(
                        member,
                        *offset,
                        is_last,
                        is_union,
                        layout.is_packed,
                        &mut all,
                        &mut scope,
                    )?;
                }
                Slot::Bits { size } => {
                    let ident = Fields::number(&mut all.bits, "_bitfield_");
                    all.push(ident, bytes(*size), None);
                }
                Slot::Padding { size } => {
                    let ident = Fields::number(&mut all.padding, "_padding_");
                    all.push(ident, bytes(*size), None);
                }
            }
        }

        let ident = ident(name)?;
        let doc = format!(" `{}`", self.btf.format_type(id));
        let repr = if layout.is_packed {
            quote!(C, packed)
        } else {
            quote!(C)
        };
        let derive = all.defined.is_copy.then(|| quote!(#[derive(Clone, Copy)]));
        let keyword = if is_union {
            quote!(union)
        } else {
            quote!(struct)
        };
        // A union has to have a field.
        if is_union && all.fields.is_empty() {
            all.push(
                Ident::new("_empty", Span::call_site()),
                quote!([u8; 0]),
                None,
            );
        }
        let fields = all
            .fields
            .iter()
            .map(|Field { ident, ty, .. }| quote!(pub #ident: #ty));
        let asserts = asserts(&ident, layout, &all);
        let accessors = self.accessors(&ident, layout, &mut scope)?;

        Ok((
            quote! {
                #[doc = #doc]
                #[repr(#repr)]
                #derive
                pub #keyword #ident { #(#fields),* }
                #asserts
                #accessors
            },
            all.defined,
        ))
    }

    #[allow(
        clippy::too_many_arguments,
        reason = "they are what one member depends on"
    )]
    fn emit_member(
        &mut self,
        member: &Member<'_>,
        offset: u64,
        is_last: bool,
        is_union: bool,
        is_packed: bool,
        all: &mut Fields,
        scope: &mut Scope,
    ) -> Result<(), Refusal> {
        let name = match member.name {
            "" => Fields::number(&mut all.anonymous, "__bindgen_anon_"),
            name => ident(name)?,
        };
        let is_blob = is_packed && self.is_aligned(member.type_id, 64, &mut BTreeSet::new());
        let (ty, is_copy) = if is_blob {
            let size = self
                .btf
                .size_of(member.type_id)
                .map_err(|error| self.broken(scope.name(), error))?;
            (bytes(size), true)
        } else {
            let ty = self.value_type(member.type_id, scope)?;
            all.defined.has_btf_align &= ty.has_btf_align;
            (ty.tokens, ty.is_copy)
        };
        // A copy would lose what is behind the end.
        let is_flexible = is_last
            && matches!(
                self.btf.resolve(member.type_id),
                Ok((_, Type::Array(Array { count: 0, .. })))
            );

        all.defined.is_copy &= is_copy && !is_flexible;
        let ty = if is_union && !is_copy {
            quote!(::core::mem::ManuallyDrop<#ty>)
        } else {
            ty
        };
        all.push(name, ty, Some(offset));
        Ok(())
    }

    /// Writes the functions that read and write bit fields.
    fn accessors(
        &mut self,
        name: &Ident,
        layout: &Layout<'_>,
        scope: &mut Scope,
    ) -> Result<Option<TokenStream>, Refusal> {
        if layout.bit_fields.is_empty() {
            return Ok(None);
        }
        let mut functions = Vec::new();
        let mut taken = BTreeSet::new();

        for (member, bits) in &layout.bit_fields {
            functions.push(self.accessor(member, *bits, &mut taken, scope)?);
        }
        Ok(Some(quote!(impl #name { #(#functions)* })))
    }

    fn accessor(
        &mut self,
        member: &Member<'_>,
        BitField { bit_offset, bits }: BitField,
        taken: &mut BTreeSet<String>,
        scope: &mut Scope,
    ) -> Result<TokenStream, Refusal> {
        let mut function = |prefix: &str, suffix: &str| {
            let mut name = format!("{prefix}{}{suffix}", member.name);
            while !taken.insert(name.clone()) {
                name.push('_');
            }
            ident(&name)
        };
        let get = function("", "")?;
        let set = function("set_", "")?;
        let get_raw = function("", "_raw")?;
        let set_raw = function("set_", "_raw")?;
        let ty = self.value_type(member.type_id, scope)?.tokens;
        let (is_bool, is_signed) = match self.btf.resolve(member.type_id) {
            Ok((_, Type::Int(int))) => (int.is_bool, int.is_signed),
            Ok((_, Type::Enum(of))) => (false, of.values.iter().any(|value| value.value < 0)),
            _ => return Err(self.layout(scope.name(), "it has a bit field that is no integer")),
        };
        let bits_unused = Literal::u32_unsuffixed(64 - u32::from(bits).min(64));
        let first = Literal::u32_unsuffixed(bit_offset);
        let bits = Literal::u8_unsuffixed(bits);
        let value = if is_bool {
            quote!(value != 0)
        } else if is_signed {
            quote!(((value << #bits_unused) as i64 >> #bits_unused) as #ty)
        } else {
            quote!(value as #ty)
        };
        let doc = format!(" Returns `{}`.", member.name);
        let doc_set = format!(" Sets `{}`.", member.name);

        Ok(quote! {
            #[doc = #doc]
            #[inline]
            pub fn #get(&self) -> #ty {
                // SAFETY: A reference is valid.
                unsafe { Self::#get_raw(self) }
            }
            #[doc = #doc_set]
            #[inline]
            pub fn #set(&mut self, value: #ty) {
                // SAFETY: A reference is valid.
                unsafe { Self::#set_raw(self, value) }
            }
            #[doc = #doc]
            ///
            /// # Safety
            ///
            /// `this` is valid for reads.
            #[inline]
            pub unsafe fn #get_raw(this: *const Self) -> #ty {
                // SAFETY: The struct has these bits, and by the contract it is valid.
                let value = unsafe { get_bits(this.cast(), #first, #bits) };
                #value
            }
            #[doc = #doc_set]
            ///
            /// # Safety
            ///
            /// `this` is valid for reads and writes.
            #[inline]
            pub unsafe fn #set_raw(this: *mut Self, value: #ty) {
                // SAFETY: The struct has these bits, and by the contract it is valid.
                unsafe { set_bits(this.cast(), #first, #bits, value as u64) };
            }
        })
    }
}

/// Writes what proves that Rust has the layout of C.
fn asserts(name: &Ident, layout: &Layout<'_>, all: &Fields) -> TokenStream {
    let size = Literal::u64_unsuffixed(layout.size);
    let align = Literal::u64_unsuffixed(layout.align);
    // A type of the headers can be aligned to more than BTF tells, and so can what holds it.
    let is_aligned = if all.defined.has_btf_align {
        quote!(==)
    } else {
        quote!(>=)
    };
    let offsets = all.fields.iter().filter_map(|field| {
        let offset = Literal::u64_unsuffixed(field.offset?);
        let field = &field.ident;
        let message = format!("{name}: Rust has {field} elsewhere than C");

        Some(quote!(assert!(::core::mem::offset_of!(#name, #field) == #offset, #message);))
    });
    let size_message = format!("{name}: Rust and C have different sizes");
    let align_message = format!("{name}: Rust and C have different alignments");

    quote! {
        const _: () = {
            assert!(::core::mem::size_of::<#name>() == #size, #size_message);
            assert!(::core::mem::align_of::<#name>() #is_aligned #align, #align_message);
            #(#offsets)*
        };
    }
}

/// Writes an enumeration: an integer, and constants with the names that bindgen gives them.
pub(super) fn enumeration(name: &str, of: &Enum<'_>) -> Result<TokenStream, Refusal> {
    let ty = enumeration_type(of, name)?;
    let constants = of
        .values
        .iter()
        .map(|value| {
            let constant = ident(&format!("{name}_{}", value.name))?;
            let value = Literal::i128_unsuffixed(value.value);
            Ok((constant, value))
        })
        .collect::<Result<Vec<_>, Refusal>>()?;
    let name = ident(name)?;
    let constants = constants
        .iter()
        .map(|(constant, value)| quote!(pub const #constant: #name = #value;));

    Ok(quote! {
        pub type #name = #ty;
        #(#constants)*
    })
}

/// Writes a type that can only be pointed at.
pub(super) fn declared(name: &str) -> Result<TokenStream, Refusal> {
    let name = ident(name)?;

    Ok(quote! {
        #[repr(C)]
        pub struct #name {
            _data: [u8; 0],
            _marker: ::core::marker::PhantomData<(*mut u8, ::core::marker::PhantomPinned)>,
        }
    })
}

/// Writes a type of which only the size and the alignment are known.
pub(super) fn opaque(name: &str, size: u64, align: u64) -> Result<TokenStream, Refusal> {
    let message = format!("{name}: Rust and C have different sizes");
    let ident = ident(name)?;
    let unit = unit(align);
    let count = Literal::u64_unsuffixed(size / align.max(1));
    let size = Literal::u64_unsuffixed(size);

    Ok(quote! {
        #[repr(C)]
        #[derive(Clone, Copy)]
        pub struct #ident {
            _opaque: [#unit; #count],
        }
        const _: () = assert!(::core::mem::size_of::<#ident>() == #size, #message);
    })
}

/// Writes what the functions for bit fields call.
pub(super) fn bit_functions() -> TokenStream {
    quote! {
        /// Returns `count` bits, from bit `first` of `bytes` on.
        ///
        /// # Safety
        ///
        /// The bytes that have the bits are valid for reads.
        #[inline(always)]
        unsafe fn get_bits(bytes: *const u8, first: u32, count: u32) -> u64 {
            let mut value = 0;
            let mut bit = 0;
            while bit < count {
                let at = first + bit;
                // SAFETY: By the contract of this function.
                let byte = unsafe { bytes.add((at / 8) as usize) };
                // SAFETY: By the contract of this function.
                let byte = unsafe { byte.read() };
                let (shift, place) = if cfg!(target_endian = "big") {
                    (7 - at % 8, count - 1 - bit)
                } else {
                    (at % 8, bit)
                };
                value |= ((byte >> shift & 1) as u64) << place;
                bit += 1;
            }
            value
        }

        /// Sets `count` bits, from bit `first` of `bytes` on.
        ///
        /// # Safety
        ///
        /// The bytes that have the bits are valid for reads and writes.
        #[inline(always)]
        unsafe fn set_bits(bytes: *mut u8, first: u32, count: u32, value: u64) {
            let mut bit = 0;
            while bit < count {
                let at = first + bit;
                // SAFETY: By the contract of this function.
                let byte = unsafe { bytes.add((at / 8) as usize) };
                // SAFETY: By the contract of this function.
                let old = unsafe { byte.read() };
                let (shift, place) = if cfg!(target_endian = "big") {
                    (7 - at % 8, count - 1 - bit)
                } else {
                    (at % 8, bit)
                };
                let new = old & !(1 << shift) | ((value >> place & 1) as u8) << shift;
                // SAFETY: By the contract of this function.
                unsafe { byte.write(new) };
                bit += 1;
            }
        }
    }
}

fn bytes(size: u64) -> TokenStream {
    let size = Literal::u64_unsuffixed(size);

    quote!([u8; #size])
}

/// Returns the integer that has an alignment.
fn unit(align: u64) -> TokenStream {
    match align {
        0 | 1 => quote!(u8),
        2 => quote!(u16),
        4 => quote!(u32),
        8 => quote!(u64),
        _ => quote!(u128),
    }
}
