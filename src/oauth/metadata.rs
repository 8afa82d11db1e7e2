//! The two metadata documents from which clients learn about the endpoints.

use serde_json::{Map, Value, json};

use super::client::GRANT_TYPES;
use super::settings::OAuthSettings;

const AUTH_METHODS: [&str; 4] = [
    "none",
    "client_secret_post",
    "client_secret_basic",
    "private_key_jwt",
];
/// The algorithms of client assertions.
const SIGNING_ALGS: [&str; 3] = ["ES256", "RS256", "EdDSA"];

/// The protected resource metadata (RFC 9728 §2). The scopes do not include `offline_access`, because
/// clients would then request it (SEP-2207).
pub(super) fn resource(settings: &OAuthSettings) -> String {
    let mut members = object(json!({
        "resource": settings.resource,
        "authorization_servers": [settings.issuer],
        "bearer_methods_supported": ["header"],
    }));
    add_scopes(&mut members, settings);
    add(
        &mut members,
        "resource_name",
        settings.resource_name.as_deref(),
    );
    add(
        &mut members,
        "resource_documentation",
        settings.documentation.as_deref(),
    );
    Value::Object(members).to_string()
}

/// The authorization server metadata (RFC 8414 §2), with the members of RFC 9207 §3, RFC 9728 §4 and the
/// draft on client identifier metadata documents.
pub(super) fn server(settings: &OAuthSettings) -> String {
    let mut members = object(json!({
        "issuer": settings.issuer,
        "authorization_endpoint": settings.authorization_endpoint,
        "token_endpoint": settings.token_endpoint,
        "registration_endpoint": settings.registration_endpoint,
        "revocation_endpoint": settings.revocation_endpoint,
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": GRANT_TYPES,
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": AUTH_METHODS,
        "token_endpoint_auth_signing_alg_values_supported": SIGNING_ALGS,
        "revocation_endpoint_auth_methods_supported": AUTH_METHODS,
        "revocation_endpoint_auth_signing_alg_values_supported": SIGNING_ALGS,
        "client_id_metadata_document_supported": true,
        "authorization_response_iss_parameter_supported": true,
        "protected_resources": [settings.resource],
        // Parsers of OpenID discovery documents require the following members. This server issues no
        // ID tokens, and its key set is empty.
        "jwks_uri": jwks(settings),
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "request_uri_parameter_supported": false,
    }));
    add_scopes(&mut members, settings);
    add(
        &mut members,
        "service_documentation",
        settings.documentation.as_deref(),
    );
    Value::Object(members).to_string()
}

/// The URL of the key set, next to the other well-known documents of the issuer.
fn jwks(settings: &OAuthSettings) -> String {
    format!(
        "{}/.well-known/jwks.json",
        settings.issuer.trim_end_matches('/')
    )
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

fn add(members: &mut Map<String, Value>, name: &str, value: Option<&str>) {
    if let Some(value) = value {
        members.insert(name.to_owned(), value.into());
    }
}

fn add_scopes(members: &mut Map<String, Value>, settings: &OAuthSettings) {
    if !settings.scopes.is_empty() {
        members.insert("scopes_supported".to_owned(), json!(settings.scopes));
    }
}
