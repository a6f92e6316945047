// SPDX-License-Identifier: GPL-2.0

//! `btf!`: types that the target kernel's headers do not have, from its type information.
//!
//! `klp-build bindings` reads the list in the source before it is compiled, and writes a file beside the module; the macro
//! includes it.

mod list;

use crate::diagnostics::Errors;
use list::{
    ItemKind,
    List, //
};
use livepatch_abi::btf::FileName;
use proc_macro2::{
    Ident,
    Span,
    TokenStream, //
};
use quote::{
    format_ident,
    quote, //
};
use std::{
    env,
    path::{
        Path,
        PathBuf, //
    },
};

/// Expands the macro; `directory` is where the module is built, if that is known.
pub(crate) fn expand(
    input: TokenStream,
    directory: Option<PathBuf>,
    errors: &mut Errors,
) -> TokenStream {
    let list: List = match syn::parse2(input) {
        Ok(list) => list,
        Err(error) => {
            errors.push(error);
            return TokenStream::new();
        }
    };
    let name = list.file_name();

    match directory.map(|directory| directory.join(name.to_string())) {
        Some(path) if path.is_file() => include(&list, &name, &path),
        Some(path) => {
            errors.add(
                Span::call_site(),
                format!(
                    "{} is missing: `klp-build bindings` makes it from the kernel's BTF, when Kbuild builds the module \
                     (`make modules`)",
                    path.display()
                ),
            );
            TokenStream::new()
        }
        None => {
            errors.add(Span::call_site(), crate::name::MODULE_UNKNOWN);
            TokenStream::new()
        }
    }
}

/// Returns the directory that the module is built in.
pub(crate) fn directory() -> Option<PathBuf> {
    let module = PathBuf::from(env::var_os("RUST_MODFILE")?);

    std::path::absolute(module.parent()?).ok()
}

fn include(list: &List, name: &FileName, path: &Path) -> TokenStream {
    let path = path.to_string_lossy();
    let module = format_ident!("__{}", name.to_string().trim_end_matches(".rs"));
    // A fix is often called like the function that it replaces, and `use super::*` brings its name as well. No fix is
    // called like a keyword.
    let functions = list
        .items
        .iter()
        .filter(|item| item.kind == ItemKind::Function)
        .filter_map(|item| syn::parse_str::<Ident>(&item.name).ok());

    quote! {
        #[allow(
            clippy::all,
            clippy::undocumented_unsafe_blocks,
            dead_code,
            improper_ctypes_definitions,
            missing_docs,
            non_camel_case_types,
            non_snake_case,
            non_upper_case_globals,
            unreachable_pub,
        )]
        mod #module {
            ::core::include!(#path);
        }
        #[allow(unused_imports)]
        pub(crate) use #module::*;
        #(
            #[allow(unused_imports)]
            pub(crate) use #module::#functions;
        )*
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_wins_over_a_fix_of_its_name() {
        let list: List = syn::parse_str("seq_file, fn show, fn r#match").unwrap();
        let text = include(&list, &list.file_name(), Path::new("/a.rs")).to_string();

        assert!(text.contains(":: show ;"), "{text}");
        assert!(!text.contains("seq_file") && !text.contains("match"));
    }
}
