//! The classes of the audit log.

mod index;
mod proof;
mod report;
mod verifier;
