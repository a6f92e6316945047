// SPDX-License-Identifier: GPL-2.0

//! A fix that only some kernels need.

#[livepatch::fix(title = "always")]
mod always {
    #[init]
    fn prepare() -> livepatch::Result {
        Ok(())
    }
}

#[cfg(CONFIG_NET)]
#[livepatch::fix(title = "sometimes")]
mod sometimes {
    #[init]
    fn prepare() -> livepatch::Result {
        Ok(())
    }
}

livepatch! {
    description: "A condition",
    fixes: [#[cfg(CONFIG_NET)] sometimes, self::always],
}
