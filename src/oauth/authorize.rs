//! The authorization request (RFC 6749 §4.1.1, OAuth 2.1 §4.1.1, RFC 8707 §2).

use super::client::Client;
use super::client_auth::find;
use super::document;
use super::form::{Form, FormField};
use super::grant::ApprovedGrant;
use super::name;
use super::pkce::CodeChallenge;
use super::redirect::RedirectUri;
use super::reply::{ErrorCode, ErrorResponse, OAuthReply};
use super::request::{AuthorizationRequest, StoredRequest, answer};
use super::settings::OAuthSettings;
use crate::keyring::Keyring;
use crate::reason::Reason;
use crate::record::FoundRecord;

/// The longest `state` parameter that is accepted, in bytes.
const MAX_STATE: usize = 1024;

const MALFORMED: ErrorResponse =
    ErrorResponse(ErrorCode::InvalidRequest, Reason::OauthRequestInvalid);

/// Validates a request. A refusal is shown to the user. It is sent to the client only if the client and
/// its redirect URI are valid and a person approved this client with this redirect URI before, in one of the grants
/// `approved`.
pub(super) fn authorize(
    settings: &OAuthSettings,
    keyring: &Keyring,
    query: &[u8],
    client: RequestedClient<'_>,
    approved: &[ApprovedGrant<'_>],
) -> Result<AuthorizationRequest, Box<OAuthReply>> {
    let form = Form::parse(query).ok_or_else(|| Box::new(OAuthReply::page(MALFORMED)))?;
    let (client, redirect) = destination(keyring, &form, client)
        .map_err(|refusal| Box::new(OAuthReply::page(refusal)))?;
    let state = form
        .value("state")
        .filter(|state| state.len() <= MAX_STATE)
        .map(str::to_owned);
    match parameters(settings, &form) {
        Ok((code_challenge, scopes)) => Ok(AuthorizationRequest::new(
            settings,
            StoredRequest {
                client_id: client.client_id.clone(),
                client_name: name::clean(&client.client_name),
                redirect_uri: redirect.as_str().to_owned(),
                state,
                code_challenge: code_challenge.as_str().to_owned(),
                resource: settings.resource.clone(),
                scopes,
            },
            client,
            redirect,
        )),
        Err(refusal) if !is_approved(&client.client_id, &redirect, approved) => {
            Err(Box::new(OAuthReply::page(refusal)))
        }
        Err(ErrorResponse(code, reason)) => {
            let parameters = [
                ("error", code.as_str()),
                ("error_description", reason.message()),
            ];
            let location = answer(&redirect, &settings.issuer, state.as_deref(), &parameters);
            Err(Box::new(OAuthReply::redirected(reason, location)))
        }
    }
}

/// Whether one of the grants `approved` is of this client, is not revoked, and admits this redirect URI. Anybody can
/// register a client. Without this condition, a link to the authorization endpoint would send a person who is logged in
/// to any address (RFC 9700 §4.11.2).
fn is_approved(client_id: &str, redirect: &RedirectUri, approved: &[ApprovedGrant<'_>]) -> bool {
    approved
        .iter()
        .filter_map(ApprovedGrant::request)
        .filter(|request| request.client_id == client_id)
        .filter_map(|request| RedirectUri::parse(&request.redirect_uri).ok())
        .any(|before| before.admits(redirect))
}

/// Where the client of an authorization request is known from.
#[derive(Debug, Clone, Copy)]
pub enum RequestedClient<'a> {
    /// What opening its record gave. If none is stored, it is the client that registered with its identifier.
    Stored(FoundRecord<'a>),
    /// From its metadata document, which was fetched for this request from the identifier.
    Document(&'a [u8]),
}

/// Returns the client and the redirect URI. A client with exactly one registered redirect URI may leave
/// it out (OAuth 2.1 §4.1.1).
fn destination(
    keyring: &Keyring,
    form: &Form,
    client: RequestedClient<'_>,
) -> Result<(Client, RedirectUri), ErrorResponse> {
    const MISMATCH: ErrorResponse =
        ErrorResponse(ErrorCode::InvalidRequest, Reason::RedirectMismatch);
    let FormField::One(id) = form.field("client_id") else {
        return Err(MALFORMED);
    };
    let client = match client {
        RequestedClient::Stored(stored) => find(keyring, id, stored)?,
        RequestedClient::Document(body) => document::client(id, body)
            .map_err(|reason| ErrorResponse(ErrorCode::InvalidClient, reason))?,
    };
    let address = match (form.field("redirect_uri"), client.redirect_uris.as_slice()) {
        (FormField::One(address), _) => address,
        (FormField::Absent, [only]) => only,
        (FormField::Absent, _) => return Err(MISMATCH),
        (FormField::Repeated, _) => return Err(MALFORMED),
    };
    let redirect = RedirectUri::parse(address)
        .map_err(|reason| ErrorResponse(ErrorCode::InvalidRequest, reason))?;
    if client.admits(&redirect) {
        Ok((client, redirect))
    } else {
        Err(MISMATCH)
    }
}

/// Validates the parameters whose errors are sent to the client. Returns the code challenge and the
/// requested scopes that the site knows.
fn parameters(
    settings: &OAuthSettings,
    form: &Form,
) -> Result<(CodeChallenge, Vec<String>), ErrorResponse> {
    if form.repeats("resource")
        || form
            .value("state")
            .is_some_and(|state| state.len() > MAX_STATE)
    {
        return Err(MALFORMED);
    }
    match form.field("response_type") {
        FormField::One("code") => {}
        FormField::One(_) => {
            return Err(ErrorResponse(
                ErrorCode::UnsupportedResponseType,
                Reason::ResponseTypeUnsupported,
            ));
        }
        _ => return Err(MALFORMED),
    }
    // A missing method means `plain` (RFC 7636 §4.3), which is not accepted.
    if form.field("code_challenge_method") != FormField::One("S256") {
        return Err(ErrorResponse(
            ErrorCode::InvalidRequest,
            Reason::PkceRequired,
        ));
    }
    let challenge = form
        .value("code_challenge")
        .and_then(CodeChallenge::parse)
        .ok_or(ErrorResponse(
            ErrorCode::InvalidRequest,
            Reason::PkceRequired,
        ))?;
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

/// Checks the resource indicator (RFC 8707 §2): if it is present, it occurs once and is exactly the
/// resource of this site.
pub(super) fn check_resource(settings: &OAuthSettings, form: &Form) -> Result<(), ErrorResponse> {
    match form.field("resource") {
        FormField::Absent => Ok(()),
        FormField::One(resource) if resource == settings.resource => Ok(()),
        _ => Err(ErrorResponse(
            ErrorCode::InvalidTarget,
            Reason::ResourceMismatch,
        )),
    }
}
