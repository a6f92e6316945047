// SPDX-License-Identifier: GPL-2.0

//! The prototypes of the kernel's functions, from BTF.

use std::rc::Rc;

use livepatch_btf::{Btf, Error, FuncProto, Type as BtfType, TypeId};

use super::types::{Int, Keyword, Param, Prototype, Record, Type};

/// How deep types are read.
const DEPTH: u32 = 32;
/// How many types a prototype may consist of.
const STEPS: u32 = 4096;

/// Reads the prototype of a function.
///
/// # Errors
///
/// If it has none. What cannot be told of its types is a type of its own.
pub(super) fn prototype(btf: &Btf, func: TypeId) -> Result<Prototype, Error> {
    let prototype = btf.prototype(func)?;

    Ok(Reader { btf, steps: STEPS }.prototype(&prototype, DEPTH))
}

struct Reader<'a> {
    btf: &'a Btf,
    steps: u32,
}

impl Reader<'_> {
    fn prototype(&mut self, prototype: &FuncProto<'_>, depth: u32) -> Prototype {
        Prototype {
            return_type: self.read(prototype.return_type, depth),
            params: prototype
                .params
                .iter()
                .map(|param| Param {
                    name: param.name.to_owned(),
                    param_type: self.read(param.type_id, depth),
                })
                .collect(),
            is_variadic: prototype.is_variadic,
        }
    }

    fn read(&mut self, id: TypeId, depth: u32) -> Type {
        let (Some(steps), Some(depth)) = (self.steps.checked_sub(1), depth.checked_sub(1)) else {
            return Type::Unknown(format!("type {id} of the kernel's BTF is too deep"));
        };
        self.steps = steps;
        let found = match self.btf.get(id) {
            Ok(found) => found,
            Err(error) => return Type::Unknown(format!("the kernel's BTF: {error}")),
        };
        let record = |keyword, name: &str, size| {
            Type::Record(Record {
                keyword,
                name: (!name.is_empty()).then(|| name.to_owned()),
                size,
                wraps: None,
            })
        };

        match found {
            BtfType::Void => Type::Void,
            BtfType::Int(int) => Type::Int(Int {
                name: int.name.to_owned(),
                size: int.size.into(),
                is_signed: int.is_signed,
                is_bool: int.is_bool,
            }),
            BtfType::Ptr { target } => Type::Pointer(self.target(target, depth)),
            BtfType::Array(array) => Type::Array {
                element: self.target(array.element, depth),
                count: (array.count != 0).then_some(array.count.into()),
            },
            BtfType::Struct(of) => record(Keyword::Struct, of.name, Some(of.size.into())),
            BtfType::Union(of) => record(Keyword::Union, of.name, Some(of.size.into())),
            BtfType::Fwd { name, is_union } => record(
                if is_union {
                    Keyword::Union
                } else {
                    Keyword::Struct
                },
                name,
                None,
            ),
            BtfType::Enum(of) => Type::Enum {
                name: (!of.name.is_empty()).then(|| of.name.to_owned()),
                size: of.size.into(),
            },
            BtfType::Float { name, size } => Type::Float {
                name: name.to_owned(),
                size: size.into(),
            },
            BtfType::Typedef { name, target } => Type::Alias {
                name: name.to_owned(),
                target: self.target(target, depth),
            },
            BtfType::Const { target } => self.qualified("const", target, depth),
            BtfType::Volatile { target } => self.qualified("volatile", target, depth),
            BtfType::Restrict { target } => self.qualified("restrict", target, depth),
            // `__rcu`, `__user` and others, which mean nothing to the compiler.
            BtfType::TypeTag { target, .. } => self.read(target, depth),
            BtfType::FuncProto(prototype) => {
                Type::Function(Rc::new(self.prototype(&prototype, depth)))
            }
            BtfType::Func(_)
            | BtfType::Var { .. }
            | BtfType::Datasec { .. }
            | BtfType::DeclTag { .. }
            | BtfType::Unknown { .. } => {
                Type::Unknown(format!("type {id} of the kernel's BTF is none of C"))
            }
        }
    }

    fn target(&mut self, id: TypeId, depth: u32) -> Rc<Type> {
        Rc::new(self.read(id, depth))
    }

    fn qualified(&mut self, qualifier: &'static str, target: TypeId, depth: u32) -> Type {
        Type::Qualified {
            qualifier,
            target: self.target(target, depth),
        }
    }
}
