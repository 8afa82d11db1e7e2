//! `Countersign\AuditProof`.

use ext_php_rs::prelude::*;
use ext_php_rs::types::ZendHashTable;

use super::row::{hash, hashes, size};
use crate::audit::prove::Prover;
use crate::audit::tree::{Hash, verify_consistency, verify_inclusion};
use crate::bytes::hex;
use crate::php::convert::{Either, int};
use crate::php::decision::PhpDecision;
use crate::php::error::{BindingResult, misuse};

/// A proof in progress.
#[php_class]
#[php(name = "Countersign\\AuditProof")]
pub struct PhpAuditProof(pub(super) Prover);

#[php_impl]
impl PhpAuditProof {
    pub fn ranges(&self) -> Vec<Vec<i64>> {
        let ranges = self.0.ranges().iter();
        ranges
            .map(|range| vec![int(range.start), int(range.end)])
            .collect()
    }

    pub fn feed(&mut self, leaves: &ZendHashTable) -> BindingResult<()> {
        for leaf in leaves.values() {
            let leaf = leaf
                .zend_str()
                .and_then(|text| Hash::try_from(text.as_bytes()).ok())
                .ok_or_else(|| misuse("a leaf is 32 bytes"))?;
            self.0.feed(leaf)?;
        }
        Ok(())
    }

    pub fn finish(&self) -> BindingResult<Either<Vec<String>, PhpDecision>> {
        Ok(match self.0.answer()? {
            Ok(proof) => Either::One(proof.iter().map(|hash| hex(hash)).collect()),
            Err(reason) => Either::Other(reason.into()),
        })
    }

    pub fn is_continued(
        old_size: i64,
        old_root: &str,
        new_size: i64,
        new_root: &str,
        proof: &ZendHashTable,
    ) -> BindingResult<bool> {
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
    ) -> BindingResult<bool> {
        let (seq, new) = (size(seq)?, size(new_size)?);
        Ok(verify_inclusion(seq, &hash(leaf)?, new, &hash(root)?, &hashes(proof)?).is_ok())
    }
}
