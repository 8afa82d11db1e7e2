//! `Countersign\UploadSessions` and its handles.

use std::sync::Arc;

use ext_php_rs::binary_slice::BinarySlice;
use ext_php_rs::convert::IntoZval as _;
use ext_php_rs::prelude::*;
use ext_php_rs::types::ZendHashTable;

use super::convert::{Either, PhpArray, assoc, int, number, timestamp};
use super::decision::PhpDecision;
use super::error::{BindingError, BindingResult};
use super::found::FoundArgument;
use super::keyring::PhpKeyring;
use super::ratchet;
use super::store::PhpStore;
use crate::clock::{Clock as _, SystemClock};
use crate::decision::Decision;
use crate::entropy::SystemEntropy;
use crate::limit::CallLimit;
use crate::reason::Reason;
use crate::record::FoundRecord;
use crate::record::ratchet::RatchetAct;
use crate::upload::{
    MAX_PART, UploadLink, UploadMisuse, UploadPart, UploadSession, UploadSessions, UploadTerms,
};

impl From<UploadMisuse> for BindingError {
    fn from(error: UploadMisuse) -> Self {
        Self::Misuse(error.to_string())
    }
}

const COUNT: &str = "sizes and counts are 0 or more";

/// The upload sessions of a site.
#[php_class]
#[php(name = "Countersign\\UploadSessions")]
pub struct PhpUploadSessions(UploadSessions);

/// A genuine link.
#[php_class]
#[php(name = "Countersign\\UploadLink")]
pub struct PhpUploadLink(UploadLink);

/// A session that is open.
#[php_class]
#[php(name = "Countersign\\UploadSession")]
pub struct PhpUploadSession(UploadSession);

#[php_impl]
impl PhpUploadSessions {
    pub fn __construct(keyring: &PhpKeyring, store: &PhpStore) -> Self {
        Self(UploadSessions::new(
            Arc::clone(&keyring.0),
            Arc::clone(&store.0),
        ))
    }

    pub fn issue(
        &self,
        connection: FoundArgument<'_>,
        kill_switch: bool,
        terms: &str,
        seconds: i64,
        open: i64,
    ) -> BindingResult<Either<PhpArray, PhpDecision>> {
        if let FoundRecord::Genuine(record) = connection.0 {
            let connection = record.id();
            ratchet::check(RatchetAct::Invite { connection })?;
        }
        let made = self.0.issue(
            (&SystemEntropy, SystemClock.now()),
            (connection.0, kill_switch),
            &UploadTerms::parse(terms)?,
            number(seconds, "the life of a session is 300 to 604,800 seconds")?,
            number(open, COUNT)?,
        )?;
        Ok(match made {
            Ok(made) => Either::One(assoc([
                ("id".to_owned(), made.id.into_zval(false)?),
                ("token".to_owned(), made.token.into_zval(false)?),
                (
                    "issued".to_owned(),
                    int(made.issued.seconds()).into_zval(false)?,
                ),
                (
                    "expires".to_owned(),
                    int(made.expires.seconds()).into_zval(false)?,
                ),
                ("terms".to_owned(), made.terms.into_zval(false)?),
            ])),
            Err(denial) => Either::Other(Decision::Deny(denial).into()),
        })
    }

    pub fn verify(
        &self,
        token: BinarySlice<u8>,
        ip: &str,
        max: i64,
        window: i64,
    ) -> BindingResult<Either<PhpUploadLink, PhpDecision>> {
        const LIMIT: &str = "a limit is 1 to 256 failures in 1 or more seconds";
        let limit = CallLimit {
            max: number(max, LIMIT)?,
            window: number(window, LIMIT)?,
        };
        Ok(match self.0.verify(&token, ip, limit, SystemClock.now()) {
            Ok(link) => Either::One(PhpUploadLink(link)),
            Err(denial) => Either::Other(Decision::Deny(denial).into()),
        })
    }

    pub fn open(
        &self,
        link: &PhpUploadLink,
        terms: Option<&str>,
        connection: FoundArgument<'_>,
        kill_switch: bool,
    ) -> BindingResult<Either<PhpUploadSession, PhpDecision>> {
        let now = SystemClock.now();
        Ok(
            match self
                .0
                .open(&link.0, terms, connection.0, kill_switch, now)?
            {
                Ok(session) => Either::One(PhpUploadSession(session)),
                Err(denial) => Either::Other(Decision::Deny(denial).into()),
            },
        )
    }

    pub fn is_first_refusal(&self, reason: &str, ip: &str) -> bool {
        Reason::from_word(reason)
            .is_some_and(|reason| self.0.is_first_refusal(reason, ip, SystemClock.now()))
    }

    pub fn close(&self, id: &str, issued: i64, expires: i64) -> BindingResult<()> {
        let (issued, expires) = (timestamp(issued)?, timestamp(expires)?);
        self.0
            .close(id, issued, expires, SystemClock.now())
            .map_err(BindingError::from)
    }

    pub fn state(
        &self,
        id: &str,
        issued: i64,
        expires: i64,
        taken: i64,
        files: i64,
    ) -> BindingResult<&'static str> {
        let places = (number(taken, COUNT)?, number(files, COUNT)?);
        let (issued, expires) = (timestamp(issued)?, timestamp(expires)?);
        self.0
            .state(id, issued, expires, places, SystemClock.now())
            .map(crate::upload::SessionState::word)
            .map_err(BindingError::from)
    }
}

#[php_impl]
impl PhpUploadLink {
    pub fn id(&self) -> String {
        self.0.id()
    }

    pub fn connection(&self) -> i64 {
        int(self.0.connection())
    }

    pub fn expires_at(&self) -> i64 {
        int(self.0.expires().seconds())
    }
}

#[php_impl]
impl PhpUploadSession {
    pub fn terms(&self) -> String {
        self.0.terms().to_json()
    }

    pub fn may_go_on(
        &self,
        connection: FoundArgument<'_>,
        kill_switch: bool,
    ) -> BindingResult<PhpDecision> {
        let now = SystemClock.now();
        Ok(self.0.may_go_on(connection.0, kill_switch, now)?.into())
    }

    pub fn may_change(&self, target: &str) -> BindingResult<PhpDecision> {
        Ok(self.0.may_change(target)?.into())
    }

    pub fn may_write_every_field(&self) -> bool {
        self.0.may_write_every_field()
    }

    pub fn forbids(&self, field: &str) -> Option<&str> {
        self.0.forbids(field)
    }

    pub fn check_file(&self, size: i64, kind: &str) -> BindingResult<PhpDecision> {
        let size = number(size, COUNT)?;
        Ok(self.0.terms().decide_file(size, kind).into())
    }

    pub fn check_part(size: i64, number: i64, length: i64) -> BindingResult<PhpDecision> {
        let part = UploadPart {
            size: self::number(size, COUNT)?,
            number: self::number(number, COUNT)?,
            length: self::number(length, COUNT)?,
        };
        Ok(part.decide().into())
    }

    pub fn parts(size: i64) -> BindingResult<i64> {
        Ok(int(UploadPart::count(number(size, COUNT)?)))
    }

    pub fn place(
        &self,
        taken: &ZendHashTable,
        attempts: i64,
    ) -> BindingResult<Either<i64, PhpDecision>> {
        let taken = taken
            .values()
            .map(|place| number(place.long().unwrap_or(-1), COUNT))
            .collect::<BindingResult<Vec<u64>>>()?;
        let attempts = number(attempts, COUNT)?;
        Ok(match self.0.terms().free_place(&taken, attempts) {
            Ok(place) => Either::One(int(place)),
            Err(reason) => Either::Other(reason.into()),
        })
    }

    pub fn begin(&self) {
        ratchet::engage(self.0.connection(), Vec::new());
    }

    pub fn max_part() -> i64 {
        int(MAX_PART)
    }
}
