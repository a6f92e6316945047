// SPDX-License-Identifier: GPL-2.0

//! Two callbacks of a kind for one object.

#[livepatch::fix(title = "test")]
mod test {
    #[pre_patch]
    fn one(object: &mut Object) -> Result {}

    #[pre_patch(object = "pktgen")]
    fn elsewhere(object: &mut Object) -> Result {}

    #[pre_patch(object = "vmlinux")]
    fn two(object: &mut Object) -> Result {}
}
