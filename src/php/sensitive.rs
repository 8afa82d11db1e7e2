//! Keeps secrets that are arguments out of stack traces.
//!
//! Exceptions of the extension contain no arguments at all (see [`super::error`]). PHP's own do: a `TypeError` or an
//! `ArgumentCountError` about one argument shows all the others. So every parameter of a function that takes a secret
//! has the attribute `#[\SensitiveParameter]`, as the parameters of `password_verify()` do. PHP then shows a
//! `SensitiveParameterValue` instead, in the trace of any exception and in `debug_backtrace()`. Arguments beyond the last
//! parameter are not covered.
//!
//! A parameter is recognised as secret by its name: see [`SECRET_NAMES`]. A new method is therefore protected if its
//! parameters have the same names as those of other methods, and need not be listed.

use std::ffi::{CStr, c_void};

use ext_php_rs::ffi::ext_php_rs_compiler_globals;
use ext_php_rs::types::{ZendHashTable, ZendStr, Zval};
use ext_php_rs::zend::Function;

/// Names of parameters that hold key material, a credential, or a message that contains one.
///
/// `tests/php/sensitive.phpt` compares the marks with the attributes in `stubs/`, and refuses a parameter whose name
/// sounds secret and that is marked in neither.
const SECRET_NAMES: &[&str] = &[
    // Key material and secrets.
    "material",
    "previous",
    "salts",
    "seed",
    "secret",
    "bytes",
    "other",
    "first_key",
    "slots",
    // Credentials.
    "token",
    "code",
    "password",
    // Messages that carry credentials, signatures or private data.
    "authorization",
    "body",
    "header",
    "headers",
    "parameters",
    "query",
];

/// `ZEND_ATTRIBUTE_PERSISTENT`: the attribute lives as long as the function, not as the request.
const PERSISTENT: u32 = 1;

/// `ZEND_INTERNAL_FUNCTION`: a function of an extension.
const INTERNAL: u8 = 1;

#[expect(
    unsafe_code,
    reason = "PHP's own function, which ext-php-rs does not have"
)]
unsafe extern "C" {
    /// `Zend/zend_attributes.h`, the same from PHP 8.2 to 8.5. Copies or counts `name`; offsets begin at 1.
    fn zend_add_attribute(
        attributes: *mut *mut ZendHashTable,
        name: *mut ZendStr,
        argc: u32,
        flags: u32,
        offset: u32,
        line: u32,
    ) -> *mut c_void;
}

/// Marks the parameters of the functions of the namespace. PHP registers functions before it starts a module.
#[expect(
    unsafe_code,
    reason = "ext-php-rs gives access to the table of functions only while a script runs"
)]
pub(super) fn mark_functions() {
    // SAFETY: PHP's compiler globals live as long as the process, and so does their table of functions. No other thread
    // exists while a module starts.
    let functions = unsafe {
        ext_php_rs_compiler_globals()
            .as_ref()
            .and_then(|globals| globals.function_table.as_ref())
    };
    for (name, function) in functions.into_iter().flat_map(|table| table.iter()) {
        if name.to_string().starts_with("countersign\\") {
            mark_function(function);
        }
    }
}

/// Marks every parameter of every function in `functions` that has a secret parameter. All of them, because a caller who
/// swaps two arguments passes the secret in the wrong place.
///
/// Call it during the start of the module only.
pub(super) fn mark(functions: &ZendHashTable) {
    for function in functions.values() {
        mark_function(function);
    }
}

#[expect(
    unsafe_code,
    reason = "ext-php-rs can neither read a registered function's parameters nor add an attribute"
)]
fn mark_function(function: &Zval) {
    // SAFETY:
    // * A function table holds pointers to functions that PHP keeps until the module ends. `internal_function` is the
    //   form of those whose `type_` says so; it begins with `common`, as all forms do.
    // * `arg_info` points to `num_args` elements, which the class's metadata owns, each with a C string as its name.
    // * No script runs yet and no other thread exists, so nothing else reads or writes the attributes.
    // * PHP makes the table of attributes if there is none, and frees it with the function. The name is interned for the
    //   life of the process.
    unsafe {
        let Some(function) = function.ptr::<Function>() else {
            return;
        };
        if (*function).type_ != INTERNAL {
            return;
        }
        let internal = &mut (*function).internal_function;
        let count = internal.num_args;
        let takes_secret = (0..count).any(|index| {
            let argument = internal.arg_info.add(index as usize);
            let name = CStr::from_ptr((*argument).name).to_str();
            name.is_ok_and(|name| SECRET_NAMES.contains(&name))
        });
        if !takes_secret {
            return;
        }
        let name = ZendStr::new_interned("SensitiveParameter", true).into_raw();
        for offset in 1..=count {
            zend_add_attribute(&raw mut internal.attributes, name, 0, PERSISTENT, offset, 0);
        }
    }
}
