// SPDX-License-Identifier: GPL-2.0

//! Whether a function can stand in for another one, by their prototypes.
//!
//! | kernel's             | replacement's             |                                                                  |
//! |----------------------|---------------------------|------------------------------------------------------------------|
//! | integer              | integer                   | same size and sign; typedefs and names do not count              |
//! | `char`               | integer of one byte       | of either sign: which one `char` has is up to the kernel         |
//! | enum                 | enum, integer             | same size; the sign does not count, old BTF does not tell it     |
//! | argument `bool`      | integer of one byte       | agrees: all that the caller passes is an integer                 |
//! | argument of one byte | `bool`                    | differs: the caller passes what is no `bool`                     |
//! | returned `bool`      | integer of one byte       | differs: it returns what is no `bool`                            |
//! | returned byte        | `bool`                    | agrees                                                           |
//! | floating point       | floating point            | same size                                                        |
//! | struct, union        | struct, union             | same name and size                                               |
//! | `T *`                | `void *`, and vice versa  | agrees: it is what an author writes who does not need the type   |
//! | `struct a *`         | pointer to struct or union| same name: its tag, or that of a typedef; `const` does not count |
//! | pointer to unnamed   | pointer to struct or union| same size                                                        |
//! | `int *`              | pointer to integer, enum  | same size; the sign does not count, as for the kernel's compiler |
//! | `T **`               | pointer to pointer        | as for `T *`                                                     |
//! | pointer to array     | pointer to array          | same elements, and as many if both say so                        |
//! | `T *`                | pointer to array of `T`   | agrees, and vice versa                                           |
//! | pointer to function  | pointer to function       | their prototypes agree                                           |
//! | pointer              | integer, and vice versa   | differs                                                          |
//! | returns nothing      | returns something         | differs, and vice versa                                          |
//! | variadic             | not variadic              | differs, and vice versa                                          |
//!
//! A struct of Rust that consists of one member of its size (`NonNull`, `Option` of a pointer, `Opaque`) agrees with what its
//! member agrees with.

use std::fmt;

use super::types::{Prototype, Record, Type};

/// How deep pointers to functions are compared. Deeper ones agree.
const DEPTH: u32 = 8;

/// What comparing says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// They agree.
    Same,
    /// They do not, and the first thing in which they differ.
    Differs(Difference),
    /// There is no telling, and why.
    Unknown(String),
}

/// Something in which a replacement differs from the function which it replaces; written, a clause about the replacement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Difference {
    /// One of them is variadic.
    Variadic { ours: bool },
    /// The numbers of their arguments differ.
    Count { ours: usize, kernels: usize },
    /// An argument differs; the first one has the number 1.
    Argument {
        number: usize,
        ours: Type,
        kernels: Type,
    },
    /// What they return differs.
    Return { ours: Type, kernels: Type },
}

/// Which way a value goes.
#[derive(Clone, Copy)]
enum Flow {
    /// From the kernel to the replacement.
    In,
    /// The other way.
    Out,
    /// Both: it is behind a pointer.
    Both,
}

impl Flow {
    fn reversed(self) -> Self {
        match self {
            Self::In => Self::Out,
            Self::Out => Self::In,
            Self::Both => Self::Both,
        }
    }
}

/// What comparing two types says, with the reason why there is no telling.
type Result = std::result::Result<bool, String>;

/// Compares the prototype of a replacement with that of the kernel's function.
pub(super) fn compare(ours: &Prototype, kernels: &Prototype) -> Verdict {
    let found = first_difference(ours, kernels, Flow::In, DEPTH);

    match found {
        (Some(difference), _) => Verdict::Differs(difference),
        (None, Some(reason)) => Verdict::Unknown(reason),
        (None, None) => Verdict::Same,
    }
}

/// Returns the first difference, and else what cannot be told.
fn first_difference(
    ours: &Prototype,
    kernels: &Prototype,
    flow: Flow,
    depth: u32,
) -> (Option<Difference>, Option<String>) {
    let mut unknown = None;

    if ours.params.len() != kernels.params.len() {
        return (
            Some(Difference::Count {
                ours: ours.params.len(),
                kernels: kernels.params.len(),
            }),
            None,
        );
    }
    if ours.is_variadic != kernels.is_variadic {
        return (
            Some(Difference::Variadic {
                ours: ours.is_variadic,
            }),
            None,
        );
    }
    let params = ours.params.iter().zip(&kernels.params);
    for (number, (our, kernel)) in (1..).zip(params) {
        match agree(&our.param_type, &kernel.param_type, flow, depth) {
            Ok(true) => {}
            Ok(false) => {
                return (
                    Some(Difference::Argument {
                        number,
                        ours: our.param_type.clone(),
                        kernels: kernel.param_type.clone(),
                    }),
                    None,
                )
            }
            Err(reason) => unknown = unknown.or(Some(reason)),
        }
    }
    match agree(
        &ours.return_type,
        &kernels.return_type,
        flow.reversed(),
        depth,
    ) {
        Ok(true) => {}
        Ok(false) => {
            return (
                Some(Difference::Return {
                    ours: ours.return_type.clone(),
                    kernels: kernels.return_type.clone(),
                }),
                None,
            )
        }
        Err(reason) => unknown = unknown.or(Some(reason)),
    }
    (None, unknown)
}

/// Returns whether values of the two types agree.
fn agree(ours: &Type, kernels: &Type, flow: Flow, depth: u32) -> Result {
    Ok(match (ours.peel(), kernels.peel()) {
        (Type::Unknown(reason), _) | (_, Type::Unknown(reason)) => return Err(reason.clone()),
        (Type::Void, Type::Void) => true,
        (Type::Int(our), Type::Int(kernel)) => {
            let signs = our.is_signed == kernel.is_signed || kernel.name == "char";

            our.size == kernel.size
                && match (our.is_bool, kernel.is_bool) {
                    (true, true) => true,
                    (true, false) => matches!(flow, Flow::Out),
                    (false, true) => matches!(flow, Flow::In),
                    (false, false) => signs,
                }
        }
        (Type::Enum { size, .. }, Type::Enum { size: other, .. }) => size == other,
        (Type::Enum { size, .. }, Type::Int(int)) | (Type::Int(int), Type::Enum { size, .. }) => {
            *size == int.size && !int.is_bool
        }
        (Type::Float { size, .. }, Type::Float { size: other, .. }) => size == other,
        (Type::Pointer(our), Type::Pointer(kernel)) => {
            return targets_agree(our, kernel, flow, depth)
        }
        (Type::Record(our), Type::Record(kernel))
            if share_name(ours, kernels) && our.size == kernel.size =>
        {
            true
        }
        (
            Type::Record(Record {
                wraps: Some(wrapped),
                ..
            }),
            _,
        ) => return deeper(depth, |depth| agree(wrapped, kernels, flow, depth)),
        _ => false,
    })
}

/// Returns whether pointers to the two types agree.
fn targets_agree(ours: &Type, kernels: &Type, flow: Flow, depth: u32) -> Result {
    Ok(match (ours.peel(), kernels.peel()) {
        (Type::Void, _) | (_, Type::Void) => true,
        (Type::Unknown(reason), _) | (_, Type::Unknown(reason)) => return Err(reason.clone()),
        (Type::Int(our), Type::Int(kernel)) => our.size == kernel.size,
        (Type::Pointer(our), Type::Pointer(kernel)) => {
            return deeper(depth, |depth| targets_agree(our, kernel, Flow::Both, depth))
        }
        (Type::Function(our), Type::Function(kernel)) => {
            return deeper(depth, |depth| {
                // The replacement calls what the kernel passes, and the other way round.
                match first_difference(our, kernel, flow.reversed(), depth) {
                    (Some(_), _) => Ok(false),
                    (None, Some(reason)) => Err(reason),
                    (None, None) => Ok(true),
                }
            });
        }
        (
            Type::Array { element, count },
            Type::Array {
                element: kernel,
                count: kernels,
            },
        ) => {
            let as_many = match (count, kernels) {
                (Some(count), Some(kernels)) => count == kernels,
                _ => true,
            };

            return Ok(
                as_many && deeper(depth, |depth| targets_agree(element, kernel, flow, depth))?
            );
        }
        (Type::Array { element, .. }, _) => {
            return deeper(depth, |depth| targets_agree(element, kernels, flow, depth))
        }
        (_, Type::Array { element, .. }) => {
            return deeper(depth, |depth| targets_agree(ours, element, flow, depth))
        }
        (Type::Record(our), Type::Record(kernel))
            if share_name(ours, kernels)
                // A member of a struct has a name in Rust only.
                || kernels.names().next().is_none() && our.size == kernel.size =>
        {
            true
        }
        (
            Type::Record(Record {
                wraps: Some(wrapped),
                ..
            }),
            _,
        ) => return deeper(depth, |depth| targets_agree(wrapped, kernels, flow, depth)),
        _ => return agree(ours, kernels, Flow::Both, depth),
    })
}

fn share_name(ours: &Type, kernels: &Type) -> bool {
    ours.names()
        .any(|our| kernels.names().any(|kernel| our == kernel))
}

/// Goes a step deeper, if that is not too deep.
fn deeper(depth: u32, compare: impl FnOnce(u32) -> Result) -> Result {
    depth.checked_sub(1).map_or(Ok(true), compare)
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Variadic { ours: true } => {
                f.write_str("it is variadic, and the kernel's function is not")
            }
            Self::Variadic { ours: false } => {
                f.write_str("it is not variadic, and the kernel's function is")
            }
            Self::Count { ours, kernels } => write!(
                f,
                "it takes {}, the kernel's function takes {kernels}",
                arguments(*ours)
            ),
            Self::Argument {
                number,
                ours,
                kernels,
            } => write!(
                f,
                "argument {number} is {}, the kernel's is {}",
                Described(ours, kernels),
                Described(kernels, ours)
            ),
            Self::Return { ours, kernels } => write!(
                f,
                "it returns {}, the kernel's function returns {}",
                Described(ours, kernels),
                Described(kernels, ours)
            ),
        }
    }
}

fn arguments(count: usize) -> String {
    match count {
        0 => "no argument".to_owned(),
        1 => "1 argument".to_owned(),
        _ => format!("{count} arguments"),
    }
}

/// A type next to another one from which it differs.
struct Described<'a>(&'a Type, &'a Type);

impl fmt::Display for Described<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(this, other) = self;

        if matches!(this.peel(), Type::Void) {
            return f.write_str("nothing");
        }
        write!(f, "`{this}`")?;
        match this.peel() {
            Type::Int(int) if int.is_bool => {}
            Type::Int(int) => {
                let sign = if int.is_signed { "signed" } else { "unsigned" };

                write!(f, " ({sign}, {} bits)", int.size.saturating_mul(8))?;
            }
            Type::Enum { size, .. } | Type::Float { size, .. } => {
                write!(f, " ({} bits)", size.saturating_mul(8))?;
            }
            Type::Record(Record {
                size: Some(size), ..
            }) if matches!(other.peel(), Type::Record(_)) => write!(f, " ({size} bytes)")?,
            _ => {}
        }
        Ok(())
    }
}
