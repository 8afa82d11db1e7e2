//! `Countersign\Tokens`, `Countersign\Claims`, `Countersign\TokenKind`.

use std::sync::Arc;

use ext_php_rs::binary_slice::BinarySlice;
use ext_php_rs::flags::ClassFlags;
use ext_php_rs::prelude::*;

use super::convert::{Either, int, number};
use super::decision::Decision;
use super::error::{Answer, misuse};
use super::keyring::Keyring;
use crate::bytes;
use crate::clock::{Clock as _, SystemClock};
use crate::entropy::{Entropy as _, SystemEntropy};
use crate::keyring;
use crate::reason::Reason;
use crate::token::{self, Grant, Kind};

/// What a token is for.
#[php_enum]
#[php(name = "Countersign\\TokenKind")]
#[derive(Clone, Copy)]
pub enum TokenKind {
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

impl From<TokenKind> for Kind {
    fn from(kind: TokenKind) -> Self {
        match kind {
            TokenKind::Access => Self::Access,
            TokenKind::Refresh => Self::Refresh,
            TokenKind::Code => Self::Code,
            TokenKind::Confirmation => Self::Confirmation,
            TokenKind::Pairing => Self::Pairing,
            TokenKind::Approval => Self::Approval,
            TokenKind::Upload => Self::Upload,
        }
    }
}

impl From<Kind> for TokenKind {
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

/// Issues and verifies tokens.
#[php_class]
#[php(name = "Countersign\\Tokens", flags = ClassFlags::Final.union(ClassFlags::NoDynamicProperties))]
pub struct Tokens(Arc<keyring::Keyring>);

#[php_impl]
impl Tokens {
    pub fn __construct(keyring: &Keyring) -> Self {
        Self(Arc::clone(&keyring.0))
    }

    #[php(optional = binding, defaults(epoch = 0))]
    pub fn issue(
        &self,
        kind: TokenKind,
        subject: i64,
        lifetime: i64,
        binding: Option<BinarySlice<u8>>,
        epoch: i64,
    ) -> Answer<String> {
        Ok(token::issue(
            &self.0,
            &Grant {
                kind: kind.into(),
                subject: number(subject, "the subject must be 0 or more")?,
                epoch: number(epoch, "the epoch must be 0 to 4,294,967,295")?,
                binding: bind(binding.as_ref()),
                lifetime: token::lifetime(lifetime)
                    .ok_or_else(|| misuse("the lifetime must be 1 to 31,622,400 seconds"))?,
                id: SystemEntropy.bytes()?,
                issued: SystemClock.now(),
            },
        ))
    }

    #[php(optional = binding)]
    pub fn verify(
        &self,
        kind: TokenKind,
        token: BinarySlice<u8>,
        binding: Option<BinarySlice<u8>>,
    ) -> Either<Claims, Decision> {
        match token::verify(&self.0, kind.into(), &token, SystemClock.now()) {
            Err(reason) => Either::Other(reason.into()),
            Ok(claims) if !claims.is_bound_to(&bind(binding.as_ref())) => {
                Either::Other(Reason::TokenWrongAudience.into())
            }
            Ok(claims) => Either::One(Claims(claims)),
        }
    }
}

/// The access token's binding to its audience is the one that the MCP server checks.
fn bind(binding: Option<&BinarySlice<u8>>) -> [u8; 32] {
    token::bind("audience", &[binding.map_or(&[], |bytes| bytes)])
}

/// What a verified token says.
#[php_class]
#[php(name = "Countersign\\Claims", flags = ClassFlags::Final.union(ClassFlags::NoDynamicProperties))]
pub struct Claims(token::Claims);

#[php_impl]
impl Claims {
    /// Only verification makes claims.
    #[php(vis = "private")]
    pub fn __construct() -> PhpResult<Self> {
        Err("use Tokens::verify()".into())
    }

    pub fn kind(&self) -> TokenKind {
        self.0.kind.into()
    }

    pub fn id(&self) -> String {
        bytes::hex(&self.0.id)
    }

    pub fn subject(&self) -> i64 {
        int(self.0.subject)
    }

    pub fn epoch(&self) -> i64 {
        self.0.epoch.into()
    }

    pub fn issued_at(&self) -> i64 {
        int(self.0.issued.seconds())
    }

    pub fn expires_at(&self) -> i64 {
        int(self.0.expires.seconds())
    }
}
