//! A grant as the caller stores it: one person's yes to one client.

use serde::Deserialize;

use super::OAuthError;
use super::client::Client;
use super::refresh::{FAMILY_LIFETIME, FamilyState, Position};
use super::reply::{ErrorCode, ErrorResponse};
use super::request::StoredRequest;
use super::settings::OAuthSettings;
use crate::clock::Timestamp;
use crate::reason::Reason;

/// A grant. Times are Unix seconds.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Grant {
    pub(super) id: u64,
    client_id: String,
    pub(super) request: StoredRequest,
    pub(super) connection: u64,
    connection_state: String,
    pub(super) epoch: u32,
    /// -1 before the code is used.
    generation: i64,
    branch: u32,
    rotated_at: u64,
    created_at: u64,
    revoked: bool,
    /// What the person granted, where that is not what was asked for; told to the client.
    #[serde(default)]
    pub(super) scope: Option<String>,
}

impl Grant {
    /// Reads the grant `id`.
    pub(super) fn parse(json: &str, id: u64) -> Result<Self, OAuthError> {
        let grant: Self = serde_json::from_str(json).map_err(|_| OAuthError::Grant)?;
        let sane = (-1..=i64::from(u32::MAX)).contains(&grant.generation);
        if sane && grant.id == id {
            Ok(grant)
        } else {
            Err(OAuthError::Grant)
        }
    }

    /// Whether `client` may have tokens of this grant now. A paused connection may: its tokens open
    /// nothing while it is paused, and a client told `invalid_grant` would throw its own away.
    pub(super) fn check(
        &self,
        settings: &OAuthSettings,
        client: &Client,
        now: Timestamp,
    ) -> Result<(), ErrorResponse> {
        let invalid = |reason| Err(ErrorResponse(ErrorCode::InvalidGrant, reason));
        if self.client_id != client.client_id || self.request.client_id != client.client_id {
            return invalid(Reason::GrantMismatch);
        }
        if self.revoked {
            return invalid(Reason::TokenRevoked);
        }
        if !matches!(self.connection_state.as_str(), "active" | "paused") {
            return invalid(Reason::ConnectionRevoked);
        }
        // The site has moved: what was granted was the endpoint of then.
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

    /// The first moment at which the family is too old.
    pub(super) const fn ends(&self) -> Timestamp {
        Timestamp::from_seconds(self.created_at).plus_seconds(FAMILY_LIFETIME)
    }

    /// Where the family stands; `None` before the code is used.
    pub(super) fn state(&self) -> Option<FamilyState> {
        Some(FamilyState {
            latest: Position {
                generation: u32::try_from(self.generation).ok()?,
                branch: self.branch,
            },
            rotated_at: Timestamp::from_seconds(self.rotated_at),
        })
    }

    /// The stored numbers, for the condition of the change.
    pub(super) const fn stored_position(&self) -> (i64, u32) {
        (self.generation, self.branch)
    }

    /// What the client is told it has.
    pub(super) fn scope(&self, settings: &OAuthSettings) -> String {
        match &self.scope {
            Some(scope) => scope.clone(),
            None if self.request.scopes.is_empty() => settings.scopes.join(" "),
            None => self.request.scopes.join(" "),
        }
    }
}
