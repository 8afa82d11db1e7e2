//! How a class of the binding is registered: final, without properties, comparable only by identity, and with its
//! secret parameters marked.
//!
//! PHP's `==` calls two objects of one class equal if their properties are. These classes have no properties, so any two
//! objects would be equal, and `$secret == $given` would accept every value. As for PHP's own enumerations, an object
//! equals only itself here. The same applies to `in_array()`, `switch` and other comparisons.

use std::ffi::c_int;

use ext_php_rs::builders::ClassBuilder;
use ext_php_rs::class::RegisteredClass;
use ext_php_rs::error::Result;
use ext_php_rs::ffi::zend_std_compare_objects;
use ext_php_rs::flags::{ClassFlags, MethodFlags};
use ext_php_rs::types::Zval;
use ext_php_rs::zend::{ClassEntry, Function, ZendObjectHandlers};

use super::sensitive;

/// `ZEND_UNCOMPARABLE`: neither equal, nor smaller, nor larger.
const UNCOMPARABLE: c_int = 1;

/// Registers the class `T`. Call it during the start of the module only.
///
/// A class without a constructor of its own gets a private one: only the extension makes such objects.
///
/// # Errors
/// If PHP refuses the class, for example because another one has its name.
pub(super) fn register<T: RegisteredClass>() -> Result<()> {
    compare_by_identity::<T>();
    let mut builder = ClassBuilder::new(T::CLASS_NAME);
    for (method, flags) in T::method_builders() {
        builder = builder.method(method, flags);
    }
    builder
        .flags(ClassFlags::Final.union(ClassFlags::NoDynamicProperties))
        .object_override::<T>()
        .registration(|class, arguments| {
            T::get_metadata().set_ce(class);
            T::get_metadata().set_arg_info(arguments);
        })
        .register()?;
    let class = T::get_metadata().ce();
    if T::constructor().is_none() {
        make_constructor_private(class);
    }
    sensitive::mark(&class.function_table);
    Ok(())
}

#[expect(
    unsafe_code,
    reason = "ext-php-rs gives only read access to the handlers of a class"
)]
fn compare_by_identity<T: RegisteredClass>() {
    let handlers: *const ZendObjectHandlers = T::get_metadata().handlers();
    // SAFETY:
    // * The table was filled at run time into a static cell, so its memory can be written, for as long as the process
    //   lives.
    // * No object uses these handlers yet and no other thread exists. Rust never reads this field; only PHP does, through
    //   the pointer in each object.
    unsafe {
        (*handlers.cast_mut()).compare = Some(compare);
    }
}

/// PHP's `compare` handler. PHP itself finds that an object equals itself before it calls this.
#[expect(unsafe_code, reason = "the signature is PHP's")]
unsafe extern "C" fn compare(one: *mut Zval, other: *mut Zval) -> c_int {
    // SAFETY: PHP passes two values that outlive this call, as it would pass them to its own handler, which takes every
    // pair that is not two objects.
    unsafe {
        if (*one).is_object() && (*other).is_object() {
            return UNCOMPARABLE;
        }
        zend_std_compare_objects(one, other)
    }
}

/// ext-php-rs adds a public constructor that always throws. A private one is refused by PHP itself, and reflection says
/// that the class cannot be instantiated.
#[expect(
    unsafe_code,
    reason = "ext-php-rs has no way to choose the visibility of its default constructor"
)]
fn make_constructor_private(class: &ClassEntry) {
    let Some(constructor) = class.function_table.get("__construct") else {
        return;
    };
    // SAFETY: The function table of a registered internal class holds pointers to functions that PHP keeps until the module
    // ends; `common` is the part that all kinds of functions share. No script runs yet and no other thread exists.
    unsafe {
        if let Some(function) = constructor.ptr::<Function>() {
            let flags = &mut (*function).common.fn_flags;
            *flags = (*flags & !MethodFlags::Public.bits()) | MethodFlags::Private.bits();
        }
    }
}
