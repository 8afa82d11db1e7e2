//! Token revocation ([RFC 7009](https://www.rfc-editor.org/rfc/rfc7009)).
//!
//! A token that cannot be used any more changes nothing: one that is expired, of an earlier epoch, of a revoked
//! connection, or a refresh token that was replaced. So nobody can end a connection with an old token.

use std::sync::Arc;

use serde_json::{Value, json};

use super::client::Client;
use super::client_auth::authenticate;
use super::error::OAuthError;
use super::form::{Form, FormField};
use super::grant::Grant;
use super::refresh::{FamilyState, Position, Rotation, decide};
use super::reply::{ErrorCode, ErrorResponse, OAuthReply};
use super::sender::{CountedFor, OAuthEndpoint, Sender, done};
use super::settings::OAuthSettings;
use crate::audit::entry::EntryKind;
use crate::clock::Timestamp;
use crate::keyring::Keyring;
use crate::reason::Reason;
use crate::token::{Kind, peek_kind, verify};

/// The genuine token of a revocation request.
#[derive(Debug, Clone, Copy)]
enum Revoked {
    Refresh { grant: u64, position: Position },
    Access { connection: u64, epoch: u32 },
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
    client: Option<&str>,
) -> Result<RevocationRequest, Box<OAuthReply>> {
    const MALFORMED: ErrorResponse =
        ErrorResponse(ErrorCode::InvalidRequest, Reason::OauthRequestInvalid);
    let refused = |counted: CountedFor<'_>, refusal| {
        Box::new(sender.refused(settings, OAuthEndpoint::Revoke, counted, refusal))
    };
    let form = Form::parse(body).ok_or_else(|| refused(CountedFor::Address, MALFORMED))?;
    let client = authenticate(&form, authorization, client)
        .map_err(|refusal| refused(CountedFor::Address, refusal))?;
    let FormField::One(token) = form.field("token") else {
        return Err(refused(CountedFor::authenticated(&client), MALFORMED));
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
            position: Position::from_binding(&claims.binding)?,
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

    /// Decides about the request. `grant` is the grant as it is stored now, in the form that
    /// [`TokenRequest::redeem`](super::TokenRequest::redeem) documents, or `None` if there is no such grant.
    ///
    /// The reply is the same whether the token is in use or not (§2.2), and for the token of another client (§2.1).
    /// Only for a token in use it has an [`OAuthReply::change`] and an [`OAuthReply::entry`]: make the change and
    /// append the entry together, or neither if the change finds another state. The reply has status 429 if there
    /// were too many requests.
    ///
    /// # Errors
    /// [`OAuthError::Grant`] if the JSON has another shape, or is not the grant of the token.
    pub fn decide(
        &self,
        sender: Sender<'_>,
        grant: Option<&str>,
    ) -> Result<OAuthReply, OAuthError> {
        let Some(grant) = grant else {
            return Ok(nothing(&self.settings, sender, &self.client));
        };
        let grant = match self.token {
            Revoked::Refresh { grant: id, .. } => Grant::parse(grant, id)?,
            Revoked::Access { connection, .. } => Grant::parse_of(grant, connection)?,
        };
        let Some(change) = self.change(&grant, sender.now()) else {
            return Ok(nothing(&self.settings, sender, &self.client));
        };
        let actor = grant.actor(sender.ip);
        if let Err(limited) = sender.uses_grant(OAuthEndpoint::Revoke, grant.id, &actor) {
            return Ok(*limited);
        }
        let entry = match self.token {
            Revoked::Refresh { .. } => done(EntryKind::Revoke, "connection.revoked", &actor),
            Revoked::Access { .. } => done(EntryKind::Oauth, "oauth.access_revoked", &actor),
        };
        Ok(OAuthReply::empty(200)
            .with_change(&change)
            .with_entry(Some(entry)))
    }

    /// Returns the change; `None` if the token is not in use or belongs to another client.
    fn change(&self, grant: &Grant, now: Timestamp) -> Option<Value> {
        if grant.check_client(&self.client).is_err() || !grant.is_alive(now) {
            return None;
        }
        match self.token {
            Revoked::Refresh { position, .. } => {
                is_current(grant.state()?, position, now).then(|| grant.ending())
            }
            Revoked::Access { connection, epoch } => (grant.epoch == epoch).then(
                || json!({ "connection": connection, "epoch": epoch, "revoke_tokens": true }),
            ),
        }
    }
}

/// Whether the refresh token at position `presented` is the latest, or the one before while it still gets the same
/// successor: a client that lost the response to its refresh has no other token.
fn is_current(state: FamilyState, presented: Position, now: Timestamp) -> bool {
    presented == state.latest || matches!(decide(state, presented, now), Rotation::Repeat(_))
}
