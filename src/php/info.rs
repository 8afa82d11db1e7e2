//! INI entries, `phpinfo()`, and the log.

use std::collections::HashMap;
use std::path::Path;
use std::sync::OnceLock;

use ext_php_rs::flags::IniEntryPermission;
use ext_php_rs::zend::{ExecutorGlobals, IniEntryDef, IniEntryDefs, ModuleEntry};
use ext_php_rs::{info_table_end, info_table_header, info_table_row, info_table_start};

use crate::store::StoreSettings;

/// The INI entries. All are `PHP_INI_SYSTEM`, so that no script, `.user.ini` or plugin can choose another store or other
/// keys.
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

/// Registers the INI entries. Call it during the start of the module only.
pub(super) fn register_ini(module: i32) {
    IniEntryDef::register(INI.as_slice(), module);
}

/// Returns the INI entry `countersign.NAME`, or an empty text if it is not set. The first request of a process that needs an
/// entry reads all of them; they cannot change afterwards.
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

/// Returns the host's settings of the store.
pub(super) fn store() -> StoreSettings<'static> {
    StoreSettings {
        store: entry("store"),
        state_dir: Path::new(entry("state_dir")),
        store_size: entry("store_size"),
        redis_url: entry("redis_url"),
        redis_prefix: entry("redis_prefix"),
    }
}

/// Returns the path of the file for the vault's slot `key_file`; empty if none is set.
pub(super) fn key_file() -> &'static str {
    entry("key_file")
}

/// Writes a line to PHP's error log.
pub(super) fn log(line: &str) {
    ext_php_rs::error::php_error(&ext_php_rs::flags::ErrorType::Warning, line);
}

/// Prints the section of `phpinfo()`: the version, the store and the self-test, but no secret. It does not open the store.
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
    // PHP's own table of INI entries would show a password in the address of the Redis server.
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
