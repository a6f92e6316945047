// SPDX-License-Identifier: GPL-2.0

//! Tables cannot be made of anything but their constructors, which end them.

use livepatch::__private::{Funcs, Objects, Patch, States};
use livepatch::bindings::{klp_func, klp_object, klp_patch};

static STATES: States<0> = States::new([], []);

fn array_of_objects(objects: &'static [klp_object; 1]) -> Patch {
    Patch::new(objects, &STATES)
    //~^ ERROR E0308: mismatched types
}

fn c_structure(patch: klp_patch) -> Patch {
    Patch(core::cell::UnsafeCell::new(patch))
    //~^ ERROR E0423: cannot initialize a tuple struct which contains private fields
}

fn own_objects(objects: [klp_object; 1]) -> Objects<1> {
    Objects::<1>::terminated(objects)
    //~^ ERROR E0624: associated function `terminated` is private
}

fn own_funcs(funcs: [klp_func; 1]) -> Funcs<1> {
    Funcs {
        table: funcs,
        //~^ ERROR E0308: mismatched types
        fixes: [0],
    }
}
