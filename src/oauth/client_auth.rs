//! Who asks at the token and revocation endpoints (RFC 6749 §2.3.1).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::client::Client;
use super::form::{Form, FormField, decode};
use super::reply::{ErrorCode, ErrorResponse};
use crate::reason::Reason;

/// The longest client id that is looked up, in bytes.
pub(super) const MAX_CLIENT_ID: usize = 2048;

const REFUSED: ErrorResponse = ErrorResponse(ErrorCode::InvalidClient, Reason::ClientAuthFailed);

/// Id and secret as sent; nothing of it is proven.
struct ClientCredentials {
    id: String,
    secret: Option<String>,
}

impl ClientCredentials {
    /// From the header if there is one, else from the body. Both at once is refused, as RFC 6749
    /// §2.3 demands; the same id in both is the id once.
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

    /// `Basic` with the form encoding of RFC 6749 §2.3.1 in it. An empty secret is none: some clients
    /// send their id this way though they are public.
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

/// The client id that a request names, in its parameters or its `Authorization` header: what to look
/// the client up by. `None` when there is none, when it stands twice or when two differ. Nothing else
/// of it is checked.
///
/// `parameters` is the query string of an authorization request (then `authorization` is empty) or the
/// body of a token or revocation request.
#[must_use]
pub fn client_id(parameters: &[u8], authorization: &[u8]) -> Option<String> {
    let form = Form::parse(parameters)?;
    let credentials = ClientCredentials::read(&form, authorization)?;
    (credentials.id.len() <= MAX_CLIENT_ID).then_some(credentials.id)
}

/// The client, proven: of the id that was sent, and with its secret where it has one. Header and body
/// are equally good for a client with a secret, whichever it registered: SDKs mix them up, and both
/// prove the same.
pub(super) fn authenticate(
    form: &Form,
    authorization: &[u8],
    stored: Option<&str>,
) -> Result<Client, ErrorResponse> {
    let credentials = ClientCredentials::read(form, authorization).ok_or(REFUSED)?;
    let client = stored
        .and_then(Client::from_stored)
        .filter(|client| client.client_id == credentials.id)
        .ok_or(ErrorResponse(
            ErrorCode::InvalidClient,
            Reason::ClientUnknown,
        ))?;
    if client.is_proven_by(credentials.secret.as_deref()) {
        Ok(client)
    } else {
        Err(REFUSED)
    }
}
