// SPDX-License-Identifier: GPL-2.0

//! Callbacks of other shapes.

#[livepatch::fix(title = "test")]
mod test {
    #[pre_patch]
    async fn prepare(object: &mut Object) -> Result {}

    #[post_patch]
    unsafe fn done(object: &mut Object) {}

    #[pre_unpatch]
    extern "C" fn undo(object: &mut Object) {}

    #[post_unpatch]
    fn undone<T>(object: &mut Object, more: T) {}

    #[pre_patch(object = "a")]
    fn no_arguments() -> Result {}

    #[pre_patch(object = "b")]
    fn no_result(object: &mut Object) {}

    #[post_patch(object = "b")]
    fn a_result(object: &mut Object) -> Result {}

    #[post_patch(object = "c")]
    fn method(&self) -> () {}
}
