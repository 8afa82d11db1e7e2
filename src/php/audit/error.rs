//! Errors of the audit log as exceptions.

use crate::audit;
use crate::audit::file::ExpectationError;
use crate::audit::log::LogError;
use crate::audit::seal_file::SealFileError;
use crate::php::error::BindingError;

impl From<audit::AuditError> for BindingError {
    fn from(error: audit::AuditError) -> Self {
        Self::of(error.reason(), error.to_string())
    }
}

impl From<SealFileError> for BindingError {
    fn from(error: SealFileError) -> Self {
        Self::of(error.reason(), error.to_string())
    }
}

impl From<LogError> for BindingError {
    fn from(error: LogError) -> Self {
        match error {
            LogError::Audit(error) => error.into(),
            LogError::Refused(reason) => reason.into(),
            LogError::Store(error) => error.into(),
            LogError::Entropy(error) => error.into(),
        }
    }
}

impl From<ExpectationError> for BindingError {
    fn from(error: ExpectationError) -> Self {
        Self::Misuse(error.to_string())
    }
}
