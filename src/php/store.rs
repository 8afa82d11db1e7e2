//! `Countersign\Store`.

use std::path::Path;
use std::sync::Arc;

use ext_php_rs::binary_slice::BinarySlice;
use ext_php_rs::boxed::ZBox;
use ext_php_rs::convert::IntoZval as _;
use ext_php_rs::flags::ClassFlags;
use ext_php_rs::prelude::*;
use ext_php_rs::types::{ZendHashTable, Zval};

use super::convert::{assoc, int, number};
use super::decision::Decision;
use super::error::{Answer, Fault};
use super::info;
use crate::clock::{Clock as _, SystemClock, Timestamp};
use crate::replay::{self, OneTimeItem};
use crate::store::{self, Origin, StoreError};

/// What the extension remembers between requests, as a handle.
#[php_class]
#[php(name = "Countersign\\Store", flags = ClassFlags::Final.union(ClassFlags::NoDynamicProperties))]
pub struct Store(pub(super) Arc<dyn store::Store>);

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        Self::Broken {
            reason: error.reason(),
            detail: error.to_string(),
        }
    }
}

#[php_impl]
impl Store {
    /// Use `open`.
    #[php(vis = "private")]
    pub fn __construct() -> PhpResult<Self> {
        Err("use Store::open()".into())
    }

    #[php(optional = dir)]
    pub fn open(dir: Option<&str>) -> Answer<Self> {
        let (settings, now) = (info::store(), SystemClock.now());
        Ok(Self(match dir {
            Some(dir) => settings.open_folder(Path::new(dir), now)?,
            None => settings.open(now)?,
        }))
    }

    #[php(defaults(remote = false))]
    pub fn seen_once(
        &self,
        domain: &str,
        id: BinarySlice<u8>,
        issued_at: i64,
        expires_at: i64,
        remote: bool,
    ) -> Answer<Decision> {
        let seconds =
            |value| number(value, "times are Unix seconds, 0 or more").map(Timestamp::from_seconds);
        let item = OneTimeItem {
            domain,
            id: &id,
            origin: if remote {
                Origin::Remote
            } else {
                Origin::Local
            },
            issued: seconds(issued_at)?,
            expires: seconds(expires_at)?,
        };
        Ok(replay::decide(&*self.0, &item, SystemClock.now()).into())
    }

    pub fn status(&self) -> Answer<ZBox<ZendHashTable>> {
        let status = self.0.status()?;
        let entries = status.seen + status.limits + status.budgets + status.values;
        let pairs: [(&str, Zval); 3] = [
            ("engine", status.engine.into_zval(false)?),
            (
                "started_at",
                int(status.opened_at.seconds()).into_zval(false)?,
            ),
            ("entries", int(entries).into_zval(false)?),
        ];
        Ok(assoc(pairs.map(|(key, value)| (key.to_owned(), value)))?)
    }
}
