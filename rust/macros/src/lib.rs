// SPDX-License-Identifier: GPL-2.0

//! The attributes and macros that a livepatch is written with.
//!
//! The `livepatch` crate exports them; their expansions only work together with it.
//!
//! ```ignore
//! use livepatch::prelude::*;
//!
//! #[livepatch::fix(title = "proc: say that the kernel is patched", cve = ["CVE-2026-12345"])]
//! mod cmdline {
//!     use super::*;
//!
//!     #[replace]
//!     unsafe extern "C" fn cmdline_proc_show(m: *mut seq_file, _v: *mut c_void) -> c_int {
//!         // ...
//!     }
//! }
//!
//! livepatch! {
//!     description: "An example",
//!     fixes: [cmdline],
//! }
//! ```
//!
//! Each macro goes from tokens to a model, checks the model, and expands it. All mistakes are
//! reported at once, where the author made them.

#![deny(missing_docs, unsafe_code)]

mod args;
mod btf;
mod diagnostics;
mod entry_points;
mod fix;
mod fix_item;
mod livepatch;
mod modinfo;
mod module;
mod name;
mod param;
mod state;
#[cfg(test)]
mod tests;
mod traceable;
mod unexported;
mod value;

use diagnostics::Errors;
use proc_macro::TokenStream;

/// Makes a Rust module a fix: a change of the kernel with a name of its own.
///
/// It goes on a module with its body, `mod name { .. }`, which becomes visible in the whole crate
/// if it says nothing else.
///
/// # Arguments
///
/// | key          | value                                                                          |
/// |--------------|--------------------------------------------------------------------------------|
/// | `title`      | what the fix changes, in one line; required                                    |
/// | `id`         | its name for administrators: at most 63 lower case letters, digits, `_`, `-`; default: the name of the Rust module |
/// | `object`     | where the functions are that it replaces: a module, or `"vmlinux"`, the default |
/// | `cve`        | a list of the CVEs that it fixes                                               |
/// | `references` | a list of bugs, commits or addresses                                           |
/// | `severity`   | `"low"`, `"moderate"`, `"important"` or `"critical"`                           |
///
/// # Items
///
/// | attribute            | on                                          | meaning                     |
/// |----------------------|---------------------------------------------|-----------------------------|
/// | `#[replace]`         | an `unsafe extern "C" fn`, or the declaration of one in an `unsafe extern "C"` block | replaces the function of the same name; or of another, with `name = ".."`, `object = ".."`, `sympos = 2` |
/// | `#[pre_patch]`       | a `fn(&Object) -> Result`               | runs before an object is patched, and can refuse; `object = ".."` for another object |
/// | `#[post_patch]`      | a `fn(&Object)`                         | runs when the object is patched |
/// | `#[pre_unpatch]`     | a `fn(&Object)`                         | runs before the object is unpatched |
/// | `#[post_unpatch]`    | a `fn(&Object)`                         | runs when the object is unpatched |
/// | [`#[state]`](macro@state) | a type                                 | a system state              |
/// | [`#[param]`](macro@param) | a static                               | a module parameter          |
/// | [`#[unexported]`](macro@unexported) | an `unsafe extern "C"` block | symbols that the kernel does not export |
/// | `#[init]`            | a `fn() -> Result`                          | runs before the livepatch is enabled, and can refuse |
/// | `#[exit]`            | a `fn()`                                    | takes back what `#[init]` did |
///
/// A replacement that is only declared is written in C, in a file beside `main.rs`, which the kernel's
/// build compiles like all its C:
///
/// ```ignore
/// unsafe extern "C" {
///     #[replace(name = "cmdline_proc_show")]
///     fn livepatch_cmdline_proc_show(m: *mut seq_file, v: *mut c_void) -> c_int;
/// }
/// ```
///
/// A callback that works with the states of the livepatch takes `&mut Object` instead.
///
/// A replacement whose old function is declared in a header of the kernel has to have the same
/// type.
#[proc_macro_attribute]
pub fn fix(args: TokenStream, item: TokenStream) -> TokenStream {
    report(|errors| fix::expand(args.into(), item.into(), errors))
}

/// Composes fixes into a livepatch: the module of the kernel that brings them all.
///
/// It goes into the root of the crate, once.
///
/// # Arguments
///
/// | key           | value                                                                         |
/// |---------------|-------------------------------------------------------------------------------|
/// | `description` | what the livepatch is for, in one line; required                              |
/// | `fixes`       | a list of paths to modules with [`#[fix]`](macro@fix), each perhaps behind `#[cfg(..)]`; required, and empty for a livepatch that fixes nothing yet |
/// | `author`, `authors` | a name, a list of names                                                 |
/// | `license`     | one that the kernel takes for compatible with the GPL; default: `"GPL"`       |
/// | `version`     | the version of the livepatch: letters, digits, `.`, `+`, `~`, a digit first   |
/// | `release`     | which of several builds of the version it is: the same characters             |
/// | `replace`     | whether it replaces the livepatches that are installed, an expression that is evaluated at load; default: `true` |
///
/// What it says of itself and of its fixes, the kernel shows in
/// `/sys/module/<module>/notes/.note.livepatch`, and `klp-build info` prints it.
///
/// With two fixes or more the module has a parameter, `skip`: a list of the ids of the fixes that
/// are to be left out.
///
/// The compiler's limit for macros that call each other is about one for each fix: a livepatch of
/// more than a hundred needs a greater `#![recursion_limit]`.
#[proc_macro]
pub fn livepatch(input: TokenStream) -> TokenStream {
    report(|errors| livepatch::expand(input.into(), errors))
}

/// Makes the livepatch out of what [`livepatch!`] and the fixes have collected.
#[doc(hidden)]
#[proc_macro]
pub fn __compose(input: TokenStream) -> TokenStream {
    report(|errors| livepatch::compose(input.into(), name::of_module(), errors))
}

/// Makes a module that is no livepatch.
///
/// It goes into the root of the crate, once.
///
/// # Arguments
///
/// | key                 | value                                                                   |
/// |---------------------|-------------------------------------------------------------------------|
/// | `description`       | what the module is for, in one line; required                           |
/// | `author`, `authors` | a name, a list of names                                                 |
/// | `license`           | one that the kernel takes for compatible with the GPL; default: `"GPL"` |
/// | `version`           | the version of the module                                               |
/// | `init`              | a `fn() -> Result` that runs when the module is loaded, and can refuse  |
/// | `exit`              | a `fn()` that takes back what `init` did                                |
#[proc_macro]
pub fn module(input: TokenStream) -> TokenStream {
    report(|errors| module::expand(input.into(), name::of_module(), errors))
}

/// Makes a static a module parameter.
///
/// # Arguments
///
/// | key           | value                                                                         |
/// |---------------|-------------------------------------------------------------------------------|
/// | `name`        | its name for administrators; default: that of the static in lower case        |
/// | `mode`        | the permissions of its file in `/sys/module/<module>/parameters`, 0 for no file; default: `0o444` |
/// | `description` | what it does, in one line                                                     |
#[proc_macro_attribute]
pub fn param(args: TokenStream, item: TokenStream) -> TokenStream {
    report(|errors| param::expand(args.into(), item.into(), errors))
}

/// Declares functions and variables that the kernel, or a module of it, does not export.
///
/// It goes on a block of declarations. `klp-build link` turns each use of what is declared there
/// into a klp relocation, which the livepatch core resolves at load; a module that was not linked
/// so cannot be loaded.
///
/// ```ignore
/// #[livepatch::fix(title = "pktgen: an example", object = "pktgen")]
/// mod example {
///     #[unexported]
///     unsafe extern "C" {
///         fn pktgen_stop(t: *mut pktgen_thread);
///         static pg_count_d: c_int;
///     }
///
///     #[unexported(object = "vmlinux")]
///     unsafe extern "C" {
///         #[name("proc_show.isra.0")]
///         fn proc_show(m: *mut seq_file);
///         #[sympos(2)]
///         static mut registered: c_int;
///     }
///     // ...
/// }
/// ```
///
/// # Arguments
///
/// | key      | value                                                                              |
/// |----------|------------------------------------------------------------------------------------|
/// | `object` | where the symbols are: a module, or `"vmlinux"`; default: the object of the fix. Outside of a fix, where fixes can share a block, it is required |
///
/// # Attributes of the declarations
///
/// | attribute       | meaning                                                                     |
/// |-----------------|-----------------------------------------------------------------------------|
/// | `#[sympos(2)]`  | which of several symbols of the name in the object, from 1 in the order of kallsyms |
/// | `#[name("..")]` | the name of the symbol, if it is not that of the declaration                 |
///
/// # Rules
///
/// By `unsafe` the author claims that each declaration is that of the kernel: nothing in a header
/// can be compared with it.
///
/// The symbols of a module are there when the module is, so code may use them where the kernel
/// calls it for that module: in the replacements and callbacks of that object. A module of which
/// only symbols are used becomes an object of the livepatch like those that it changes.
///
/// A function that the same livepatch replaces is called in its new form through here as well.
///
/// Symbols that are exported need nothing of this: declare, or import, them as usual.
///
/// # In C
///
/// C beside `main.rs` says the same of what it has declared, before it first uses it:
///
/// ```c
/// #include <helpers/unexported.h>
///
/// int version_proc_show(struct seq_file *m, void *v);
/// LIVEPATCH_UNEXPORTED(vmlinux, version_proc_show, 0);
/// ```
#[proc_macro_attribute]
pub fn unexported(args: TokenStream, item: TokenStream) -> TokenStream {
    report(|errors| unexported::expand(args.into(), item.into(), errors))
}

/// Brings types that no header has: those of one C file, from the type information (BTF) of the target kernel.
///
/// ```ignore
/// livepatch::btf! { pktgen_dev, enum fanout_type, fn pktgen_xmit; object = "pktgen" }
/// ```
///
/// It goes where items go; what it brings is used like items of the same module. `klp-build bindings` makes it
/// before the module is compiled, for the kernel that the module is built for.
///
/// # Items
///
/// | item                  | brings                                                                     |
/// |-----------------------|----------------------------------------------------------------------------|
/// | `packet_sock`         | the struct, union, enum or typedef of this name                             |
/// | `struct packet_sock`  | the struct; so also `union`, `enum`, and `type` for a typedef               |
/// | `fn packet_rcv`       | the type of the function, as a type of this name: a pointer to it           |
/// | `object = "pktgen"`   | nothing, but says which module has the items; without it, it is the kernel itself |
///
/// # What it brings
///
/// Structs and unions are `#[repr(C)]`, with the members of C; the compiler proves that each is where
/// the kernel has it. Types that headers have are those of `livepatch::bindings`, so that values pass
/// between both. All others that are needed are only there to be held or pointed at: ask for them as
/// well to see inside.
///
/// - Members without a name are called `__bindgen_anon_1`, `__bindgen_anon_2`, and so on, as in
///   `livepatch::bindings`; their types `packet_sock__bindgen_ty_1`, ...
/// - Members with the name of a keyword are raw identifiers: `r#type`.
/// - A bit field `flag` is read with `flag()` or, of a pointer, `flag_raw()`, and written with
///   `set_flag()` or `set_flag_raw()`: byte by byte, so not at once.
/// - An enumeration is an integer, and its values are constants: `fanout_type_FANOUT_HASH`.
/// - BTF does not tell of alignments beyond those of the members: have C allocate what has one.
#[proc_macro]
pub fn btf(input: TokenStream) -> TokenStream {
    report(|errors| btf::expand(input.into(), btf::directory(), errors))
}

/// Gives a function an entry that can be traced, probed and patched, under the function's own name.
///
/// It goes on an `unsafe extern "C" fn`. The compiler of Rust gives no function an ftrace site, so
/// the entry is C: a line in a C file beside `main.rs`, which the kernel's build compiles like all
/// its C.
///
/// ```c
/// #include <helpers/entry.h>
/// #include <linux/seq_file.h>
///
/// LIVEPATCH_ENTRY(int, foo_show, (struct seq_file *m, void *v), (m, v));
/// ```
///
/// ```ignore
/// #[livepatch::traceable]
/// unsafe extern "C" fn foo_show(m: *mut seq_file, _v: *mut c_void) -> c_int {
///     // ...
/// }
/// ```
///
/// From then on, `foo_show` is the entry: in Rust, in kallsyms, and in `set_ftrace_filter`. It is on
/// the stack while the function runs, so a livepatch that replaces it waits for those who are in it.
/// The name is global, so it must not be that of another function of the kernel that is exported.
///
/// By `unsafe` the author claims that the entry has the same parameters, and returns the same.
#[proc_macro_attribute]
pub fn traceable(args: TokenStream, item: TokenStream) -> TokenStream {
    report(|errors| traceable::expand(args.into(), item.into(), errors))
}

/// Declares the attributes that [`macro@fix`] takes away, so that elsewhere they are answered with
/// an explanation.
macro_rules! inside_fix {
    ($($(#[$doc:meta])* $name:ident;)*) => {
        $(
            $(#[$doc])*
            ///
            /// Only for items directly inside of a [`#[fix]`](macro@fix).
            #[proc_macro_attribute]
            pub fn $name(_args: TokenStream, item: TokenStream) -> TokenStream {
                report(|errors| fix_item::misplaced(stringify!($name), item.into(), errors))
            }
        )*
    };
}

inside_fix! {
    /// Makes a type the data of a system state of the livepatch.
    ///
    /// # Arguments
    ///
    /// | key       | value                                                                         |
    /// |-----------|-------------------------------------------------------------------------------|
    /// | `id`      | the identifier of the state, the same in every livepatch that knows it; from 1|
    /// | `version` | the version of the state; a livepatch can take over from one of the same version or a lower |
    state;
    /// Makes a function the replacement of a function of the kernel.
    replace;
    /// Makes a function a callback that runs before an object is patched.
    pre_patch;
    /// Makes a function a callback that runs when an object is patched.
    post_patch;
    /// Makes a function a callback that runs before an object is unpatched.
    pre_unpatch;
    /// Makes a function a callback that runs when an object is unpatched.
    post_unpatch;
    /// Makes a function the one that prepares a fix before the livepatch is enabled.
    init;
    /// Makes a function the one that takes back what `#[init]` did.
    exit;
}

/// Returns an expansion, and with it the mistakes that were found on the way.
fn report(expand: impl FnOnce(&mut Errors) -> proc_macro2::TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let mut tokens = expand(&mut errors);

    tokens.extend(errors.into_tokens());
    tokens.into()
}
