// SPDX-License-Identifier: GPL-2.0

//! Strings for the section `.modinfo`, put together when a module is compiled.

/// Returns `prefix` and `value` and a NUL; `N` is the length of all.
pub const fn concat<const N: usize>(prefix: &str, value: &str) -> [u8; N] {
    let prefix = prefix.as_bytes();
    let value = value.as_bytes();
    assert!(N == prefix.len() + value.len() + 1);
    let mut out = [0; N];
    let mut index = 0;
    while index < prefix.len() {
        out[index] = prefix[index];
        index += 1;
    }
    while index < N - 1 {
        out[index] = value[index - prefix.len()];
        index += 1;
    }
    out
}

/// Returns "array of" and the type's name.
pub(super) const fn array_of(name: &'static str) -> &'static str {
    match name.as_bytes() {
        b"byte" => "array of byte",
        b"short" => "array of short",
        b"ushort" => "array of ushort",
        b"int" => "array of int",
        b"uint" => "array of uint",
        b"long" => "array of long",
        b"ulong" => "array of ulong",
        b"ullong" => "array of ullong",
        b"hexint" => "array of hexint",
        b"bool" => "array of bool",
        b"invbool" => "array of invbool",
        b"charp" => "array of charp",
        _ => panic!("no parameter type of the kernel"),
    }
}
