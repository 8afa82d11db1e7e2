//! The host's settings, `phpinfo()`, and the log.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt as _;
use std::path::PathBuf;

use ext_php_rs::zend::ModuleEntry;
use ext_php_rs::{info_table_end, info_table_header, info_table_row, info_table_start};

use super::ini;
use crate::store::StoreSettings;

/// The host's settings of the store in the current request.
pub(super) struct HostSettings {
    store: String,
    state_dir: PathBuf,
    store_size: String,
    redis_url: String,
    redis_prefix: String,
}

impl HostSettings {
    /// Reads the INI entries. Those of the Redis server stay empty if another engine is chosen.
    pub(super) fn read() -> Self {
        let store = text("countersign.store");
        let of_redis = |name| match store.as_str() {
            "redis" => text(name),
            _ => String::new(),
        };
        Self {
            state_dir: path("countersign.state_dir"),
            store_size: text("countersign.store_size"),
            redis_url: of_redis("countersign.redis_url"),
            redis_prefix: of_redis("countersign.redis_prefix"),
            store,
        }
    }

    /// Returns them for the core.
    pub(super) fn store(&self) -> StoreSettings<'_> {
        StoreSettings {
            store: &self.store,
            state_dir: &self.state_dir,
            store_size: &self.store_size,
            redis_url: &self.redis_url,
            redis_prefix: &self.redis_prefix,
        }
    }
}

/// Returns the path of the file for the vault's slot `key_file` in the current request; empty if none is set.
pub(super) fn key_file() -> PathBuf {
    path("countersign.key_file")
}

/// Returns the path of the key file of records in the current request; empty if none is set.
pub(super) fn record_key_file() -> PathBuf {
    path("countersign.record_key_file")
}

/// Returns the value of an INI entry. No permitted value of a text has other characters than those of UTF-8.
fn text(name: &str) -> String {
    String::from_utf8(ini::value(name))
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

fn path(name: &str) -> PathBuf {
    OsString::from_vec(ini::value(name)).into()
}

/// Writes a line to PHP's error log.
pub(super) fn log(line: &str) {
    ext_php_rs::error::php_error(&ext_php_rs::flags::ErrorType::Warning, line);
}

/// Prints the section of `phpinfo()`: the version, the store, the state folder and the self-test, but no secret. It neither
/// opens the store nor makes anything.
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
    let settings = HostSettings::read();
    info_table_start!();
    info_table_row!("Countersign", "enabled");
    info_table_row!("Version", env!("CARGO_PKG_VERSION"));
    info_table_row!("Commit", env!("COUNTERSIGN_COMMIT"));
    info_table_row!("Target", env!("COUNTERSIGN_TARGET"));
    for (name, value) in settings.store().describe() {
        info_table_row!(name, value.as_str());
    }
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
        "record_key_file",
    ] {
        let directive = format!("countersign.{name}");
        let value = text(&directive);
        let value = match (name, value.as_str()) {
            (_, "") => "no value",
            ("redis_url", _) => "set",
            (_, value) => value,
        };
        info_table_row!(directive.as_str(), value);
    }
    info_table_end!();
}
