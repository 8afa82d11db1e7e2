//! Client identifier metadata documents
//! ([draft-ietf-oauth-client-id-metadata-document](https://datatracker.ietf.org/doc/draft-ietf-oauth-client-id-metadata-document/)):
//! clients whose identifier is the URL of a JSON document with their metadata.

use super::app_scheme::AppSchemes;
use super::client::{AuthMethod, Client, ClientSource};
use super::registration::{ClientMetadata, object, redirects};
use super::reply::{ErrorCode, ErrorResponse};
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

/// Returns the client that `body` describes, a document fetched from `client_id`. A document cannot carry a secret, so its
/// client is public or signs with a key of its own (§4.1 of the draft). A preferred method is no required one if the
/// document says that the client can do without: such a client may sign, and need not.
pub(super) fn client(
    schemes: &AppSchemes,
    client_id: &str,
    body: &[u8],
) -> Result<Client, ErrorResponse> {
    const REFUSED: ErrorResponse =
        ErrorResponse::new(ErrorCode::InvalidClient, Reason::ClientMetadataInvalid);
    let of_document = |refusal: ErrorResponse| refusal.with_code(ErrorCode::InvalidClient);
    if !is_metadata_document(client_id) {
        return Err(REFUSED.because(
            "The parameter client_id is not the address of a document that can be fetched.",
        ));
    }
    let metadata = ClientMetadata::read(body).map_err(of_document)?;
    let members =
        object(body).map_err(|reason| ErrorResponse::new(ErrorCode::InvalidClient, reason))?;
    let has = |name: &str| members.get(name).is_some_and(|value| !value.is_null());
    if members.get("client_id").and_then(|id| id.as_str()) != Some(client_id) {
        return Err(REFUSED
            .because("The member client_id of the document is not the address of the document."));
    }
    if has("client_secret") || has("client_secret_expires_at") {
        return Err(REFUSED
            .because("The document has a client_secret, which everybody could read: remove it."));
    }
    const SIGNED: &str = "private_key_jwt";
    let signs = metadata.method() == Some(SIGNED) || metadata.supports(SIGNED);
    let keys = metadata.keys().filter(|_| signs);
    let public = matches!(metadata.method(), None | Some("none")) || metadata.supports("none");
    let method = match (public, &keys) {
        (true, _) => AuthMethod::None,
        (false, Some(_)) => AuthMethod::PrivateKeyJwt,
        (false, None) => {
            return Err(REFUSED.because(
                "The member token_endpoint_auth_method of the document is neither none nor private_key_jwt with usable keys in jwks or jwks_uri: use one of these.",
            ));
        }
    };
    let client_name = metadata.client_name();
    if client_name.is_empty() {
        return Err(REFUSED.because(
            "The member client_name of the document is missing or has no visible letter.",
        ));
    }
    metadata.check_response_types().map_err(of_document)?;
    Ok(Client {
        client_id: client_id.to_owned(),
        client_name,
        redirect_uris: redirects(&metadata, method, schemes).map_err(of_document)?,
        grant_types: metadata.grant_types().map_err(of_document)?,
        token_endpoint_auth_method: method,
        secret_hash: None,
        keys,
        source: ClientSource::Document,
    })
}
