//! Client identifier metadata documents
//! ([draft-ietf-oauth-client-id-metadata-document](https://datatracker.ietf.org/doc/draft-ietf-oauth-client-id-metadata-document/)):
//! clients whose identifier is the URL of a JSON document with their metadata.

use url::{Host, Url};

use super::client::{AuthMethod, Client, ClientSource, are_redirects, grant_types};
use super::client_auth::MAX_CLIENT_ID;
use super::name;
use super::registration::{ClientMetadata, object};
use crate::reason::Reason;

/// Whether `client_id` is the URL of a metadata document that may be fetched.
///
/// The URL is `https` and has a host name with a dot, a path other than `/`, no fragment, no user
/// information and no dot segments. The host is neither an IP address nor below `.localhost`. The URL is
/// written exactly as the WHATWG URL algorithm normalises it, so that the HTTP client that fetches it
/// reads the same host. That client must check to which address the name resolves.
#[must_use]
pub fn is_metadata_document(client_id: &str) -> bool {
    if client_id.len() > MAX_CLIENT_ID {
        return false;
    }
    let Ok(url) = Url::parse(client_id) else {
        return false;
    };
    let named = match url.host() {
        Some(Host::Domain(host)) => {
            host.contains('.')
                && !host.ends_with('.')
                && !host.ends_with(".localhost")
                && host
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"-.".contains(&byte))
        }
        _ => false,
    };
    named
        && url.as_str() == client_id
        && url.scheme() == "https"
        && url.path() != "/"
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none()
}

/// Returns the URL of the metadata document that a client identifier is, or `None` for another identifier.
pub(super) fn url(client_id: &str) -> Option<Url> {
    is_metadata_document(client_id)
        .then(|| Url::parse(client_id).ok())
        .flatten()
}

/// Returns the client that `body` describes, a document fetched from `client_id`. A document cannot
/// carry a secret, so its client is public (§4.1 of the draft).
pub(super) fn client(client_id: &str, body: &[u8]) -> Result<Client, Reason> {
    const REFUSED: Reason = Reason::ClientMetadataInvalid;
    if !is_metadata_document(client_id) {
        return Err(REFUSED);
    }
    let members = object(body)?;
    let has = |name: &str| members.get(name).is_some_and(|value| !value.is_null());
    let metadata: ClientMetadata = serde_json::from_slice(body).map_err(|_| REFUSED)?;
    let public = matches!(
        metadata.token_endpoint_auth_method.as_deref(),
        None | Some("none")
    );
    if members.get("client_id").and_then(|id| id.as_str()) != Some(client_id)
        || !public
        || has("client_secret")
        || has("client_secret_expires_at")
        || !metadata.wants_code()
    {
        return Err(REFUSED);
    }
    let client_name = name::clean(&metadata.client_name.unwrap_or_default());
    if client_name.is_empty() {
        return Err(REFUSED);
    }
    let redirect_uris = metadata.redirect_uris.unwrap_or_default();
    if !are_redirects(&redirect_uris) {
        return Err(Reason::RedirectInvalid);
    }
    Ok(Client {
        client_id: client_id.to_owned(),
        client_name,
        redirect_uris,
        grant_types: grant_types(metadata.grant_types).ok_or(REFUSED)?,
        token_endpoint_auth_method: AuthMethod::None,
        secret_hash: None,
        source: ClientSource::Document,
    })
}
