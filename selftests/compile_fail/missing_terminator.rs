// SPDX-License-Identifier: GPL-2.0

//! The end of a table cannot be reached, to be overwritten, and C's tables cannot be statics.

use livepatch::__private::{Func, Funcs, NewFunc, Objects};
use livepatch::bindings::klp_object;

fn through_the_fields(funcs: &mut Funcs<1>, objects: &mut Objects<0>) {
    let _ = &mut funcs.table;
    //~^ ERROR E0616: field `table` of struct `livepatch::table::FixTable` is private
    let _ = &mut objects.0;
    //~^ ERROR E0616: field `0` of struct `livepatch::table::Table` is private
}

fn more_entries_than_the_type_says(func: Func) -> Funcs<0> {
    Funcs::<0>::new([func], [])
    //~^ ERROR E0308: mismatched types
}

fn entry_of_its_own(func: klp_object) -> Func {
    Func(func)
    //~^ ERROR E0423: cannot initialize a tuple struct which contains private fields
}

// SAFETY: Pointers, lists, booleans and a kobject, for all of which zero is valid.
static BY_HAND: [klp_object; 1] = [const { unsafe { core::mem::zeroed() } }; 1];
//~^ ERROR cannot be shared between threads safely

fn address(function: *const ()) -> *const () {
    NewFunc::new(function).0
    //~^ ERROR E0616: field `0` of struct `NewFunc` is private
}
