// SPDX-License-Identifier: GPL-2.0

//! Arguments that are no list of keys and values.

#[livepatch::fix(title = "test", cve = "CVE-2026-12345")]
mod test {
    #[replace(name: "old")]
    unsafe extern "C" fn colon() {}

    #[replace("old")]
    unsafe extern "C" fn value() {}

    #[replace(name)]
    unsafe extern "C" fn key() {}

    #[replace = "old"]
    unsafe extern "C" fn equals() {}

    #[replace(name = "a" object = "b")]
    unsafe extern "C" fn comma() {}

    #[replace(name =)]
    unsafe extern "C" fn nothing() {}
}
