// SPDX-License-Identifier: GPL-2.0

//! Functions that show how code was generated. There is no `core` here: it would have to be built for each set of flags.

#![feature(arbitrary_self_types, auto_traits, intrinsics, lang_items, no_core, rustc_attrs)]
#![allow(internal_features, unused_features)]
#![no_core]

// What the compiler must know by name. Newer ones have more kinds of sizedness, and the newest another name for drop glue.
#[cfg(sizedness)]
#[lang = "pointee_sized"]
pub trait PointeeSized {}
#[cfg(sizedness)]
#[lang = "meta_sized"]
pub trait MetaSized: PointeeSized {}
#[cfg(sizedness)]
#[lang = "sized"]
pub trait Sized: MetaSized {}
#[cfg(not(sizedness))]
#[lang = "sized"]
pub trait Sized {}
#[lang = "copy"]
pub trait Copy {}
#[lang = "sync"]
pub unsafe trait Sync {}
#[lang = "freeze"]
pub unsafe auto trait Freeze {}
#[cfg(drop_glue)]
#[lang = "drop_glue"]
unsafe fn drop_glue<T: PointeeSized>(_: &mut T) {}
#[cfg(not(drop_glue))]
#[lang = "drop_in_place"]
unsafe fn drop_in_place<T: ?Sized>(_: *mut T) {}

impl Copy for u8 {}
impl Copy for u32 {}
impl Copy for u64 {}
impl<T> Copy for *const T {}
impl<T> Copy for *mut T {}
impl<T: Copy, const N: usize> Copy for [T; N] {}
impl Copy for Large {}

/// A function that the kernel calls by its address.
pub type Callback = extern "C" fn(u32) -> u32;
unsafe impl Sync for Callback {}

/// What one copies with vectors, where there are any.
#[repr(C)]
pub struct Large {
    words: [u64; 8],
}

#[rustc_intrinsic]
unsafe fn volatile_store<T>(_to: *mut T, _value: T) {
    loop {}
}
#[rustc_intrinsic]
unsafe fn volatile_load<T>(_from: *const T) -> T {
    loop {}
}

extern "C" {
    static mut COUNTER: u32;
    fn fill(buffer: *mut u8);
    fn step(value: u32) -> u32;
    fn case0();
    fn case1();
    fn case2();
    fn case3();
    fn case4();
    fn case5();
    fn case6();
}

/// Calls by an address.
#[no_mangle]
pub extern "C" fn indirect_call(callback: Callback, value: u32) -> u32 {
    callback(callback(value));
    7
}

/// Jumps to an address.
#[no_mangle]
pub extern "C" fn indirect_jump(callback: Callback, value: u32) -> u32 {
    callback(value)
}

/// Branches to one of many places.
#[no_mangle]
pub extern "C" fn switch(value: u32) {
    unsafe {
        match value {
            0 => case0(),
            1 => case1(),
            2 => case2(),
            3 => case3(),
            4 => case4(),
            5 => case5(),
            6 => case6(),
            _ => {}
        }
        step(value);
    }
}

/// Has a buffer on the stack.
#[no_mangle]
pub extern "C" fn buffer() -> u32 {
    let mut buffer = [0u8; 64];
    unsafe {
        fill(&mut buffer as *mut [u8; 64] as *mut u8);
        step(step(1))
    }
}

/// Calls nobody, but needs the stack.
#[no_mangle]
pub extern "C" fn leaf(value: u64) -> u64 {
    let mut stored = 0u64;
    unsafe {
        volatile_store(&mut stored, value);
        volatile_load(&stored)
    }
}

/// Copies more than fits into a register.
#[no_mangle]
pub unsafe extern "C" fn copy(to: *mut Large, from: *const Large) {
    unsafe { *to = *from }
}

/// Reads what is in another object.
#[no_mangle]
pub extern "C" fn counter() -> u32 {
    unsafe { COUNTER }
}

extern "C" fn taken(value: u32) -> u32 {
    unsafe { step(value) };
    1
}

/// Has the address of a function.
#[no_mangle]
pub static TAKEN: Callback = taken;

/// Goes into another section.
#[no_mangle]
#[cold]
pub extern "C" fn rare() -> u32 {
    1
}
