//! The settings of the authorization server.

use std::ops::RangeInclusive;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use url::{Host, Url};

use super::OAuthError;
use super::app_scheme::AppSchemes;
use crate::limit::CallLimit;
use crate::metering::named_limit;

/// The default lifetime of an access token, in seconds.
const ACCESS_LIFETIME: u32 = 3600;
/// The lifetimes of an access token that the settings may ask for, in seconds.
const ACCESS_LIFETIMES: RangeInclusive<u32> = 300..=86_400;
/// The default time after which an unused refresh token expires, in seconds: 30 days, so that a desktop client that was
/// closed for a holiday needs no new consent.
const REFRESH_LIFETIME: u32 = 30 * 86_400;
/// The times that the settings may ask for instead: an hour to a year.
const REFRESH_LIFETIMES: RangeInclusive<u32> = 3600..=365 * 86_400;

/// The validated settings. URLs are kept as written, because clients compare them byte for byte.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OAuthSettings {
    pub(super) issuer: String,
    pub(super) resource: String,
    pub(super) resource_metadata: String,
    pub(super) authorization_endpoint: String,
    pub(super) token_endpoint: String,
    pub(super) registration_endpoint: String,
    pub(super) revocation_endpoint: String,
    pub(super) documentation: Option<String>,
    pub(super) resource_name: Option<String>,
    /// Whether the current request arrived over HTTPS or never left the machine.
    pub(super) secure: bool,
    /// Whether the addresses of a site on a development machine may use plain `http`.
    allow_http: bool,
    #[serde(default = "access_lifetime")]
    pub(super) access_lifetime: u32,
    /// The time after which an unused refresh token expires, in seconds.
    #[serde(default = "refresh_lifetime")]
    pub(super) refresh_lifetime: u32,
    /// The private-use schemes of redirect URIs.
    #[serde(default, deserialize_with = "app_schemes")]
    pub(super) app_schemes: AppSchemes,
    #[serde(default)]
    pub(super) scopes: Vec<String>,
    /// The limit of failed requests from one address network.
    #[serde(default = "ip_limit")]
    pub(super) ip_limit: CallLimit,
    /// The limit of registrations from one address network.
    #[serde(default = "registration_limit")]
    pub(super) registration_limit: CallLimit,
}

const fn ip_limit() -> CallLimit {
    CallLimit {
        max: 60,
        window: 60,
    }
}

/// A registration stores nothing. The window is short, so that a flood locks out others at the same address for a minute
/// only.
const fn registration_limit() -> CallLimit {
    CallLimit {
        max: 20,
        window: 60,
    }
}

const fn access_lifetime() -> u32 {
    ACCESS_LIFETIME
}

const fn refresh_lifetime() -> u32 {
    REFRESH_LIFETIME
}

fn app_schemes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<AppSchemes, D::Error> {
    AppSchemes::adding(Vec::deserialize(deserializer)?).map_err(D::Error::custom)
}

impl OAuthSettings {
    /// Parses and validates the JSON: the issuer has neither query nor fragment (RFC 8414 §2), no URL
    /// has a fragment (RFC 8707 §2 for the resource) or user information, and all URLs are `https`.
    pub(super) fn parse(json: &str) -> Result<Self, OAuthError> {
        let settings: Self = serde_json::from_str(json).map_err(|_| OAuthError::Settings)?;
        for (name, address) in [
            ("issuer", &settings.issuer),
            ("resource", &settings.resource),
            ("resource_metadata", &settings.resource_metadata),
            ("authorization_endpoint", &settings.authorization_endpoint),
            ("token_endpoint", &settings.token_endpoint),
            ("registration_endpoint", &settings.registration_endpoint),
            ("revocation_endpoint", &settings.revocation_endpoint),
        ] {
            settings.check_address(name, address)?;
        }
        if settings.issuer.contains('?') {
            return Err(OAuthError::Setting("issuer"));
        }
        if let Some(documentation) = &settings.documentation {
            settings.check_address("documentation", documentation)?;
        }
        if !ACCESS_LIFETIMES.contains(&settings.access_lifetime) {
            return Err(OAuthError::Setting("access_lifetime"));
        }
        if !REFRESH_LIFETIMES.contains(&settings.refresh_lifetime) {
            return Err(OAuthError::Setting("refresh_lifetime"));
        }
        if !settings.scopes.iter().all(|scope| is_scope_token(scope)) {
            return Err(OAuthError::Setting("scopes"));
        }
        for (name, rate) in [
            ("ip_limit", settings.ip_limit),
            ("registration_limit", settings.registration_limit),
        ] {
            if named_limit(b"", rate.max.into(), rate.window.into()).is_err() {
                return Err(OAuthError::Setting(name));
            }
        }
        Ok(settings)
    }

    fn check_address(&self, name: &'static str, address: &str) -> Result<(), OAuthError> {
        let url = Url::parse(address).map_err(|_| OAuthError::Setting(name))?;
        let plain = address.bytes().all(|byte| byte.is_ascii_graphic());
        let clean =
            url.fragment().is_none() && url.username().is_empty() && url.password().is_none();
        if !plain || !clean || address.contains('\\') {
            return Err(OAuthError::Setting(name));
        }
        match url.scheme() {
            "https" => Ok(()),
            "http" if self.allow_http || is_loopback(&url) => Ok(()),
            // The server refuses every request that did not arrive over HTTPS. An error here would
            // replace that refusal, with its reason, on a site that is served over plain HTTP.
            "http" if !self.secure => Ok(()),
            "http" => Err(OAuthError::SettingNotHttps(name)),
            _ => Err(OAuthError::Setting(name)),
        }
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Whether `text` is a scope token (RFC 6749 §3.3: `1*( %x21 / %x23-5B / %x5D-7E )`).
fn is_scope_token(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\')
}
