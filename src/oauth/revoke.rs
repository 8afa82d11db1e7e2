//! Token revocation ([RFC 7009](https://www.rfc-editor.org/rfc/rfc7009)).
//!
//! A token that cannot be used any more changes nothing: one that is expired, of an earlier epoch, of a revoked
//! connection, or a refresh token that was replaced. So nobody can end a connection with an old token. A token that is
//! ahead of what is stored shows that the database is older than the token; that pauses the connection.

use std::sync::Arc;

use serde_json::{Value, json};

use super::client::Client;
use super::client_auth::{authenticate, body_form};
use super::error::OAuthError;
use super::form::FormField;
use super::grant::{Grant, StoredGrant};
use super::refresh::{PresentedToken, Rotation};
use super::reply::{ErrorCode, ErrorResponse, OAuthReply};
use super::sender::{CountedFor, OAuthEndpoint, Sender, behind, done};
use super::settings::OAuthSettings;
use crate::access::ConnectionStanding;
use crate::audit::draft::Actor;
use crate::audit::entry::EntryKind;
use crate::clock::Timestamp;
use crate::keyring::Keyring;
use crate::record::FoundRecord;
use crate::token::{Kind, peek_kind, verify};

/// The genuine token of a revocation request.
#[derive(Debug, Clone, Copy)]
enum Revoked {
    Refresh { grant: u64, token: PresentedToken },
    Access { connection: u64, epoch: u32 },
}

/// What a revocation changes.
enum Effect {
    /// Nothing: the token is not in use.
    Nothing,
    /// The token is revoked by this change.
    Revokes(Value),
    /// The stored state is older than the token; this change lets it catch up.
    CatchesUp(Value),
}

/// A revocation request of an authenticated client with a genuine token that is not expired. [`Self::decide`] says
/// whether the token is still in use.
pub struct RevocationRequest {
    settings: Arc<OAuthSettings>,
    client: Client,
    token: Revoked,
}

/// Parses a revocation request, authenticates the client, and verifies the token. A token that is unknown, invalid
/// or expired gets status 200 (§2.2), as one that is revoked, and counts as a failure.
pub(super) fn parse(
    settings: &Arc<OAuthSettings>,
    keyring: &Keyring,
    sender: Sender<'_>,
    body: &[u8],
    authorization: &[u8],
    client: FoundRecord<'_>,
    keys: Option<&[u8]>,
) -> Result<RevocationRequest, Box<OAuthReply>> {
    let refused = |counted: CountedFor<'_>, refusal| {
        Box::new(sender.refused(settings, OAuthEndpoint::Revoke, counted, refusal))
    };
    let form = body_form(body).map_err(|refusal| refused(CountedFor::Address, refusal))?;
    let client = authenticate(
        settings,
        keyring,
        sender,
        &form,
        authorization,
        client,
        keys,
    )
    .map_err(|refusal| refused(CountedFor::Address, refusal))?;
    let FormField::One(token) = form.field("token") else {
        return Err(refused(
            CountedFor::authenticated(&client),
            ErrorResponse::malformed(
                "The parameter token is missing or occurs more than once: send it once.",
            ),
        ));
    };
    match genuine(keyring, sender.now(), token) {
        Some(token) => Ok(RevocationRequest {
            settings: Arc::clone(settings),
            client,
            token,
        }),
        None => Err(Box::new(nothing(settings, sender, &client))),
    }
}

/// Returns the token if it is a genuine refresh or access token. Its prefix identifies its kind, so
/// `token_type_hint` is not needed.
fn genuine(keyring: &Keyring, now: Timestamp, token: &str) -> Option<Revoked> {
    let kind = peek_kind(token.as_bytes())?;
    if !matches!(kind, Kind::Refresh | Kind::Access) {
        return None;
    }
    let claims = verify(keyring, kind, token.as_bytes(), now).ok()?;
    Some(if kind == Kind::Access {
        Revoked::Access {
            connection: claims.subject,
            epoch: claims.epoch,
        }
    } else {
        Revoked::Refresh {
            grant: claims.subject,
            token: PresentedToken::of(&claims)?,
        }
    })
}

/// The reply for a token that is not in use: nothing changes and nothing is recorded.
fn nothing(settings: &OAuthSettings, sender: Sender<'_>, client: &Client) -> OAuthReply {
    let counted = CountedFor::authenticated(client);
    match sender.idles(settings, OAuthEndpoint::Revoke, counted) {
        Ok(()) => OAuthReply::empty(200),
        Err(limited) => *limited,
    }
}

impl RevocationRequest {
    /// Returns the id of the grant of a refresh token. Load this grant for [`Self::decide`].
    #[must_use]
    pub const fn grant_id(&self) -> Option<u64> {
        match self.token {
            Revoked::Refresh { grant, .. } => Some(grant),
            Revoked::Access { .. } => None,
        }
    }

    /// Returns the id of the connection of an access token. Load the grant of this connection for [`Self::decide`].
    #[must_use]
    pub const fn connection_id(&self) -> Option<u64> {
        match self.token {
            Revoked::Access { connection, .. } => Some(connection),
            Revoked::Refresh { .. } => None,
        }
    }

    /// Decides about the request, by the grant as it is stored now.
    ///
    /// The reply is the same whether the token is in use or not (§2.2), and for the token of another client (§2.1).
    /// Only for a token in use it has an [`OAuthReply::change`] and an [`OAuthReply::entry`]: make the change and
    /// append the entry together, or neither if the change finds another state. The reply has status 429 if there
    /// were too many requests.
    ///
    /// It has status 503 if the site cannot tell whether the token is in use, and with a change that pauses the connection
    /// if the token is ahead of what is stored. The client may then send it again (§2.2.1).
    ///
    /// # Errors
    /// [`OAuthError::Grant`] if a record is another one, or its data or the counters have another form.
    pub fn decide(
        &self,
        sender: Sender<'_>,
        stored: StoredGrant<'_>,
    ) -> Result<OAuthReply, OAuthError> {
        const ENDED: ErrorCode = ErrorCode::InvalidGrant;
        let grant = match stored.grant.usable() {
            Ok(Some(record)) => Grant::of(record, stored.counters)?,
            Ok(None) => return Ok(self.nothing(sender)),
            Err(refusal) => {
                return Ok(self.unknown(sender, ErrorResponse::of_record(ENDED, refusal)));
            }
        };
        if self.grant_id().is_some_and(|id| id != grant.id) {
            return Err(OAuthError::Grant);
        }
        let is_own = self.connection_id().is_none_or(|id| id == grant.connection);
        if !is_own || grant.check_client(&self.client).is_err() {
            return Ok(self.nothing(sender));
        }
        let standing = match grant.standing(stored.connection)? {
            Ok(standing) => standing,
            Err(refusal) => return Ok(self.unknown(sender, refusal)),
        };
        let effect = self.effect(&grant, &standing, sender.now());
        if matches!(effect, Effect::Nothing) {
            return Ok(self.nothing(sender));
        }
        let actor = grant.actor(sender.ip);
        if let Err(limited) = sender.uses_grant(OAuthEndpoint::Revoke, grant.id, &actor) {
            return Ok(*limited);
        }
        let entry = match self.token {
            Revoked::Refresh { .. } => done(EntryKind::Revoke, "connection.revoked", &actor),
            Revoked::Access { .. } => done(EntryKind::Oauth, "oauth.access_revoked", &actor),
        };
        Ok(match effect {
            Effect::Nothing => OAuthReply::empty(200),
            Effect::Revokes(change) => OAuthReply::empty(200)
                .with_change(&change)
                .with_entry(Some(entry)),
            Effect::CatchesUp(change) => behind(OAuthEndpoint::Revoke, &actor, &change),
        })
    }

    fn nothing(&self, sender: Sender<'_>) -> OAuthReply {
        nothing(&self.settings, sender, &self.client)
    }

    /// The reply if a record cannot be used: it says nothing about a token that has ended with its record.
    fn unknown(&self, sender: Sender<'_>, refusal: ErrorResponse) -> OAuthReply {
        if refusal.code == ErrorCode::TemporarilyUnavailable {
            sender.recorded(OAuthEndpoint::Revoke, refusal, &Actor::anonymous(sender.ip))
        } else {
            self.nothing(sender)
        }
    }

    fn effect(&self, grant: &Grant, standing: &ConnectionStanding, now: Timestamp) -> Effect {
        if !grant.is_alive(&self.settings, standing, now) {
            return Effect::Nothing;
        }
        match self.token {
            Revoked::Refresh { token, .. } => match token.used(grant.state(), now) {
                Rotation::CatchUp(state) => Effect::CatchesUp(grant.catching_up(state)),
                // A client that lost the response to its refresh has no other token than the one before the latest. It is in
                // use while it still gets the same successor.
                Rotation::Repeat(_) => Effect::Revokes(grant.ending("client")),
                _ if grant.is_latest(token) => Effect::Revokes(grant.ending("client")),
                Rotation::Advance(_) | Rotation::Revoke => Effect::Nothing,
            },
            Revoked::Access { connection, epoch } => match standing.behind(epoch) {
                Some(raised) => Effect::CatchesUp(grant.raising(raised)),
                None if epoch == standing.token_epoch() => {
                    let epoch = standing.own_epoch();
                    let change =
                        json!({ "connection": connection, "epoch": epoch, "revoke_tokens": true });
                    Effect::Revokes(change)
                }
                None => Effect::Nothing,
            },
        }
    }
}
