//! Grants: the consent of one user to one client, as a sealed record and the counters beside it.

use serde::Deserialize;
use serde_json::{Value, json};

use super::OAuthError;
use super::client::Client;
use super::refresh::{FAMILY_LIFETIME, FamilyState, Position, PresentedToken};
use super::reply::{ErrorCode, ErrorResponse};
use super::request::StoredRequest;
use super::resource;
use super::settings::OAuthSettings;
use crate::access::ConnectionStanding;
use crate::audit::draft::Actor;
use crate::clock::Timestamp;
use crate::reason::Reason;
use crate::record::{FoundRecord, Record, RecordKind, UnusableRecord};

/// A grant as the caller found it.
#[derive(Debug, Clone, Copy)]
pub struct StoredGrant<'a> {
    /// What opening the record of the grant gave. Its data are `{"connection", "client_id", "request", "created_at"}`.
    pub grant: FoundRecord<'a>,
    /// What opening the record of the connection gave that the data of the grant name. Not used without a grant.
    pub connection: FoundRecord<'a>,
    /// The counters of the refresh token family, `{"generation", "branch", "rotated_at"}`: -1, 0 and 0 until the code is
    /// used, then as set by [`OAuthReply::change`](super::OAuthReply::change). They change with every refresh, so they are
    /// not sealed. Not used without a grant.
    pub counters: Option<&'a str>,
}

/// A grant that may be a living consent to a client.
#[derive(Debug, Clone, Copy)]
pub struct ApprovedGrant<'a> {
    /// What opening the record of the grant gave.
    pub grant: FoundRecord<'a>,
    /// What opening the record of the connection gave that the data of the grant name.
    pub connection: FoundRecord<'a>,
}

impl ApprovedGrant<'_> {
    /// Returns the approved request, unless a record cannot be used or the connection is revoked.
    pub(super) fn request(&self) -> Option<StoredRequest> {
        let (grant, connection) = (self.grant.usable().ok()??, self.connection.usable().ok()??);
        let data: GrantData = grant.read(RecordKind::Grant).ok()?;
        let standing = standing(connection, data.connection).ok()?;
        (!standing.is_revoked()).then_some(data.request)
    }
}

/// The data of a grant's record. Times are Unix seconds.
#[derive(Debug, Clone, Deserialize)]
struct GrantData {
    connection: u64,
    client_id: String,
    request: StoredRequest,
    created_at: u64,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
struct Counters {
    /// -1 until the authorization code is used.
    generation: i64,
    branch: u32,
    rotated_at: u64,
}

/// A genuine grant, with its counters.
#[derive(Debug, Clone)]
pub(super) struct Grant {
    pub(super) id: u64,
    pub(super) request: StoredRequest,
    pub(super) connection: u64,
    client_id: String,
    created_at: u64,
    counters: Counters,
}

impl From<UnusableRecord> for OAuthError {
    fn from(_: UnusableRecord) -> Self {
        Self::Grant
    }
}

/// Reads the record of the connection `id`.
fn standing(record: &Record, id: u64) -> Result<ConnectionStanding, UnusableRecord> {
    if record.id() == id {
        ConnectionStanding::of(record)
    } else {
        Err(UnusableRecord)
    }
}

impl Grant {
    /// Reads the record of a grant and its counters.
    ///
    /// # Errors
    /// [`OAuthError::Grant`] if it is a record of another kind, or either of them has another form.
    pub(super) fn of(record: &Record, counters: Option<&str>) -> Result<Self, OAuthError> {
        let data: GrantData = record.read(RecordKind::Grant)?;
        let counters: Counters = counters
            .and_then(|json| serde_json::from_str(json).ok())
            .ok_or(OAuthError::Grant)?;
        if !(-1..=i64::from(u32::MAX)).contains(&counters.generation) {
            return Err(OAuthError::Grant);
        }
        Ok(Self {
            id: record.id(),
            request: data.request,
            connection: data.connection,
            client_id: data.client_id,
            created_at: data.created_at,
            counters,
        })
    }

    /// Returns the standing of the grant's connection, or the refusal if its record cannot be used.
    ///
    /// # Errors
    /// [`OAuthError::Grant`] if the record is not that of the grant's connection.
    pub(super) fn standing(
        &self,
        connection: FoundRecord<'_>,
    ) -> Result<Result<ConnectionStanding, ErrorResponse>, OAuthError> {
        const ENDED: ErrorCode = ErrorCode::InvalidGrant;
        Ok(match connection.usable() {
            Ok(Some(record)) => Ok(standing(record, self.connection)?),
            Ok(None) => Err(ErrorResponse::new(ENDED, Reason::ConnectionUnknown)),
            Err(refusal) => Err(ErrorResponse::of_record(ENDED, refusal)),
        })
    }

    /// Checks that `client` may get tokens of this grant now. The grant of a paused connection passes:
    /// its tokens are refused while it is paused, and a client that receives `invalid_grant` would
    /// discard them.
    pub(super) fn check(
        &self,
        settings: &OAuthSettings,
        client: &Client,
        standing: Result<ConnectionStanding, ErrorResponse>,
        now: Timestamp,
    ) -> Result<ConnectionStanding, ErrorResponse> {
        self.check_client(client)?;
        let standing = standing?;
        // A grant is revoked exactly if its connection is.
        if standing.is_revoked() {
            return invalid(Reason::ConnectionRevoked);
        }
        // The URL of the MCP endpoint has changed since the consent.
        if !resource::is_same(&settings.resource, &self.request.resource) {
            return Err(ErrorResponse::new(
                ErrorCode::InvalidTarget,
                Reason::ResourceMismatch,
            ));
        }
        if now >= self.ends(settings) {
            return invalid(Reason::GrantExpired);
        }
        Ok(standing)
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

    /// Whether the tokens of the grant that are not expired can still be used: neither is its connection revoked, nor is
    /// it at its maximum age.
    pub(super) fn is_alive(
        &self,
        settings: &OAuthSettings,
        standing: &ConnectionStanding,
        now: Timestamp,
    ) -> bool {
        !standing.is_revoked() && now < self.ends(settings)
    }

    /// Returns the client as the actor of an entry.
    pub(super) fn actor(&self, ip: &str) -> Actor {
        Actor {
            client: Some(self.request.client_name.clone()),
            ..Actor::agent(self.connection, ip)
        }
    }

    /// The time at which the refresh token family expires.
    pub(super) fn ends(&self, settings: &OAuthSettings) -> Timestamp {
        let lifetime = FAMILY_LIFETIME.max(settings.refresh_lifetime.into());
        Timestamp::from_seconds(self.created_at).plus_seconds(lifetime)
    }

    /// The state of the refresh token family; `None` until the authorization code is used.
    pub(super) fn state(&self) -> Option<FamilyState> {
        Some(FamilyState {
            latest: Position {
                generation: u32::try_from(self.counters.generation).ok()?,
                branch: self.counters.branch,
            },
            rotated_at: Timestamp::from_seconds(self.counters.rotated_at),
        })
    }

    /// Whether `token` is the latest of the family.
    pub(super) fn is_latest(&self, token: PresentedToken) -> bool {
        self.state()
            .is_some_and(|state| state.latest == token.position)
    }

    /// The scope for the token response.
    pub(super) fn scope(&self, settings: &OAuthSettings) -> String {
        if self.request.scopes.is_empty() {
            settings.scopes.join(" ")
        } else {
            self.request.scopes.join(" ")
        }
    }

    /// Returns the change that revokes the connection of the grant.
    pub(super) fn ending(&self, reason: &str) -> Value {
        json!({ "connection": self.connection, "revoke": reason })
    }

    /// Returns the change that sets the counters to `to`.
    pub(super) fn advance(&self, to: FamilyState) -> Value {
        json!({
            "grant": self.id,
            "from": { "generation": self.counters.generation, "branch": self.counters.branch },
            "to": {
                "generation": to.latest.generation,
                "branch": to.latest.branch,
                "rotated_at": to.rotated_at.seconds(),
            },
        })
    }

    /// Returns the change that sets the counters to `to` and pauses the connection, because the database is older than a
    /// token.
    pub(super) fn catching_up(&self, to: FamilyState) -> Value {
        let mut change = self.advance(to);
        if let Some(members) = change.as_object_mut() {
            members.extend(pausing(self.connection));
        }
        change
    }

    /// Returns the change that raises the epoch of the connection to `epoch` and pauses it, because the database is older
    /// than a token.
    pub(super) fn raising(&self, epoch: u32) -> Value {
        let raised = [("raise_epoch".to_owned(), epoch.into())];
        pausing(self.connection).into_iter().chain(raised).collect()
    }
}

/// The members of a change that pauses a connection.
fn pausing(connection: u64) -> [(String, Value); 2] {
    [
        ("connection".to_owned(), connection.into()),
        ("pause".to_owned(), Reason::RecordRolledBack.code().into()),
    ]
}

fn invalid<T>(reason: Reason) -> Result<T, ErrorResponse> {
    Err(ErrorResponse::new(ErrorCode::InvalidGrant, reason))
}
