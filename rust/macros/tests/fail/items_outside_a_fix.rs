// SPDX-License-Identifier: GPL-2.0

//! Attributes where nothing knows them.

#[livepatch::state(id = 1, version = 1)]
struct State;

#[livepatch::replace]
fn replace() {}

#[livepatch::pre_patch]
fn pre_patch() {}

#[livepatch::post_patch]
fn post_patch() {}

#[livepatch::pre_unpatch]
fn pre_unpatch() {}

#[livepatch::post_unpatch]
fn post_unpatch() {}

#[livepatch::init]
fn init() {}

#[livepatch::exit]
fn exit() {}
