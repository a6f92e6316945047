// SPDX-License-Identifier: GPL-2.0

//! What every module has: the functions that the module loader calls, and the name that the
//! printing macros put before each line.

use livepatch_abi::section;
use proc_macro2::{
    Literal,
    TokenStream, //
};
use quote::quote;

/// Returns the prefix of the module's lines in the kernel log.
///
/// The printing macros of the `kernel` crate look for it in the root of the crate.
pub(crate) fn log_prefix(module: &str) -> TokenStream {
    let prefix = Literal::byte_string(format!("{module}\0").as_bytes());

    quote! {
        #[doc(hidden)]
        #[allow(dead_code)]
        const __LOG_PREFIX: &[u8] = #prefix;
    }
}

/// Returns the items of a module, for the root of its crate.
///
/// `items` are put where nobody else can name them; `init` is an expression of the number that the
/// module loader gets, `exit` a statement.
pub(crate) fn expand(
    module: &str,
    items: TokenStream,
    init: TokenStream,
    exit: TokenStream,
) -> TokenStream {
    let log_prefix = log_prefix(module);
    let (init_text, init_data) = (section::INIT_TEXT, section::INIT_DATA);
    let (exit_text, exit_data) = (section::EXIT_TEXT, section::EXIT_DATA);

    quote! {
        #log_prefix

        // Two modules, since then nobody can name the items inside.
        #[doc(hidden)]
        mod __livepatch {
            mod __livepatch {
                use ::livepatch::__private as rt;

                #items

                /// The mark by which the kernel's build knows a module in Rust.
                #[cfg(MODULE)]
                #[used(compiler)]
                static __IS_RUST_MODULE: () = ();

                /// # Safety
                ///
                /// Only the module loader may call it, once.
                #[cfg(MODULE)]
                #[unsafe(no_mangle)]
                #[unsafe(link_section = #init_text)]
                unsafe extern "C" fn init_module() -> ::livepatch::ffi::c_int {
                    #init
                }

                #[cfg(MODULE)]
                #[used(compiler)]
                #[unsafe(link_section = #init_data)]
                static __UNIQUE_ID___addressable_init_module:
                    unsafe extern "C" fn() -> ::livepatch::ffi::c_int = init_module;

                /// # Safety
                ///
                /// Only the module loader may call it, once, after `init_module` returned 0.
                #[cfg(MODULE)]
                #[unsafe(no_mangle)]
                #[unsafe(link_section = #exit_text)]
                unsafe extern "C" fn cleanup_module() {
                    #exit
                }

                #[cfg(MODULE)]
                #[used(compiler)]
                #[unsafe(link_section = #exit_data)]
                static __UNIQUE_ID___addressable_cleanup_module: unsafe extern "C" fn() =
                    cleanup_module;
            }
        }
    }
}
