//! The values of PHP's INI entries in the current request.

use ext_php_rs::ffi::zend_ini_entry;
use ext_php_rs::zend::ExecutorGlobals;

/// Returns the value of the INI entry `name` in the current request, or no bytes if it has none.
///
/// One process serves requests of several sites, each with values of its own: the web server sets them by
/// `PHP_ADMIN_VALUE` (php-fpm) or `php_admin_value` (Apache). They are therefore read whenever they are used, and copied,
/// because PHP frees them when the next request begins. With thread safety, each thread has a table of its own.
pub(super) fn value(name: &str) -> Vec<u8> {
    let globals = ExecutorGlobals::get();
    #[expect(
        unsafe_code,
        reason = "ext-php-rs has no function for one entry; `ini_values()` copies all of them, hundreds of strings"
    )]
    // SAFETY: PHP sets `ini_directives` before it starts any module, and keeps the table until after the last one has ended.
    // Every element of it is a pointer to a `zend_ini_entry` (see `zend_register_ini_entries`), whose `value` is null or a
    // string. Only this thread changes them, and not before this function has returned.
    let value = unsafe {
        globals
            .ini_directives
            .as_ref()
            .and_then(|table| table.get(name))
            .and_then(|element| element.ptr::<zend_ini_entry>())
            .and_then(|entry| entry.as_ref())
            .and_then(|entry| entry.value.as_ref())
            .map(|value| value.as_bytes().to_vec())
    };
    value.unwrap_or_default()
}
