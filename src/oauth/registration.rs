//! Dynamic client registration ([RFC 7591](https://www.rfc-editor.org/rfc/rfc7591)).

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::app_scheme::AppSchemes;
use super::client::{AuthMethod, Client, ClientSource, grant_types, usable_redirects};
use super::client_key::{ClientKeys, PublicJwk};
use super::error::OAuthError;
use super::form::MAX_BYTES;
use super::issued_id;
use super::name;
use super::redirect::RedirectUri;
use super::reply::{ErrorCode, ErrorResponse, OAuthReply};
use super::sender::{OAuthEndpoint, Sender};
use super::settings::OAuthSettings;
use crate::audit::draft::Actor;
use crate::clock::Timestamp;
use crate::entropy::Entropy;
use crate::keyring::Keyring;
use crate::network::PublicUrl;
use crate::reason::Reason;

/// The client metadata that is used. Other members are ignored, as RFC 7591 §2 requires, and so is a value of another type
/// than the member has: the server may replace values, and its answer says what it took (§3.2.1).
#[derive(Debug, Deserialize)]
pub(super) struct ClientMetadata {
    redirect_uris: Option<Value>,
    client_name: Option<Value>,
    token_endpoint_auth_method: Option<Value>,
    /// The methods that the client can use, of which `token_endpoint_auth_method` is the preferred one.
    token_endpoint_auth_methods_supported: Option<Value>,
    grant_types: Option<Value>,
    response_types: Option<Value>,
    jwks: Option<Value>,
    jwks_uri: Option<Value>,
}

impl ClientMetadata {
    /// Reads the metadata.
    ///
    /// # Errors
    /// [`Reason::BodyTooLarge`] and [`Reason::BodyNotJson`] as of [`object`]; [`Reason::ClientMetadataInvalid`] for
    /// members that occur twice.
    pub(super) fn read(body: &[u8]) -> Result<Self, ErrorResponse> {
        let refused = |reason| ErrorResponse::new(ErrorCode::InvalidClientMetadata, reason);
        object(body).map_err(refused)?;
        // Parsed a second time, into the struct: this refuses duplicate members.
        serde_json::from_slice(body).map_err(|_| {
            refused(Reason::ClientMetadataInvalid)
                .because("A member of the JSON object occurs more than once: send it once.")
        })
    }

    /// Returns the redirect URIs that are texts.
    pub(super) fn redirect_uris(&self) -> Vec<String> {
        texts(self.redirect_uris.as_ref()).unwrap_or_default()
    }

    /// Returns the name as it can be shown.
    pub(super) fn client_name(&self) -> String {
        let name = self.client_name.as_ref().and_then(Value::as_str);
        name::clean(name.unwrap_or_default())
    }

    /// Returns how the client prefers to authenticate, if it says so.
    pub(super) fn method(&self) -> Option<&str> {
        let method = self.token_endpoint_auth_method.as_ref()?.as_str()?;
        (!method.is_empty()).then_some(method)
    }

    /// Whether the client says that it can also authenticate with `method`.
    pub(super) fn supports(&self, method: &str) -> bool {
        texts(self.token_endpoint_auth_methods_supported.as_ref())
            .is_some_and(|methods| methods.iter().any(|name| name == method))
    }

    /// Returns the keys of the client if it can sign: those that the metadata contain, or the address of them. They must not
    /// have both (RFC 7591 §2).
    pub(super) fn keys(&self) -> Option<ClientKeys> {
        match (&self.jwks, &self.jwks_uri) {
            (Some(key_set), None) => {
                let keys = PublicJwk::all(key_set);
                (!keys.is_empty()).then_some(ClientKeys::Jwks(keys))
            }
            (None, Some(address)) => {
                let address = address.as_str()?;
                PublicUrl::parse(address).ok()?;
                Some(ClientKeys::JwksUri(address.to_owned()))
            }
            _ => None,
        }
    }

    /// Returns the grant types for the client.
    ///
    /// # Errors
    /// The client asks only for others than this server supports.
    pub(super) fn grant_types(&self) -> Result<Vec<String>, ErrorResponse> {
        let asked = texts(self.grant_types.as_ref());
        grant_types(asked.as_deref()).ok_or(METADATA.because(
            "The member grant_types does not contain authorization_code: add it, or leave the member out.",
        ))
    }

    /// Checks that the response types include `code`, which is also the default.
    ///
    /// # Errors
    /// The client asks only for others.
    pub(super) fn check_response_types(&self) -> Result<(), ErrorResponse> {
        let asked = texts(self.response_types.as_ref());
        if asked.is_none_or(|types| types.iter().any(|name| name == "code")) {
            Ok(())
        } else {
            Err(METADATA.because(
                "The member response_types does not contain code: add it, or leave the member out.",
            ))
        }
    }
}

const METADATA: ErrorResponse = ErrorResponse::new(
    ErrorCode::InvalidClientMetadata,
    Reason::ClientMetadataInvalid,
);

/// Returns the texts of a list, or a text that stands for a list of one. Returns `None` if there is none: some clients
/// send an empty list for a missing one.
fn texts(value: Option<&Value>) -> Option<Vec<String>> {
    let texts: Vec<String> = match value? {
        Value::Array(items) => items
            .iter()
            .filter_map(|item| item.as_str().map(str::to_owned))
            .collect(),
        Value::String(text) => vec![text.clone()],
        _ => Vec::new(),
    };
    (!texts.is_empty()).then_some(texts)
}

/// Returns the redirect URIs that the client may use.
///
/// # Errors
/// There is none.
pub(super) fn redirects(
    metadata: &ClientMetadata,
    method: AuthMethod,
    schemes: &AppSchemes,
) -> Result<Vec<String>, ErrorResponse> {
    let usable = usable_redirects(&metadata.redirect_uris(), method, schemes);
    if usable.is_empty() {
        Err(
            ErrorResponse::new(ErrorCode::InvalidRedirectUri, Reason::RedirectInvalid)
                .because("The member redirect_uris contains no address that this client can use."),
        )
    } else {
        Ok(usable)
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
    let issued = match validate(&settings.app_schemes, body) {
        Ok(client) => {
            issued_id::issue(keyring, entropy, sender.now(), client)?.ok_or(ErrorResponse::new(
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

/// Validates the metadata and returns the client without its identifier and secret. A redirect URI that cannot be used is
/// left out, and the answer says so.
fn validate(schemes: &AppSchemes, body: &[u8]) -> Result<Client, ErrorResponse> {
    let metadata = ClientMetadata::read(body)?;
    let method = method(&metadata, schemes)?;
    metadata.check_response_types()?;
    Ok(Client {
        client_id: String::new(),
        client_name: metadata.client_name(),
        redirect_uris: redirects(&metadata, method, schemes)?,
        grant_types: metadata.grant_types()?,
        token_endpoint_auth_method: method,
        secret_hash: None,
        keys: None,
        source: ClientSource::Registration,
    })
}

/// Returns how the client authenticates. A preferred method that this server lacks is replaced by one of those that the
/// client says it can use.
fn method(metadata: &ClientMetadata, schemes: &AppSchemes) -> Result<AuthMethod, ErrorResponse> {
    const METHODS: [(&str, AuthMethod); 3] = [
        ("none", AuthMethod::None),
        ("client_secret_post", AuthMethod::ClientSecretPost),
        ("client_secret_basic", AuthMethod::ClientSecretBasic),
    ];
    let Some(preferred) = metadata.method() else {
        // The default is a secret (RFC 7591 §2), which a native application cannot keep (RFC 8252 §8.5).
        let is_native = metadata.redirect_uris().iter().any(|address| {
            RedirectUri::parse_with(address, schemes).is_ok_and(|uri| uri.app_scheme().is_some())
        });
        return Ok(if is_native {
            AuthMethod::None
        } else {
            AuthMethod::ClientSecretBasic
        });
    };
    METHODS
        .iter()
        .find(|(name, _)| *name == preferred)
        .or_else(|| METHODS.iter().find(|(name, _)| metadata.supports(name)))
        .map(|(_, method)| *method)
        .ok_or(METADATA.because(
            "The member token_endpoint_auth_method is not none, client_secret_post or client_secret_basic: use one of these.",
        ))
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
