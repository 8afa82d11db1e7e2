//! The client of a request, and its authentication at the token and revocation endpoints (RFC 6749 §2.3.1).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::client::Client;
use super::form::{Form, FormField, decode};
use super::issued_id;
use super::reply::{ErrorCode, ErrorResponse};
use crate::keyring::Keyring;
use crate::reason::Reason;
use crate::record::FoundRecord;

/// The longest client identifier that is looked up, in bytes.
pub(super) const MAX_CLIENT_ID: usize = 2048;

const REFUSED: ErrorResponse = ErrorResponse(ErrorCode::InvalidClient, Reason::ClientAuthFailed);

/// The client identifier and secret of a request. They are not verified.
struct ClientCredentials {
    id: String,
    secret: Option<String>,
}

impl ClientCredentials {
    /// Reads the credentials from the header if there is one, otherwise from the body. A secret in both
    /// is refused (RFC 6749 §2.3), and so are two different identifiers.
    fn read(form: &Form, authorization: &[u8]) -> Option<Self> {
        let id = match form.field("client_id") {
            FormField::Absent => None,
            FormField::One(id) => Some(id.to_owned()),
            FormField::Repeated => return None,
        };
        let secret = match form.field("client_secret") {
            FormField::Absent => None,
            FormField::One(secret) => Some(secret.to_owned()),
            FormField::Repeated => return None,
        };
        if authorization.is_empty() {
            return Some(Self { id: id?, secret });
        }
        let basic = Self::basic(authorization)?;
        let agree = secret.is_none() && id.is_none_or(|id| id == basic.id);
        agree.then_some(basic)
    }

    /// Reads HTTP Basic credentials, whose parts are form-encoded (RFC 6749 §2.3.1). An empty secret
    /// is treated as a missing one, because some public clients send their identifier in this way.
    fn basic(authorization: &[u8]) -> Option<Self> {
        let (scheme, rest) = authorization.split_first_chunk::<6>()?;
        if !scheme.eq_ignore_ascii_case(b"basic ") {
            return None;
        }
        let pair = STANDARD.decode(rest.trim_ascii()).ok()?;
        let mut halves = pair.splitn(2, |byte| *byte == b':');
        let id = decode(halves.next()?)?;
        let secret = decode(halves.next()?)?;
        (!id.is_empty()).then_some(Self {
            id,
            secret: (!secret.is_empty()).then_some(secret),
        })
    }
}

/// Returns the client identifier of a request, from its parameters or its `Authorization` header, so
/// that the caller can look the client up. Nothing else of the request is checked.
///
/// `parameters` is the query string of an authorization request (then `authorization` is empty), or the
/// body of a token or revocation request. Returns `None` if there is no identifier, if it is repeated,
/// if header and body differ, or if it is longer than 2,048 bytes.
#[must_use]
pub fn client_id(parameters: &[u8], authorization: &[u8]) -> Option<String> {
    let form = Form::parse(parameters)?;
    let credentials = ClientCredentials::read(&form, authorization)?;
    (credentials.id.len() <= MAX_CLIENT_ID).then_some(credentials.id)
}

/// Returns the client `id`: the stored one, or the one that registered with this identifier if none is stored. What a copy
/// of the site or a time before a new beginning has stored counts as not stored, so that the client can connect again.
pub(super) fn find(
    keyring: &Keyring,
    id: &str,
    stored: FoundRecord<'_>,
) -> Result<Client, ErrorResponse> {
    let stored = match stored.usable() {
        Ok(stored) => stored,
        Err(refusal) if refusal.denial.reason == Reason::RecordForeign => None,
        Err(refusal) => return Err(ErrorResponse::of_record(ErrorCode::InvalidClient, refusal)),
    };
    let client = match stored {
        Some(record) => Client::of(record).filter(|client| client.client_id == id),
        None => issued_id::registered(keyring, id),
    };
    client.ok_or(ErrorResponse(
        ErrorCode::InvalidClient,
        Reason::ClientUnknown,
    ))
}

/// Authenticates the client of a request, which [`find`] finds. A confidential client must send its secret. Both ways of
/// sending it are accepted, regardless of which one the client registered: some SDKs confuse them, and both prove the same.
pub(super) fn authenticate(
    keyring: &Keyring,
    form: &Form,
    authorization: &[u8],
    stored: FoundRecord<'_>,
) -> Result<Client, ErrorResponse> {
    let credentials = ClientCredentials::read(form, authorization).ok_or(REFUSED)?;
    let client = find(keyring, &credentials.id, stored)?;
    if client.is_proven_by(credentials.secret.as_deref()) {
        Ok(client)
    } else {
        Err(REFUSED)
    }
}
