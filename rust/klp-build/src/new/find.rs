// SPDX-License-Identifier: GPL-2.0

//! Finds the function that is to be replaced, or says why it cannot be.

use livepatch_abi::object::VMLINUX;
use livepatch_symbols::{Kernel, Lookup, Object, Resolution};

use super::refusal::Refusal;
use super::{source, Args, Error};
use crate::check::target::Target;
use crate::check::{candidates, functions};

/// Returns the object that has the function, and where the function is in the source, if that is known.
pub(super) fn find(
    args: &Args,
    kernel: &Kernel,
) -> Result<Result<(Object, Option<String>), Refusal>, Error> {
    let object = match kernel.object(&args.object)? {
        Lookup::Found(object) => object,
        Lookup::BuiltIn => return Ok(Err(Refusal::BuiltIn(args.object.clone()))),
        Lookup::Missing { similar } => {
            return Ok(Err(Refusal::NoModule {
                object: args.object.clone(),
                similar,
            }));
        }
        Lookup::Unknown(unknown) => return Err(livepatch_symbols::Error::Unknown(unknown).into()),
    };
    let mut target = Target::new(kernel);
    if let Some(source) = &args.source {
        target = target.with_source(source);
    }
    let named = || (object.name().to_owned(), args.function.clone());

    let symbol = match object.resolve(&args.function, args.sympos) {
        Resolution::Found(symbol) => symbol,
        Resolution::Missing => return Ok(Err(missing(args, kernel, &object)?)),
        Resolution::Unsteady { .. } => {
            let (object, function) = named();
            return Ok(Err(Refusal::Unsteady { object, function }));
        }
        Resolution::OutOfRange(symbols) if symbols.len() == 1 => {
            let (object, function) = named();
            return Ok(Err(Refusal::Alone { object, function }));
        }
        Resolution::Ambiguous(symbols) | Resolution::OutOfRange(symbols) => {
            let candidates = candidates::list(&target, &object, &symbols)?;
            let (object, function) = named();
            return Ok(Err(Refusal::Ambiguous {
                object,
                function,
                count: symbols.len(),
                candidates,
            }));
        }
    };
    if let Some(finding) = functions::unpatchable(&target, &object, &symbol)? {
        // That it cannot be told is no reason not to make it.
        if finding.severity == crate::check::finding::Severity::Refused {
            let (object, function) = named();
            return Ok(Err(Refusal::Unpatchable {
                object,
                function,
                why: finding.to_string(),
            }));
        }
    }
    let place = place(args, &object);
    Ok(Ok((object, place)))
}

/// Returns where the function is in the source.
fn place(args: &Args, object: &Object) -> Option<String> {
    source::find(args.source.as_deref()?, object.file(), &args.function)
}

/// Says why there is no function of the name.
fn missing(args: &Args, kernel: &Kernel, object: &Object) -> Result<Refusal, Error> {
    let function = args.function.clone();
    let name = object.name().to_owned();

    let mut clones: Vec<_> = object
        .clones(&function)
        .iter()
        .map(|symbol| symbol.name.to_owned())
        .collect();
    clones.dedup();
    if !clones.is_empty() {
        return Ok(Refusal::Cloned {
            object: name,
            function,
            clones,
        });
    }
    // The modules of a kernel may not be known, and are not needed but for this.
    let mut objects = kernel.objects_with(&function).unwrap_or_default();
    objects.retain(|other| *other != name);
    objects.sort_by_key(|other| other != VMLINUX);
    if !objects.is_empty() {
        return Ok(Refusal::Elsewhere {
            object: name,
            function,
            objects,
        });
    }
    if let Some(place) = place(args, object) {
        return Ok(Refusal::Inlined {
            object: name,
            function,
            place,
        });
    }
    Ok(Refusal::NoFunction {
        object: name,
        function,
        similar: object.similar(&args.function),
    })
}
