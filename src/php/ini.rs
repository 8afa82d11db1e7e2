//! The values of PHP's INI entries in the current request.
//!
//! One process serves requests of several sites, each with values of its own: the web server sets them by
//! `php_admin_value` (Apache) or by the FastCGI variable `PHP_ADMIN_VALUE` (php-fpm). They are therefore read whenever they
//! are used.
//!
//! **Values that php-fpm forgets to restore.** PHP restores the values of a request when it ends, except those of
//! `PHP_ADMIN_VALUE` and `PHP_VALUE`, which php-fpm writes into the table of the process (`fpm_php_zend_ini_alter_master`).
//! A later request to a site without a value of its own would get the store or the key of the site before. The entries of
//! the extension therefore note such a change and the value before it, and [`begin_request`] ends its effect.

use std::cell::RefCell;
use std::ffi::{c_int, c_void};

use ext_php_rs::ffi::{zend_ini_entry, zend_string};
use ext_php_rs::flags::IniEntryPermission;
use ext_php_rs::zend::{ExecutorGlobals, IniEntryDef, IniEntryDefs, SapiGlobals};

use crate::store::StoreTarget;

/// `ZEND_INI_STAGE_ACTIVATE` of `Zend/zend_ini.h`: a value of one request is set.
const STAGE_ACTIVATE: c_int = 1 << 2;

/// The INI entries of the extension. All are `PHP_INI_SYSTEM`, so that no script, `.user.ini` or plugin can choose another
/// store or other keys.
static ENTRIES: IniEntryDefs<8> = IniEntryDefs::new([
    entry(c"countersign.store", DEFAULTS.store),
    entry(c"countersign.state_dir", DEFAULTS.state_dir),
    entry(c"countersign.store_size", DEFAULTS.store_size),
    entry(c"countersign.redis_url", c""),
    entry(c"countersign.redis_prefix", c"countersign"),
    entry(c"countersign.key_file", c""),
    entry(c"countersign.record_key_file", c""),
    IniEntryDef::end(),
]);

/// The default values that differ by the kind of build.
struct Defaults {
    store: &'static std::ffi::CStr,
    state_dir: &'static std::ffi::CStr,
    store_size: &'static std::ffi::CStr,
}

const DEFAULTS: Defaults = match StoreTarget::BUILD {
    StoreTarget::Host => Defaults {
        store: c"embedded",
        state_dir: c"/var/lib/countersign",
        store_size: c"64",
    },
    // Each operation reads and writes the whole store.
    StoreTarget::WebAssembly => Defaults {
        store: c"memory",
        state_dir: c"",
        store_size: c"8",
    },
};

const fn entry(name: &'static std::ffi::CStr, default: &'static std::ffi::CStr) -> IniEntryDef {
    let mut entry = IniEntryDef::new(name, default, IniEntryPermission::System);
    entry.on_modify = Some(note_change);
    entry
}

/// Registers the INI entries of the extension. Call it during the start of the module only.
pub(super) fn register(module: i32) {
    IniEntryDef::register(ENTRIES.as_slice(), module);
}

/// An entry that php-fpm changed for one request.
struct Change {
    name: Vec<u8>,
    /// The value for requests without a value of their own.
    before: Vec<u8>,
    /// Whether the change is for the request that begins next.
    is_next: bool,
    /// Whether the change is for the current request.
    is_current: bool,
}

thread_local! {
    /// The entries that php-fpm has changed since this process started. PHP calls all functions of a request in one thread.
    static CHANGES: RefCell<Vec<Change>> = const { RefCell::new(Vec::new()) };
}

/// Begins a request, after php-fpm has set its values: a change that was made for an earlier one has no effect any more.
pub(super) fn begin_request() {
    CHANGES.with_borrow_mut(|changes| {
        for change in changes {
            change.is_current = std::mem::take(&mut change.is_next);
        }
    });
}

/// Notes a change that PHP does not restore. PHP calls it before each change of an entry of the extension.
extern "C" fn note_change(
    entry: *mut zend_ini_entry,
    _value: *mut zend_string,
    _: *mut c_void,
    _: *mut c_void,
    _: *mut c_void,
    stage: c_int,
) -> c_int {
    // php-fpm also sets the values of its pool here, before there is a request.
    if stage != STAGE_ACTIVATE || SapiGlobals::get().server_context.is_null() {
        return 0;
    }
    #[expect(unsafe_code, reason = "PHP passes the entry as a pointer")]
    // SAFETY: PHP passes an entry of its table, which is not changed before this function has returned. Its name is a
    // string, and its value is null or a string.
    let change = unsafe {
        entry
            .as_ref()
            // PHP has marked the entry if it will restore its value.
            .filter(|entry| entry.modified == 0)
            .and_then(|entry| Some((entry.name.as_ref()?, entry.value.as_ref())))
            .map(|(name, value)| {
                let before = value.map(|value| value.as_bytes().to_vec());
                (name.as_bytes().to_vec(), before.unwrap_or_default())
            })
    };
    if let Some((name, before)) = change {
        CHANGES.with_borrow_mut(|changes| {
            match changes.iter_mut().find(|change| change.name == name) {
                Some(change) => change.is_next = true,
                None => changes.push(Change {
                    name,
                    before,
                    is_next: true,
                    is_current: false,
                }),
            }
        });
    }
    0
}

/// Returns the value of the INI entry `name` in the current request, or no bytes if it has none.
pub(super) fn value(name: &str) -> Vec<u8> {
    let outdated = CHANGES.with_borrow(|changes| {
        let change = changes.iter().find(|change| change.name == name.as_bytes());
        change
            .filter(|change| !change.is_current)
            .map(|change| change.before.clone())
    });
    let globals = ExecutorGlobals::get();
    #[expect(
        unsafe_code,
        reason = "ext-php-rs has no function for one entry; `ini_values()` copies all of them, hundreds of strings"
    )]
    // SAFETY: PHP sets `ini_directives` before it starts any module, and keeps the table until after the last one has
    // ended. With thread safety, each thread has a table of its own. Every element is a pointer to a `zend_ini_entry` (see
    // `zend_register_ini_entries`), whose `value` is null or a string. Only this thread changes them, and not before this
    // function has returned.
    let value = unsafe {
        globals
            .ini_directives
            .as_ref()
            .and_then(|table| table.get(name))
            .and_then(|element| element.ptr::<zend_ini_entry>())
            .and_then(|entry| entry.as_ref())
            // A value that PHP will restore was set for this request, by a section `[PATH=]` of php.ini for example.
            .filter(|entry| outdated.is_none() || entry.modified != 0)
            .and_then(|entry| entry.value.as_ref())
            .map(|value| value.as_bytes().to_vec())
    };
    value.or(outdated).unwrap_or_default()
}
