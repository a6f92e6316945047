// SPDX-License-Identifier: GPL-2.0

//! From the model to the tables, the `.modinfo` entries, the note and the entry points.

use super::{
    model::{
        Item,
        Livepatch,
        Object, //
    },
    note,
};
use crate::{
    entry_points,
    fix::{
        self,
        model::{
            Callback,
            CallbackKind, //
        }, //
    },
    modinfo,
    param::{
        self,
        c_string,
        Entries, //
    },
};
use livepatch_abi::{
    modinfo::{
        LIVEPATCH,
        LIVEPATCH_YES, //
    },
    param::{
        SKIP,
        SKIP_DESCRIPTION,
        SKIP_MODE, //
    },
};
use proc_macro2::{
    Ident,
    Literal,
    Span,
    TokenStream, //
};
use quote::{
    format_ident,
    quote, //
};
use syn::Path;

/// Expands the livepatch.
pub(super) fn expand(livepatch: &Livepatch) -> TokenStream {
    let replace = livepatch
        .replace
        .as_ref()
        .map_or_else(|| quote!(true), |replace| quote!(#replace));
    let tables = tables(livepatch);
    let modinfo = modinfo::expand(&modinfo_entries(livepatch));
    let note = note::expand(livepatch);
    let module = entry_points::expand(
        &livepatch.module,
        quote!(#modinfo #note #tables),
        // SAFETY (of the generated block): only the module loader calls the init function.
        quote!(unsafe { rt::init(&LIVEPATCH) }),
        // SAFETY (of the generated block): only the module loader calls the exit function.
        quote!(unsafe { rt::exit(&LIVEPATCH) }),
    );

    quote! {
        #[doc(hidden)]
        fn __livepatch_replace() -> bool {
            #replace
        }

        #module
    }
}

fn modinfo_entries(livepatch: &Livepatch) -> Vec<(&'static str, String)> {
    let mut entries = livepatch.about.entries();

    entries.push((LIVEPATCH, LIVEPATCH_YES.to_owned()));
    entries
}

fn tables(livepatch: &Livepatch) -> TokenStream {
    let objects = livepatch.objects();
    let count = Literal::usize_unsuffixed(objects.len());
    let items = objects
        .iter()
        .enumerate()
        .map(|(index, object)| object_items(index, object));
    let entries = objects
        .iter()
        .enumerate()
        .map(|(index, object)| object_entry(index, object));
    let parts = objects.iter().enumerate().map(|(index, object)| {
        let [funcs, _] = object_statics(index);
        let fixes = object.fixes.iter().map(|fix| number(*fix));
        quote!(rt::ObjectParts::new(&#funcs, &[#(#fixes),*]))
    });
    let states = states(livepatch);
    let fixes = fixes(livepatch);
    let (skip, skip_argument) = skip(livepatch);

    quote! {
        #(#items)*

        static OBJECTS: rt::Objects<#count> = rt::Objects::new([#(#entries),*]);
        static OBJECT_PARTS: [rt::ObjectParts; #count] = [#(#parts),*];
        #states
        #fixes
        #skip
        static PATCH: rt::Patch = rt::Patch::new(&OBJECTS, &STATES);
        static LIVEPATCH: rt::Livepatch = rt::Livepatch::new(
            &PATCH,
            &OBJECTS,
            &OBJECT_PARTS,
            &STATES,
            &FIXES,
            #skip_argument,
            super::super::__livepatch_replace,
        );
    }
}

/// Returns the names of the statics for the `index`th object: its functions, and its callbacks.
fn object_statics(index: usize) -> [Ident; 2] {
    [
        format_ident!("FUNCS_{index}"),
        format_ident!("CALLBACKS_{index}"),
    ]
}

/// Returns the items for one object, of which [`object_entry`] makes its place in the table.
fn object_items(index: usize, object: &Object<'_>) -> TokenStream {
    let [funcs, callbacks] = object_statics(index);
    let func_count = Literal::usize_unsuffixed(object.funcs.len());
    let func_entries = object.funcs.iter().map(|func| {
        let name = c_string(&func.item.name.value());
        let new_func = constant(func.path, &fix::replacement_const(func.index));
        let sympos = &func.item.sympos;
        quote!(rt::Func::new(#name, #new_func, #sympos))
    });
    let func_fixes = object.funcs.iter().map(|func| number(func.fix));

    let sets = callback_sets(&object.callbacks);
    let set_count = Literal::usize_unsuffixed(sets.len());
    let set_entries = sets.iter().map(|(fix, set)| {
        let fix = number(*fix);
        let functions = set.iter().map(|callback| {
            option(callback.map(|callback| {
                constant(
                    callback.path,
                    &fix::callback_const(callback.item.kind, callback.index),
                )
            }))
        });
        quote!(rt::FixCallbacks::new(#fix, #(#functions),*))
    });
    let type_ = (!sets.is_empty()).then(|| {
        let type_ = object_type(index);
        quote! {
            struct #type_;

            impl rt::ObjectCallbacks for #type_ {
                fn callbacks() -> &'static [rt::FixCallbacks] {
                    &#callbacks
                }

                fn livepatch() -> &'static rt::Livepatch {
                    &LIVEPATCH
                }
            }
        }
    });

    quote! {
        static #funcs: rt::Funcs<#func_count> =
            rt::Funcs::new([#(#func_entries),*], [#(#func_fixes),*]);
        static #callbacks: [rt::FixCallbacks; #set_count] = [#(#set_entries),*];
        #type_
    }
}

fn object_entry(index: usize, object: &Object<'_>) -> TokenStream {
    let name = option(object.name.as_deref().map(c_string));
    let [funcs, _] = object_statics(index);
    let type_ = object_type(index);
    let callbacks = CallbackKind::ALL
        .into_iter()
        .filter(|kind| object.has(*kind))
        .map(|kind| format_ident!("with_{}", kind.name()));

    quote!(rt::ObjectEntry::new(#name, &#funcs, rt::Callbacks::NONE #(.#callbacks::<#type_>())*))
}

/// Returns the name of the type that stands for the `index`th object.
fn object_type(index: usize) -> Ident {
    format_ident!("Object{index}")
}

/// The callbacks that one fix has for an object, each kind at its place.
type CallbackSet<'a> = [Option<&'a Item<'a, Callback>>; CallbackKind::ALL.len()];

/// Sorts the callbacks for an object by fix, and those of a fix by kind.
fn callback_sets<'a>(callbacks: &'a [Item<'a, Callback>]) -> Vec<(usize, CallbackSet<'a>)> {
    let mut sets: Vec<(usize, CallbackSet<'a>)> = Vec::new();

    for callback in callbacks {
        // The callbacks come fix by fix.
        if sets.last().map(|(fix, _)| *fix) != Some(callback.fix) {
            sets.push((callback.fix, Default::default()));
        }
        if let Some((_, set)) = sets.last_mut() {
            set[callback.item.kind as usize] = Some(callback);
        }
    }
    sets
}

fn states(livepatch: &Livepatch) -> TokenStream {
    let states = || {
        let fixes = livepatch.fixes.iter().enumerate();
        fixes.flat_map(|(fix, part)| {
            let states = part.fix.states.iter().enumerate();
            states.map(move |(index, state)| (fix, &part.path, index, state))
        })
    };
    let count = Literal::usize_unsuffixed(states().count());
    let entries = states().map(|(_, path, index, state)| {
        let (id, version) = (&state.id, &state.version);
        let identity = constant(path, &fix::state_static(index));
        quote!(rt::StateEntry::new(#id, #version, &#identity))
    });
    let fixes = states().map(|(fix, ..)| number(fix));

    quote! {
        static STATES: rt::States<#count> = rt::States::new([#(#entries),*], [#(#fixes),*]);
    }
}

fn fixes(livepatch: &Livepatch) -> TokenStream {
    let count = Literal::usize_unsuffixed(livepatch.fixes.len());
    let entries = livepatch.fixes.iter().map(|part| {
        let id = part.fix.metadata.id.value();
        let hook = |is_there: bool, name: &str| {
            option(is_there.then(|| constant(&part.path, &format_ident!("{name}"))))
        };
        let init = hook(part.fix.has_init, "INIT");
        let exit = hook(part.fix.has_exit, "EXIT");
        quote!(rt::Fix::new(#id, #init, #exit))
    });

    quote!(static FIXES: [rt::Fix; #count] = [#(#entries),*];)
}

/// Returns the parameter that leaves fixes out, and the argument that tells the livepatch of it.
fn skip(livepatch: &Livepatch) -> (TokenStream, TokenStream) {
    if !livepatch.has_skip() {
        return (TokenStream::new(), option::<TokenStream>(None));
    }

    let count = Literal::usize_unsuffixed(livepatch.fixes.len());
    let type_ = quote!(::livepatch::Param<[::livepatch::params::CharP; #count]>);
    let mode = Literal::u16_unsuffixed(SKIP_MODE);
    let entries = param::entries(&Entries {
        static_: quote!(SKIP),
        type_: type_.clone(),
        span: Span::call_site(),
        name: SKIP,
        mode: quote!(#mode),
        description: Some(SKIP_DESCRIPTION),
        cfgs: &[],
    });
    let items = quote! {
        static SKIP: #type_ = ::livepatch::Param::new([::livepatch::params::CharP::NONE; #count]);
        #entries
    };

    (
        items,
        quote!(::core::option::Option::Some(|visit| SKIP.visit(visit))),
    )
}

/// Returns the path of a constant or static that `#[fix]` generated, from inside the two hidden modules.
fn constant(fix: &Path, name: &Ident) -> TokenStream {
    let first = fix.segments.first().map(|segment| &segment.ident);
    let is_absolute = fix.leading_colon.is_some() || first.is_some_and(|first| first == "crate");
    let base = (!is_absolute).then(|| quote!(super::super::));
    let segments = fix
        .segments
        .iter()
        .filter(|segment| segment.ident != "self");
    let leading_colon = &fix.leading_colon;

    quote!(#base #leading_colon #(#segments::)* __fix::#name)
}

/// Returns an expression for an `Option`.
fn option<T: quote::ToTokens>(value: Option<T>) -> TokenStream {
    match value {
        Some(value) => quote!(::core::option::Option::Some(#value)),
        None => quote!(::core::option::Option::None),
    }
}

fn number(value: usize) -> Literal {
    Literal::usize_unsuffixed(value)
}
