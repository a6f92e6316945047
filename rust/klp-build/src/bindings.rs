// SPDX-License-Identifier: GPL-2.0

//! `klp-build bindings`: Makes Rust types from the type information of a kernel.
//!
//! ```text
//!  livepatch::btf! { .. } ──► list ─┐
//!  BTF of kernel and module ────────┼─► find ─► generate ─► btf_generated_<hash>.rs ──► included by livepatch::btf!
//!  bindings_generated.rs ──► known ─┘
//! ```
//!
//! What the list asks for is made in full, what the headers have is taken from `livepatch::bindings`, and of all else only as much as
//! it takes to hold it or to point at it.

mod emit;
mod error;
mod find;
mod generate;
mod known;
mod layout;
#[path = "../../macros/src/btf/list.rs"]
mod list;
mod name;
mod output;
mod rust_type;
mod sources;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;

use livepatch_abi::object::VMLINUX;
use livepatch_btf::Btf;
use livepatch_symbols::{Kernel, Lookup};
use syn::ext::IdentExt;

use crate::target::Target;
use crate::Status;
use known::Known;
use list::List;

pub use error::{Error, Refusal, Refusals};

/// The arguments of `klp-build bindings`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// What to make: `packet_sock`, `struct`, `union`, `enum` or `type` and a name, or `fn` and a name.
    #[arg(
        value_name = "ITEM",
        required_unless_present = "sources",
        conflicts_with = "sources"
    )]
    items: Vec<String>,
    /// The module that has it.
    #[arg(long, value_name = "MODULE", default_value = VMLINUX, conflicts_with = "sources")]
    object: String,
    /// Make what `livepatch::btf!` asks for in the sources below this directory.
    #[arg(long, value_name = "DIR", requires = "output")]
    sources: Option<PathBuf>,
    /// The file to write; with --sources, the directory.
    #[arg(long, value_name = "PATH")]
    output: Option<PathBuf>,
    /// What bindgen has made of the headers: types that are there are taken from `livepatch::bindings`.
    #[arg(long, value_name = "FILE")]
    known: Option<PathBuf>,
    #[command(flatten)]
    target: Target,
}

/// Runs the command, which prints to `output`.
///
/// # Errors
///
/// See [`Error`].
pub fn run(args: &Args, output: &mut dyn Write) -> Result<Status, Error> {
    let known = match &args.known {
        Some(path) => Known::parse(&fs::read_to_string(path).map_err(|source| Error::File {
            path: path.clone(),
            source,
        })?),
        None => Known::default(),
    };
    let mut maker = Maker {
        kernel: args.target.open()?,
        known,
        types: BTreeMap::new(),
    };

    match (&args.sources, &args.output) {
        (Some(sources), Some(directory)) => {
            let mut names = BTreeSet::new();
            fs::create_dir_all(directory).map_err(|source| Error::File {
                path: directory.clone(),
                source,
            })?;
            for located in sources::lists(sources)? {
                let name = located.list.file_name().to_string();
                let text = maker.make(&located.list, &format!("{}: ", located.place))?;

                output::write(&directory.join(&name), &text)?;
                names.insert(name);
            }
            output::delete_others(directory, &names)?;
        }
        (_, to) => {
            let items = args.items.join(", ");
            let mut list: List =
                syn::parse_str(&items).map_err(|source| Error::Arguments { items, source })?;
            list.object.clone_from(&args.object);
            let text = maker.make(&list, "")?;

            match to {
                Some(path) => output::write(path, &text)?,
                None => output.write_all(text.as_bytes()).map_err(standard_output)?,
            }
        }
    }
    Ok(Status::Clean)
}

fn standard_output(source: io::Error) -> Error {
    Error::File {
        path: PathBuf::from("standard output"),
        source,
    }
}

/// Returns the type of a function of the kernel, with the types that it needs under their own names.
///
/// # Errors
///
/// If there is no such function in the type information, or several that differ.
pub(crate) fn function(kernel: Kernel, object: &str, name: &str) -> Result<syn::TypeBareFn, Error> {
    let mut maker = Maker {
        kernel,
        known: Known::default(),
        types: BTreeMap::new(),
    };
    let unreadable = |source| Error::Arguments {
        items: format!("fn {name}"),
        source,
    };
    let mut list: List = syn::parse_str(&format!("fn {name}")).map_err(unreadable)?;
    list.object = object.to_owned();
    let file = syn::parse_file(&maker.make(&list, "")?).map_err(unreadable)?;

    file.items
        .into_iter()
        .find_map(|item| match item {
            syn::Item::Type(alias) if alias.ident.unraw() == name => match *alias.ty {
                syn::Type::BareFn(function) => Some(function),
                _ => None,
            },
            _ => None,
        })
        .ok_or_else(|| {
            unreadable(syn::Error::new(
                proc_macro2::Span::call_site(),
                "it is no function",
            ))
        })
}

/// Makes files from lists, and keeps what they have in common.
struct Maker {
    kernel: Kernel,
    known: Known,
    types: BTreeMap<String, Arc<Btf>>,
}

impl Maker {
    fn make(&mut self, list: &List, place: &str) -> Result<String, Error> {
        let btf = self.types(&list.object)?;
        let tokens = generate::generate(&btf, &self.known, &list.object, &list.items).map_err(
            |refusals| Error::Items {
                place: place.to_owned(),
                refusals,
            },
        )?;

        output::format(&list.object, tokens)
    }

    fn types(&mut self, object: &str) -> Result<Arc<Btf>, Error> {
        if let Some(btf) = self.types.get(object) {
            return Ok(Arc::clone(btf));
        }
        let kernel = &self.kernel;
        let btf = if object == VMLINUX {
            kernel.btf()
        } else {
            match kernel.object(object)? {
                Lookup::Found(object) => object.btf(),
                Lookup::BuiltIn => kernel.btf(),
                Lookup::Missing { similar } => {
                    return Err(Error::NoModule {
                        object: object.to_owned(),
                        similar,
                    });
                }
                Lookup::Unknown(unknown) => Err(livepatch_symbols::Error::Unknown(unknown)),
            }
        };
        let btf = btf.map_err(|error| match error {
            livepatch_symbols::Error::Unknown(unknown) => Error::Unknown {
                object: object.to_owned(),
                unknown,
            },
            error => Error::Kernel(error),
        })?;

        self.types.insert(object.to_owned(), Arc::clone(&btf));
        Ok(btf)
    }
}
