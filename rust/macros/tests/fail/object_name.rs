// SPDX-License-Identifier: GPL-2.0

//! Names of files and paths instead of modules.

#[livepatch::fix(title = "test")]
mod test {
    #[replace(object = "")]
    unsafe extern "C" fn f0() {}

    #[replace(object = "snd-hda")]
    unsafe extern "C" fn f1() {}

    #[replace(object = "pktgen.ko")]
    unsafe extern "C" fn f2() {}

    #[replace(object = "net/core/pktgen.ko")]
    unsafe extern "C" fn f3() {}

    #[replace(object = "snd-hda.ko.xz")]
    unsafe extern "C" fn f4() {}

    #[replace(object = "a.b")]
    unsafe extern "C" fn f5() {}

    #[replace(object = ".ko")]
    unsafe extern "C" fn f6() {}
}

#[livepatch::fix(title = "test", object = "snd-hda")]
mod default {
    #[pre_patch(object = "a b")]
    fn prepare(object: &mut Object) -> Result {}
}
