//! Token revocation ([RFC 7009](https://www.rfc-editor.org/rfc/rfc7009)).

use serde_json::{Value, json};

use super::client_auth::authenticate;
use super::form::{Form, FormField};
use super::reply::{ErrorCode, ErrorResponse, OAuthReply};
use crate::clock::Timestamp;
use crate::keyring::Keyring;
use crate::reason::Reason;
use crate::token::{Kind, peek_kind, verify};

/// Answers a revocation request. A token that is unknown, invalid or expired also gets status 200 (§2.2).
/// The change names the client, because only the client's own grants may be revoked (§2.1).
pub(super) fn revoke(
    keyring: &Keyring,
    now: Timestamp,
    body: &[u8],
    authorization: &[u8],
    client: Option<&str>,
) -> OAuthReply {
    match change(keyring, now, body, authorization, client) {
        Ok(Some(change)) => OAuthReply::empty(200).with_change(&change),
        Ok(None) => OAuthReply::empty(200),
        Err(refusal) => OAuthReply::refused(refusal),
    }
}

fn change(
    keyring: &Keyring,
    now: Timestamp,
    body: &[u8],
    authorization: &[u8],
    client: Option<&str>,
) -> Result<Option<Value>, ErrorResponse> {
    const MALFORMED: ErrorResponse =
        ErrorResponse(ErrorCode::InvalidRequest, Reason::OauthRequestInvalid);
    let form = Form::parse(body).ok_or(MALFORMED)?;
    let client = authenticate(&form, authorization, client)?;
    let FormField::One(token) = form.field("token") else {
        return Err(MALFORMED);
    };
    // The prefix of the token identifies its kind, so `token_type_hint` is not needed.
    let Some(kind @ (Kind::Refresh | Kind::Access)) = peek_kind(token.as_bytes()) else {
        return Ok(None);
    };
    let Ok(claims) = verify(keyring, kind, token.as_bytes(), now) else {
        return Ok(None);
    };
    Ok(Some(if kind == Kind::Refresh {
        json!({ "grant": claims.subject, "client_id": client.client_id, "revoke": true })
    } else {
        json!({ "connection": claims.subject, "client_id": client.client_id, "revoke_tokens": true })
    }))
}
