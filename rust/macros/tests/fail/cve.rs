// SPDX-License-Identifier: GPL-2.0

//! Numbers that no CVE record has.

#[livepatch::fix(title = "test", cve = ["2026-12345", "CVE-26-12345", "CVE-2026-123", "CVE-2026-1234x", "cve-2026-12345", 1])]
mod test {
    #[replace]
    unsafe extern "C" fn old() {}
}
