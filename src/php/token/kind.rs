//! `Countersign\TokenKind`.

use ext_php_rs::prelude::*;

use crate::token::Kind;

/// The purpose of a token.
#[php_enum]
#[php(name = "Countersign\\TokenKind")]
#[derive(Clone, Copy)]
pub enum PhpTokenKind {
    #[php(value = "access")]
    Access,
    #[php(value = "refresh")]
    Refresh,
    #[php(value = "code")]
    Code,
    #[php(value = "confirmation")]
    Confirmation,
    #[php(value = "pairing")]
    Pairing,
    #[php(value = "approval")]
    Approval,
    #[php(value = "upload")]
    Upload,
}

impl From<PhpTokenKind> for Kind {
    fn from(kind: PhpTokenKind) -> Self {
        match kind {
            PhpTokenKind::Access => Self::Access,
            PhpTokenKind::Refresh => Self::Refresh,
            PhpTokenKind::Code => Self::Code,
            PhpTokenKind::Confirmation => Self::Confirmation,
            PhpTokenKind::Pairing => Self::Pairing,
            PhpTokenKind::Approval => Self::Approval,
            PhpTokenKind::Upload => Self::Upload,
        }
    }
}

impl From<Kind> for PhpTokenKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Access => Self::Access,
            Kind::Refresh => Self::Refresh,
            Kind::Code => Self::Code,
            Kind::Confirmation => Self::Confirmation,
            Kind::Pairing => Self::Pairing,
            Kind::Approval => Self::Approval,
            Kind::Upload => Self::Upload,
        }
    }
}
