//! No two objects of a class are equal.
//!
//! To PHP's `==` two objects of one class are equal if their properties are. These have none, so any two would be:
//! a `$secret == $given` somewhere would let everybody in. As with PHP's own enumerations, only an object and itself
//! are equal here; the same goes for `in_array()`, `switch` and the like.

use std::ffi::c_int;

use ext_php_rs::builders::ModuleBuilder;
use ext_php_rs::class::RegisteredClass;
use ext_php_rs::ffi::zend_std_compare_objects;
use ext_php_rs::types::Zval;
use ext_php_rs::zend::ZendObjectHandlers;

/// `ZEND_UNCOMPARABLE`: neither equal, nor smaller, nor larger.
const UNCOMPARABLE: c_int = 1;

/// What a module has beside ext-php-rs's own `class()`.
pub(super) trait Handles {
    /// Registers a class of which no two objects are equal: every class of ours but the exceptions.
    fn handle<T: RegisteredClass>(self) -> Self;
}

impl Handles for ModuleBuilder<'_> {
    fn handle<T: RegisteredClass>(self) -> Self {
        tell_apart::<T>();
        self.class::<T>()
    }
}

#[expect(
    unsafe_code,
    reason = "ext-php-rs gives a class's handlers out to be read only"
)]
fn tell_apart<T: RegisteredClass>() {
    let handlers: *const ZendObjectHandlers = T::get_metadata().handlers();
    // SAFETY:
    // * The table was filled at run time into a static cell, so it lies in memory that can be written, for as long as the
    //   process lives.
    // * No object is there yet whose handlers it is, and no thread beside this one; and Rust never reads this field: it is
    //   PHP's alone, which reads it through the pointer in each object.
    unsafe {
        (*handlers.cast_mut()).compare = Some(compare);
    }
}

/// PHP's `compare` handler. PHP itself knows before it asks that an object equals itself.
#[expect(unsafe_code, reason = "the signature is PHP's")]
unsafe extern "C" fn compare(one: *mut Zval, other: *mut Zval) -> c_int {
    // SAFETY: PHP passes two values that live until this returns, as it would pass them to its own handler, which takes
    // what is no pair of objects.
    unsafe {
        if (*one).is_object() && (*other).is_object() {
            return UNCOMPARABLE;
        }
        zend_std_compare_objects(one, other)
    }
}
