//! `Countersign\AuditProof`, `AuditSeals`.

use std::path::Path;

use ext_php_rs::flags::ClassFlags;
use ext_php_rs::prelude::*;
use ext_php_rs::types::{ZendHashTable, Zval};

use super::convert::{Either, int, number, string_list};
use super::decision::Decision;
use super::error::{Answer, Fault, misuse};
use super::info;
use super::keyring::Keyring;
use crate::audit::Error;
use crate::audit::append::Head;
use crate::audit::checkpoint;
use crate::audit::prove::Prover;
use crate::audit::seal::Seal;
use crate::audit::seal_file::{SealFile, SealFileError};
use crate::audit::tree::{Hash, verify_consistency, verify_inclusion};
use crate::bytes::{from_hex, hex};
use crate::clock::{Clock as _, SystemClock};
use crate::entropy::{Entropy as _, SystemEntropy};
use crate::reason::Reason;
use crate::secret::Secret;

impl From<SealFileError> for Fault {
    fn from(error: SealFileError) -> Self {
        match error {
            SealFileError::Length => Self::Misuse(error.to_string()),
            _ => Self::Broken {
                reason: Reason::SealUnusable,
                detail: error.to_string(),
            },
        }
    }
}

pub(super) fn hash(text: &str) -> Answer<Hash> {
    from_hex(text).ok_or_else(|| misuse("a hash is 64 lower-case hexadecimal digits"))
}

fn hashes(list: &ZendHashTable) -> Answer<Vec<Hash>> {
    string_list(list)?.into_iter().map(hash).collect()
}

fn size(value: i64) -> Answer<u64> {
    number(value, "a size is 0 or more")
}

/// A proof in the making.
#[php_class]
#[php(name = "Countersign\\AuditProof", flags = ClassFlags::Final.union(ClassFlags::NoDynamicProperties))]
pub struct AuditProof(pub(super) Prover);

#[php_impl]
impl AuditProof {
    /// Only the log makes one.
    #[php(vis = "private")]
    pub fn __construct() -> PhpResult<Self> {
        Err("use AuditLog::proveContinued() or AuditLog::proveEntry()".into())
    }

    pub fn ranges(&self) -> Vec<Vec<i64>> {
        let ranges = self.0.ranges().iter();
        ranges
            .map(|range| vec![int(range.start), int(range.end)])
            .collect()
    }

    pub fn feed(&mut self, leaves: &ZendHashTable) -> Answer<()> {
        for leaf in leaves.values() {
            let leaf = leaf
                .zend_str()
                .and_then(|text| Hash::try_from(text.as_bytes()).ok())
                .ok_or_else(|| misuse("a leaf is 32 bytes"))?;
            self.0.feed(leaf)?;
        }
        Ok(())
    }

    pub fn finish(&self) -> Answer<Either<Vec<String>, Decision>> {
        match self.0.finish() {
            Ok(proof) => Ok(Either::One(proof.iter().map(|hash| hex(hash)).collect())),
            Err(Error::Proof) => Ok(Either::Other(Reason::AuditFork.into())),
            Err(error) => Err(error.into()),
        }
    }

    pub fn is_continued(
        old_size: i64,
        old_root: &str,
        new_size: i64,
        new_root: &str,
        proof: &ZendHashTable,
    ) -> Answer<bool> {
        let (old, new) = (size(old_size)?, size(new_size)?);
        let (old_root, new_root) = (hash(old_root)?, hash(new_root)?);
        Ok(verify_consistency(old, &old_root, new, &new_root, &hashes(proof)?).is_ok())
    }

    pub fn is_included(
        seq: i64,
        leaf: &str,
        new_size: i64,
        root: &str,
        proof: &ZendHashTable,
    ) -> Answer<bool> {
        let (seq, new) = (size(seq)?, size(new_size)?);
        Ok(verify_inclusion(seq, &hash(leaf)?, new, &hash(root)?, &hashes(proof)?).is_ok())
    }
}

/// The sealing of the log.
#[php_class]
#[php(name = "Countersign\\AuditSeals", flags = ClassFlags::Final.union(ClassFlags::NoDynamicProperties))]
pub struct AuditSeals(SealFile);

#[php_impl]
impl AuditSeals {
    #[php(optional = dir)]
    pub fn __construct(keyring: &Keyring, host: &str, dir: Option<&str>) -> Answer<Self> {
        let origin = checkpoint::origin(host, *keyring.0.site().as_bytes())
            .map_err(|_| misuse("the host must be a host name, with its port if it has one"))?;
        let dir = dir.map_or_else(|| info::store().state_dir, Path::new);
        Ok(Self(SealFile::new(dir, &origin)))
    }

    #[php(defaults(epoch_seconds = 3600))]
    pub fn enroll(&self, epoch_seconds: i64) -> Answer<Option<String>> {
        let seconds = number(epoch_seconds, "an epoch is 60 seconds to 31 days long")?;
        let first = self.0.enroll(
            SystemClock.now(),
            seconds,
            Secret::new(SystemEntropy.bytes()?),
        )?;
        Ok(first.map(|first| first.to_text()))
    }

    pub fn is_enrolled(&self) -> Answer<bool> {
        Ok(self.0.read()?.is_some())
    }

    #[php(optional = head)]
    pub fn due(&self, head: Option<&str>) -> Answer<Vec<String>> {
        let head = head.map(Head::from_text).transpose()?.unwrap_or_default();
        let Some(sealer) = self.0.read()? else {
            return Ok(Vec::new());
        };
        let seals = sealer.due(&head, SystemClock.now());
        Ok(seals.iter().map(Seal::to_text).collect())
    }

    pub fn advance(&self, seals: &ZendHashTable) -> Answer<()> {
        let seals = seals
            .values()
            .map(|seal| Seal::from_text(Zval::str(seal).unwrap_or_default()))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(self.0.advance(&seals)?)
    }
}
