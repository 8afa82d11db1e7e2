//! `Countersign\AuditReport`.

use ext_php_rs::prelude::*;
use ext_php_rs::types::ZendHashTable;

use crate::audit::verify::{LogFinding, LogReport};
use crate::bytes;
use crate::php::convert::{PhpArrays, int};

/// The result of a verification.
#[php_class]
#[php(name = "Countersign\\AuditReport")]
pub struct PhpAuditReport(pub(super) LogReport);

#[php_impl]
impl PhpAuditReport {
    pub fn verdict(&self) -> &'static str {
        self.0.verdict.word()
    }

    pub fn is_ok(&self) -> bool {
        self.0.is_ok()
    }

    pub fn first_bad(&self) -> Option<i64> {
        self.0.first_bad.map(int)
    }

    pub fn until(&self) -> Option<i64> {
        self.0.until.map(int)
    }

    pub fn findings(&self) -> PhpArrays {
        let finding = |found: &LogFinding| {
            let mut array = ZendHashTable::new();
            array.insert("verdict", found.verdict.word())?;
            array.insert("first_bad", found.first_bad.map(int))?;
            array.insert("until", found.until.map(int))?;
            Ok(array)
        };
        self.0.findings.iter().map(finding).collect()
    }

    pub fn clock_regressions(&self) -> i64 {
        int(self.0.clock.regressions)
    }

    pub fn size(&self) -> i64 {
        int(self.0.size)
    }

    pub fn checked(&self) -> i64 {
        int(self.0.checked)
    }

    pub fn vouched(&self) -> i64 {
        int(self.0.vouched)
    }

    pub fn root(&self) -> String {
        bytes::hex(&self.0.root)
    }
}
