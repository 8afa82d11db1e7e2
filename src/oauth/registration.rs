//! Dynamic client registration ([RFC 7591](https://www.rfc-editor.org/rfc/rfc7591)).

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::client::{AuthMethod, Client, ClientSource, are_redirects, grant_types};
use super::error::OAuthError;
use super::form::MAX_BYTES;
use super::issued_id;
use super::name;
use super::reply::{ErrorCode, ErrorResponse, OAuthReply};
use super::sender::{OAuthEndpoint, Sender};
use super::settings::OAuthSettings;
use crate::audit::draft::Actor;
use crate::clock::Timestamp;
use crate::entropy::Entropy;
use crate::keyring::Keyring;
use crate::reason::Reason;

const METADATA: ErrorResponse = ErrorResponse(
    ErrorCode::InvalidClientMetadata,
    Reason::ClientMetadataInvalid,
);

/// The client metadata that is used. Other members are ignored, as RFC 7591 §2 requires.
#[derive(Debug, Deserialize)]
pub(super) struct ClientMetadata {
    pub(super) redirect_uris: Option<Vec<String>>,
    pub(super) client_name: Option<String>,
    pub(super) token_endpoint_auth_method: Option<String>,
    pub(super) grant_types: Option<Vec<String>>,
    pub(super) response_types: Option<Vec<String>>,
}

impl ClientMetadata {
    /// Whether the requested response types include `code`, which is also the default.
    pub(super) fn wants_code(&self) -> bool {
        self.response_types
            .as_ref()
            .is_none_or(|types| types.iter().any(|name| name == "code"))
    }
}

/// Parses a JSON object of at most 16 KiB.
pub(super) fn object(body: &[u8]) -> Result<Map<String, Value>, Reason> {
    if body.len() > MAX_BYTES {
        return Err(Reason::BodyTooLarge);
    }
    serde_json::from_slice(body).map_err(|_| Reason::BodyNotJson)
}

/// Answers a registration request: 201 with the client, 400, or 429.
pub(super) fn register(
    settings: &OAuthSettings,
    keyring: &Keyring,
    entropy: &dyn Entropy,
    sender: Sender<'_>,
    body: &[u8],
) -> Result<OAuthReply, OAuthError> {
    if let Err(limited) = sender.registers(settings) {
        return Ok(*limited);
    }
    let issued = match validate(body) {
        Ok(client) => {
            issued_id::issue(keyring, entropy, sender.now(), client)?.ok_or(ErrorResponse(
                ErrorCode::InvalidClientMetadata,
                Reason::ClientMetadataTooLarge,
            ))
        }
        Err(refusal) => Err(refusal),
    };
    Ok(match issued {
        Ok((client, secret)) => complete(sender.now(), &client, secret),
        Err(refusal) => sender.recorded(
            OAuthEndpoint::Register,
            refusal,
            &Actor::anonymous(sender.ip),
        ),
    })
}

/// Validates the metadata and returns the client without its identifier and secret.
fn validate(body: &[u8]) -> Result<Client, ErrorResponse> {
    object(body).map_err(|reason| ErrorResponse(ErrorCode::InvalidClientMetadata, reason))?;
    // Parsed a second time, into the struct: this refuses duplicate members.
    let metadata: ClientMetadata = serde_json::from_slice(body).map_err(|_| METADATA)?;
    let method = match metadata.token_endpoint_auth_method.as_deref() {
        Some("none") => AuthMethod::None,
        Some("client_secret_post") => AuthMethod::ClientSecretPost,
        // The default (RFC 7591 §2).
        Some("client_secret_basic") | None => AuthMethod::ClientSecretBasic,
        Some(_) => return Err(METADATA),
    };
    if !metadata.wants_code() {
        return Err(METADATA);
    }
    let redirect_uris = metadata.redirect_uris.unwrap_or_default();
    if !are_redirects(&redirect_uris) {
        return Err(ErrorResponse(
            ErrorCode::InvalidRedirectUri,
            Reason::RedirectInvalid,
        ));
    }
    Ok(Client {
        client_id: String::new(),
        client_name: name::clean(&metadata.client_name.unwrap_or_default()),
        redirect_uris,
        grant_types: grant_types(metadata.grant_types).ok_or(METADATA)?,
        token_endpoint_auth_method: method,
        secret_hash: None,
        source: ClientSource::Registration,
    })
}

fn complete(now: Timestamp, client: &Client, secret: Option<String>) -> OAuthReply {
    let mut answer = json!({
        "client_id": client.client_id,
        "client_id_issued_at": now.seconds(),
        "client_name": client.client_name,
        "redirect_uris": client.redirect_uris,
        "grant_types": client.grant_types,
        "response_types": ["code"],
        "token_endpoint_auth_method": client.token_endpoint_auth_method,
    });
    if let (Some(secret), Some(members)) = (secret, answer.as_object_mut()) {
        members.insert("client_secret".to_owned(), secret.into());
        // 0 means that the secret does not expire (RFC 7591 §3.2.1).
        members.insert("client_secret_expires_at".to_owned(), 0.into());
    }
    OAuthReply::json(201, &answer).with_client(client.to_json())
}
