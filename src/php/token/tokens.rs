//! `Countersign\Tokens`.

use std::sync::Arc;

use ext_php_rs::binary_slice::BinarySlice;
use ext_php_rs::prelude::*;

use super::claims::PhpClaims;
use super::kind::PhpTokenKind;
use crate::clock::{Clock as _, SystemClock};
use crate::entropy::{Entropy as _, SystemEntropy};
use crate::keyring::Keyring;
use crate::php::convert::{Either, number};
use crate::php::decision::PhpDecision;
use crate::php::error::{BindingResult, misuse};
use crate::php::keyring::PhpKeyring;
use crate::php::ratchet;
use crate::token::{self, NewToken};

/// Issues and verifies tokens.
#[php_class]
#[php(name = "Countersign\\Tokens")]
pub struct PhpTokens(Arc<Keyring>);

#[php_impl]
impl PhpTokens {
    pub fn __construct(keyring: &PhpKeyring) -> Self {
        Self(Arc::clone(&keyring.0))
    }

    #[php(optional = binding, defaults(epoch = 0))]
    pub fn issue(
        &self,
        kind: PhpTokenKind,
        subject: i64,
        lifetime: i64,
        binding: Option<BinarySlice<u8>>,
        epoch: i64,
    ) -> BindingResult<String> {
        let kind = token::Kind::from(kind);
        if kind != token::Kind::Confirmation {
            ratchet::give()?;
        }
        Ok(token::issue(
            &self.0,
            &NewToken {
                kind,
                subject: number(subject, "the subject must be 0 or more")?,
                epoch: number(epoch, "the epoch must be 0 to 4,294,967,295")?,
                binding: bound_to(binding.as_ref()),
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
        kind: PhpTokenKind,
        token: BinarySlice<u8>,
        binding: Option<BinarySlice<u8>>,
    ) -> Either<PhpClaims, PhpDecision> {
        match token::verify_bound(
            &self.0,
            kind.into(),
            &token,
            || bound_to(binding.as_ref()),
            SystemClock.now(),
        ) {
            Ok(claims) => Either::One(PhpClaims(claims)),
            Err(reason) => Either::Other(reason.into()),
        }
    }
}

fn bound_to(binding: Option<&BinarySlice<u8>>) -> [u8; 32] {
    let bytes: &[u8] = binding.map_or(&[], |bytes| bytes);
    token::audience(bytes)
}
