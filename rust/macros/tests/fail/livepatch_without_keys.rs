// SPDX-License-Identifier: GPL-2.0

//! A livepatch that says nothing.

livepatch! {}

module! {}
