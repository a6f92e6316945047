// SPDX-License-Identifier: GPL-2.0

//! Versions that a package cannot have.

livepatch! {
    description: "test",
    version: "1-2",
    release: "1_2",
    fixes: [],
}

livepatch! {
    description: "test",
    version: "v1",
    release: "",
    fixes: [],
}

livepatch! {
    description: "test",
    version: "1:1",
    release: "1 2",
    fixes: [],
}

livepatch! {
    description: "test",
    version: "1234567890123456789012345678901234567890123456789012345678901234",
    release: 1,
    fixes: [],
}
