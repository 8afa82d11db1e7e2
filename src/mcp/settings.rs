//! The settings of the MCP endpoint.

use std::sync::Arc;

use serde::Deserialize;

use crate::call::Misuse;
use crate::http::WebOrigin;
use crate::keyring::Keyring;
use crate::limit::CallLimit;

/// The longest lifetime of a confirmation token, in seconds.
const MAX_CONFIRMATION_LIFETIME: u32 = 3600;

/// The settings and the keys of an endpoint, which every request shares.
pub(super) struct Endpoint {
    pub(super) settings: McpSettings,
    pub(super) keyring: Arc<Keyring>,
}

/// How the site describes itself and whom it admits. The PHP class `McpServer` documents each setting.
#[derive(Debug, Clone)]
pub(super) struct McpSettings {
    pub(super) name: String,
    pub(super) title: String,
    pub(super) version: String,
    pub(super) instructions: String,
    pub(super) website: Option<String>,
    /// The URL of the endpoint, to which access tokens are bound.
    pub(super) endpoint: String,
    /// The URL of the protected resource metadata (RFC 9728).
    pub(super) resource_metadata: String,
    /// The scheme of the endpoint's URL.
    pub(super) scheme: String,
    /// The site's own hosts. Requests for other hosts are refused.
    pub(super) hosts: Vec<WebOrigin>,
    /// The site's own web origins, from which a browser may call with any token.
    pub(super) origins: Vec<WebOrigin>,
    /// Whether the request came over HTTPS or from the machine itself.
    pub(super) secure: bool,
    pub(super) kill_switch: bool,
    /// The limit for failed requests of each IP address.
    pub(super) ip_limit: CallLimit,
    /// The largest body of a request, in bytes.
    pub(super) max_body: usize,
    /// The lifetime of a confirmation token, in seconds.
    pub(super) confirmation_lifetime: u32,
}

#[derive(Deserialize)]
struct GivenSettings {
    name: String,
    title: String,
    version: String,
    #[serde(default)]
    instructions: String,
    #[serde(default)]
    website: Option<String>,
    endpoint: String,
    resource_metadata: String,
    hosts: Vec<String>,
    #[serde(default)]
    origins: Vec<String>,
    secure: bool,
    kill_switch: bool,
    ip_limit: CallLimit,
    max_body: u64,
    #[serde(default = "default_lifetime")]
    confirmation_lifetime: u32,
}

const fn default_lifetime() -> u32 {
    300
}

impl McpSettings {
    /// Reads settings from JSON. Hosts and origins that cannot be parsed are ignored: no request can
    /// match them.
    ///
    /// # Errors
    /// [`Misuse::Settings`] if a member is missing, has another type or is out of range, or if no host is
    /// left.
    pub(super) fn parse(json: &str) -> Result<Self, Misuse> {
        let given: GivenSettings = serde_json::from_str(json).map_err(|_| Misuse::Settings)?;
        // Both URLs go into response headers.
        let clean = |text: &str| {
            text.bytes()
                .all(|byte| byte > b' ' && byte < 0x7f && byte != b'"')
        };
        let scheme = WebOrigin::of_url(&given.endpoint)
            .ok_or(Misuse::Settings)?
            .scheme()
            .to_owned();
        let hosts: Vec<WebOrigin> = given
            .hosts
            .iter()
            .filter_map(|host| WebOrigin::of_authority(&scheme, host))
            .collect();
        if !clean(&given.resource_metadata)
            || !clean(&given.endpoint)
            || hosts.is_empty()
            || given.ip_limit.max == 0
            || given.ip_limit.window == 0
            || given.max_body == 0
            || !(1..=MAX_CONFIRMATION_LIFETIME).contains(&given.confirmation_lifetime)
        {
            return Err(Misuse::Settings);
        }
        Ok(Self {
            name: given.name,
            title: given.title,
            version: given.version,
            instructions: given.instructions,
            website: given.website,
            endpoint: given.endpoint,
            resource_metadata: given.resource_metadata,
            scheme,
            hosts,
            origins: WebOrigin::parse_all(&given.origins),
            secure: given.secure,
            kill_switch: given.kill_switch,
            ip_limit: given.ip_limit,
            // With 32-bit sizes, the settings of a site mean the same as elsewhere: no body is larger than memory.
            max_body: usize::try_from(given.max_body).unwrap_or(usize::MAX),
            confirmation_lifetime: given.confirmation_lifetime,
        })
    }
}
