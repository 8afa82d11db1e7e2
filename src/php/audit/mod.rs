//! The classes of the audit log: appending, verifying, exporting, proving and sealing.

mod append;
mod csv;
mod error;
mod export;
mod file;
mod file_report;
mod log;
mod proof;
mod report;
mod row;
mod seals;
mod verifier;

pub(super) use append::PhpAuditAppend;
pub(super) use csv::PhpAuditCsv;
pub(super) use export::PhpAuditExport;
pub(super) use file::PhpAuditFile;
pub(super) use file_report::PhpAuditFileReport;
pub(super) use log::PhpAuditLog;
pub(super) use proof::PhpAuditProof;
pub(super) use report::PhpAuditReport;
pub(super) use seals::PhpAuditSeals;
pub(super) use verifier::PhpAuditVerifier;
