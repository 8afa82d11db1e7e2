//! Arguments that no stack trace shows.
//!
//! The extension's own exceptions carry no arguments (see [`super::error`]). PHP's do: a `TypeError` or an
//! `ArgumentCountError` about one argument shows all others. So every parameter of the functions that take
//! something secret bears `#[\SensitiveParameter]`, as `password_verify()`'s does, and PHP puts a
//! `SensitiveParameterValue` in its place: in the trace of whatever is thrown, and in `debug_backtrace()`. An
//! argument too many is no parameter, and PHP shows it.

use std::ffi::c_void;

use ext_php_rs::class::RegisteredClass;
use ext_php_rs::types::{ZendHashTable, ZendStr, Zval};
use ext_php_rs::zend::{ClassEntry, Function};

use super::actions::{ActionKey, Actions, Heartbeats};
use super::keyring::Keyring;
use super::mcp::McpServer;
use super::oauth::OAuth;
use super::secret::Secret;
use super::tokens::Tokens;
use super::vault::Vault;

/// `ZEND_ATTRIBUTE_PERSISTENT`: it lives as long as the function, not as the request.
const PERSISTENT: u32 = 1;

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

/// Marks every parameter of what takes a key, a token, a code or something signed. All of them, not the secret's
/// alone: one that was put in another's place is as secret.
///
/// Called once per start of the module, when its classes are registered and before any script runs.
pub(super) fn hide() {
    // In lower case, as PHP keeps the names of methods.
    let taking: [(&ClassEntry, &[&str]); 9] = [
        (class::<Keyring>(), &["open"]),
        (
            class::<Vault>(),
            &[
                "create",
                "open",
                "openwithkeyfile",
                "openwithrecoverycode",
                "rewrap",
                "seal",
                "checksalts",
            ],
        ),
        (class::<Secret>(), &["of", "equals"]),
        (class::<ActionKey>(), &["hmac", "ed25519"]),
        (class::<Tokens>(), &["verify"]),
        (class::<Actions>(), &["verify"]),
        (class::<Heartbeats>(), &["verify"]),
        (class::<OAuth>(), &["clientid", "token", "revoke"]),
        (class::<McpServer>(), &["receive"]),
    ];
    let name = ZendStr::new_interned("SensitiveParameter", true).into_raw();
    for (class, methods) in taking {
        for method in methods {
            if let Some(function) = class.function_table.get(*method) {
                mark(function, name);
            }
        }
    }
}

fn class<T: RegisteredClass>() -> &'static ClassEntry {
    T::get_metadata().ce()
}

#[expect(unsafe_code, reason = "there is no other way to add an attribute")]
fn mark(function: &Zval, name: *mut ZendStr) {
    // SAFETY:
    // * The table of functions of a registered internal class holds pointers to functions that PHP keeps until the
    //   module ends; `common` is the part that all kinds of function have.
    // * No script runs yet and no thread is there beside this one, so nobody else reads or writes the attributes.
    // * PHP makes the table of attributes where there is none, and frees it with the function. The name is interned
    //   for the life of the process.
    unsafe {
        if let Some(function) = function.ptr::<Function>() {
            let common = &mut (*function).common;
            for offset in 1..=common.num_args {
                zend_add_attribute(&raw mut common.attributes, name, 0, PERSISTENT, offset, 0);
            }
        }
    }
}
