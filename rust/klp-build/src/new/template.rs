// SPDX-License-Identifier: GPL-2.0

//! The files of a new livepatch.

use livepatch_abi::object::VMLINUX;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::visit_mut::{self, VisitMut};
use syn::{parse_quote, ItemFn, ReturnType, Type, TypeBareFn};

/// The types of `livepatch::ffi` that the prelude brings.
const FFI: &str = "ffi";

/// What is to be replaced, and by what.
pub(super) struct Replacement<'a> {
    pub(super) livepatch: &'a str,
    pub(super) object: &'a str,
    pub(super) old_name: &'a str,
    pub(super) sympos: u32,
    /// The type of the old function.
    pub(super) function: &'a TypeBareFn,
    /// Where the old function is, `fs/proc/cmdline.c:8`.
    pub(super) source: Option<&'a str>,
}

impl Replacement<'_> {
    /// Returns the source of the livepatch.
    pub(super) fn main(&self) -> String {
        let Self {
            livepatch,
            object,
            old_name,
            sympos,
            source,
            ..
        } = self;
        let is_vmlinux = *object == VMLINUX;
        let of = if is_vmlinux {
            String::new()
        } else {
            format!(" of {object}")
        };
        let (prefix, fix_object, list_object) = if is_vmlinux {
            ("kernel", String::new(), String::new())
        } else {
            (
                *object,
                format!(", object = \"{object}\""),
                format!("object = \"{object}\"; "),
            )
        };
        let place = source.map_or_else(String::new, |source| format!(", {source}"));
        let (function, uses_prelude) = self.function();
        let import = if uses_prelude {
            "    use super::*;\n\n"
        } else {
            ""
        };
        let attribute = match (*old_name == rust_name(old_name), *sympos) {
            (true, 0) => "#[replace]".to_owned(),
            (true, sympos) => format!("#[replace(sympos = {sympos})]"),
            (false, 0) => format!("#[replace(name = \"{old_name}\")]"),
            (false, sympos) => format!("#[replace(name = \"{old_name}\", sympos = {sympos})]"),
        };

        format!(
            "\
// SPDX-License-Identifier: GPL-2.0

//! Replaces `{old_name}()`{of}.

use livepatch::prelude::*;

#[livepatch::fix(title = \"{prefix}: replace {old_name}()\"{fix_object})]
mod {livepatch} {{
{import}    livepatch::btf! {{ {list_object}fn {old_name} }}

    /// Replaces `{old_name}()`{place}.
    {attribute}
{function}
}}

livepatch! {{
    description: \"Replaces {old_name}(){of}\",
    version: \"1\",
    release: \"1\",
    fixes: [{livepatch}],
}}
"
        )
    }

    /// Returns the definition of the new function, and whether it needs what the prelude brings.
    fn function(&self) -> (String, bool) {
        let mut function = self.function.clone();
        let mut shorten = Shorten(false);
        shorten.visit_type_bare_fn_mut(&mut function);

        let name = format_ident!("{}", rust_name(self.old_name));
        let arguments = function.inputs.iter().enumerate().map(|(index, input)| {
            let name = match &input.name {
                Some((name, _)) => {
                    let name = name.to_string();
                    format_ident!("_{}", name.trim_start_matches("r#").trim_start_matches('_'))
                }
                None => format_ident!("_arg{index}"),
            };
            let ty = &input.ty;
            quote!(#name: #ty)
        });
        let output = &function.output;
        let value = match output {
            ReturnType::Default => TokenStream::new(),
            ReturnType::Type(_, ty) => neutral(ty),
        };
        let item: ItemFn = parse_quote! {
            unsafe extern "C" fn #name(#(#arguments),*) #output {
                #value
            }
        };
        let text = prettyplease::unparse(&syn::File {
            shebang: None,
            attrs: Vec::new(),
            items: vec![item.into()],
        });
        let text = text
            .lines()
            .map(|line| {
                if line.contains("zeroed()") {
                    format!("        // SAFETY: Zeroes are a value of this type of C.\n    {line}")
                } else {
                    format!("    {line}")
                }
            })
            .collect::<Vec<_>>()
            .join("\n");

        (text, shorten.0)
    }

    /// Returns the test of the livepatch.
    pub(super) fn test(&self) -> String {
        let Self {
            livepatch,
            object,
            old_name,
            sympos,
            ..
        } = self;
        let position = (*sympos).max(1);
        let need = if *object == VMLINUX {
            String::new()
        } else {
            format!(
                "modprobe {object} 2>/dev/null || skip_all 'this kernel has no module {object}'\n"
            )
        };

        format!(
            "\
#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0

. \"$(dirname \"$0\")/../../selftests/lib.sh\"
{need}plan 3

load {livepatch}
ok 'the livepatch is in force' is_enabled {livepatch}
ok 'sysfs shows the function' test -d $LIVEPATCH/{livepatch}/{object}/{old_name},{position}
unload {livepatch}
ok 'nothing is left' is_gone {livepatch}
done_testing
"
        )
    }
}

/// Returns a name that a function of Rust can have, for that of one of C.
fn rust_name(name: &str) -> String {
    let name = name.replace('.', "_");

    if syn::parse_str::<syn::Ident>(&name).is_ok() {
        name
    } else {
        format!("{name}_")
    }
}

/// Returns a value for a function to return that does nothing.
fn neutral(ty: &Type) -> TokenStream {
    match ty {
        Type::Ptr(pointer) if pointer.mutability.is_some() => quote!(::core::ptr::null_mut()),
        Type::Ptr(_) => quote!(::core::ptr::null()),
        Type::Path(path) => {
            let last = path.path.segments.last();
            let name = last.map_or_else(String::new, |last| last.ident.to_string());
            let is_integer = name.starts_with("c_")
                || matches!(
                    name.as_str(),
                    "i8" | "i16" | "i32" | "i64" | "isize" | "u8" | "u16" | "u32" | "u64" | "usize"
                );

            if name == "bool" {
                quote!(false)
            } else if name == "Option" {
                quote!(::core::option::Option::None)
            } else if is_integer {
                quote!(0)
            } else {
                quote!(unsafe { ::core::mem::zeroed() })
            }
        }
        _ => quote!(unsafe { ::core::mem::zeroed() }),
    }
}

/// Writes `c_int` for `::livepatch::ffi::c_int`, and remembers whether there was any.
struct Shorten(bool);

impl VisitMut for Shorten {
    fn visit_path_mut(&mut self, path: &mut syn::Path) {
        let is_ffi = path
            .segments
            .iter()
            .rev()
            .nth(1)
            .is_some_and(|segment| segment.ident == FFI);

        if let (true, Some(last)) = (is_ffi, path.segments.last().cloned()) {
            *path = last.into();
            self.0 = true;
        }
        visit_mut::visit_path_mut(self, path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn replacement<'a>(
        function: &'a TypeBareFn,
        object: &'a str,
        old_name: &'a str,
    ) -> Replacement<'a> {
        Replacement {
            livepatch: "new",
            object,
            old_name,
            sympos: 0,
            function,
            source: Some("fs/a.c:7"),
        }
    }

    #[test]
    fn a_function_of_a_module() {
        let function = parse_quote!(
            unsafe extern "C" fn(
                seq: *mut seq_file,
                v: *mut ::livepatch::ffi::c_void,
            ) -> ::livepatch::ffi::c_int
        );
        let replacement = replacement(&function, "pktgen", "pgctrl_show");
        let text = replacement.main();

        assert!(text.contains("livepatch::btf! { object = \"pktgen\"; fn pgctrl_show }"));
        assert!(text.contains("    use super::*;\n"));
        assert!(text.contains(
            "#[livepatch::fix(title = \"pktgen: replace pgctrl_show()\", object = \"pktgen\")]"
        ));
        assert!(text.contains("/// Replaces `pgctrl_show()`, fs/a.c:7.\n    #[replace]\n"));
        assert!(text.contains("    unsafe extern \"C\" fn pgctrl_show(_seq: *mut seq_file, _v: *mut c_void) -> c_int {\n        0\n    }\n"));
        assert!(syn::parse_file(&text).is_ok());
        assert!(replacement.test().contains("modprobe pktgen"));
        assert!(replacement
            .test()
            .contains("$LIVEPATCH/new/pktgen/pgctrl_show,1\n"));
    }

    #[test]
    fn nothing_of_the_prelude() {
        let function = parse_quote!(unsafe extern "C" fn() -> u32);
        let text = replacement(&function, VMLINUX, "get").main();

        assert!(!text.contains("use super::*"));
        assert!(text.contains("livepatch::btf! { fn get }"));
    }

    #[test]
    fn names_that_rust_has_not() {
        let function = parse_quote!(unsafe extern "C" fn(r#type: u8));
        let text = Replacement {
            sympos: 2,
            ..replacement(&function, VMLINUX, "match")
        }
        .main();

        assert!(text.contains("#[replace(name = \"match\", sympos = 2)]"));
        assert!(text.contains("fn match_(_type: u8) {}"));
        assert!(syn::parse_file(&text).is_ok());
    }

    #[test]
    fn values() {
        for (ty, value) in [
            ("bool", "false"),
            ("c_int", "0"),
            ("*mut a", ":: core :: ptr :: null_mut ()"),
            ("*const a", ":: core :: ptr :: null ()"),
            (
                "Option<unsafe extern \"C\" fn()>",
                ":: core :: option :: Option :: None",
            ),
            ("pgprot", "unsafe { :: core :: mem :: zeroed () }"),
        ] {
            assert_eq!(neutral(&syn::parse_str(ty).unwrap()).to_string(), value);
        }
    }
}
