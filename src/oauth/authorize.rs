//! The authorization request (RFC 6749 §4.1.1, OAuth 2.1 §4.1.1, RFC 8707 §2).

use super::client::Client;
use super::form::{Field, Form};
use super::name;
use super::pkce::Challenge;
use super::redirect::RedirectUri;
use super::reply::{Code, Refusal, Reply};
use super::request::{AuthorizationRequest, Stored, answer};
use super::settings::Settings;
use crate::reason::Reason;

/// The longest state that is kept, in bytes.
const MAX_STATE: usize = 1024;

const MALFORMED: Refusal = Refusal(Code::InvalidRequest, Reason::OauthRequestInvalid);

/// Validates a request. Until client and redirect address are both certain, a refusal goes to the
/// person's screen; from then on, to the client by redirect.
pub(super) fn authorize(
    settings: &Settings,
    query: &[u8],
    client: Option<&str>,
) -> Result<AuthorizationRequest, Box<Reply>> {
    let form = Form::parse(query).ok_or_else(|| Box::new(Reply::page(MALFORMED)))?;
    let (client, redirect) =
        destination(&form, client).map_err(|refusal| Box::new(Reply::page(refusal)))?;
    let state = form
        .value("state")
        .filter(|state| state.len() <= MAX_STATE)
        .map(str::to_owned);
    match parameters(settings, &form) {
        Ok((code_challenge, scopes)) => Ok(AuthorizationRequest::new(
            settings,
            Stored {
                client_id: client.client_id,
                client_name: name::clean(&client.client_name),
                redirect_uri: redirect.as_str().to_owned(),
                state,
                code_challenge: code_challenge.as_str().to_owned(),
                resource: settings.resource.clone(),
                scopes,
            },
            redirect,
        )),
        Err(Refusal(code, reason)) => {
            let parameters = [
                ("error", code.as_str()),
                ("error_description", reason.message()),
            ];
            let location = answer(&redirect, &settings.issuer, state.as_deref(), &parameters);
            Err(Box::new(Reply::redirected(reason, location)))
        }
    }
}

/// Client and redirect address. The address may be left out by a client that has exactly one (OAuth 2.1
/// §4.1.1).
fn destination(form: &Form, stored: Option<&str>) -> Result<(Client, RedirectUri), Refusal> {
    const MISMATCH: Refusal = Refusal(Code::InvalidRequest, Reason::RedirectMismatch);
    let Field::One(id) = form.field("client_id") else {
        return Err(MALFORMED);
    };
    let client = stored
        .and_then(Client::from_stored)
        .filter(|client| client.client_id == id)
        .ok_or(Refusal(Code::InvalidClient, Reason::ClientUnknown))?;
    let address = match (form.field("redirect_uri"), client.redirect_uris.as_slice()) {
        (Field::One(address), _) => address,
        (Field::Absent, [only]) => only,
        (Field::Absent, _) => return Err(MISMATCH),
        (Field::Repeated, _) => return Err(MALFORMED),
    };
    let redirect =
        RedirectUri::parse(address).map_err(|reason| Refusal(Code::InvalidRequest, reason))?;
    if client.admits(&redirect) {
        Ok((client, redirect))
    } else {
        Err(MISMATCH)
    }
}

/// The rest, whose errors the client is told.
fn parameters(settings: &Settings, form: &Form) -> Result<(Challenge, Vec<String>), Refusal> {
    if form.repeats("resource")
        || form
            .value("state")
            .is_some_and(|state| state.len() > MAX_STATE)
    {
        return Err(MALFORMED);
    }
    match form.field("response_type") {
        Field::One("code") => {}
        Field::One(_) => {
            return Err(Refusal(
                Code::UnsupportedResponseType,
                Reason::ResponseTypeUnsupported,
            ));
        }
        _ => return Err(MALFORMED),
    }
    // RFC 7636 §4.3 takes a missing method for `plain`, which is not accepted.
    if form.field("code_challenge_method") != Field::One("S256") {
        return Err(Refusal(Code::InvalidRequest, Reason::PkceRequired));
    }
    let challenge = form
        .value("code_challenge")
        .and_then(Challenge::parse)
        .ok_or(Refusal(Code::InvalidRequest, Reason::PkceRequired))?;
    check_resource(settings, form)?;
    let asked = form.value("scope").unwrap_or_default();
    let scopes = settings
        .scopes
        .iter()
        .filter(|known| asked.split(' ').any(|scope| scope == known.as_str()))
        .cloned()
        .collect();
    Ok((challenge, scopes))
}

/// RFC 8707 §2: the resource is ours, byte for byte, and only ours. Left out, it is ours.
pub(super) fn check_resource(settings: &Settings, form: &Form) -> Result<(), Refusal> {
    match form.field("resource") {
        Field::Absent => Ok(()),
        Field::One(resource) if resource == settings.resource => Ok(()),
        _ => Err(Refusal(Code::InvalidTarget, Reason::ResourceMismatch)),
    }
}
