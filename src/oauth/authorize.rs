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
use super::resource;
use super::settings::OAuthSettings;
use crate::keyring::Keyring;
use crate::reason::Reason;
use crate::record::FoundRecord;

/// The longest `state` parameter that is accepted, in bytes.
const MAX_STATE: usize = 4096;

/// Validates a request. A refusal is shown to the user. It is sent to the client only if the client, its redirect URI and
/// `state` are valid and a person approved this client with this redirect URI before, in one of the grants `approved`.
pub(super) fn authorize(
    settings: &OAuthSettings,
    keyring: &Keyring,
    query: &[u8],
    client: RequestedClient<'_>,
    approved: &[ApprovedGrant<'_>],
) -> Result<AuthorizationRequest, Box<OAuthReply>> {
    let shown = |refusal| Box::new(OAuthReply::page(refusal));
    let form = parse(query).map_err(shown)?;
    let (client, redirect) = destination(settings, keyring, &form, client).map_err(shown)?;
    // Without it, the client could not match an error that is sent to it.
    let state = state(&form).map_err(shown)?;
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
                other_scopes: form
                    .value("scope")
                    .is_some_and(|asked| !is_granted(asked, &scopes)),
                scopes,
            },
            client,
            redirect,
        )),
        Err(refusal) if !is_approved(settings, &client.client_id, &redirect, approved) => {
            Err(shown(refusal))
        }
        Err(refusal) => {
            let parameters = [
                ("error", refusal.code.as_str()),
                ("error_description", &refusal.description()),
            ];
            let location = answer(&redirect, &settings.issuer, state.as_deref(), &parameters);
            Err(Box::new(OAuthReply::redirected(refusal, location)))
        }
    }
}

/// Checks what can be checked of a request before anybody has logged in: that it is well-formed, and that its client and
/// redirect URI are known. The metadata document of a client is not fetched for a stranger, so of such a client only the
/// form of its redirect URI is checked.
pub(super) fn precheck(
    settings: &OAuthSettings,
    keyring: &Keyring,
    query: &[u8],
    client: FoundRecord<'_>,
) -> Result<(), Box<OAuthReply>> {
    let check = || {
        let form = parse(query)?;
        if document::is_metadata_document(client_id(&form)?) {
            if let Some(address) = redirect_uri(&form)? {
                read_redirect(settings, address)?;
            }
        } else {
            destination(settings, keyring, &form, RequestedClient::Stored(client))?;
        }
        state(&form).map(|_| ())
    };
    check().map_err(|refusal| Box::new(OAuthReply::page(refusal)))
}

fn parse(query: &[u8]) -> Result<Form, ErrorResponse> {
    Form::parse(query).ok_or(ErrorResponse::malformed(
        "The query is longer than 16,384 bytes, has more than 64 parameters, or a broken percent-encoding: send less, in UTF-8.",
    ))
}

fn client_id(form: &Form) -> Result<&str, ErrorResponse> {
    match form.field("client_id") {
        FormField::One(id) => Ok(id),
        FormField::Absent => Err(ErrorResponse::malformed(
            "The parameter client_id is missing: send the identifier that the client got when it registered, or the address of its metadata document.",
        )),
        FormField::Repeated => Err(ErrorResponse::malformed(
            "The parameter client_id occurs more than once: send it once.",
        )),
    }
}

fn redirect_uri(form: &Form) -> Result<Option<&str>, ErrorResponse> {
    match form.field("redirect_uri") {
        FormField::One(address) => Ok(Some(address)),
        FormField::Absent => Ok(None),
        FormField::Repeated => Err(ErrorResponse::malformed(
            "The parameter redirect_uri occurs more than once: send it once.",
        )),
    }
}

fn read_redirect(settings: &OAuthSettings, address: &str) -> Result<RedirectUri, ErrorResponse> {
    RedirectUri::parse_with(address, &settings.app_schemes).map_err(|reason| {
        ErrorResponse::new(ErrorCode::InvalidRequest, reason)
            .because("The parameter redirect_uri is at fault.")
    })
}

fn state(form: &Form) -> Result<Option<String>, ErrorResponse> {
    match form.field("state") {
        FormField::Absent => Ok(None),
        FormField::One(state) if state.len() <= MAX_STATE => Ok(Some(state.to_owned())),
        FormField::One(_) => Err(ErrorResponse::malformed(
            "The parameter state is longer than 4,096 bytes: keep its content in the client and send a short reference to it.",
        )),
        FormField::Repeated => Err(ErrorResponse::malformed(
            "The parameter state occurs more than once: send it once.",
        )),
    }
}

/// Whether the requested scopes are exactly the granted ones.
fn is_granted(asked: &str, granted: &[String]) -> bool {
    let mut asked: Vec<&str> = asked.split(' ').filter(|scope| !scope.is_empty()).collect();
    asked.sort_unstable();
    asked.dedup();
    asked.len() == granted.len() && granted.iter().all(|scope| asked.contains(&scope.as_str()))
}

/// Whether one of the grants `approved` is of this client, is not revoked, and admits this redirect URI. Anybody can
/// register a client. Without this condition, a link to the authorization endpoint would send a person who is logged in
/// to any address (RFC 9700 §4.11.2).
fn is_approved(
    settings: &OAuthSettings,
    client_id: &str,
    redirect: &RedirectUri,
    approved: &[ApprovedGrant<'_>],
) -> bool {
    approved
        .iter()
        .filter_map(ApprovedGrant::request)
        .filter(|request| request.client_id == client_id)
        .filter_map(|request| {
            RedirectUri::parse_with(&request.redirect_uri, &settings.app_schemes).ok()
        })
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
    settings: &OAuthSettings,
    keyring: &Keyring,
    form: &Form,
    client: RequestedClient<'_>,
) -> Result<(Client, RedirectUri), ErrorResponse> {
    const MISMATCH: ErrorResponse =
        ErrorResponse::new(ErrorCode::InvalidRequest, Reason::RedirectMismatch);
    let id = client_id(form)?;
    let client = match client {
        RequestedClient::Stored(stored) => find(settings, keyring, id, stored)?,
        RequestedClient::Document(body) => document::client(&settings.app_schemes, id, body)?,
    };
    let address = match (redirect_uri(form)?, client.redirect_uris.as_slice()) {
        (Some(address), _) => address,
        (None, [only]) => only,
        (None, _) => {
            return Err(MISMATCH.because(
                "The parameter redirect_uri is missing, and the client has more than one address: send the one to use.",
            ));
        }
    };
    let redirect = read_redirect(settings, address)?;
    if client.admits(&redirect, &settings.app_schemes) {
        Ok((client, redirect))
    } else {
        Err(MISMATCH.because("The parameter redirect_uri is at fault."))
    }
}

/// The parameters that occur at most once, with the sentence about one that is repeated.
const SINGLE: [(&str, &str); 4] = [
    (
        "response_type",
        "The parameter response_type occurs more than once: send it once.",
    ),
    (
        "code_challenge",
        "The parameter code_challenge occurs more than once: send it once.",
    ),
    (
        "code_challenge_method",
        "The parameter code_challenge_method occurs more than once: send it once.",
    ),
    (
        "scope",
        "The parameter scope occurs more than once: send it once, with spaces between the scopes.",
    ),
];

/// Validates the parameters whose errors are sent to the client. Returns the code challenge and the
/// requested scopes that the site knows.
fn parameters(
    settings: &OAuthSettings,
    form: &Form,
) -> Result<(CodeChallenge, Vec<String>), ErrorResponse> {
    const PKCE: ErrorResponse = ErrorResponse::new(ErrorCode::InvalidRequest, Reason::PkceRequired);
    let repeated = |(name, _): &&(&str, &str)| form.field(name) == FormField::Repeated;
    if let Some((_, detail)) = SINGLE.iter().find(repeated) {
        return Err(ErrorResponse::malformed(detail));
    }
    if form.repeats("resource") {
        return Err(ErrorResponse::malformed(
            "A parameter that this site does not know occurs more than once: send each parameter once.",
        ));
    }
    match form.field("response_type") {
        FormField::One("code") => {}
        FormField::One(_) => {
            return Err(ErrorResponse::new(
                ErrorCode::UnsupportedResponseType,
                Reason::ResponseTypeUnsupported,
            ));
        }
        _ => {
            return Err(ErrorResponse::malformed(
                "The parameter response_type is missing: send response_type=code.",
            ));
        }
    }
    // A missing method means `plain` (RFC 7636 §4.3), which is not accepted.
    if form.field("code_challenge_method") != FormField::One("S256") {
        return Err(PKCE.because("The parameter code_challenge_method is not S256."));
    }
    let challenge = form
        .value("code_challenge")
        .and_then(CodeChallenge::parse)
        .ok_or(PKCE.because(
            "The parameter code_challenge is missing, or not the base64url of a SHA-256 digest.",
        ))?;
    resource::check(settings, form)?;
    let asked = form.value("scope").unwrap_or_default();
    let scopes = settings
        .scopes
        .iter()
        .filter(|known| asked.split(' ').any(|scope| scope == known.as_str()))
        .cloned()
        .collect();
    Ok((challenge, scopes))
}
