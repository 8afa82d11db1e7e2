//! Code that the classes of signed messages share.

use std::sync::Arc;

use ext_php_rs::types::ZendHashTable;

use super::action_key::PhpActionKey;
use crate::action::{ActionKey, ActionKeyError, Channel, Domain, SignError};
use crate::keyring::SiteId;
use crate::php::convert::number;
use crate::php::error::{BindingError, BindingResult, misuse};
use crate::store;

impl From<ActionKeyError> for BindingError {
    fn from(error: ActionKeyError) -> Self {
        Self::Failed {
            reason: error.reason(),
            detail: error.to_string(),
        }
    }
}

impl From<SignError> for BindingError {
    fn from(error: SignError) -> Self {
        Self::Misuse(error.to_string())
    }
}

/// Opens the channel of a site with a PHP list of keys.
pub(super) fn open(domain: Domain, site_id: &str, keys: &ZendHashTable) -> BindingResult<Channel> {
    let site = SiteId::parse(site_id)
        .ok_or_else(|| misuse("the site id must be 16 lower-case hexadecimal digits"))?;
    let keys = keys
        .values()
        .map(|key| {
            key.extract::<&PhpActionKey>()
                .map(|key| &key.0)
                .ok_or_else(|| misuse("a list of Countersign\\ActionKey is needed"))
        })
        .collect::<BindingResult<Vec<&ActionKey>>>()?;
    Ok(Channel::new(domain, site, &keys)?)
}

/// Returns the store that a verification needs, or misuse if the constructor was given none.
pub(super) fn needed(store: Option<&Arc<dyn store::Store>>) -> BindingResult<&dyn store::Store> {
    store
        .map(|store| &**store)
        .ok_or_else(|| misuse("verifying needs the store: pass it to the constructor"))
}

/// Reads a lifetime in seconds as milliseconds.
pub(super) fn lifetime_ms(seconds: i64) -> BindingResult<u64> {
    let seconds: u64 = number(seconds, "the lifetime must be 1 to 300 seconds")?;
    Ok(seconds.saturating_mul(1000))
}
