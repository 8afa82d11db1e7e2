//! The client of a request, and its authentication at the token and revocation endpoints (RFC 6749 §2.3.1).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::assertion::{self, Assertion};
use super::client::{AuthMethod, Client};
use super::client_key::{ClientKeys, MAX_KEY_SET, PublicJwk};
use super::form::{Form, FormField, decode};
use super::issued_id;
use super::reply::{ErrorCode, ErrorResponse};
use super::sender::Sender;
use super::settings::OAuthSettings;
use crate::bytes::sha256_pae;
use crate::clock::Timestamp;
use crate::keyring::Keyring;
use crate::reason::Reason;
use crate::record::FoundRecord;
use crate::replay::{OneTimeItem, Sighting, seen_once};
use crate::store::Origin;

/// The longest client identifier that is looked up, in bytes.
pub(super) const MAX_CLIENT_ID: usize = 2048;

const REFUSED: ErrorResponse =
    ErrorResponse::new(ErrorCode::InvalidClient, Reason::ClientAuthFailed);

/// The client identifier and secret of a request. They are not verified.
struct ClientCredentials {
    id: String,
    secret: Option<String>,
    assertion: Option<String>,
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
        let assertion = assertion(form)?;
        if assertion.is_some() && (secret.is_some() || !authorization.is_empty()) {
            return Err(ErrorResponse::malformed(
                "The request has a client_assertion and a client secret: send one of them.",
            ));
        }
        if authorization.is_empty() {
            // The assertion names the client too (RFC 7521 §4.2).
            let named = assertion.as_deref().and_then(Assertion::read);
            let named = named.map(|assertion| assertion.subject().to_owned());
            let id = id.or(named).ok_or(ErrorResponse::malformed(
                "The parameter client_id is missing: send it with the others in the body, as application/x-www-form-urlencoded.",
            ))?;
            return Ok(Self {
                id,
                secret,
                assertion,
            });
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
            assertion: None,
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

/// Returns the client assertion of a request (RFC 7521 §4.2), or `None` if it has none.
fn assertion(form: &Form) -> Result<Option<String>, ErrorResponse> {
    match (
        form.field("client_assertion_type"),
        form.field("client_assertion"),
    ) {
        (FormField::Absent, FormField::Absent) => Ok(None),
        (FormField::One(assertion::TYPE), FormField::One(text)) => Ok(Some(text.to_owned())),
        _ => Err(ErrorResponse::malformed(
            "The parameters client_assertion and client_assertion_type belong together: send each once, with the type urn:ietf:params:oauth:client-assertion-type:jwt-bearer.",
        )),
    }
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
/// A client with keys signs an assertion, which can be used once. `keys` is the key set from its address, if it has one.
pub(super) fn authenticate(
    settings: &OAuthSettings,
    keyring: &Keyring,
    sender: Sender<'_>,
    form: &Form,
    authorization: &[u8],
    stored: FoundRecord<'_>,
    keys: Option<&[u8]>,
) -> Result<Client, ErrorResponse> {
    let credentials = ClientCredentials::read(form, authorization)?;
    let client = find(settings, keyring, &credentials.id, stored)?;
    if let Some(text) = &credentials.assertion {
        prove(settings, sender, &client, text, keys)?;
    } else if client.token_endpoint_auth_method == AuthMethod::PrivateKeyJwt {
        return Err(REFUSED.because("The client has to sign a client_assertion: send one."));
    } else if !client.is_proven_by(credentials.secret.as_deref()) {
        return Err(REFUSED);
    }
    Ok(client)
}

/// Returns the address of the key set that is needed to authenticate the client of a request: if the client has its keys at
/// an address, the claims of the assertion are right, and `is_genuine` says that the request has a genuine code or token. So
/// a stranger cannot make the site fetch anything.
pub(super) fn keys_address(
    settings: &OAuthSettings,
    keyring: &Keyring,
    now: Timestamp,
    body: &[u8],
    stored: FoundRecord<'_>,
    is_genuine: impl Fn(&Form) -> bool,
) -> Option<String> {
    let form = body_form(body).ok()?;
    let credentials = ClientCredentials::read(&form, b"").ok()?;
    let client = find(settings, keyring, &credentials.id, stored).ok()?;
    let assertion = Assertion::read(credentials.assertion.as_deref()?)?;
    match client.keys {
        Some(ClientKeys::JwksUri(address))
            if assertion.is_for(&client.client_id, &audiences(settings), now)
                && is_genuine(&form) =>
        {
            Some(address)
        }
        _ => None,
    }
}

/// The audiences that an assertion may have: the issuer, and the endpoints that take one.
fn audiences(settings: &OAuthSettings) -> [&str; 3] {
    [
        &settings.issuer,
        &settings.token_endpoint,
        &settings.revocation_endpoint,
    ]
}

/// Verifies an assertion of `client` and uses it up.
fn prove(
    settings: &OAuthSettings,
    sender: Sender<'_>,
    client: &Client,
    text: &str,
    fetched: Option<&[u8]>,
) -> Result<(), ErrorResponse> {
    let keys = match (&client.keys, fetched) {
        (Some(ClientKeys::Jwks(keys)), _) => keys.clone(),
        (Some(ClientKeys::JwksUri(_)), Some(body)) if body.len() <= MAX_KEY_SET => {
            serde_json::from_slice(body).map_or_else(|_| Vec::new(), |set| PublicJwk::all(&set))
        }
        (None, _) => {
            return Err(REFUSED
                .because("The client has no keys with which an assertion could be verified."));
        }
        // Unless the assertion is worthless anyway, the client shall keep its tokens and try again.
        (Some(ClientKeys::JwksUri(_)), _) => Vec::new(),
    };
    let now = sender.now();
    let assertion = Assertion::read(text)
        .ok_or(REFUSED.because(
            "The client_assertion is not a signed JWT with iss, sub, aud, exp and jti.",
        ))?;
    if !assertion.is_for(&client.client_id, &audiences(settings), now) {
        return Err(REFUSED.because(
            "The claims of the client_assertion are wrong: iss and sub are the client, aud is the issuer or the token endpoint, and exp is at most an hour away.",
        ));
    }
    if fetched.is_none() && matches!(client.keys, Some(ClientKeys::JwksUri(_))) {
        let later = ErrorResponse::new(ErrorCode::TemporarilyUnavailable, Reason::FetchFailed);
        return Err(later);
    }
    if !assertion.is_signed_by(&keys) {
        return Err(REFUSED.because(
            "The signature of the client_assertion is not that of a published key of the client, with ES256, RS256 or EdDSA.",
        ));
    }
    let id = sha256_pae(&[
        sender.meter.site.as_bytes(),
        client.client_id.as_bytes(),
        assertion.id().as_bytes(),
    ]);
    let item = OneTimeItem {
        domain: "client_assertion",
        id: &id,
        origin: Origin::Remote,
        issued: assertion.issued(),
        expires: assertion.expires(),
    };
    match seen_once(sender.meter.store, &item, now) {
        Ok(Sighting::First) => Ok(()),
        Ok(_) => Err(REFUSED
            .because("The client_assertion was used before: sign a new one for each request.")),
        Err(reason) => Err(ErrorResponse::new(
            ErrorCode::TemporarilyUnavailable,
            reason,
        )),
    }
}
