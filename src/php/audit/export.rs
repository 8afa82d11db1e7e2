//! `Countersign\AuditExport`.

use ed25519_dalek::SigningKey;
use ext_php_rs::binary::Binary;
use ext_php_rs::prelude::*;
use ext_php_rs::types::ZendHashTable;

use super::row::{stored_row, stored_texts};
use crate::audit::file::Export;
use crate::audit::seal::Seal;
use crate::php::convert::int;
use crate::php::error::{BindingError, BindingResult, misuse};

/// An export in progress.
#[php_class]
#[php(name = "Countersign\\AuditExport")]
pub struct PhpAuditExport {
    /// `None` once the export is finished. PHP cannot consume an object as Rust does.
    inner: Option<Export>,
    key: SigningKey,
}

impl PhpAuditExport {
    pub(super) const fn new(inner: Export, key: SigningKey) -> Self {
        Self {
            inner: Some(inner),
            key,
        }
    }

    fn open(&mut self) -> BindingResult<&mut Export> {
        self.inner.as_mut().ok_or_else(finished)
    }
}

fn finished() -> BindingError {
    misuse("the export is finished")
}

#[php_impl]
impl PhpAuditExport {
    #[php(defaults(wanted = true))]
    pub fn row(&mut self, row: &ZendHashTable, wanted: bool) -> BindingResult<()> {
        let (seq, leaf, body) = stored_row(row)?;
        let texts = stored_texts(row)?;
        Ok(self
            .open()?
            .row_with_texts(seq, leaf, body, &texts, wanted)?)
    }

    pub fn checkpoint(&mut self, note: &str) -> BindingResult<()> {
        Ok(self.open()?.checkpoint(note)?)
    }

    pub fn seal(&mut self, seal: &str) -> BindingResult<()> {
        let seal = Seal::from_text(seal)?;
        self.open()?.seal(&seal);
        Ok(())
    }

    pub fn position(&mut self) -> BindingResult<i64> {
        Ok(int(self.open()?.position()))
    }

    pub fn take(&mut self) -> BindingResult<Binary<u8>> {
        Ok(Binary::from(self.open()?.take()))
    }

    pub fn finish(&mut self) -> BindingResult<Binary<u8>> {
        let export = self.inner.take().ok_or_else(finished)?;
        Ok(Binary::from(export.finish(Some(&self.key))?))
    }
}
