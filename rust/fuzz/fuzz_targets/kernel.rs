// SPDX-License-Identifier: GPL-2.0

//! Fuzzes [`livepatch_fuzz::kernel`].

#![no_main]

use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};

fuzz_target!(|data: &[u8]| livepatch_fuzz::kernel(data));

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    match livepatch_fuzz::mutate(data, size, seed) {
        true => size,
        false => fuzzer_mutate(data, size, max_size),
    }
});
