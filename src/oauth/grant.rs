//! Grants as the caller stores them: the consent of one user to one client.

use serde::Deserialize;
use serde_json::{Value, json};

use super::OAuthError;
use super::client::Client;
use super::refresh::{FAMILY_LIFETIME, FamilyState, Position};
use super::reply::{ErrorCode, ErrorResponse};
use super::request::StoredRequest;
use super::settings::OAuthSettings;
use crate::audit::draft::Actor;
use crate::clock::Timestamp;
use crate::reason::Reason;

/// A grant, with the members that [`TokenRequest::redeem`](super::TokenRequest::redeem) documents. Times
/// are Unix seconds.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Grant {
    pub(super) id: u64,
    client_id: String,
    pub(super) request: StoredRequest,
    pub(super) connection: u64,
    connection_state: String,
    pub(super) epoch: u32,
    /// -1 until the authorization code is used.
    generation: i64,
    branch: u32,
    rotated_at: u64,
    created_at: u64,
    revoked: bool,
    /// The granted scope, if it differs from the requested one. It is then sent to the client.
    #[serde(default)]
    pub(super) scope: Option<String>,
}

impl Grant {
    /// Reads a stored grant, which must have the id `id`.
    pub(super) fn parse(json: &str, id: u64) -> Result<Self, OAuthError> {
        Self::read(json, |grant| grant.id == id)
    }

    /// Reads a stored grant, which must belong to `connection`.
    pub(super) fn parse_of(json: &str, connection: u64) -> Result<Self, OAuthError> {
        Self::read(json, |grant| grant.connection == connection)
    }

    fn read(json: &str, is_asked: impl FnOnce(&Self) -> bool) -> Result<Self, OAuthError> {
        let grant: Self = serde_json::from_str(json).map_err(|_| OAuthError::Grant)?;
        let sane = (-1..=i64::from(u32::MAX)).contains(&grant.generation);
        if sane && is_asked(&grant) {
            Ok(grant)
        } else {
            Err(OAuthError::Grant)
        }
    }

    /// Checks that `client` may get tokens of this grant now. The grant of a paused connection passes:
    /// its tokens are refused while it is paused, and a client that receives `invalid_grant` would
    /// discard them.
    pub(super) fn check(
        &self,
        settings: &OAuthSettings,
        client: &Client,
        now: Timestamp,
    ) -> Result<(), ErrorResponse> {
        self.check_client(client)?;
        self.check_unrevoked()?;
        // The URL of the MCP endpoint has changed since the consent.
        if self.request.resource != settings.resource {
            return Err(ErrorResponse(
                ErrorCode::InvalidTarget,
                Reason::ResourceMismatch,
            ));
        }
        if now >= self.ends() {
            return invalid(Reason::GrantExpired);
        }
        Ok(())
    }

    /// Checks that the grant was made for `client`.
    pub(super) fn check_client(&self, client: &Client) -> Result<(), ErrorResponse> {
        let is_own = |id: &str| id == client.client_id;
        if is_own(&self.client_id) && is_own(&self.request.client_id) {
            Ok(())
        } else {
            invalid(Reason::GrantMismatch)
        }
    }

    /// Checks that neither the grant nor its connection is revoked.
    fn check_unrevoked(&self) -> Result<(), ErrorResponse> {
        if self.revoked {
            return invalid(Reason::TokenRevoked);
        }
        if matches!(self.connection_state.as_str(), "active" | "paused") {
            Ok(())
        } else {
            invalid(Reason::ConnectionRevoked)
        }
    }

    /// Whether the tokens of the grant that are not expired can still be used: the grant is neither revoked nor
    /// at its maximum age.
    pub(super) fn is_alive(&self, now: Timestamp) -> bool {
        self.check_unrevoked().is_ok() && now < self.ends()
    }

    /// Returns the client as the actor of an entry.
    pub(super) fn actor(&self, ip: &str) -> Actor {
        Actor {
            client: Some(self.request.client_name.clone()),
            ..Actor::agent(self.connection, ip)
        }
    }

    /// Returns the change that revokes the grant and its connection.
    pub(super) fn ending(&self) -> Value {
        json!({ "grant": self.id, "connection": self.connection, "revoke": true })
    }

    /// The time at which the refresh token family expires.
    pub(super) const fn ends(&self) -> Timestamp {
        Timestamp::from_seconds(self.created_at).plus_seconds(FAMILY_LIFETIME)
    }

    /// The state of the refresh token family; `None` until the authorization code is used.
    pub(super) fn state(&self) -> Option<FamilyState> {
        Some(FamilyState {
            latest: Position {
                generation: u32::try_from(self.generation).ok()?,
                branch: self.branch,
            },
            rotated_at: Timestamp::from_seconds(self.rotated_at),
        })
    }

    /// The stored generation and branch, for the condition of the update.
    pub(super) const fn stored_position(&self) -> (i64, u32) {
        (self.generation, self.branch)
    }

    /// The scope for the token response.
    pub(super) fn scope(&self, settings: &OAuthSettings) -> String {
        match &self.scope {
            Some(scope) => scope.clone(),
            None if self.request.scopes.is_empty() => settings.scopes.join(" "),
            None => self.request.scopes.join(" "),
        }
    }
}

fn invalid(reason: Reason) -> Result<(), ErrorResponse> {
    Err(ErrorResponse(ErrorCode::InvalidGrant, reason))
}
