//! `Countersign\AuditLog`.

use std::sync::Arc;

use ext_php_rs::binary_slice::BinarySlice;
use ext_php_rs::prelude::*;
use ext_php_rs::types::ZendHashTable;

use super::append::PhpAuditAppend;
use super::export::PhpAuditExport;
use super::proof::PhpAuditProof;
use super::row::{hash, head, position, size};
use super::verifier::PhpAuditVerifier;
use crate::audit::log::Log;
use crate::audit::prove::Prover;
use crate::audit::prune;
use crate::audit::tree::Hash;
use crate::clock::{Clock as _, SystemClock};
use crate::entropy::SystemEntropy;
use crate::php::convert::string_list;
use crate::php::error::{BindingResult, misuse};
use crate::php::keyring::PhpKeyring;
use crate::php::ratchet;
use crate::php::store::PhpStore;

/// Computes the audit log of a site. The plugin reads and writes the tables.
#[php_class]
#[php(name = "Countersign\\AuditLog")]
pub struct PhpAuditLog(Log);

#[php_impl]
impl PhpAuditLog {
    pub fn __construct(keyring: &PhpKeyring, store: &PhpStore, host: &str) -> BindingResult<Self> {
        Log::new(Arc::clone(&keyring.0), Arc::clone(&store.0), host)
            .map(Self)
            .map_err(|_| misuse("the host must be a host name, with its port if it has one"))
    }

    #[php(name = "append")]
    pub fn append(
        &self,
        head: Option<&str>,
        drafts: &ZendHashTable,
    ) -> BindingResult<PhpAuditAppend> {
        let head = self::head(head)?;
        let drafts = string_list(drafts)?;
        let appended = self
            .0
            .append(&head, &drafts, SystemClock.now(), &SystemEntropy)?;
        Ok(PhpAuditAppend(appended))
    }

    pub fn committed(&self, head: &str) -> BindingResult<()> {
        Ok(self.0.committed(&self::head(Some(head))?)?)
    }

    pub fn acknowledge_rollback(&self, head: Option<&str>) -> BindingResult<()> {
        ratchet::give()?;
        Ok(self.0.acknowledge_rollback(&self::head(head)?)?)
    }

    pub fn checkpoint(&self, head: &str) -> BindingResult<String> {
        Ok(self.0.checkpoint(&self::head(Some(head))?)?)
    }

    pub fn verifier_key(&self) -> BindingResult<String> {
        Ok(self.0.verifier_key()?.to_string())
    }

    #[php(optional = checkpoints)]
    pub fn verifier(&self, checkpoints: Option<&ZendHashTable>) -> BindingResult<PhpAuditVerifier> {
        let checkpoints = checkpoints
            .map(string_list)
            .transpose()?
            .unwrap_or_default();
        Ok(PhpAuditVerifier {
            inner: self.0.verifier(&checkpoints)?,
            log: self.0.clone(),
        })
    }

    #[php(optional = from)]
    pub fn export(
        &self,
        head: Option<&str>,
        from: Option<i64>,
        until: Option<i64>,
        filter: Option<&str>,
    ) -> BindingResult<PhpAuditExport> {
        let head = self::head(head)?;
        let from = from.map(position).transpose()?;
        let until = until.map(position).transpose()?;
        let export = self.0.export(&head, from, until, filter)?;
        Ok(PhpAuditExport::new(export, self.0.signer()))
    }

    pub fn prove_continued(
        &self,
        head: Option<&str>,
        size: i64,
        root: &str,
    ) -> BindingResult<PhpAuditProof> {
        let (size, root) = (self::size(size)?, hash(root)?);
        let prover = Prover::continues(size, root, &self::head(head)?);
        Ok(PhpAuditProof(prover))
    }

    pub fn prove_entry(
        &self,
        head: &str,
        seq: i64,
        leaf: BinarySlice<u8>,
    ) -> BindingResult<PhpAuditProof> {
        let seq = position(seq)?;
        let leaf = Hash::try_from(&leaf[..]).map_err(|_| misuse("a leaf is 32 bytes"))?;
        let prover = Prover::holds(seq, leaf, &self::head(Some(head))?)?;
        Ok(PhpAuditProof(prover))
    }

    pub fn pruning_draft(&self, until: i64) -> BindingResult<String> {
        Ok(prune::pruning_json(&(0..position(until)?))?)
    }
}
