// SPDX-License-Identifier: GPL-2.0

//! Items that are only sometimes there.

#[livepatch::fix(title = "test")]
mod test {
    #[cfg(CONFIG_NET)]
    #[replace]
    unsafe extern "C" fn old() {}

    #[pre_patch]
    #[cfg(CONFIG_NET)]
    fn prepare(object: &mut Object) -> Result {}

    #[cfg(CONFIG_NET)]
    #[state(id = 1, version = 1)]
    struct Saved;

    #[cfg(CONFIG_NET)]
    #[init]
    fn init() -> Result {}
}
