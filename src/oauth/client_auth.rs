//! The client of a request, and its authentication at the token and revocation endpoints (RFC 6749 §2.3.1).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::client::Client;
use super::form::{Form, FormField, decode};
use super::issued_id;
use super::reply::{ErrorCode, ErrorResponse};
use super::settings::OAuthSettings;
use crate::keyring::Keyring;
use crate::reason::Reason;
use crate::record::FoundRecord;

/// The longest client identifier that is looked up, in bytes.
pub(super) const MAX_CLIENT_ID: usize = 2048;

const REFUSED: ErrorResponse =
    ErrorResponse::new(ErrorCode::InvalidClient, Reason::ClientAuthFailed);

/// The client identifier and secret of a request. They are not verified.
struct ClientCredentials {
    id: String,
    secret: Option<String>,
}

impl ClientCredentials {
    /// Reads the credentials from the header if there is one, otherwise from the body.
    ///
    /// # Errors
    /// `invalid_request` if the request names no client, or names one in several ways (RFC 6749 §2.3, §5.2). A client
    /// that reads `invalid_client` gives up its registration, so this error says only that a client did not authenticate.
    fn read(form: &Form, authorization: &[u8]) -> Result<Self, ErrorResponse> {
        let id = single(
            form,
            "client_id",
            "The parameter client_id occurs more than once: send it once.",
        )?;
        let secret = single(
            form,
            "client_secret",
            "The parameter client_secret occurs more than once: send it once.",
        )?;
        if authorization.is_empty() {
            let id = id.ok_or(ErrorResponse::malformed(
                "The parameter client_id is missing: send it with the others in the body, as application/x-www-form-urlencoded.",
            ))?;
            return Ok(Self { id, secret });
        }
        let basic = Self::basic(authorization).ok_or(REFUSED.because(
            "The Authorization header is not that of HTTP Basic with client_id and client_secret: send it so, or send none.",
        ))?;
        if secret.is_some() {
            return Err(ErrorResponse::malformed(
                "The request has credentials in the Authorization header and in the body: send one of them.",
            ));
        }
        if id.is_some_and(|id| id != basic.id) {
            return Err(ErrorResponse::malformed(
                "The parameter client_id is not the client of the Authorization header: send the same one.",
            ));
        }
        Ok(basic)
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

/// Parses the body of a token or revocation request.
///
/// # Errors
/// `invalid_request` if it is JSON or another text than a form.
pub(super) fn body_form(body: &[u8]) -> Result<Form, ErrorResponse> {
    if body.trim_ascii_start().starts_with(b"{") {
        return Err(ErrorResponse::malformed(
            "The body is JSON: send the parameters as application/x-www-form-urlencoded.",
        ));
    }
    Form::parse(body).ok_or(ErrorResponse::malformed(
        "The body is longer than 16,384 bytes, has more than 64 parameters, or a broken percent-encoding: send less, in UTF-8.",
    ))
}

/// Returns the value of a parameter, or `None` if it is missing.
///
/// # Errors
/// `invalid_request` with `repeated` if it occurs more than once.
fn single(
    form: &Form,
    name: &str,
    repeated: &'static str,
) -> Result<Option<String>, ErrorResponse> {
    match form.field(name) {
        FormField::Absent => Ok(None),
        FormField::One(value) => Ok(Some(value.to_owned())),
        FormField::Repeated => Err(ErrorResponse::malformed(repeated)),
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
    let credentials = ClientCredentials::read(&form, authorization).ok()?;
    (credentials.id.len() <= MAX_CLIENT_ID).then_some(credentials.id)
}

/// Returns the client `id`: the stored one, or the one that registered with this identifier if none is stored. What a copy
/// of the site or a time before a new beginning has stored counts as not stored, so that the client can connect again.
pub(super) fn find(
    settings: &OAuthSettings,
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
        None => issued_id::registered(keyring, &settings.app_schemes, id),
    };
    client.ok_or(ErrorResponse::new(
        ErrorCode::InvalidClient,
        Reason::ClientUnknown,
    ))
}

/// Authenticates the client of a request, which [`find`] finds. A confidential client must send its secret. Both ways of
/// sending it are accepted, regardless of which one the client registered: some SDKs confuse them, and both prove the same.
pub(super) fn authenticate(
    settings: &OAuthSettings,
    keyring: &Keyring,
    form: &Form,
    authorization: &[u8],
    stored: FoundRecord<'_>,
) -> Result<Client, ErrorResponse> {
    let credentials = ClientCredentials::read(form, authorization)?;
    let client = find(settings, keyring, &credentials.id, stored)?;
    if client.is_proven_by(credentials.secret.as_deref()) {
        Ok(client)
    } else {
        Err(REFUSED)
    }
}
