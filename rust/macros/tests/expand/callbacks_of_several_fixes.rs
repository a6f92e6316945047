// SPDX-License-Identifier: GPL-2.0

//! Two fixes that both have callbacks for one object.

#[livepatch::fix(title = "one", object = "pktgen")]
mod one {
    #[post_unpatch]
    fn undo(object: &mut Object) {}

    #[post_patch]
    fn done(object: &mut Object) {}
}

#[livepatch::fix(title = "two")]
mod two {
    #[pre_patch(object = "pktgen")]
    fn prepare(object: &mut Object) -> Result {
        Ok(())
    }

    #[state(id = 1, version = 1)]
    enum Saved {
        Nothing,
    }
}

livepatch! {
    description: "Callbacks",
    replace: false,
    fixes: [one, two],
}
