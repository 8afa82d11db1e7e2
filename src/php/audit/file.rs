//! `Countersign\AuditFile`.

use ext_php_rs::binary_slice::BinarySlice;
use ext_php_rs::prelude::*;
use ext_php_rs::types::ZendHashTable;

use super::file_report::PhpAuditFileReport;
use super::row::size;
use crate::audit::file::FileCheck;
use crate::audit::note::VerifierKey;
use crate::audit::seal::FirstKey;
use crate::bytes;
use crate::php::convert::{string_list, timestamp};
use crate::php::error::{BindingResult, misuse};

/// The verification of an exported file.
#[php_class]
#[php(name = "Countersign\\AuditFile")]
pub struct PhpAuditFile(FileCheck);

#[php_impl]
impl PhpAuditFile {
    #[php(optional = verifier_keys)]
    pub fn __construct(verifier_keys: Option<&ZendHashTable>) -> BindingResult<Self> {
        let texts = verifier_keys
            .map(string_list)
            .transpose()?
            .unwrap_or_default();
        let keys = texts
            .into_iter()
            .map(|text| VerifierKey::parse(text).map_err(|_| misuse("a verifier key is malformed")))
            .collect::<BindingResult<_>>()?;
        Ok(Self(FileCheck::new(keys)))
    }

    pub fn expect_root(&mut self, size: i64, root: &str) -> BindingResult<()> {
        let size = self::size(size)?;
        let root = bytes::from_hex(root)
            .ok_or_else(|| misuse("a root is 64 lower-case hexadecimal digits"))?;
        Ok(self.0.expect_root(size, root)?)
    }

    pub fn expect_checkpoint(&mut self, note: &str) -> BindingResult<()> {
        Ok(self.0.expect_checkpoint(note)?)
    }

    #[php(optional = taken_at)]
    pub fn expect_seals(&mut self, first_key: &str, taken_at: Option<i64>) -> BindingResult<()> {
        let key =
            FirstKey::from_text(first_key).map_err(|_| misuse("the sealing key is malformed"))?;
        let taken = taken_at.map(timestamp).transpose()?;
        Ok(self.0.expect_seals(key, taken)?)
    }

    pub fn push(&mut self, chunk: BinarySlice<u8>) {
        self.0.push(&chunk);
    }

    pub fn finish(&mut self) -> PhpAuditFileReport {
        PhpAuditFileReport(self.0.finish())
    }
}
