// SPDX-License-Identifier: GPL-2.0

//! Exercises shadow variables, and prints each step.
//!
//! Addresses differ from run to run, so each is printed as a number: 0 for the first that was seen,
//! 1 for the next.

use core::ptr::NonNull;
use core::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};
use livepatch::prelude::*;

/// Attaches to an address what was seen of another one.
const SV_ID1: c_ulong = 0x1234;
const SV_ID2: c_ulong = 0x1235;

/// The data of the test: the address of a field that a structure might have.
#[repr(transparent)]
#[derive(Clone, Copy, PartialEq, Eq)]
struct Field(*mut c_void);

// SAFETY: The address is only compared.
unsafe impl Send for Field {}

// SAFETY: As above.
unsafe impl Sync for Field {}

// SAFETY: No other module uses the number, and nothing is to be dropped in an address.
static SV1: Shadow<Field> = unsafe { Shadow::new(SV_ID1) };
// SAFETY: As above.
static SV2: Shadow<Field> = unsafe { Shadow::new(SV_ID2) };

mod pointers {
    //! The numbers of the addresses that were seen.

    use super::*;

    /// More than the test has.
    const MAX: usize = 32;

    static SEEN: [AtomicPtr<c_void>; MAX] = [const { AtomicPtr::new(core::ptr::null_mut()) }; MAX];
    static COUNT: AtomicUsize = AtomicUsize::new(0);

    /// Returns the number of an address, the next one if it is new.
    ///
    /// One task at a time may call it, which is the one that loads the module.
    pub(super) fn id<T>(address: *const T) -> c_int {
        let address = address.cast::<c_void>().cast_mut();
        let count = COUNT.load(Ordering::Relaxed);
        let seen = SEEN.iter().take(count);
        let known = seen
            .map(|seen| seen.load(Ordering::Relaxed))
            .position(|seen| seen == address);
        if let Some(id) = known {
            return id as c_int;
        }
        let Some(free) = SEEN.get(count) else {
            return ENOMEM.to_errno();
        };
        free.store(address, Ordering::Relaxed);
        COUNT.store(count + 1, Ordering::Relaxed);
        count as c_int
    }
}

/// Remembers an address in the shadow variable.
struct Remember(Field);

impl Constructor<Field> for Remember {
    fn construct(
        self,
        _obj: *mut c_void,
        data: NonNull<Field>,
        _context: &AtomicContext,
    ) -> Result<Field> {
        pr_info!(
            "shadow_ctor: PTR{} -> PTR{}\n",
            pointers::id(data.as_ptr()),
            pointers::id(self.0 .0)
        );
        Ok(self.0)
    }
}

/// Prints what is freed.
enum Print {}

impl Destructor<Field> for Print {
    fn destroy(obj: *mut c_void, data: &mut Field, _context: &AtomicContext) {
        pr_info!(
            "shadow_dtor(obj=PTR{}, shadow_data=PTR{})\n",
            pointers::id(obj),
            pointers::id(data)
        );
    }
}

/// Returns the address that the constructor is known by.
fn ctor() -> *const () {
    <Remember as Constructor<Field>>::construct as *const ()
}

/// Returns the address that the destructor is known by.
fn dtor() -> *const () {
    <Print as Destructor<Field>>::destroy as *const ()
}

/// Returns the address of a variable, or null.
fn address(variable: Option<NonNull<Field>>) -> *mut Field {
    variable.map_or(core::ptr::null_mut(), NonNull::as_ptr)
}

fn shadow_get(shadow: &Shadow<Field>, obj: *const TestObject) -> Option<NonNull<Field>> {
    let variable = shadow.get(obj);
    pr_info!(
        "klp_shadow_get(obj=PTR{}, id={:#x}) = PTR{}\n",
        pointers::id(obj),
        shadow.id(),
        pointers::id(address(variable))
    );
    variable
}

fn shadow_alloc(
    shadow: &Shadow<Field>,
    obj: *const TestObject,
    field: Field,
) -> Result<NonNull<Field>> {
    let variable = shadow.alloc_with(obj, GFP_KERNEL, Remember(field));
    print_alloc("shadow_alloc", shadow, obj, field, variable);
    variable
}

fn shadow_get_or_alloc(
    shadow: &Shadow<Field>,
    obj: *const TestObject,
    field: Field,
) -> Result<NonNull<Field>> {
    let variable = shadow.get_or_alloc_with(obj, GFP_KERNEL, Remember(field));
    print_alloc("shadow_get_or_alloc", shadow, obj, field, variable);
    variable
}

fn print_alloc(
    function: &str,
    shadow: &Shadow<Field>,
    obj: *const TestObject,
    field: Field,
    variable: Result<NonNull<Field>>,
) {
    pr_info!(
        "klp_{function}(obj=PTR{}, id={:#x}, size={:x}, gfp_flags=GFP_KERNEL), ctor=PTR{}, \
         ctor_data=PTR{} = PTR{}\n",
        pointers::id(obj),
        shadow.id(),
        size_of::<Field>(),
        pointers::id(ctor()),
        pointers::id(field.0),
        pointers::id(address(variable.ok()))
    );
}

fn shadow_free(shadow: &Shadow<Field>, obj: *const TestObject) {
    shadow.free_with::<_, Print>(obj);
    pr_info!(
        "klp_shadow_free(obj=PTR{}, id={:#x}, dtor=PTR{})\n",
        pointers::id(obj),
        shadow.id(),
        pointers::id(dtor())
    );
}

fn shadow_free_all(shadow: &Shadow<Field>) {
    shadow.free_all();
    pr_info!(
        "klp_shadow_free_all(id={:#x}, dtor=PTR{})\n",
        shadow.id(),
        pointers::id(core::ptr::null::<()>())
    );
}

/// How many structures there are.
const NUM_OBJS: usize = 3;

/// A structure that is to get fields; it has a size, so that each has an address of its own.
struct TestObject(#[expect(dead_code, reason = "for its size")] usize);

/// A structure, and the fields that are attached to it.
struct Case {
    obj: TestObject,
    nfield1: u8,
    nfield2: c_int,
    sv1: Option<NonNull<Field>>,
    sv2: Option<NonNull<Field>>,
}

impl Case {
    const NEW: Self = Self {
        obj: TestObject(0),
        nfield1: 0,
        nfield2: 0,
        sv1: None,
        sv2: None,
    };

    fn field1(&mut self) -> Field {
        Field((&raw mut self.nfield1).cast())
    }

    fn field2(&mut self) -> Field {
        Field((&raw mut self.nfield2).cast())
    }
}

fn expect_none(variable: Option<NonNull<Field>>) {
    if variable.is_none() {
        pr_info!("  got expected NULL result\n");
    }
}

/// Checks that a variable is where it was made, and leads to its field.
fn expect(found: Option<NonNull<Field>>, made: Option<NonNull<Field>>, field: Field) -> Result {
    let found = found.ok_or(EINVAL)?;
    // SAFETY: Nobody else knows the variable, and this function frees none.
    let content = unsafe { *found.as_ptr() };
    if Some(found) == made && content == field {
        pr_info!(
            "  got expected PTR{} -> PTR{} result\n",
            pointers::id(found.as_ptr()),
            pointers::id(content.0)
        );
    }
    Ok(())
}

fn exercise(cases: &mut [Case; NUM_OBJS]) -> Result {
    pointers::id(core::ptr::null::<()>());

    // Nothing is there yet.
    expect_none(shadow_get(&SV1, &cases[0].obj));

    // 1: attach two variables to each structure.
    for (index, case) in cases.iter_mut().enumerate() {
        let field1 = case.field1();
        pointers::id(field1.0);
        case.sv1 = Some(if index % 2 == 1 {
            shadow_alloc(&SV1, &case.obj, field1)?
        } else {
            shadow_get_or_alloc(&SV1, &case.obj, field1)?
        });
        let field2 = case.field2();
        pointers::id(field2.0);
        case.sv2 = Some(shadow_alloc(&SV2, &case.obj, field2)?);
    }

    // 2: they are found, and lead to where they should.
    for case in cases.iter_mut() {
        expect(shadow_get(&SV1, &case.obj), case.sv1, case.field1())?;
        expect(shadow_get(&SV2, &case.obj), case.sv2, case.field2())?;
    }

    // 3: a variable that is there is not made again.
    for case in cases.iter_mut() {
        let field1 = case.field1();
        let found = shadow_get_or_alloc(&SV1, &case.obj, field1)?;
        expect(Some(found), case.sv1, field1)?;
    }

    // 4: the first is freed, one by one.
    for case in cases.iter() {
        shadow_free(&SV1, &case.obj);
        expect_none(shadow_get(&SV1, &case.obj));
    }

    // 5: the second is still there.
    for case in cases.iter_mut() {
        expect(shadow_get(&SV2, &case.obj), case.sv2, case.field2())?;
    }

    // 6: the second is freed, all at once.
    shadow_free_all(&SV2);
    for case in cases.iter() {
        expect_none(shadow_get(&SV2, &case.obj));
    }
    Ok(())
}

fn init() -> Result {
    let result = exercise(&mut [const { Case::NEW }; NUM_OBJS]);
    if result.is_err() {
        shadow_free_all(&SV1);
        shadow_free_all(&SV2);
    }
    result
}

livepatch::module! {
    description: "Livepatch test: shadow variables",
    init: init,
}
