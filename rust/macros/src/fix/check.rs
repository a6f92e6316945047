// SPDX-License-Identifier: GPL-2.0

//! What must hold between the items of one fix.

use super::model::Fix;
use crate::{
    diagnostics::Errors,
    unexported, //
};

/// Reports the contradictions within the fix.
pub(super) fn check(fix: &Fix, errors: &mut Errors) {
    is_not_empty(fix, errors);
    replacements(fix, errors);
    callbacks(fix, errors);
    states(fix, errors);
    params(fix, errors);
    unexported::check(&fix.unexported, errors);
}

fn is_not_empty(fix: &Fix, errors: &mut Errors) {
    let Fix {
        replacements,
        callbacks,
        states,
        init,
        exit,
        ..
    } = fix;
    let is_empty = replacements.is_empty()
        && callbacks.is_empty()
        && states.is_empty()
        && init.is_none()
        && exit.is_none();

    // Something that was found and is wrong has been reported already.
    if is_empty && errors.is_empty() {
        errors.add(
            fix.ident.span(),
            "this fix does nothing; it needs a `#[replace]` function, a callback, a `#[state]`, an \
             `#[init]` or an `#[exit]`",
        );
    }
}

fn replacements(fix: &Fix, errors: &mut Errors) {
    for (position, second) in fix.replacements.iter().enumerate() {
        let mut earlier = fix.replacements[..position].iter();
        if let Some(first) = earlier.find(|first| first.collides_with(second)) {
            errors.add(
                second.function.span(),
                format!(
                    "`{}` of {} is already replaced by `{}`; two functions of one name need a \
                     `sympos` each",
                    second.name.value(),
                    second.object.value(),
                    first.function
                ),
            );
        }
    }
}

fn callbacks(fix: &Fix, errors: &mut Errors) {
    for (position, second) in fix.callbacks.iter().enumerate() {
        let mut earlier = fix.callbacks[..position].iter();
        if let Some(first) = earlier.find(|first| {
            first.kind == second.kind && first.object.value() == second.object.value()
        }) {
            errors.add(
                second.function.span(),
                format!(
                    "`{}` is the `#[{}]` callback for {} already; call this one there",
                    first.function,
                    second.kind.name(),
                    second.object.value()
                ),
            );
        }
    }
}

fn states(fix: &Fix, errors: &mut Errors) {
    for (position, second) in fix.states.iter().enumerate() {
        let mut earlier = fix.states[..position].iter();
        if let Some(first) = earlier.find(|first| first.id.value == second.id.value) {
            errors.add(
                second.id.span,
                format!(
                    "`{}` has the state id {} already; give `{}` another",
                    first.type_, second.id.value, second.type_
                ),
            );
        }
    }
}

fn params(fix: &Fix, errors: &mut Errors) {
    for (position, second) in fix.params.iter().enumerate() {
        let mut earlier = fix.params[..position].iter();
        if let Some(first) = earlier.find(|first| first.name.value() == second.name.value()) {
            errors.add(
                second.name.span(),
                format!(
                    "`{}` is the parameter `{}` already; give `{}` another name",
                    first.ident,
                    second.name.value(),
                    second.ident
                ),
            );
        }
    }
}
