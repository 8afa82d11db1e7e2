//! The token endpoint (RFC 6749 §4.1.3, §5, §6; RFC 7636 §4.5).

use std::cell::Cell;
use std::sync::Arc;

use serde_json::json;

use super::app_scheme::AppSchemes;
use super::client::Client;
use super::client_auth::{authenticate, body_form};
use super::error::OAuthError;
use super::form::{Form, FormField};
use super::grant::{Grant, StoredGrant};
use super::pkce::CodeChallenge;
use super::redirect::RedirectUri;
use super::refresh::{self, FamilyState, Position, PresentedToken, Rotation};
use super::reply::{ErrorCode, ErrorResponse, OAuthReply};
use super::resource;
use super::sender::{CountedFor, OAuthEndpoint, Sender, behind, done, entry};
use super::settings::OAuthSettings;
use crate::access::ConnectionStanding;
use crate::audit::draft::Actor;
use crate::audit::entry::EntryKind;
use crate::clock::Timestamp;
use crate::entropy::Entropy;
use crate::keyring::Keyring;
use crate::reason::Reason;
use crate::record::{FoundRecord, Record};
use crate::token::{self, Claims, Kind, audience, verify};

/// The grant type of a token request: what the client exchanges for tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GrantType {
    /// An authorization code.
    AuthorizationCode,
    /// A refresh token.
    RefreshToken,
}

impl GrantType {
    /// Returns the value of the parameter `grant_type`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AuthorizationCode => "authorization_code",
            Self::RefreshToken => "refresh_token",
        }
    }
}

/// The verified authorization code or refresh token of a request.
enum Presented {
    Code {
        claims: Claims,
        verifier: String,
        redirect_uri: Option<String>,
    },
    Refresh {
        grant_id: u64,
        token: PresentedToken,
    },
}

/// A well-formed token request of an authenticated client. Its authorization code or refresh token is
/// genuine; [`Self::redeem`] decides whether its grant still allows it.
pub struct TokenRequest {
    settings: Arc<OAuthSettings>,
    client: Client,
    presented: Presented,
    /// Whether the request asks for scopes, which change nothing.
    asks_scope: bool,
    /// Whether the request was counted for its grant. [`TokenRequest::redeem`] may be called several times.
    counted: Cell<bool>,
}

/// Parses a token request, authenticates the client, and verifies its code or refresh token.
pub(super) fn parse(
    settings: &Arc<OAuthSettings>,
    keyring: &Keyring,
    sender: Sender<'_>,
    body: &[u8],
    authorization: &[u8],
    client: FoundRecord<'_>,
    keys: Option<&[u8]>,
) -> Result<TokenRequest, Box<OAuthReply>> {
    let refused = |counted: CountedFor<'_>, refusal| {
        Box::new(sender.refused(settings, OAuthEndpoint::Token, counted, refusal))
    };
    let form = body_form(body).map_err(|refusal| refused(CountedFor::Address, refusal))?;
    if form.repeats("resource") {
        let refusal =
            ErrorResponse::malformed("A parameter occurs more than once: send each one once.");
        return Err(refused(CountedFor::Address, refusal));
    }
    let client = authenticate(
        settings,
        keyring,
        sender,
        &form,
        authorization,
        client,
        keys,
    )
    .map_err(|refusal| refused(CountedFor::Address, refusal))?;
    match presented(settings, keyring, sender.now(), &form, &client) {
        Ok(presented) => Ok(TokenRequest {
            settings: Arc::clone(settings),
            client,
            presented,
            asks_scope: form.field("scope") != FormField::Absent,
            counted: Cell::new(false),
        }),
        Err(refusal) => Err(refused(CountedFor::authenticated(&client), refusal)),
    }
}

fn presented(
    settings: &OAuthSettings,
    keyring: &Keyring,
    now: Timestamp,
    form: &Form,
    client: &Client,
) -> Result<Presented, ErrorResponse> {
    let grant_type = match form.field("grant_type") {
        FormField::One("authorization_code") => GrantType::AuthorizationCode,
        FormField::One("refresh_token") => GrantType::RefreshToken,
        FormField::One(_) => {
            return Err(ErrorResponse::new(
                ErrorCode::UnsupportedGrantType,
                Reason::GrantTypeUnsupported,
            ));
        }
        _ => {
            return Err(ErrorResponse::malformed(
                "The parameter grant_type is missing: send authorization_code or refresh_token.",
            ));
        }
    };
    if !client
        .grant_types
        .iter()
        .any(|name| name == grant_type.as_str())
    {
        return Err(ErrorResponse::new(
            ErrorCode::UnauthorizedClient,
            Reason::GrantTypeUnsupported,
        ));
    }
    // Checked before anything changes, so that a wrong resource does not use up the code or token.
    resource::check(settings, form)?;
    match grant_type {
        GrantType::AuthorizationCode => code(keyring, now, form),
        GrantType::RefreshToken => refresh(settings, keyring, now, form),
    }
}

fn code(keyring: &Keyring, now: Timestamp, form: &Form) -> Result<Presented, ErrorResponse> {
    let code = form.value("code").ok_or(ErrorResponse::malformed(
        "The parameter code is missing: send the code from the redirect.",
    ))?;
    let verifier = form.value("code_verifier").ok_or(
        ErrorResponse::new(ErrorCode::InvalidRequest, Reason::PkceRequired).because(
            "The parameter code_verifier is missing: send the verifier of the code challenge.",
        ),
    )?;
    Ok(Presented::Code {
        claims: genuine(keyring, Kind::Code, code, now)?,
        verifier: verifier.to_owned(),
        redirect_uri: form.value("redirect_uri").map(str::to_owned),
    })
}

fn refresh(
    settings: &OAuthSettings,
    keyring: &Keyring,
    now: Timestamp,
    form: &Form,
) -> Result<Presented, ErrorResponse> {
    let text = form.value("refresh_token").ok_or(ErrorResponse::malformed(
        "The parameter refresh_token is missing: send the latest refresh token.",
    ))?;
    let claims = genuine(keyring, Kind::Refresh, text, now)?;
    // Tokens that were issued before the site chose a shorter lifetime have it too.
    if now >= claims.issued.plus_seconds(settings.refresh_lifetime.into()) {
        return Err(ErrorResponse::new(
            ErrorCode::InvalidGrant,
            Reason::TokenExpired,
        ));
    }
    Ok(Presented::Refresh {
        grant_id: claims.subject,
        token: PresentedToken::of(&claims).ok_or(ErrorResponse::new(
            ErrorCode::InvalidGrant,
            Reason::TokenMalformed,
        ))?,
    })
}

/// Whether a form has a genuine code, refresh token or access token of this site.
pub(super) fn has_genuine_token(keyring: &Keyring, now: Timestamp, form: &Form) -> bool {
    ["code", "refresh_token", "token"].iter().any(|name| {
        form.value(name).is_some_and(|text| {
            let text = text.as_bytes();
            token::peek_kind(text).is_some_and(|kind| verify(keyring, kind, text, now).is_ok())
        })
    })
}

fn genuine(
    keyring: &Keyring,
    kind: Kind,
    text: &str,
    now: Timestamp,
) -> Result<Claims, ErrorResponse> {
    verify(keyring, kind, text.as_bytes(), now)
        .map_err(|reason| ErrorResponse::new(ErrorCode::InvalidGrant, reason))
}

impl TokenRequest {
    /// Returns the grant type of the request.
    #[must_use]
    pub const fn grant_type(&self) -> GrantType {
        match self.presented {
            Presented::Code { .. } => GrantType::AuthorizationCode,
            Presented::Refresh { .. } => GrantType::RefreshToken,
        }
    }

    /// Returns the id of the grant that the code or token belongs to. Load this grant for
    /// [`Self::redeem`].
    #[must_use]
    pub const fn grant_id(&self) -> u64 {
        match &self.presented {
            Presented::Code { claims, .. } => claims.subject,
            Presented::Refresh { grant_id, .. } => *grant_id,
        }
    }

    /// Decides about the request, by the grant [`Self::grant_id`] as it is stored now.
    ///
    /// If the reply has an [`OAuthReply::change`], make it with one conditional update, together with
    /// [`OAuthReply::entry`], before sending the reply. If the update finds that the grant has changed, load the
    /// grant and call this again.
    ///
    /// A refresh token that is ahead of the counters, or that exists although the code was not used according to them,
    /// shows that the database is older than the token. The reply has status 503 then, and a change that pauses the
    /// connection and moves the counters up to the token. A code cannot show that: it expires after 60 seconds, so none is
    /// left that was issued before a database was restored.
    ///
    /// The first call counts the request: for its grant if the code or refresh token proves that it belongs to the
    /// client, otherwise as a failure. The reply has status 429 if there were too many. What the site cannot answer for
    /// now, such as a grant whose record is behind, is no failure.
    ///
    /// # Errors
    /// [`OAuthError::Grant`] if a record is another one, or its data or the counters have another form, and
    /// [`OAuthError::Entropy`] if the operating system provides no random bytes.
    pub fn redeem(
        &self,
        keyring: &Keyring,
        entropy: &dyn Entropy,
        sender: Sender<'_>,
        stored: StoredGrant<'_>,
    ) -> Result<OAuthReply, OAuthError> {
        const INVALID: ErrorCode = ErrorCode::InvalidGrant;
        let now = sender.now();
        let unproven = |refusal| {
            let counted = CountedFor::authenticated(&self.client);
            Ok(sender.refused(&self.settings, OAuthEndpoint::Token, counted, refusal))
        };
        let grant = match stored.grant.usable() {
            Ok(Some(record)) => self.grant(record, stored.counters)?,
            Ok(None) => return unproven(ErrorResponse::new(INVALID, Reason::ConnectionUnknown)),
            Err(refusal) => return unproven(ErrorResponse::of_record(INVALID, refusal)),
        };
        let standing = grant.standing(stored.connection)?;
        let proof = self.prove(&grant);
        let checked = grant.check(&self.settings, &self.client, standing, now);
        if proof.is_err()
            && let Err(refusal) = checked.and(proof)
        {
            return unproven(refusal);
        }
        let actor = grant.actor(sender.ip);
        if !self.counted.replace(true)
            && let Err(limited) = sender.uses_grant(OAuthEndpoint::Token, grant.id, &actor)
        {
            return Ok(*limited);
        }
        let standing = match checked {
            Ok(standing) => standing,
            Err(refusal) => return Ok(sender.recorded(OAuthEndpoint::Token, refusal, &actor)),
        };
        let answer = |state| self.answer(keyring, entropy, now, &grant, &standing, state);
        match self.step(&grant, now) {
            Rotation::Repeat(state) => answer(state),
            Rotation::Advance(state) => Ok(answer(state)?
                .with_change(&grant.advance(state))
                .with_entry(self.redeemed(&actor))),
            Rotation::CatchUp(state) => {
                let change = grant.catching_up(state);
                Ok(behind(OAuthEndpoint::Token, &actor, &change))
            }
            Rotation::Revoke => {
                let reason = self.reuse();
                let refused = ErrorResponse::new(ErrorCode::InvalidGrant, reason);
                Ok(OAuthReply::refused(refused)
                    .with_change(&grant.ending(reason.code()))
                    .with_entry(Some(entry(OAuthEndpoint::Token, &actor, reason))))
            }
        }
    }

    /// Reads the grant of this request.
    fn grant(&self, record: &Record, counters: Option<&str>) -> Result<Grant, OAuthError> {
        Grant::of(record, counters).and_then(|grant| {
            (grant.id == self.grant_id())
                .then_some(grant)
                .ok_or(OAuthError::Grant)
        })
    }

    /// Decides what the code or refresh token does to its family.
    fn step(&self, grant: &Grant, now: Timestamp) -> Rotation {
        match &self.presented {
            Presented::Code { .. } => use_code(grant, now),
            Presented::Refresh { token, .. } => token.used(grant.state(), now),
        }
    }

    /// Checks that the client owns the grant, and that a code belongs to its request and verifier. The signature of
    /// a code or refresh token was verified before.
    fn prove(&self, grant: &Grant) -> Result<(), ErrorResponse> {
        grant.check_client(&self.client)?;
        match &self.presented {
            Presented::Code {
                claims,
                verifier,
                redirect_uri,
            } => check_code(
                &self.settings.app_schemes,
                grant,
                claims,
                verifier,
                redirect_uri.as_deref(),
            ),
            Presented::Refresh { .. } => Ok(()),
        }
    }

    /// Returns the entry of a successful request. Only the first tokens of a grant are recorded, not the refresh of
    /// every hour.
    fn redeemed(&self, actor: &Actor) -> Option<String> {
        (self.grant_type() == GrantType::AuthorizationCode)
            .then(|| done(EntryKind::Oauth, "oauth.code_redeemed", actor))
    }

    const fn reuse(&self) -> Reason {
        match self.presented {
            Presented::Code { .. } => Reason::CodeReused,
            Presented::Refresh { .. } => Reason::RefreshReused,
        }
    }

    /// The successful response of RFC 6749 §5.1. Only clients that registered the grant type
    /// `refresh_token` get a refresh token.
    fn answer(
        &self,
        keyring: &Keyring,
        entropy: &dyn Entropy,
        now: Timestamp,
        grant: &Grant,
        standing: &ConnectionStanding,
        state: FamilyState,
    ) -> Result<OAuthReply, OAuthError> {
        let mut id = [0_u8; 12];
        entropy.fill(&mut id)?;
        let access = token::issue(
            keyring,
            &token::NewToken {
                kind: Kind::Access,
                subject: grant.connection,
                epoch: standing.token_epoch(),
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
            // RFC 6749 §5.1: always if it differs from what was asked, so also if nothing known was.
            if !scope.is_empty() || grant.request.other_scopes || self.asks_scope {
                members.insert("scope".to_owned(), scope.into());
            }
            if self.client.may_refresh() {
                let refresh = refresh::token(
                    keyring,
                    grant.id,
                    state,
                    self.settings.refresh_lifetime,
                    grant.ends(&self.settings),
                );
                members.insert("refresh_token".to_owned(), refresh.into());
            }
        }
        Ok(OAuthReply::json(200, &body))
    }
}

/// Checks the redirect URI, the binding and the PKCE verifier of a code. A request that fails here does
/// not count as a use of the code.
///
/// RFC 6749 requires `redirect_uri` in the token request; OAuth 2.1 §4.1.3 does not. It may be left out,
/// because PKCE ties the code to the client that requested it. If it is sent, it must be the same URI.
fn check_code(
    schemes: &AppSchemes,
    grant: &Grant,
    claims: &Claims,
    verifier: &str,
    redirect_uri: Option<&str>,
) -> Result<(), ErrorResponse> {
    let invalid = |reason| Err(ErrorResponse::new(ErrorCode::InvalidGrant, reason));
    if redirect_uri
        .is_some_and(|sent| !is_same_redirect(schemes, &grant.request.redirect_uri, sent))
    {
        return Err(
            ErrorResponse::new(ErrorCode::InvalidGrant, Reason::RedirectMismatch).because(
                "The parameter redirect_uri is not that of the authorization request: send the same one.",
            ),
        );
    }
    if !claims.is_bound_to(&grant.request.binding()) {
        return invalid(Reason::GrantMismatch);
    }
    let met = CodeChallenge::parse(&grant.request.code_challenge)
        .is_some_and(|challenge| challenge.is_met_by(verifier));
    if met {
        Ok(())
    } else {
        invalid(Reason::PkceFailed)
    }
}

/// Whether two redirect URIs are the same, apart from the case of scheme and host.
fn is_same_redirect(schemes: &AppSchemes, one: &str, other: &str) -> bool {
    let parsed = |text| RedirectUri::parse_with(text, schemes);
    one == other
        || matches!((parsed(one), parsed(other)), (Ok(one), Ok(other)) if one.is_same(&other))
}

/// Uses an authorization code, which is valid for one use. A second use revokes the grant (RFC 6749
/// §4.1.2), but only with a correct PKCE verifier: OAuth 2.1 §4.1.3 requires a second *valid* request.
/// An attacker who only saw the code in a redirect is refused and cannot end the victim's connection.
fn use_code(grant: &Grant, now: Timestamp) -> Rotation {
    match grant.state() {
        Some(_) => Rotation::Revoke,
        None => Rotation::Advance(FamilyState {
            latest: Position::FIRST,
            rotated_at: Timestamp::from_seconds(now.seconds()),
        }),
    }
}
