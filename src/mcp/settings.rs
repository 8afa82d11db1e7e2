//! What the site says of itself.

use serde::Deserialize;

use super::error::Error;
use super::guard::Limit;

/// How the endpoint is served and what it calls itself; see the PHP class `McpServer`.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Settings {
    pub(super) name: String,
    pub(super) title: String,
    pub(super) version: String,
    #[serde(default)]
    pub(super) instructions: String,
    #[serde(default)]
    pub(super) website: Option<String>,
    pub(super) endpoint: String,
    pub(super) resource_metadata: String,
    pub(super) hosts: Vec<String>,
    #[serde(default)]
    pub(super) origins: Vec<String>,
    pub(super) secure: bool,
    pub(super) kill_switch: bool,
    pub(super) ip_limit: Limit,
    pub(super) max_body: usize,
    #[serde(default = "default_lifetime")]
    pub(super) confirmation_lifetime: u32,
}

const fn default_lifetime() -> u32 {
    300
}

/// The longest life of a confirmation token, in seconds.
const MAX_CONFIRMATION_LIFETIME: u32 = 3600;

impl Settings {
    /// Reads settings from JSON.
    ///
    /// # Errors
    /// [`Error::Settings`] when a field is missing, of another type, or out of range.
    pub(super) fn parse(json: &str) -> Result<Self, Error> {
        let settings: Self = serde_json::from_str(json).map_err(|_| Error::Settings)?;
        let clean = |text: &str| {
            text.bytes()
                .all(|byte| byte > b' ' && byte < 0x7f && byte != b'"')
        };
        if !clean(&settings.resource_metadata)
            || !clean(&settings.endpoint)
            || settings.endpoint.is_empty()
            || settings.hosts.is_empty()
            || settings.ip_limit.max == 0
            || settings.ip_limit.window == 0
            || settings.max_body == 0
            || !(1..=MAX_CONFIRMATION_LIFETIME).contains(&settings.confirmation_lifetime)
        {
            return Err(Error::Settings);
        }
        Ok(settings)
    }
}
