// SPDX-License-Identifier: GPL-2.0

//! What a livepatch consists of.

use crate::{
    fix::{
        model::{
            Callback,
            CallbackKind,
            Replacement, //
        },
        wire::Received, //
    },
    modinfo::About,
};
use livepatch_abi::object::VMLINUX;
use syn::{
    Expr,
    LitStr,
    Path, //
};

/// A livepatch.
pub(super) struct Livepatch {
    /// The name of the kernel module.
    pub(super) module: String,
    /// Whether mistakes in a part of it were reported already.
    pub(super) is_broken: bool,
    pub(super) about: About,
    /// Which of several builds of the version it is.
    pub(super) release: Option<LitStr>,
    /// Whether it replaces the livepatches that are installed; they are unless it says otherwise.
    pub(super) replace: Option<Expr>,
    pub(super) fixes: Vec<Part>,
}

/// A fix as a part of the livepatch.
pub(super) struct Part {
    /// The path to its module, from the place of `livepatch!`.
    pub(super) path: Path,
    pub(super) fix: Received,
}

/// What the fixes have for one object.
pub(super) struct Object<'a> {
    /// The name of the module, or [`None`] for vmlinux.
    pub(super) name: Option<String>,
    /// The indices of the fixes that name it.
    pub(super) fixes: Vec<usize>,
    pub(super) funcs: Vec<Item<'a, Replacement>>,
    pub(super) callbacks: Vec<Item<'a, Callback>>,
}

/// An item of a fix.
pub(super) struct Item<'a, T> {
    /// The index of the fix in the livepatch.
    pub(super) fix: usize,
    /// The index of the item among those of its sort in the fix.
    pub(super) index: usize,
    pub(super) path: &'a Path,
    pub(super) item: &'a T,
}

impl Livepatch {
    /// Returns whether the administrator can leave single fixes out.
    pub(super) fn has_skip(&self) -> bool {
        self.fixes.len() > 1
    }

    /// Sorts the items of all fixes by object, in the order in which the source first names each.
    ///
    /// The kernel patches them, and runs their callbacks, in this order.
    pub(super) fn objects(&self) -> Vec<Object<'_>> {
        let mut objects = Vec::new();

        for (fix, part) in self.fixes.iter().enumerate() {
            let path = &part.path;
            for name in &part.fix.objects {
                object(&mut objects, &name.value()).fixes.push(fix);
            }
            for (index, item) in part.fix.replacements.iter().enumerate() {
                object(&mut objects, &item.object.value()).funcs.push(Item {
                    fix,
                    index,
                    path,
                    item,
                });
            }
            for (index, item) in part.fix.callbacks.iter().enumerate() {
                object(&mut objects, &item.object.value())
                    .callbacks
                    .push(Item {
                        fix,
                        index,
                        path,
                        item,
                    });
            }
        }
        objects
    }
}

impl Object<'_> {
    /// Returns whether a fix has a callback of the kind for the object.
    pub(super) fn has(&self, kind: CallbackKind) -> bool {
        self.callbacks
            .iter()
            .any(|callback| callback.item.kind == kind)
    }
}

/// Finds the object of that name, making it if it is not there.
fn object<'o, 'a>(objects: &'o mut Vec<Object<'a>>, name: &str) -> &'o mut Object<'a> {
    let name = (name != VMLINUX).then(|| name.to_owned());
    let position = objects
        .iter()
        .position(|object| object.name == name)
        .unwrap_or_else(|| {
            objects.push(Object {
                name,
                fixes: Vec::new(),
                funcs: Vec::new(),
                callbacks: Vec::new(),
            });
            objects.len() - 1
        });

    &mut objects[position]
}
