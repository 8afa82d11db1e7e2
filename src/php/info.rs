//! INI entries, `phpinfo()`, and the log.

use std::collections::HashMap;
use std::path::Path;
use std::sync::OnceLock;

use ext_php_rs::flags::IniEntryPermission;
use ext_php_rs::zend::{ExecutorGlobals, IniEntryDef, IniEntryDefs, ModuleEntry};
use ext_php_rs::{info_table_end, info_table_header, info_table_row, info_table_start};

use crate::store::StoreSettings;

/// `PHP_INI_SYSTEM`: no script, `.user.ini` or plugin can move the store or the keys to a place of its own.
static INI: IniEntryDefs<7> = IniEntryDefs::new([
    IniEntryDef::new(
        c"countersign.store",
        c"embedded",
        IniEntryPermission::System,
    ),
    IniEntryDef::new(
        c"countersign.state_dir",
        c"/var/lib/countersign",
        IniEntryPermission::System,
    ),
    IniEntryDef::new(c"countersign.store_size", c"64", IniEntryPermission::System),
    IniEntryDef::new(c"countersign.redis_url", c"", IniEntryPermission::System),
    IniEntryDef::new(
        c"countersign.redis_prefix",
        c"countersign",
        IniEntryPermission::System,
    ),
    IniEntryDef::new(c"countersign.key_file", c"", IniEntryPermission::System),
    IniEntryDef::end(),
]);

pub(super) fn register_ini(module: i32) {
    IniEntryDef::register(INI.as_slice(), module);
}

/// The INI entry `countersign.NAME`; empty where it is not set. All are read by the first request of a process
/// that needs one, and kept: they cannot change.
fn entry(name: &str) -> &'static str {
    static ENTRIES: OnceLock<HashMap<String, String>> = OnceLock::new();
    let entries = ENTRIES.get_or_init(|| {
        ExecutorGlobals::get()
            .ini_values()
            .into_iter()
            .filter_map(|(name, value)| {
                Some((name.strip_prefix("countersign.")?.to_owned(), value?))
            })
            .collect()
    });
    entries.get(name).map_or("", String::as_str)
}

/// What the host set about the store.
pub(super) fn store() -> StoreSettings<'static> {
    StoreSettings {
        store: entry("store"),
        state_dir: Path::new(entry("state_dir")),
        store_size: entry("store_size"),
        redis_url: entry("redis_url"),
        redis_prefix: entry("redis_prefix"),
    }
}

/// The file of the vault's key slot; empty for none.
pub(super) fn key_file() -> &'static str {
    entry("key_file")
}

/// A line for PHP's error log.
pub(super) fn log(line: &str) {
    ext_php_rs::error::php_error(&ext_php_rs::flags::ErrorType::Warning, line);
}

/// The section of `phpinfo()`: what is loaded and whether it is sound, never a secret. It opens
/// nothing.
pub(super) extern "C" fn phpinfo(_module: *mut ModuleEntry) {
    let failed: Vec<&str> = crate::selftest::run()
        .into_iter()
        .filter(|(_, passed)| !passed)
        .map(|(name, _)| name)
        .collect();
    let verdict = if failed.is_empty() {
        "passed".to_owned()
    } else {
        format!("FAILED: {}", failed.join(", "))
    };
    let (engine, place) = store().describe();
    info_table_start!();
    info_table_row!("Countersign", "enabled");
    info_table_row!("Version", env!("CARGO_PKG_VERSION"));
    info_table_row!("Commit", env!("COUNTERSIGN_COMMIT"));
    info_table_row!("Target", env!("COUNTERSIGN_TARGET"));
    info_table_row!("Store", engine);
    info_table_row!("Store at", place.as_str());
    info_table_row!("Self-test", verdict.as_str());
    info_table_end!();
    // PHP's own table of INI entries would show the password in an address.
    info_table_start!();
    info_table_header!("Directive", "Value");
    for name in [
        "store",
        "state_dir",
        "store_size",
        "redis_url",
        "redis_prefix",
        "key_file",
    ] {
        let directive = format!("countersign.{name}");
        let value = match (name, entry(name)) {
            (_, "") => "no value",
            ("redis_url", _) => "set",
            (_, value) => value,
        };
        info_table_row!(directive.as_str(), value);
    }
    info_table_end!();
}
