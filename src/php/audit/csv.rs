//! `Countersign\AuditCsv`.

use ext_php_rs::prelude::*;
use ext_php_rs::types::ZendHashTable;

use super::row::{stored_row, stored_texts};
use crate::audit::file::Csv;
use crate::php::error::BindingResult;

/// The log as a table for people to read.
#[php_class]
#[php(name = "Countersign\\AuditCsv")]
#[derive(Default)]
pub struct PhpAuditCsv(Csv);

#[php_impl]
impl PhpAuditCsv {
    pub fn __construct() -> Self {
        Self::default()
    }

    pub fn row(&mut self, row: &ZendHashTable) -> BindingResult<()> {
        let (seq, leaf, body) = stored_row(row)?;
        self.0.row(seq, leaf, body, &stored_texts(row)?);
        Ok(())
    }

    pub fn take(&mut self) -> String {
        self.0.take()
    }
}
