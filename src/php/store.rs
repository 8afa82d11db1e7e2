//! `Countersign\Store`.

use std::sync::Arc;

use ext_php_rs::binary_slice::BinarySlice;
use ext_php_rs::boxed::ZBox;
use ext_php_rs::convert::IntoZval as _;
use ext_php_rs::prelude::*;
use ext_php_rs::types::{ZendHashTable, Zval};

use super::convert::{assoc, int, timestamp};
use super::decision::PhpDecision;
use super::error::{BindingError, BindingResult};
use super::info::HostSettings;
use super::path;
use crate::clock::{Clock as _, SystemClock};
use crate::replay::{self, OneTimeItem};
use crate::store::{self, Origin, StoreError};

/// The state that the extension keeps between requests, as a handle.
#[php_class]
#[php(name = "Countersign\\Store")]
pub struct PhpStore(pub(super) Arc<dyn store::Store>);

impl From<StoreError> for BindingError {
    fn from(error: StoreError) -> Self {
        Self::Failed {
            reason: error.reason(),
            detail: error.to_string(),
        }
    }
}

#[php_impl]
impl PhpStore {
    #[php(optional = dir)]
    pub fn open(dir: Option<&str>) -> BindingResult<Self> {
        let (settings, now) = (HostSettings::read(), SystemClock.now());
        let opened = match dir {
            Some(dir) => {
                let folder = path::of_script(dir, "the argument $dir of Store::open()");
                folder
                    .map_err(StoreError::from)
                    .and_then(|folder| settings.store().open_folder(&folder, now))
            }
            None => settings.store().open(now),
        };
        Ok(Self(opened?))
    }

    #[php(defaults(remote = false))]
    pub fn seen_once(
        &self,
        domain: &str,
        id: BinarySlice<u8>,
        issued_at: i64,
        expires_at: i64,
        remote: bool,
    ) -> BindingResult<PhpDecision> {
        let item = OneTimeItem {
            domain,
            id: &id,
            origin: if remote {
                Origin::Remote
            } else {
                Origin::Local
            },
            issued: timestamp(issued_at)?,
            expires: timestamp(expires_at)?,
        };
        Ok(replay::decide(&*self.0, &item, SystemClock.now()).into())
    }

    pub fn status(&self) -> BindingResult<ZBox<ZendHashTable>> {
        let status = self.0.status()?;
        let pairs: [(&str, Zval); 3] = [
            ("engine", status.engine.into_zval(false)?),
            (
                "started_at",
                int(status.opened_at.seconds()).into_zval(false)?,
            ),
            ("entries", int(status.entries()).into_zval(false)?),
        ];
        Ok(assoc(pairs.map(|(key, value)| (key.to_owned(), value)))?)
    }
}
