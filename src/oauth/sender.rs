//! Who sends a request to the registration, token and revocation endpoints: what is counted for the sender, and
//! which refusals are recorded.
//!
//! A request that proves nothing counts for the network of its IP address, and only if it fails. A request with a
//! genuine code or token counts for its grant, and a failed one with a genuine client secret for its client. A
//! flood therefore never uses up what belongs to an honest client behind the same address, and a stranger who
//! merely names a public client uses up nothing of it.

use std::collections::BTreeMap;

use serde_json::Value;

use super::client::{AuthMethod, Client};
use super::reply::{ErrorCode, ErrorResponse, OAuthReply};
use super::settings::OAuthSettings;
use crate::audit::draft::{Actor, Draft};
use crate::audit::entry::{EntryKind, EntryOutcome};
use crate::bytes;
use crate::clock::Timestamp;
use crate::decision::Denial;
use crate::limit::{Admission, CallLimit, address_key};
use crate::metering::{CountedFailure, SiteMeter};
use crate::reason::Reason;

/// The limit of the requests of one grant, and of the failed requests of one authenticated client. A client
/// refreshes once an hour.
const GENUINE: CallLimit = CallLimit {
    max: 60,
    window: 60,
};

/// An endpoint, as entries of the audit log name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OAuthEndpoint {
    Register,
    Token,
    Revoke,
}

impl OAuthEndpoint {
    const fn action(self) -> &'static str {
        match self {
            Self::Register => "oauth.register",
            Self::Token => "oauth.token",
            Self::Revoke => "oauth.revoke",
        }
    }
}

/// For whom a request is counted.
#[derive(Debug, Clone, Copy)]
pub(super) enum CountedFor<'a> {
    /// The network of the IP address.
    Address,
    /// A client that proved its secret.
    Client(&'a str),
}

impl<'a> CountedFor<'a> {
    /// The identifier of a public client proves nothing, since it is not secret.
    pub(super) const fn authenticated(client: &'a Client) -> Self {
        match client.token_endpoint_auth_method {
            AuthMethod::None => Self::Address,
            _ => Self::Client(client.client_id.as_str()),
        }
    }
}

/// The sender of a request, and the meter of the site that counts it.
#[derive(Clone, Copy)]
pub struct Sender<'a> {
    /// The IP address; any other text counts as one unknown address.
    pub ip: &'a str,
    /// The site, the current time, and where requests are counted.
    pub meter: SiteMeter<'a>,
}

impl Sender<'_> {
    /// Returns the current time.
    pub(super) const fn now(&self) -> Timestamp {
        self.meter.now
    }

    /// Counts a registration, whether it succeeds or not. Returns the reply to send if there were too many.
    pub(super) fn registers(&self, settings: &OAuthSettings) -> Result<(), Box<OAuthReply>> {
        let key = format!("oauth/register:{}", address_key(self.ip));
        let limit = settings.registration_limit;
        self.within(&key, limit, Reason::RateLimited)
            .map_err(|denial| {
                self.limited(OAuthEndpoint::Register, denial, &Actor::anonymous(self.ip))
            })
    }

    /// Counts a request with a genuine code or token of `grant`. Returns the reply to send if there were too many.
    pub(super) fn uses_grant(
        &self,
        endpoint: OAuthEndpoint,
        grant: u64,
        actor: &Actor,
    ) -> Result<(), Box<OAuthReply>> {
        let key = format!("oauth/grant:{grant}");
        self.within(&key, GENUINE, Reason::RateLimitedConnection)
            .map_err(|denial| self.limited(endpoint, denial, actor))
    }

    /// Counts a failed request and returns the reply to it: `refusal`, or that there were too many. A request that the site
    /// cannot serve for now is not counted.
    pub(super) fn refused(
        &self,
        settings: &OAuthSettings,
        endpoint: OAuthEndpoint,
        counted: CountedFor<'_>,
        refusal: ErrorResponse,
    ) -> OAuthReply {
        let actor = Actor::anonymous(self.ip);
        // Not the fault of the client.
        if refusal.code == ErrorCode::TemporarilyUnavailable {
            return self.recorded(endpoint, refusal, &actor);
        }
        match counted {
            CountedFor::Address => {
                let CountedFailure {
                    denial,
                    is_recorded,
                    ..
                } = self
                    .meter
                    .count_failure(self.ip, settings.ip_limit, refusal.reason);
                let reply = if denial == Denial::new(refusal.reason) {
                    OAuthReply::refused(refusal)
                } else {
                    OAuthReply::denied(denial)
                };
                reply.with_entry(is_recorded.then(|| entry(endpoint, &actor, denial.reason)))
            }
            CountedFor::Client(id) => match self.client_fails(id) {
                Ok(()) => self.recorded(endpoint, refusal, &actor),
                Err(denial) => self.denied(endpoint, denial, &actor),
            },
        }
    }

    /// Counts a request that changes nothing, although its reply does not say so. Returns the reply to send if there
    /// were too many.
    pub(super) fn idles(
        &self,
        settings: &OAuthSettings,
        endpoint: OAuthEndpoint,
        counted: CountedFor<'_>,
    ) -> Result<(), Box<OAuthReply>> {
        let actor = Actor::anonymous(self.ip);
        match counted {
            CountedFor::Address => {
                self.meter
                    .count_idle(self.ip, settings.ip_limit)
                    .map_or(Ok(()), |failure| {
                        let reason = failure.denial.reason;
                        let entry = failure.is_recorded.then(|| entry(endpoint, &actor, reason));
                        Err(Box::new(
                            OAuthReply::denied(failure.denial).with_entry(entry),
                        ))
                    })
            }
            CountedFor::Client(id) => self
                .client_fails(id)
                .map_err(|denial| self.limited(endpoint, denial, &actor)),
        }
    }

    /// Returns the reply for `refusal`. Its entry is made once a minute for the same reason and the connection of
    /// `actor`, or the address network if it has none.
    pub(super) fn recorded(
        &self,
        endpoint: OAuthEndpoint,
        refusal: ErrorResponse,
        actor: &Actor,
    ) -> OAuthReply {
        let entry = self.first(endpoint, refusal.reason, actor);
        OAuthReply::refused(refusal).with_entry(entry)
    }

    fn limited(&self, endpoint: OAuthEndpoint, denial: Denial, actor: &Actor) -> Box<OAuthReply> {
        Box::new(self.denied(endpoint, denial, actor))
    }

    fn denied(&self, endpoint: OAuthEndpoint, denial: Denial, actor: &Actor) -> OAuthReply {
        let entry = self.first(endpoint, denial.reason, actor);
        OAuthReply::denied(denial).with_entry(entry)
    }

    fn first(&self, endpoint: OAuthEndpoint, reason: Reason, actor: &Actor) -> Option<String> {
        let subject = target(actor).unwrap_or_else(|| address_key(self.ip));
        self.meter
            .is_first_refusal(reason, &subject)
            .then(|| entry(endpoint, actor, reason))
    }

    fn client_fails(&self, id: &str) -> Result<(), Denial> {
        let digest = bytes::hex(&bytes::sha256(id.as_bytes()));
        self.within(
            &format!("oauth/client:{digest}"),
            GENUINE,
            Reason::RateLimited,
        )
    }

    fn within(&self, key: &str, limit: CallLimit, reason: Reason) -> Result<(), Denial> {
        match self.meter.count_request(key, limit) {
            Ok(Admission::Admitted { .. }) => Ok(()),
            Ok(Admission::Refused { retry_after, .. }) => Err(Denial {
                reason,
                retry_after: Some(retry_after),
            }),
            Err(unusable) => Err(unusable.into()),
        }
    }
}

/// Returns the refusal of a token that is ahead of what is stored: status 503, because the database is older than the
/// token. `change` pauses the connection. It is recorded each time.
pub(super) fn behind(endpoint: OAuthEndpoint, actor: &Actor, change: &Value) -> OAuthReply {
    let reason = Reason::RecordRolledBack;
    OAuthReply::refused(ErrorResponse::new(
        ErrorCode::TemporarilyUnavailable,
        reason,
    ))
    .with_change(change)
    .with_entry(Some(entry(endpoint, actor, reason)))
}

/// Returns the draft of a refusal, as JSON.
pub(super) fn entry(endpoint: OAuthEndpoint, actor: &Actor, reason: Reason) -> String {
    draft(
        EntryKind::Refusal,
        endpoint.action(),
        actor,
        EntryOutcome::Denied,
        Some(reason),
    )
}

/// Returns the draft of something that a client did, as JSON.
pub(super) fn done(kind: EntryKind, action: &str, actor: &Actor) -> String {
    draft(kind, action, actor, EntryOutcome::Ok, None)
}

fn draft(
    kind: EntryKind,
    action: &str,
    actor: &Actor,
    outcome: EntryOutcome,
    reason: Option<Reason>,
) -> String {
    Draft {
        kind,
        target: target(actor),
        actor: actor.clone(),
        action: action.to_owned(),
        change: None,
        outcome: Some(outcome),
        reason: reason.map(|reason| reason.code().to_owned()),
        approval: None,
        correlation: None,
        reference: None,
        records: Vec::new(),
        texts: BTreeMap::new(),
    }
    .to_json()
}

fn target(actor: &Actor) -> Option<String> {
    actor.connection.map(|id| format!("connection:{id}"))
}
