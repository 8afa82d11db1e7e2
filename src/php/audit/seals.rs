//! `Countersign\AuditSeals`.

use ext_php_rs::prelude::*;
use ext_php_rs::types::{ZendHashTable, Zval};

use super::row::head;
use crate::audit::checkpoint;
use crate::audit::seal::Seal;
use crate::audit::seal_file::{SealFile, SealFileError};
use crate::clock::{Clock as _, SystemClock};
use crate::entropy::{Entropy as _, SystemEntropy};
use crate::php::convert::number;
use crate::php::error::{BindingResult, misuse};
use crate::php::info::HostSettings;
use crate::php::keyring::PhpKeyring;
use crate::php::path;
use crate::php::ratchet;
use crate::secret::Secret;

/// The sealing of the log.
#[php_class]
#[php(name = "Countersign\\AuditSeals")]
pub struct PhpAuditSeals {
    origin: String,
    dir: Option<String>,
}

impl PhpAuditSeals {
    /// Names the file of the key. Each method calls it, so that the folder is checked just before it is used.
    fn file(&self) -> Result<SealFile, SealFileError> {
        let settings = HostSettings::read();
        let folder = match &self.dir {
            Some(dir) => path::of_script(dir, "the argument $dir of AuditSeals"),
            None => settings.store().folder(),
        };
        Ok(SealFile::new(&folder?, &self.origin))
    }
}

#[php_impl]
impl PhpAuditSeals {
    #[php(optional = dir)]
    pub fn __construct(
        keyring: &PhpKeyring,
        host: &str,
        dir: Option<String>,
    ) -> BindingResult<Self> {
        let origin = checkpoint::origin(host, *keyring.0.site().as_bytes())
            .map_err(|_| misuse("the host must be a host name, with its port if it has one"))?;
        let seals = Self { origin, dir };
        seals.file()?;
        Ok(seals)
    }

    #[php(defaults(epoch_seconds = 3600))]
    pub fn enroll(&self, epoch_seconds: i64) -> BindingResult<Option<String>> {
        ratchet::give()?;
        let seconds = number(epoch_seconds, "an epoch must be 60 seconds to 31 days long")?;
        let key = Secret::new(SystemEntropy.bytes()?);
        let first = self.file()?.enroll(SystemClock.now(), seconds, key)?;
        Ok(first.map(|first| first.to_text()))
    }

    pub fn is_enrolled(&self) -> BindingResult<bool> {
        Ok(self.file()?.read()?.is_some())
    }

    #[php(optional = head)]
    pub fn due(&self, head: Option<&str>) -> BindingResult<Vec<String>> {
        let seals = self.file()?.due(&self::head(head)?, SystemClock.now())?;
        Ok(seals.iter().map(Seal::to_text).collect())
    }

    pub fn advance(&self, seals: &ZendHashTable) -> BindingResult<()> {
        let seals = seals
            .values()
            .map(|seal| Seal::from_text(Zval::str(seal).unwrap_or_default()))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(self.file()?.advance(&seals)?)
    }
}
