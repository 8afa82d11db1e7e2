//! The token endpoint (RFC 6749 §4.1.3, §5, §6; RFC 7636 §4.5).

use std::sync::Arc;

use serde_json::{Value, json};

use super::authorize::check_resource;
use super::client::Client;
use super::client_auth::authenticate;
use super::error::Error;
use super::form::{Field, Form};
use super::grant::Grant;
use super::pkce::Challenge;
use super::refresh::{self, Position, State, Step, decide};
use super::reply::{Code, Refusal, Reply};
use super::settings::Settings;
use crate::clock::Timestamp;
use crate::entropy::Entropy;
use crate::keyring::Keyring;
use crate::reason::Reason;
use crate::token::{self, Claims, Kind, audience, verify};

const MALFORMED: Refusal = Refusal(Code::InvalidRequest, Reason::OauthRequestInvalid);

/// What a client hands in for tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GrantType {
    /// An authorization code.
    AuthorizationCode,
    /// A refresh token.
    RefreshToken,
}

impl GrantType {
    /// The name it has in requests.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AuthorizationCode => "authorization_code",
            Self::RefreshToken => "refresh_token",
        }
    }
}

enum Presented {
    Code {
        claims: Claims,
        verifier: String,
        redirect_uri: Option<String>,
    },
    Refresh {
        grant_id: u64,
        position: Position,
    },
}

/// A well-formed token request of a proven client, with a genuine code or refresh token, to be held
/// against its grant.
pub struct TokenRequest {
    settings: Arc<Settings>,
    client: Client,
    presented: Presented,
}

/// Parses, authenticates, and verifies what was handed in.
pub(super) fn parse(
    settings: &Arc<Settings>,
    keyring: &Keyring,
    now: Timestamp,
    body: &[u8],
    authorization: &[u8],
    client: Option<&str>,
) -> Result<TokenRequest, Refusal> {
    let form = Form::parse(body).ok_or(MALFORMED)?;
    if form.repeats("resource") {
        return Err(MALFORMED);
    }
    let client = authenticate(&form, authorization, client)?;
    let grant_type = match form.field("grant_type") {
        Field::One("authorization_code") => GrantType::AuthorizationCode,
        Field::One("refresh_token") => GrantType::RefreshToken,
        Field::One(_) => {
            return Err(Refusal(
                Code::UnsupportedGrantType,
                Reason::GrantTypeUnsupported,
            ));
        }
        _ => return Err(MALFORMED),
    };
    if !client
        .grant_types
        .iter()
        .any(|name| name == grant_type.as_str())
    {
        return Err(Refusal(
            Code::UnauthorizedClient,
            Reason::GrantTypeUnsupported,
        ));
    }
    // Before anything can change: a wrong resource costs the client neither code nor token.
    check_resource(settings, &form)?;
    let presented = match grant_type {
        GrantType::AuthorizationCode => code(keyring, now, &form)?,
        GrantType::RefreshToken => refresh(keyring, now, &form)?,
    };
    Ok(TokenRequest {
        settings: Arc::clone(settings),
        client,
        presented,
    })
}

fn code(keyring: &Keyring, now: Timestamp, form: &Form) -> Result<Presented, Refusal> {
    let code = form.value("code").ok_or(MALFORMED)?;
    let verifier = form
        .value("code_verifier")
        .ok_or(Refusal(Code::InvalidRequest, Reason::PkceRequired))?;
    Ok(Presented::Code {
        claims: genuine(keyring, Kind::Code, code, now)?,
        verifier: verifier.to_owned(),
        redirect_uri: form.value("redirect_uri").map(str::to_owned),
    })
}

fn refresh(keyring: &Keyring, now: Timestamp, form: &Form) -> Result<Presented, Refusal> {
    let text = form.value("refresh_token").ok_or(MALFORMED)?;
    let claims = genuine(keyring, Kind::Refresh, text, now)?;
    Ok(Presented::Refresh {
        grant_id: claims.subject,
        position: Position::from_binding(&claims.binding)
            .ok_or(Refusal(Code::InvalidGrant, Reason::TokenMalformed))?,
    })
}

fn genuine(keyring: &Keyring, kind: Kind, text: &str, now: Timestamp) -> Result<Claims, Refusal> {
    verify(keyring, kind, text.as_bytes(), now)
        .map_err(|reason| Refusal(Code::InvalidGrant, reason))
}

impl TokenRequest {
    /// What was handed in.
    #[must_use]
    pub const fn grant_type(&self) -> GrantType {
        match self.presented {
            Presented::Code { .. } => GrantType::AuthorizationCode,
            Presented::Refresh { .. } => GrantType::RefreshToken,
        }
    }

    /// Which grant it belongs to: the one to load.
    #[must_use]
    pub const fn grant_id(&self) -> u64 {
        match &self.presented {
            Presented::Code { claims, .. } => claims.subject,
            Presented::Refresh { grant_id, .. } => *grant_id,
        }
    }

    /// Decides, with the grant as it is stored now: JSON as documented for
    /// `Countersign\OAuthTokenRequest::redeem`, `None` when there is none of this id.
    ///
    /// Where the answer has a [`Reply::change`], it must be made with one conditional update before the
    /// answer is sent; when that finds the grant changed, load it again and redeem again.
    ///
    /// # Errors
    /// [`Error::Grant`] for other JSON or another grant, [`Error::Entropy`].
    pub fn redeem(
        &self,
        keyring: &Keyring,
        entropy: &dyn Entropy,
        now: Timestamp,
        grant: Option<&str>,
    ) -> Result<Reply, Error> {
        let Some(grant) = grant else {
            let refusal = Refusal(Code::InvalidGrant, Reason::ConnectionUnknown);
            return Ok(Reply::refused(refusal));
        };
        let grant = Grant::parse(grant, self.grant_id())?;
        if let Err(refusal) = grant.check(&self.settings, &self.client, now) {
            return Ok(Reply::refused(refusal));
        }
        let step = match &self.presented {
            Presented::Code {
                claims,
                verifier,
                redirect_uri,
            } => match check_code(&grant, claims, verifier, redirect_uri.as_deref()) {
                Ok(()) => use_code(&grant, now),
                Err(refusal) => return Ok(Reply::refused(refusal)),
            },
            Presented::Refresh { position, .. } => grant
                .state()
                .map_or(Step::Revoke, |state| decide(state, *position, now)),
        };
        match step {
            Step::Repeat(state) => self.answer(keyring, entropy, now, &grant, state),
            Step::Advance(state) => Ok(self
                .answer(keyring, entropy, now, &grant, state)?
                .with_change(&advance(&grant, state))),
            Step::Revoke => {
                let refusal = Refusal(Code::InvalidGrant, self.reuse());
                let change = json!({ "grant": grant.id, "revoke": true });
                Ok(Reply::refused(refusal).with_change(&change))
            }
        }
    }

    const fn reuse(&self) -> Reason {
        match self.presented {
            Presented::Code { .. } => Reason::CodeReused,
            Presented::Refresh { .. } => Reason::RefreshReused,
        }
    }

    /// RFC 6749 §5.1. A refresh token only for clients that registered for one.
    fn answer(
        &self,
        keyring: &Keyring,
        entropy: &dyn Entropy,
        now: Timestamp,
        grant: &Grant,
        state: State,
    ) -> Result<Reply, Error> {
        let mut id = [0_u8; 12];
        entropy.fill(&mut id)?;
        let access = token::issue(
            keyring,
            &token::Grant {
                kind: Kind::Access,
                subject: grant.connection,
                epoch: grant.epoch,
                binding: audience(&self.settings.resource),
                lifetime: self.settings.access_lifetime,
                id,
                issued: now,
            },
        );
        let mut body = json!({
            "access_token": access,
            "token_type": "Bearer",
            "expires_in": self.settings.access_lifetime,
        });
        if let Some(members) = body.as_object_mut() {
            let scope = grant.scope(&self.settings);
            if !scope.is_empty() {
                members.insert("scope".to_owned(), scope.into());
            }
            if self.client.may_refresh() {
                let refresh = refresh::token(keyring, grant.id, state, grant.ends());
                members.insert("refresh_token".to_owned(), refresh.into());
            }
        }
        Ok(Reply::json(200, &body))
    }
}

/// Everything that must hold of a code before its use counts as one.
///
/// OAuth 2.1 §4.1.3 dropped `redirect_uri` from the token request, RFC 6749 has it: it may be left out,
/// since PKCE ties the code to whoever asked for it, and must be equal where it is sent.
fn check_code(
    grant: &Grant,
    claims: &Claims,
    verifier: &str,
    redirect_uri: Option<&str>,
) -> Result<(), Refusal> {
    let invalid = |reason| Err(Refusal(Code::InvalidGrant, reason));
    if redirect_uri.is_some_and(|sent| sent != grant.request.redirect_uri) {
        return invalid(Reason::RedirectMismatch);
    }
    if !claims.is_bound_to(&grant.request.binding()) {
        return invalid(Reason::GrantMismatch);
    }
    let met = Challenge::parse(&grant.request.code_challenge)
        .is_some_and(|challenge| challenge.is_met_by(verifier));
    if met {
        Ok(())
    } else {
        invalid(Reason::PkceFailed)
    }
}

/// A code works once. Used again it ends the grant (RFC 6749 §4.1.2), but only now that the verifier has
/// been proven: OAuth 2.1 §4.1.3 speaks of a second *valid* request. Who merely saw the code in an
/// address bar is refused, and cannot end anybody's connection with it.
fn use_code(grant: &Grant, now: Timestamp) -> Step {
    match grant.state() {
        Some(_) => Step::Revoke,
        None => Step::Advance(State {
            latest: Position::FIRST,
            rotated_at: Timestamp::from_seconds(now.seconds()),
        }),
    }
}

fn advance(grant: &Grant, to: State) -> Value {
    let (generation, branch) = grant.stored_position();
    json!({
        "grant": grant.id,
        "from": { "generation": generation, "branch": branch },
        "to": {
            "generation": to.latest.generation,
            "branch": to.latest.branch,
            "rotated_at": to.rotated_at.seconds(),
        },
    })
}
