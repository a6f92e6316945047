// SPDX-License-Identifier: GPL-2.0

//! What must hold between the fixes of a livepatch.
//!
//! Each fix has checked itself, so only items of two different fixes are compared here. The second
//! is reported, and the message names the first.

use super::model::{
    Livepatch,
    Part, //
};
use crate::{
    diagnostics::Errors,
    name, //
};
use livepatch_abi::param::SKIP;
use proc_macro2::Span;

/// Reports the contradictions within the livepatch.
pub(super) fn check(livepatch: &Livepatch, errors: &mut Errors) {
    let Livepatch { module, fixes, .. } = livepatch;

    // A module without a name has been reported.
    if !module.is_empty() {
        name::module(module, Span::call_site(), errors);
    }
    for (position, second) in fixes.iter().enumerate() {
        let earlier = &fixes[..position];
        id(earlier, second, errors);
        replacements(earlier, second, errors);
        states(earlier, second, errors);
        params(earlier, second, errors);
    }
    if livepatch.has_skip() {
        reserved_param(fixes, errors);
    }
}

fn id(earlier: &[Part], second: &Part, errors: &mut Errors) {
    let id = &second.fix.metadata.id;
    let same = |first: &&Part| first.fix.metadata.id.value() == id.value();

    if let Some(first) = earlier.iter().find(same) {
        errors.add(
            id.span(),
            format!(
                "the fix in `mod {}` has the id `{}` already; give this one another with \
                 `id = \"..\"`",
                first.fix.ident,
                id.value()
            ),
        );
    }
}

/// Finds an item of an earlier fix, together with that fix.
fn find<T>(
    earlier: &[Part],
    items: fn(&Part) -> &[T],
    mut is_wanted: impl FnMut(&T) -> bool,
) -> Option<(&Part, &T)> {
    earlier
        .iter()
        .flat_map(|part| items(part).iter().map(move |item| (part, item)))
        .find(|(_, item)| is_wanted(item))
}

fn replacements(earlier: &[Part], second: &Part, errors: &mut Errors) {
    for item in &second.fix.replacements {
        let first = find(
            earlier,
            |part| &part.fix.replacements,
            |first| first.collides_with(item),
        );
        if let Some((part, first)) = first {
            errors.add(
                item.function.span(),
                format!(
                    "`{}` of {} is already replaced by `{}` of the fix `{}`; put both changes into \
                     one function, or give two functions of one name a `sympos` each",
                    item.name.value(),
                    item.object.value(),
                    first.function,
                    part.fix.metadata.id.value()
                ),
            );
        }
    }
}

fn states(earlier: &[Part], second: &Part, errors: &mut Errors) {
    for item in &second.fix.states {
        let first = find(
            earlier,
            |part| &part.fix.states,
            |first| first.id.value == item.id.value,
        );
        if let Some((part, first)) = first {
            errors.add(
                item.id.span,
                format!(
                    "`{}` of the fix `{}` has the state id {} already; give `{}` another",
                    first.type_,
                    part.fix.metadata.id.value(),
                    item.id.value,
                    item.type_
                ),
            );
        }
    }
}

fn params(earlier: &[Part], second: &Part, errors: &mut Errors) {
    for item in &second.fix.params {
        let first = find(
            earlier,
            |part| &part.fix.params,
            |first| first.name.value() == item.name.value(),
        );
        if let Some((part, first)) = first {
            errors.add(
                item.name.span(),
                format!(
                    "`{}` of the fix `{}` is the parameter `{}` already; give `{}` another name",
                    first.ident,
                    part.fix.metadata.id.value(),
                    item.name.value(),
                    item.ident
                ),
            );
        }
    }
}

fn reserved_param(fixes: &[Part], errors: &mut Errors) {
    for item in fixes.iter().flat_map(|part| &part.fix.params) {
        if item.name.value() == SKIP {
            errors.add(
                item.name.span(),
                format!(
                    "the parameter `{SKIP}` is there already: a livepatch of several fixes has it, to \
                     leave fixes out; give `{}` another name",
                    item.ident
                ),
            );
        }
    }
}
