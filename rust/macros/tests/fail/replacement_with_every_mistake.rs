// SPDX-License-Identifier: GPL-2.0

//! All mistakes of a signature are reported together.

#[livepatch::fix(title = "test")]
mod test {
    #[replace(sympos = "1", colour = "red")]
    async fn old<T>(self) {}
}
