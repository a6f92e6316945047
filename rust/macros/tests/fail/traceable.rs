// SPDX-License-Identifier: GPL-2.0

//! Functions that cannot have an entry in C.

#[livepatch::traceable]
fn not_c(m: *mut seq_file) {}

#[livepatch::traceable]
unsafe extern "C" fn variadic(m: *mut seq_file, args: ...) {}

#[livepatch::traceable]
const unsafe extern "C" fn constant() {}

#[livepatch::traceable]
unsafe extern "C" fn generic<'a, T>(m: &'a T) {}

#[livepatch::traceable]
unsafe extern "system" fn system() {}

#[livepatch::traceable(symbol = "other")]
unsafe extern "C" fn with_arguments() {}

#[livepatch::traceable]
static NO_FUNCTION: c_int = 0;
