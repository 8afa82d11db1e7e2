//! `Countersign\AuditFileReport`.

use ext_php_rs::prelude::*;
use ext_php_rs::types::ZendHashTable;

use crate::audit::file::{FileFinding, FileRemark, FileReport};
use crate::bytes;
use crate::php::convert::{PhpArrays, int};

/// The result of the verification of a file.
#[php_class]
#[php(name = "Countersign\\AuditFileReport")]
pub struct PhpAuditFileReport(pub(super) FileReport);

#[php_impl]
impl PhpAuditFileReport {
    pub fn verdict(&self) -> &'static str {
        self.0.verdict.word()
    }

    pub fn is_ok(&self) -> bool {
        self.0.is_ok()
    }

    pub fn is_proved(&self) -> bool {
        self.0.is_proved()
    }

    pub fn first_bad(&self) -> Option<i64> {
        self.0.first_bad.map(int)
    }

    pub fn line(&self) -> Option<i64> {
        self.0.line.map(int)
    }

    pub fn origin(&self) -> String {
        self.0.origin.clone()
    }

    pub fn filter(&self) -> Option<String> {
        self.0.filter.clone()
    }

    pub fn range(&self) -> Vec<i64> {
        vec![int(self.0.range.start), int(self.0.range.end)]
    }

    pub fn entries(&self) -> i64 {
        int(self.0.entries)
    }

    pub fn size(&self) -> i64 {
        int(self.0.size)
    }

    pub fn root(&self) -> String {
        bytes::hex(&self.0.root)
    }

    pub fn vouched(&self) -> i64 {
        int(self.0.vouched)
    }

    pub fn witnessed(&self) -> i64 {
        int(self.0.witnessed)
    }

    pub fn seals(&self) -> i64 {
        int(self.0.seals)
    }

    pub fn findings(&self) -> PhpArrays {
        let finding = |found: &FileFinding| {
            let mut array = ZendHashTable::new();
            array.insert("verdict", found.verdict.word())?;
            array.insert("first_bad", found.first_bad.map(int))?;
            array.insert("until", found.until.map(int))?;
            array.insert("line", int(found.line))?;
            Ok(array)
        };
        self.0.findings.iter().map(finding).collect()
    }

    pub fn remarks(&self) -> PhpArrays {
        let remark = |made: &FileRemark| {
            let mut array = ZendHashTable::new();
            array.insert("remark", made.remark.word())?;
            array.insert("message", made.remark.message())?;
            array.insert("first", made.first.map(int))?;
            array.insert("until", made.until.map(int))?;
            array.insert("count", int(made.count))?;
            Ok(array)
        };
        self.0.remarks.iter().map(remark).collect()
    }
}
