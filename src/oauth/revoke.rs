//! Token revocation ([RFC 7009](https://www.rfc-editor.org/rfc/rfc7009)).

use serde_json::{Value, json};

use super::client_auth::authenticate;
use super::form::{Form, FormField};
use super::reply::{ErrorCode, ErrorResponse, OAuthReply};
use crate::clock::Timestamp;
use crate::keyring::Keyring;
use crate::reason::Reason;
use crate::token::{Kind, peek_kind, verify};

/// Answers a revocation. A token that is not ours, or no longer good, is as revoked as can be: 200
/// (§2.2). The client id goes into the change, which holds only for that client's grants (§2.1).
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
    // The kind stands in the token: `token_type_hint` has nothing to add.
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
