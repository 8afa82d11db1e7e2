//! `Countersign\Vault`.

use ext_php_rs::binary_slice::BinarySlice;
use ext_php_rs::prelude::*;
use ext_php_rs::types::{ZendHashTable, Zval};

use super::convert::{Either, strings};
use super::decision::PhpDecision;
use super::error::{BindingError, BindingResult, misuse};
use super::info;
use super::keyring::site_id;
use super::path;
use super::ratchet;
use super::secret::{PhpSecret, with_bytes};
use crate::entropy::SystemEntropy;
use crate::keyring::KeyId;
use crate::reason::Reason;
use crate::record::ratchet::RatchetAct;
use crate::secret::SecretBytes;
use crate::vault::key_file::{self, KeyFileError};
use crate::vault::recovery::RecoveryCode;
use crate::vault::{self, SlotKind, SlotSecret, salts};
use crate::{bytes, decision};

impl From<vault::VaultError> for BindingError {
    fn from(error: vault::VaultError) -> Self {
        match error {
            vault::VaultError::Refused(reason) => reason.into(),
            vault::VaultError::Misuse(message) => misuse(message),
            vault::VaultError::Entropy(error) => error.into(),
        }
    }
}

impl From<KeyFileError> for BindingError {
    fn from(error: KeyFileError) -> Self {
        Self::Failed {
            reason: error.reason(),
            detail: error.to_string(),
        }
    }
}

/// Reads the key file at `path`, which a script passed as the argument `name`, or the one that `countersign.key_file`
/// names.
fn key_file(path: Option<&str>, name: &'static str) -> Result<SecretBytes, KeyFileError> {
    match path {
        Some(path) => key_file::read(&path::of_script(path, name)?),
        None => key_file::read(&key_file::configured(&info::key_file())?),
    }
}

/// Checks that this process may seal or open the secret of `record`.
fn secret_of(record: &[u8]) -> BindingResult<()> {
    let purpose = String::from_utf8_lossy(record);
    ratchet::check(RatchetAct::OpenSecret { purpose: &purpose })
}

fn recovery_code(text: &[u8]) -> BindingResult<RecoveryCode> {
    RecoveryCode::parse(text).ok_or_else(|| Reason::RecoveryCodeInvalid.into())
}

/// The vault for secrets at rest, as a handle: no property, no `Clone`, no `Debug`. PHP can neither read nor copy its
/// keys.
#[php_class]
#[php(name = "Countersign\\Vault")]
pub struct PhpVault(vault::Vault);

#[php_impl]
impl PhpVault {
    pub fn create(site_id: &str, material: BinarySlice<u8>) -> BindingResult<Self> {
        ratchet::give()?;
        Ok(Self(vault::Vault::create(
            self::site_id(site_id)?,
            &SlotSecret::AuthKey(&material),
            &SystemEntropy,
        )?))
    }

    pub fn open(
        site_id: &str,
        slots: BinarySlice<u8>,
        material: BinarySlice<u8>,
    ) -> BindingResult<Self> {
        Self::open_by(site_id, &slots, &SlotSecret::AuthKey(&material))
    }

    #[php(optional = path)]
    pub fn open_with_key_file(
        site_id: &str,
        slots: BinarySlice<u8>,
        path: Option<&str>,
    ) -> BindingResult<Self> {
        let key = key_file(path, "the argument $path of Vault::openWithKeyFile()")?;
        Self::open_by(site_id, &slots, &SlotSecret::KeyFile(key.expose()))
    }

    pub fn open_with_recovery_code(
        site_id: &str,
        slots: BinarySlice<u8>,
        code: BinarySlice<u8>,
    ) -> BindingResult<Self> {
        ratchet::give()?;
        Self::open_by(
            site_id,
            &slots,
            &SlotSecret::Recovery(&recovery_code(&code)?),
        )
    }

    pub fn slots(&self) -> BindingResult<String> {
        ratchet::give()?;
        Ok(self.0.to_text(&SystemEntropy)?)
    }

    pub fn slot_kinds(&self) -> Vec<String> {
        strings(self.0.slot_kinds().into_iter().map(SlotKind::code))
    }

    pub fn rewrap(&mut self, material: BinarySlice<u8>) -> BindingResult<()> {
        ratchet::give()?;
        Ok(self
            .0
            .put_slot(&SlotSecret::AuthKey(&material), &SystemEntropy)?)
    }

    #[php(optional = path)]
    pub fn add_key_file(&mut self, path: Option<&str>) -> BindingResult<()> {
        ratchet::give()?;
        let key = key_file(path, "the argument $path of Vault::addKeyFile()")?;
        Ok(self
            .0
            .put_slot(&SlotSecret::KeyFile(key.expose()), &SystemEntropy)?)
    }

    pub fn add_recovery_code(&mut self) -> BindingResult<String> {
        ratchet::give()?;
        let code = RecoveryCode::random(&SystemEntropy)?;
        self.0
            .put_slot(&SlotSecret::Recovery(&code), &SystemEntropy)?;
        // The caller shows the code to a person once, so PHP gets it in the clear.
        Ok(code.to_text().to_string())
    }

    pub fn remove_slot(&mut self, kind: &str) -> BindingResult<bool> {
        ratchet::give()?;
        let kind = SlotKind::parse(kind)
            .ok_or_else(|| misuse("a slot is auth_key, key_file or recovery"))?;
        Ok(self.0.remove_slot(kind)?)
    }

    pub fn seal(&self, record: BinarySlice<u8>, secret: &Zval) -> BindingResult<String> {
        secret_of(&record)?;
        Ok(with_bytes(secret, |secret| {
            self.0.seal(&record, secret, &SystemEntropy)
        })??)
    }

    pub fn unseal(
        &self,
        record: BinarySlice<u8>,
        sealed: BinarySlice<u8>,
    ) -> BindingResult<Either<PhpSecret, PhpDecision>> {
        secret_of(&record)?;
        match self.0.unseal(&record, &sealed) {
            Ok(secret) => Ok(Either::One(PhpSecret::new(secret))),
            Err(vault::VaultError::Refused(reason)) => Ok(Either::Other(reason.into())),
            Err(error) => Err(error.into()),
        }
    }

    pub fn reseal(
        &self,
        record: BinarySlice<u8>,
        sealed: BinarySlice<u8>,
    ) -> BindingResult<Either<String, PhpDecision>> {
        secret_of(&record)?;
        match self.0.reseal(&record, &sealed, &SystemEntropy) {
            Ok(text) => Ok(Either::One(text)),
            Err(vault::VaultError::Refused(reason)) => Ok(Either::Other(reason.into())),
            Err(error) => Err(error.into()),
        }
    }

    pub fn is_current(&self, sealed: BinarySlice<u8>) -> bool {
        self.0.is_current(&sealed)
    }

    pub fn key_ids(&self) -> Vec<String> {
        self.0
            .key_ids()
            .iter()
            .map(|id| bytes::hex(&id.0))
            .collect()
    }

    pub fn rotate(&mut self) -> BindingResult<String> {
        ratchet::give()?;
        Ok(bytes::hex(&self.0.rotate(&SystemEntropy)?.0))
    }

    pub fn retire(&mut self, key_id: &str) -> BindingResult<bool> {
        ratchet::give()?;
        let id = bytes::from_hex(key_id)
            .ok_or_else(|| misuse("a key id is 8 lower-case hexadecimal digits"))?;
        Ok(self.0.retire(KeyId(id))?)
    }

    pub fn check_salts(salts: &ZendHashTable) -> BindingResult<PhpDecision> {
        let salts = salts
            .values()
            .map(|salt| match salt.zend_str() {
                Some(text) => Ok(Some(text.as_bytes())),
                None if salt.is_null() => Ok(None),
                None => Err(misuse("salts are strings, or null where none is defined")),
            })
            .collect::<BindingResult<Vec<_>>>()?;
        let decision = match salts::check(&salts) {
            Ok(()) => decision::Decision::Allow,
            Err(reason) => reason.into(),
        };
        Ok(decision.into())
    }
}

impl PhpVault {
    fn open_by(site_id: &str, slots: &[u8], opener: &SlotSecret<'_>) -> BindingResult<Self> {
        ratchet::check(RatchetAct::OpenVault)?;
        Ok(Self(vault::Vault::open(
            self::site_id(site_id)?,
            slots,
            opener,
        )?))
    }
}
