//! Client assertions (RFC 7521 §4.2, RFC 7523 §3): a client authenticates with a signature of its own key.

use serde::Deserialize;
use serde_json::Value;

use super::client_key::PublicJwk;
use crate::bytes;
use crate::clock::Timestamp;

/// The value of the parameter `client_assertion_type`.
pub(super) const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// The longest assertion that is read, in bytes.
const MAX_LENGTH: usize = 8192;
/// The longest time that an assertion may be valid, in seconds. It is remembered for this time.
const MAX_LIFETIME: u64 = 3600;
/// The tolerance between the clocks of the client and of this site, in seconds.
const SKEW: u64 = 60;
/// The longest identifier of an assertion, in bytes.
const MAX_ID: usize = 255;

/// What an assertion claims. It is not verified.
pub(super) struct Assertion<'a> {
    header: JoseHeader,
    claims: AssertionClaims,
    /// What was signed: header and payload, as received.
    message: &'a [u8],
    signature: Vec<u8>,
}

/// The JOSE header (RFC 7515 §4). The members that would name a key to trust (`jwk`, `jku`, `x5c`, `x5u`) are not read.
#[derive(Deserialize)]
struct JoseHeader {
    alg: String,
    kid: Option<String>,
    /// Extensions that must be understood (§4.1.11). None is.
    crit: Option<Value>,
}

/// The claims (RFC 7519 §4.1). Times are Unix seconds.
#[derive(Deserialize)]
struct AssertionClaims {
    iss: String,
    sub: String,
    aud: AudienceClaim,
    exp: f64,
    iat: Option<f64>,
    nbf: Option<f64>,
    jti: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum AudienceClaim {
    One(String),
    Several(Vec<String>),
}

impl<'a> Assertion<'a> {
    /// Reads an assertion in the compact form (RFC 7515 §7.1). Returns `None` unless all of it has the form.
    pub(super) fn read(text: &'a str) -> Option<Self> {
        if text.len() > MAX_LENGTH {
            return None;
        }
        let (message, signature) = text.rsplit_once('.')?;
        let (header, payload) = message.split_once('.')?;
        let decoded = |part: &str| bytes::from_base64url(part.as_bytes());
        Some(Self {
            header: serde_json::from_slice(&decoded(header)?).ok()?,
            claims: serde_json::from_slice(&decoded(payload)?).ok()?,
            message: message.as_bytes(),
            signature: decoded(signature)?,
        })
    }

    /// Returns the client that the assertion names, to look it up.
    pub(super) fn subject(&self) -> &str {
        &self.claims.sub
    }

    /// Returns the identifier of the assertion, which may be used once.
    pub(super) fn id(&self) -> &str {
        &self.claims.jti
    }

    /// Returns when the client issued it. Without `iat`, it may have been as early as its lifetime allows: then it is refused
    /// for longer after the store was reset, because it may have been used before.
    pub(super) fn issued(&self) -> Timestamp {
        let earliest = self.expires().seconds().saturating_sub(MAX_LIFETIME + SKEW);
        Timestamp::from_seconds(self.claims.iat.and_then(seconds).unwrap_or(earliest))
    }

    /// Returns when it expires.
    pub(super) fn expires(&self) -> Timestamp {
        seconds(self.claims.exp).map_or(Timestamp::from_seconds(0), Timestamp::from_seconds)
    }

    /// Whether the claims are those of an assertion of `client` for one of `audiences` that is valid at `now`.
    pub(super) fn is_for(&self, client: &str, audiences: &[&str], now: Timestamp) -> bool {
        let claims = &self.claims;
        let now = now.seconds();
        let audience = match &claims.aud {
            AudienceClaim::One(one) => audiences.contains(&one.as_str()),
            AudienceClaim::Several(all) => all.iter().any(|one| audiences.contains(&one.as_str())),
        };
        let in_time =
            seconds(claims.exp).is_some_and(|exp| exp > now && exp <= now + MAX_LIFETIME + SKEW);
        let begun = [claims.iat, claims.nbf]
            .into_iter()
            .flatten()
            .all(|time| seconds(time).is_some_and(|time| time <= now + SKEW));
        claims.iss == client
            && claims.sub == client
            && audience
            && in_time
            && begun
            && (1..=MAX_ID).contains(&claims.jti.len())
    }

    /// Whether one of `keys` made the signature, with the algorithm of its type.
    pub(super) fn is_signed_by(&self, keys: &[PublicJwk]) -> bool {
        let header = &self.header;
        header.crit.is_none()
            && keys.iter().any(|key| {
                key.verifies(
                    &header.alg,
                    header.kid.as_deref(),
                    self.message,
                    &self.signature,
                )
            })
    }
}

/// Returns a time of RFC 7519 in whole seconds; `None` if no date has it.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the range was checked"
)]
fn seconds(time: f64) -> Option<u64> {
    (0.0..=4_294_967_295.0)
        .contains(&time)
        .then_some(time as u64)
}
