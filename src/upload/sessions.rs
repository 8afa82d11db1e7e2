//! Issuing, verifying, opening and closing upload sessions.

use std::sync::Arc;

use super::admitted::{admitted, fields_of};
use super::mark::Mark;
use super::session::{UploadLink, UploadSession};
use super::state::SessionState;
use super::terms::{UploadMisuse, UploadTerms};
use crate::access::ConnectionStanding;
use crate::bytes::from_hex;
use crate::clock::Timestamp;
use crate::decision::{Decision, Denial};
use crate::entropy::Entropy;
use crate::keyring::Keyring;
use crate::limit::{Admission, CallLimit, address_key};
use crate::metering::SiteMeter;
use crate::reason::Reason;
use crate::record::{FoundRecord, Record};
use crate::store::Store;
use crate::token::{self, Kind, NewToken};

/// The shortest life of a session, in seconds: 5 minutes.
pub const MIN_SECONDS: u32 = 300;

/// The longest life of a session, in seconds: 7 days.
pub const MAX_SECONDS: u32 = 7 * 86_400;

/// The greatest number of open sessions of a connection.
pub const MAX_OPEN: u64 = 20;

/// The requests to one session from one address. A part of a file is one request.
const PER_ADDRESS: CallLimit = CallLimit {
    max: 240,
    window: 60,
};

/// The requests to one session from all addresses.
const PER_SESSION: CallLimit = CallLimit {
    max: 250,
    window: 15,
};

/// The upload sessions of a site.
pub struct UploadSessions {
    keyring: Arc<Keyring>,
    store: Arc<dyn Store>,
}

/// A session that was made.
pub struct NewSession {
    /// Its id: 24 hexadecimal digits.
    pub id: String,
    /// The token of the link. It is shown once and not kept.
    pub token: String,
    /// When it was made, in whole seconds.
    pub issued: Timestamp,
    /// When it ends.
    pub expires: Timestamp,
    /// The canonical text of its terms, to be stored.
    pub terms: String,
}

impl UploadSessions {
    /// Returns the upload sessions of the site of `keyring`.
    #[must_use]
    pub const fn new(keyring: Arc<Keyring>, store: Arc<dyn Store>) -> Self {
        Self { keyring, store }
    }

    /// Makes a session of a connection, which is open for `seconds`. `open` is the number of its sessions that are open
    /// now. `connection` is what opening its record gave, and `kill_switch` whether all agents are stopped.
    ///
    /// # Errors
    /// Inside: a reason of [`may_act`](crate::access::may_act), [`Reason::ToolOutsideGroups`], [`Reason::UploadSessionsMany`], or the reason why
    /// randomness or the store failed. Outside: [`UploadMisuse::Terms`], also for a life out of range.
    pub fn issue(
        &self,
        (entropy, now): (&dyn Entropy, Timestamp),
        (connection, kill_switch): (FoundRecord<'_>, bool),
        terms: &UploadTerms,
        seconds: u32,
        open: u64,
    ) -> Result<Result<NewSession, Denial>, UploadMisuse> {
        if !(MIN_SECONDS..=MAX_SECONDS).contains(&seconds) {
            return Err(UploadMisuse::Terms);
        }
        if let Decision::Deny(denial) = admitted(connection, kill_switch, None)? {
            return Ok(Err(denial));
        }
        let FoundRecord::Genuine(record) = connection else {
            return Ok(Err(Reason::ConnectionUnknown.into()));
        };
        if open >= MAX_OPEN {
            return Ok(Err(Reason::UploadSessionsMany.into()));
        }
        Ok(self
            .sign((entropy, now), record, terms, seconds)
            .map_err(Denial::from))
    }

    fn sign(
        &self,
        (entropy, now): (&dyn Entropy, Timestamp),
        record: &Record,
        terms: &UploadTerms,
        seconds: u32,
    ) -> Result<NewSession, Reason> {
        let standing = ConnectionStanding::of(record).map_err(|_| Reason::ConnectionUnknown)?;
        let mut id = [0; 12];
        entropy
            .fill(&mut id)
            .map_err(|_| Reason::EntropyUnavailable)?;
        let issued = Timestamp::from_seconds(now.seconds());
        let expires = issued.plus_seconds(seconds.into());
        let mark = Mark::new(self.keyring.site(), id, issued, expires);
        mark.open(&*self.store, now)?;
        let text = terms.to_json();
        Ok(NewSession {
            id: crate::bytes::hex(&id),
            token: token::issue(
                &self.keyring,
                &NewToken {
                    kind: Kind::Upload,
                    subject: record.id(),
                    epoch: standing.token_epoch(),
                    binding: binding(&text),
                    lifetime: seconds,
                    id,
                    issued,
                },
            ),
            issued,
            expires,
            terms: text,
        })
    }

    /// Verifies the token of a link, which a request from the address `ip` carries. A failure counts under `limit` together
    /// with all others of the address.
    ///
    /// # Errors
    /// [`Reason::UploadSessionExpired`]; [`Reason::UploadSessionUnknown`] for anything else that is not the token of a link
    /// of this site; [`Reason::RateLimitedIp`] after too many failures.
    pub fn verify(
        &self,
        text: &[u8],
        ip: &str,
        limit: CallLimit,
        now: Timestamp,
    ) -> Result<UploadLink, Denial> {
        match token::verify(&self.keyring, Kind::Upload, text, now) {
            Ok(claims) => Ok(UploadLink {
                claims,
                ip: ip.to_owned(),
            }),
            // Genuine, so it was not guessed.
            Err(Reason::TokenExpired) => Err(Reason::UploadSessionExpired.into()),
            Err(_) => Err(self
                .meter(now)
                .count_failure(ip, limit, Reason::UploadSessionUnknown)
                .denial),
        }
    }

    /// Opens the session of a verified link for one request. `terms` is the stored text, `None` if there is none.
    ///
    /// # Errors
    /// Inside, in this order: [`Reason::RateLimited`]; [`Reason::UploadSessionUnknown`] if the stored terms are not those of
    /// the link; [`Reason::UploadSessionClosed`] or a reason of the store; a reason of [`may_act`](crate::access::may_act);
    /// [`Reason::ToolOutsideGroups`]. Outside: [`UploadMisuse::Connection`] for the record of another connection.
    pub fn open(
        &self,
        link: &UploadLink,
        terms: Option<&str>,
        connection: FoundRecord<'_>,
        kill_switch: bool,
        now: Timestamp,
    ) -> Result<Result<UploadSession, Denial>, UploadMisuse> {
        if let Err(denial) = self.count(link, now) {
            return Ok(Err(denial));
        }
        let Some(terms) = self.terms_of(link, terms) else {
            return Ok(Err(Reason::UploadSessionUnknown.into()));
        };
        let session = UploadSession {
            mark: link.mark(self.keyring.site()),
            connection: link.claims.subject,
            epoch: link.claims.epoch,
            terms,
            fields: fields_of(connection)?,
            store: Arc::clone(&self.store),
        };
        Ok(match session.may_go_on(connection, kill_switch, now)? {
            Decision::Allow => Ok(session),
            Decision::Deny(denial) => Err(denial),
        })
    }

    fn terms_of(&self, link: &UploadLink, stored: Option<&str>) -> Option<UploadTerms> {
        let stored = stored?;
        let terms = UploadTerms::parse(stored).ok()?;
        link.claims.is_bound_to(&binding(stored)).then_some(terms)
    }

    fn count(&self, link: &UploadLink, now: Timestamp) -> Result<(), Denial> {
        let (id, address) = (link.id(), address_key(&link.ip));
        for (key, limit) in [
            (format!("upload:{id}:{address}"), PER_ADDRESS),
            (format!("upload:{id}"), PER_SESSION),
        ] {
            match self.meter(now).count_request(&key, limit) {
                Ok(Admission::Admitted { .. }) => {}
                Ok(refused) => {
                    if let Decision::Deny(denial) = refused.decision(Reason::RateLimited) {
                        return Err(denial);
                    }
                }
                Err(reason) => return Err(reason.into()),
            }
        }
        Ok(())
    }

    /// Returns whether a refusal with `reason` from the address `ip` is to be recorded: once a minute.
    #[must_use]
    pub fn is_first_refusal(&self, reason: Reason, ip: &str, now: Timestamp) -> bool {
        // Not the subject that is used when failures are counted, which knows the reason too.
        let subject = format!("upload:{}", address_key(ip));
        self.meter(now).is_first_refusal(reason, &subject)
    }

    /// Closes a session for good. `id` is its id, and `issued` and `expires` are as it was made.
    ///
    /// # Errors
    /// [`Reason::UploadSessionUnknown`] if `id` is not one, or the reason why the store could not keep it.
    pub fn close(
        &self,
        id: &str,
        issued: Timestamp,
        expires: Timestamp,
        now: Timestamp,
    ) -> Result<(), Reason> {
        self.mark(id, issued, expires)
            .ok_or(Reason::UploadSessionUnknown)?
            .close(&*self.store, now)
    }

    /// Returns what a session is now. `taken` is the number of its places that are taken, of `files`.
    ///
    /// # Errors
    /// The reason why the store could not answer.
    pub fn state(
        &self,
        id: &str,
        issued: Timestamp,
        expires: Timestamp,
        (taken, files): (u64, u64),
        now: Timestamp,
    ) -> Result<SessionState, Reason> {
        if now >= expires {
            return Ok(SessionState::Expired);
        }
        let Some(mark) = self.mark(id, issued, expires) else {
            return Ok(SessionState::Closed);
        };
        match mark.check(&*self.store, now) {
            Ok(()) if taken >= files => Ok(SessionState::Full),
            Ok(()) => Ok(SessionState::Open),
            Err(Reason::UploadSessionExpired) => Ok(SessionState::Expired),
            Err(Reason::UploadSessionClosed | Reason::StoreRestarted) => Ok(SessionState::Closed),
            Err(reason) => Err(reason),
        }
    }

    fn mark(&self, id: &str, issued: Timestamp, expires: Timestamp) -> Option<Mark> {
        from_hex(id).map(|id| Mark::new(self.keyring.site(), id, issued, expires))
    }

    fn meter(&self, now: Timestamp) -> SiteMeter<'_> {
        SiteMeter {
            site: self.keyring.site(),
            now,
            store: &*self.store,
        }
    }
}

/// Returns the binding of a link to the canonical text of its terms.
fn binding(terms: &str) -> [u8; 32] {
    token::bind("upload session", &[terms.as_bytes()])
}
