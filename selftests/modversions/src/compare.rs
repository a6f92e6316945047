// SPDX-License-Identifier: GPL-2.0

//! What a module asks for, compared with what there is.

use std::collections::BTreeSet;

use crate::module::Module;
use crate::symvers::Symvers;

/// The version that a kernel looks at before all others: that of `struct module` and its like.
const MODULE_LAYOUT: &str = "module_layout";

/// What is wrong with a module.
#[derive(Debug, PartialEq, thiserror::Error)]
pub(crate) enum Difference {
    #[error("{0} is exported by nobody")]
    NotExported(String),

    #[error("{0} has no version")]
    NoVersion(String),

    #[error("{symbol} has the version {have:#010x} in {section}; the kernel's is {want:#010x}")]
    Version {
        section: &'static str,
        symbol: String,
        have: u32,
        want: u32,
    },
}

/// Compares a module with all that is exported to it.
///
/// Each symbol that is not its own must be exported, and each that is exported must have a version; each version must be that
/// of the one who exports it.
pub(crate) fn compare(module: &Module, symvers: &Symvers) -> Vec<Difference> {
    let mut differences = Vec::new();
    let mut versioned = BTreeSet::new();
    for (section, symbol, have) in &module.versions {
        versioned.insert(symbol.as_str());
        match symvers.0.get(symbol) {
            Some(want) if want == have => {}
            Some(&want) => differences.push(Difference::Version {
                section,
                symbol: symbol.clone(),
                have: *have,
                want,
            }),
            None => differences.push(Difference::NotExported(symbol.clone())),
        }
    }
    let layout = (MODULE_LAYOUT, false);
    let undefined = module
        .undefined
        .iter()
        .map(|(symbol, weak)| (symbol.as_str(), *weak));
    for (symbol, weak) in undefined.chain([layout]) {
        let exported = symvers.0.contains_key(symbol);
        if versioned.contains(symbol) || (weak && !exported) {
            continue;
        }
        differences.push(if exported {
            Difference::NoVersion(symbol.to_owned())
        } else {
            Difference::NotExported(symbol.to_owned())
        });
    }
    differences
}
