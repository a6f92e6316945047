// SPDX-License-Identifier: GPL-2.0

//! Types of C as types of Rust.

use livepatch_btf::{Array, Btf, Composite, Enum, Int, Type, TypeId};
use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::error::Refusal;
use super::generate::{Generator, Scope};
use super::known::Knowledge;
use super::name::ident;

/// How deep types may be nested.
pub(super) const DEPTH: u32 = 64;

/// A type of Rust.
pub(super) struct Ty {
    pub(super) tokens: TokenStream,
    pub(super) is_copy: bool,
    /// Whether its alignment is what BTF tells, and not perhaps more.
    pub(super) has_btf_align: bool,
}

impl Ty {
    fn plain(tokens: TokenStream) -> Self {
        Self {
            tokens,
            is_copy: true,
            has_btf_align: true,
        }
    }
}

/// What is done with a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    /// It is held: its size counts.
    Value,
    /// It is pointed at.
    Pointee,
}

impl Generator<'_> {
    /// Returns a type of C as one of Rust; what is asked for or needed for it is noted.
    pub(super) fn rust_type(
        &mut self,
        id: TypeId,
        how: Use,
        scope: &mut Scope,
        depth: u32,
    ) -> Result<Ty, Refusal> {
        let Some(deeper) = depth.checked_sub(1) else {
            return Err(self.layout(scope.name(), "its types are nested too deep"));
        };
        self.step(scope.name())?;
        let (id, found) = self
            .btf
            .unqualified(id)
            .map_err(|error| self.broken(scope.name(), error))?;

        Ok(match found {
            Type::Void => Ty::plain(quote!(::livepatch::ffi::c_void)),
            Type::Int(int) => Ty::plain(
                integer(&int).ok_or_else(|| self.layout(scope.name(), "it has an odd integer"))?,
            ),
            Type::Float { size: 4, .. } => Ty::plain(quote!(f32)),
            Type::Float { size: 8, .. } => Ty::plain(quote!(f64)),
            Type::Float { size, .. } => {
                let size = Literal::u32_unsuffixed(size);
                Ty::plain(quote!([u8; #size]))
            }
            Type::Enum(of) => Ty::plain(self.enumeration(&of)?),
            Type::Ptr { target } => Ty::plain(self.pointer(target, scope, deeper)?),
            Type::Array(Array { element, count, .. }) => {
                let Ty {
                    tokens,
                    is_copy,
                    has_btf_align,
                } = self.rust_type(element, Use::Value, scope, deeper)?;
                let count = Literal::u32_unsuffixed(count);

                Ty {
                    tokens: quote!([#tokens; #count]),
                    is_copy,
                    has_btf_align,
                }
            }
            Type::Struct(of) => self.composite(id, &of, false, how, scope)?,
            Type::Union(of) => self.composite(id, &of, true, how, scope)?,
            Type::Fwd { name, is_union } => {
                let of = Composite {
                    name,
                    size: 0,
                    members: Vec::new(),
                };
                if how == Use::Value {
                    return Err(self.layout(scope.name(), "it holds a type that is only declared"));
                }
                self.composite(id, &of, is_union, how, scope)?
            }
            Type::Typedef { name, target } => {
                if let Some(tokens) = self.well_known(name, id) {
                    return Ok(Ty::plain(tokens));
                }
                match self.btf.unqualified(target) {
                    Ok((_, Type::Struct(of) | Type::Union(of))) if of.name.is_empty() => {
                        self.named_typedef(name, target, how)?
                    }
                    _ => self.rust_type(target, how, scope, deeper)?,
                }
            }
            Type::FuncProto(_) if how == Use::Pointee => {
                Ty::plain(quote!(::livepatch::ffi::c_void))
            }
            _ => return Err(self.layout(scope.name(), "it holds what is no type of a value")),
        })
    }

    /// Returns the type of a value of a new scope.
    pub(super) fn value_type(&mut self, id: TypeId, scope: &mut Scope) -> Result<Ty, Refusal> {
        self.rust_type(id, Use::Value, scope, DEPTH)
    }

    fn pointer(
        &mut self,
        target: TypeId,
        scope: &mut Scope,
        depth: u32,
    ) -> Result<TokenStream, Refusal> {
        let (resolved, found) = self
            .btf
            .resolve(target)
            .map_err(|error| self.broken(scope.name(), error))?;

        if let Type::FuncProto(_) = found {
            let function = self.function(resolved, scope, depth)?;
            return Ok(quote!(::core::option::Option<#function>));
        }
        let pointee = self.rust_type(target, Use::Pointee, scope, depth)?.tokens;

        Ok(if is_const(self.btf, target) {
            quote!(*const #pointee)
        } else {
            quote!(*mut #pointee)
        })
    }

    /// Returns the type of a pointer to a function, which is not NULL.
    pub(super) fn function(
        &mut self,
        prototype: TypeId,
        scope: &mut Scope,
        depth: u32,
    ) -> Result<TokenStream, Refusal> {
        let Type::FuncProto(prototype) = self
            .btf
            .get(prototype)
            .map_err(|error| self.broken(scope.name(), error))?
        else {
            return Err(self.layout(scope.name(), "a function of it has no type"));
        };
        let mut params = Vec::new();

        for param in &prototype.params {
            let ty = self
                .rust_type(param.type_id, Use::Value, scope, depth)?
                .tokens;

            params.push(match param.name {
                "" => quote!(#ty),
                name => {
                    let name = ident(name)?;
                    quote!(#name: #ty)
                }
            });
        }
        if prototype.is_variadic {
            params.push(quote!(...));
        }
        let returns = match self.btf.resolve(prototype.return_type) {
            Ok((_, Type::Void)) => quote!(),
            _ => {
                let ty = self
                    .rust_type(prototype.return_type, Use::Value, scope, depth)?
                    .tokens;
                quote!(-> #ty)
            }
        };

        Ok(quote!(unsafe extern "C" fn(#(#params),*) #returns))
    }

    /// Returns a typedef that every kernel has as the type of Rust that it stands for.
    fn well_known(&self, name: &str, id: TypeId) -> Option<TokenStream> {
        let (tokens, size) = match name.strip_prefix("__").unwrap_or(name) {
            "u8" => (quote!(u8), 1),
            "u16" => (quote!(u16), 2),
            "u32" => (quote!(u32), 4),
            "u64" => (quote!(u64), 8),
            "s8" => (quote!(i8), 1),
            "s16" => (quote!(i16), 2),
            "s32" => (quote!(i32), 4),
            "s64" => (quote!(i64), 8),
            "size_t" | "uintptr_t" => (quote!(usize), self.btf.pointer_size().into()),
            "ssize_t" => (quote!(isize), self.btf.pointer_size().into()),
            _ => return None,
        };
        let is_integer = matches!(self.btf.resolve(id), Ok((_, Type::Int(_))));

        (is_integer && self.btf.size_of(id) == Ok(size)).then_some(tokens)
    }

    /// Returns the type of a struct or union.
    fn composite(
        &mut self,
        id: TypeId,
        of: &Composite<'_>,
        is_union: bool,
        how: Use,
        scope: &mut Scope,
    ) -> Result<Ty, Refusal> {
        if of.name.is_empty() {
            let name = scope.next_type();
            let is_copy = self.define(&name, id)?;
            let name = ident(&name)?;

            return Ok(Ty {
                tokens: quote!(#name),
                is_copy: is_copy.is_copy,
                has_btf_align: is_copy.has_btf_align,
            });
        }
        if self.is_asked(of.name) {
            return self.asked_type(of.name, id, how);
        }
        let name = ident(of.name)?;
        let members: Vec<_> = self.plain_members(of);

        match (self.known.composite(of.name, is_union, &members), how) {
            (Knowledge::Complete { is_copy }, Use::Value) => {
                self.assert_known(of.name, of.size.into());
                self.take(of.name, &name);
                Ok(Ty {
                    tokens: quote!(::livepatch::bindings::#name),
                    is_copy,
                    has_btf_align: false,
                })
            }
            (Knowledge::Complete { .. } | Knowledge::Declared, Use::Pointee) => {
                self.take(of.name, &name);
                Ok(Ty::plain(quote!(::livepatch::bindings::#name)))
            }
            _ => self.opaque(of.name, id, how),
        }
    }

    /// Returns the type of a struct or union that has its name from a typedef.
    fn named_typedef(&mut self, typedef: &str, target: TypeId, how: Use) -> Result<Ty, Refusal> {
        if self.is_asked(typedef) {
            return self.asked_type(typedef, target, how);
        }
        let Knowledge::Complete { is_copy } = self.known.typedef(typedef) else {
            return self.opaque(typedef, target, how);
        };
        let name = ident(typedef)?;

        if how == Use::Value {
            let size = self
                .btf
                .size_of(target)
                .map_err(|error| self.broken(typedef, error))?;
            self.assert_known(typedef, size);
        }
        self.take(typedef, &name);
        Ok(Ty {
            tokens: quote!(::livepatch::bindings::#name),
            is_copy,
            has_btf_align: false,
        })
    }

    fn enumeration(&mut self, of: &Enum<'_>) -> Result<TokenStream, Refusal> {
        let name = of.name;

        if !name.is_empty() && self.is_asked(name) {
            let name = ident(name)?;
            return Ok(quote!(#name));
        }
        if !name.is_empty() && self.known.is_alias(name) {
            let name = ident(name)?;
            return Ok(quote!(::livepatch::bindings::#name));
        }
        enumeration(of).ok_or_else(|| self.layout(name, "it has an odd size"))
    }
}

/// Whether what a pointer points at must not be written to: the qualifier can be behind a typedef, or be that of an array.
pub(super) fn is_const(btf: &Btf, target: TypeId) -> bool {
    let mut at = target;

    for _ in 0..DEPTH {
        at = match btf.get(at) {
            Ok(Type::Const { .. }) => return true,
            Ok(Type::Array(Array { element, .. })) => element,
            Ok(other) => match other.alias_of() {
                Some(next) => next,
                None => return false,
            },
            Err(_) => return false,
        };
    }
    false
}

/// Returns the integer that an enumeration is, as bindgen has it.
pub(super) fn enumeration(of: &Enum<'_>) -> Option<TokenStream> {
    let is_signed = of.values.iter().any(|value| value.value < 0);

    Some(match (of.size, is_signed) {
        (1, false) => quote!(u8),
        (1, true) => quote!(i8),
        (2, false) => quote!(u16),
        (2, true) => quote!(i16),
        (4, false) => quote!(::livepatch::ffi::c_uint),
        (4, true) => quote!(::livepatch::ffi::c_int),
        (8, false) => quote!(u64),
        (8, true) => quote!(i64),
        _ => return None,
    })
}

fn integer(int: &Int<'_>) -> Option<TokenStream> {
    Some(match (int.size, int.is_signed) {
        (1, _) if int.is_bool => quote!(bool),
        (1, _) if int.name == "char" => quote!(::livepatch::ffi::c_char),
        (1, true) => quote!(i8),
        (1, false) => quote!(u8),
        (2, true) => quote!(::livepatch::ffi::c_short),
        (2, false) => quote!(::livepatch::ffi::c_ushort),
        (4, true) => quote!(::livepatch::ffi::c_int),
        (4, false) => quote!(::livepatch::ffi::c_uint),
        (8, true) if int.name.contains("long long") => quote!(::livepatch::ffi::c_longlong),
        (8, false) if int.name.contains("long long") => quote!(::livepatch::ffi::c_ulonglong),
        (8, true) => quote!(::livepatch::ffi::c_long),
        (8, false) => quote!(::livepatch::ffi::c_ulong),
        (16, true) => quote!(i128),
        (16, false) => quote!(u128),
        _ => return None,
    })
}
