// SPDX-License-Identifier: GPL-2.0

//! A table that the kernel was given stays where it is: it is static, and nothing moves, changes or
//! ends it.

use livepatch::__private::{Objects, Patch, States};

static OBJECTS: Objects<0> = Objects::new([]);
static STATES: States<0> = States::new([], []);
static PATCH: Patch = Patch::new(&OBJECTS, &STATES);

fn on_the_stack() {
    let objects = Objects::<0>::new([]);
    let _patch = Patch::new(&objects, &STATES);
    //~^ ERROR E0597: `objects` does not live long enough
}

fn moved() {
    drop(PATCH);
    //~^ ERROR E0507: cannot move out of static item `PATCH`
}

fn changed() {
    let _patch = &mut PATCH;
    //~^ ERROR E0596: cannot borrow immutable static item `PATCH`
}
