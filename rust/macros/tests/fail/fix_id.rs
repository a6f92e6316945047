// SPDX-License-Identifier: GPL-2.0

//! Ids that the parameter `skip` could not hold.

#[livepatch::fix(title = "test", id = "a,b")]
mod test {
    #[replace]
    unsafe extern "C" fn old() {}
}

#[livepatch::fix(title = "test")]
mod CamelCase {
    #[replace]
    unsafe extern "C" fn old() {}
}

#[livepatch::fix(title = "test", id = "iiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiii")]
mod long {
    #[replace]
    unsafe extern "C" fn old() {}
}

#[livepatch::fix(title = "test", id = "")]
mod empty {
    #[replace]
    unsafe extern "C" fn old() {}
}
