// SPDX-License-Identifier: GPL-2.0

//! A CVE that is named twice.

#[livepatch::fix(title = "test", cve = ["CVE-2026-12345", "CVE-2026-12345"])]
mod test {
    #[replace]
    unsafe extern "C" fn old() {}
}
