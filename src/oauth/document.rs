//! Client identifier metadata documents
//! ([draft-ietf-oauth-client-id-metadata-document](https://datatracker.ietf.org/doc/draft-ietf-oauth-client-id-metadata-document/)):
//! clients whose identifier is the URL of a JSON document with their metadata.

use super::client::{AuthMethod, Client, ClientSource, are_redirects, grant_types};
use super::name;
use super::registration::{ClientMetadata, object};
use crate::network::PublicUrl;
use crate::reason::Reason;

/// Whether `client_id` is the URL of a metadata document that may be fetched: a [`PublicUrl`] with a path
/// other than `/` and no fragment, and so without dot segments.
#[must_use]
pub fn is_metadata_document(client_id: &str) -> bool {
    url(client_id).is_some()
}

/// Returns the URL of the metadata document that a client identifier is, or `None` for another identifier.
pub(super) fn url(client_id: &str) -> Option<PublicUrl> {
    PublicUrl::parse(client_id)
        .ok()
        .filter(|url| url.url().path() != "/" && url.url().fragment().is_none())
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
