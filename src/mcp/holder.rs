//! Who holds what a request was sent with: an access token, an application password, or nothing because the site itself
//! received the call.

use serde::Deserialize;

use crate::access::SentPassword;
use crate::call::Misuse;
use crate::call::connection::Connection;
use crate::reason::Reason;
use crate::token::Claims;

/// An application password that WordPress has verified for this request.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VerifiedPassword {
    /// The id of the WordPress user.
    pub user: u64,
    /// The id that WordPress gave the password.
    pub uuid: String,
    /// The connection that the site's index names for the password. Only its record decides whether it is the right one.
    pub connection: Option<u64>,
}

impl VerifiedPassword {
    /// Reads the JSON that the PHP class `McpServer` documents.
    ///
    /// # Errors
    /// [`Misuse::Password`] for anything else.
    pub fn from_json(json: &str) -> Result<Self, Misuse> {
        serde_json::from_str(json).map_err(|_| Misuse::Password)
    }
}

/// The holder of what a request was sent with.
pub(super) enum CredentialHolder {
    /// The holder of a genuine access token.
    Token(Claims),
    /// The holder of an application password, with the connection that it is said to be for.
    Password {
        connection: u64,
        sent: SentPassword,
        verified: VerifiedPassword,
    },
    /// The site itself received the call through another door, and has found the connection that governs it.
    Site {
        connection: u64,
        /// The WordPress user by whose account the connection was found.
        user: Option<u64>,
    },
}

impl CredentialHolder {
    /// Returns the holder of the Basic credentials of a request.
    ///
    /// # Errors
    /// * [`Reason::TokenMissing`]: the credentials do not have the form of an application password.
    /// * [`Reason::AppPasswordInvalid`]: WordPress has not verified them.
    /// * [`Reason::AppPasswordForeign`]: no connection is for this password.
    pub(super) fn of_basic(
        authorization: &str,
        verified: Option<&VerifiedPassword>,
    ) -> Result<Self, Reason> {
        let sent = SentPassword::parse(authorization).ok_or(Reason::TokenMissing)?;
        let verified = verified.ok_or(Reason::AppPasswordInvalid)?.clone();
        Ok(Self::Password {
            connection: verified.connection.ok_or(Reason::AppPasswordForeign)?,
            sent,
            verified,
        })
    }

    /// Returns the id of the connection.
    pub(super) const fn connection(&self) -> u64 {
        match self {
            Self::Token(claims) => claims.subject,
            Self::Password { connection, .. } | Self::Site { connection, .. } => *connection,
        }
    }

    /// Returns the epoch of the access token; `None` without a token.
    pub(super) const fn epoch(&self) -> Option<u32> {
        match self {
            Self::Token(claims) => Some(claims.epoch),
            Self::Password { .. } | Self::Site { .. } => None,
        }
    }

    /// Verifies that the record of the connection is for this holder: it names exactly this application password of the
    /// account that the connection acts as, or none if the request has a token. A connection that was found by an account
    /// acts as that account.
    ///
    /// # Errors
    /// * [`Reason::AppPasswordForeign`]: the connection is not for this password.
    /// * [`Reason::ConnectionUnknown`]: no token can be for this connection.
    pub(super) fn verify(&self, connection: &Connection) -> Result<(), Reason> {
        match (self, &connection.credential) {
            (Self::Token(_), None) => Ok(()),
            (Self::Token(_), Some(_)) => Err(Reason::ConnectionUnknown),
            (Self::Password { sent, verified, .. }, Some(credential))
                if connection.user == Some(credential.user())
                    && credential.is_proven_by(sent, verified.user, &verified.uuid) =>
            {
                Ok(())
            }
            (Self::Password { .. }, _) => Err(Reason::AppPasswordForeign),
            (Self::Site { user, .. }, _)
                if user.is_none_or(|user| connection.user == Some(user)) =>
            {
                Ok(())
            }
            (Self::Site { .. }, _) => Err(Reason::ConnectionUnknown),
        }
    }
}
