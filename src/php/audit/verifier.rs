//! `Countersign\AuditVerifier`.

use ext_php_rs::prelude::*;
use ext_php_rs::types::{ZendHashTable, Zval};

use super::report::PhpAuditReport;
use super::row::{column_bytes, column_number, head, stored_texts};
use crate::audit::entry::Summary;
use crate::audit::log::Log;
use crate::audit::verify::{LogVerifier, StoredRow};
use crate::php::error::{BindingResult, misuse};

/// A verification in progress.
#[php_class]
#[php(name = "Countersign\\AuditVerifier")]
pub struct PhpAuditVerifier {
    pub(super) inner: LogVerifier,
    pub(super) log: Log,
}

#[php_impl]
impl PhpAuditVerifier {
    pub fn feed(&mut self, row: &ZendHashTable) -> BindingResult<()> {
        let number = |name: &str| column_number(row, name);
        let text = |name: &str| row.get(name).and_then(Zval::str);
        let summary = Summary::from_columns(&number, &text);
        let stored = StoredRow {
            seq: number("seq").ok_or_else(|| misuse("a row needs its seq"))?,
            leaf: column_bytes(row, "leaf").ok_or_else(|| misuse("a row needs its leaf"))?,
            body: column_bytes(row, "body").ok_or_else(|| misuse("a row needs its body"))?,
            columns: summary.as_ref().into(),
        };
        self.inner.feed_with_texts(&stored, &stored_texts(row)?);
        Ok(())
    }

    pub fn suspend(&self) -> String {
        self.log.suspend(&self.inner)
    }

    pub fn resume(&mut self, state: &str) -> BindingResult<()> {
        self.inner = self.log.resume(state)?;
        Ok(())
    }

    #[php(optional = head)]
    pub fn finish(&self, head: Option<&str>) -> BindingResult<PhpAuditReport> {
        let head = self::head(head)?;
        let report = self.inner.clone().finish(Some(&head));
        Ok(PhpAuditReport(report))
    }
}
