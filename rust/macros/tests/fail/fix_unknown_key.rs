// SPDX-License-Identifier: GPL-2.0

//! Keys that a fix and its items do not have.

#[livepatch::fix(titel = "test", CVE = [])]
mod test {
    #[replace(nam = "old")]
    unsafe extern "C" fn new() {}

    #[pre_patch(name = "pktgen")]
    fn prepare(object: &mut Object) -> Result {}

    #[state(id = 1, version = 1, size = 4)]
    struct Saved;

    #[param(type = "int")]
    static QUIET: Param<bool> = Param::new(false);

    #[init(first)]
    fn init() -> Result {}

    #[exit(last)]
    fn exit() {}
}
