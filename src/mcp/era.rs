//! Which revision of the protocol a request is of.
//!
//! Modern: the body names a version in `_meta`, or the header names one that is not legacy. Legacy:
//! everything else. The header `Mcp-Method` says nothing: bridges send it on legacy traffic.

use serde_json::value::RawValue;

use super::failure::Failure;
use super::json::{self, Object};
use crate::reason::Reason;

/// The modern revisions, newest first.
pub(super) const MODERN: &[&str] = &["2026-07-28"];

/// The legacy revisions that a client can agree on with `initialize`, newest first.
pub(super) const LEGACY: &[&str] = &["2025-11-25", "2025-06-18", "2025-03-26"];

/// Legacy and no longer spoken here.
const ENDED: &[&str] = &["2024-11-05"];

const META: &str = "_meta";
pub(super) const VERSION_KEY: &str = "io.modelcontextprotocol/protocolVersion";
pub(super) const CAPABILITIES_KEY: &str = "io.modelcontextprotocol/clientCapabilities";
pub(super) const LOG_LEVEL_KEY: &str = "io.modelcontextprotocol/logLevel";
pub(super) const SERVER_INFO_KEY: &str = "io.modelcontextprotocol/serverInfo";

/// A revision family.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Era {
    /// 2026-07-28: stateless, everything in the request.
    Modern,
    /// 2025-11-25, which may be told the server's website.
    Legacy11,
    /// 2025-06-18 and, without a header, 2025-03-26.
    Legacy06,
}

impl Era {
    pub(super) const fn is_modern(self) -> bool {
        matches!(self, Self::Modern)
    }
}

/// The era that header and parameters name. Only selects: [`check_modern`] holds the two against
/// each other.
///
/// # Errors
/// [`Reason::ProtocolVersionUnsupported`].
pub(super) fn select(header: Option<&str>, params: Option<&Object>) -> Result<Era, Failure> {
    let in_body = params
        .and_then(|params| params.object(META))
        .is_some_and(|meta| meta.get(VERSION_KEY).is_some());
    match header {
        _ if in_body => Ok(Era::Modern),
        None => Ok(Era::Legacy06),
        Some(version) if LEGACY.first() == Some(&version) => Ok(Era::Legacy11),
        Some(version) if LEGACY.contains(&version) => Ok(Era::Legacy06),
        Some(version) if ENDED.contains(&version) => {
            Err(Failure::new(Reason::ProtocolVersionUnsupported))
        }
        Some(_) => Ok(Era::Modern),
    }
}

/// What a modern request says of its client.
#[derive(Debug, Clone, Default)]
pub(super) struct Meta {
    pub(super) capabilities: Object,
    pub(super) log_level: Option<String>,
}

/// Holds the version of a modern request against its header and what is served.
///
/// # Errors
/// [`Reason::ParamsInvalid`] when a required field of `_meta` is missing, [`Reason::HeaderMismatch`],
/// [`Reason::ProtocolVersionUnsupported`] with the list of what is supported.
pub(super) fn check_modern(header: Option<&str>, params: Option<&Object>) -> Result<Meta, Failure> {
    let meta = params.and_then(|params| params.object(META));
    if meta.is_none()
        && let Some(version) = header
        && !MODERN.contains(&version)
    {
        return Err(unsupported(version));
    }
    let missing = || Failure::new(Reason::ParamsInvalid).with_status(400);
    let meta = meta.ok_or_else(|| missing().detail("params._meta is required."))?;
    let version = meta.text(VERSION_KEY).ok_or_else(|| {
        missing().detail("params._meta needs io.modelcontextprotocol/protocolVersion, a string.")
    })?;
    let capabilities = meta.object(CAPABILITIES_KEY).ok_or_else(|| {
        missing()
            .detail("params._meta needs io.modelcontextprotocol/clientCapabilities, an object.")
    })?;
    if header != Some(version.as_str()) {
        return Err(Failure::new(Reason::HeaderMismatch)
            .detail("MCP-Protocol-Version must be the version in params._meta."));
    }
    if !MODERN.contains(&version.as_str()) {
        return Err(unsupported(&version));
    }
    Ok(Meta {
        capabilities,
        log_level: meta.text(LOG_LEVEL_KEY),
    })
}

/// The specification has the requested version echoed; it is cut, and JSON keeps it harmless.
fn unsupported(version: &str) -> Failure {
    let requested: String = version.chars().take(64).collect();
    Failure::new(Reason::ProtocolVersionUnsupported)
        .with_code(-32022)
        .data("supported", json::raw(MODERN))
        .data("requested", json::raw(&requested))
}

/// The progress token of a request: a string or an integer, echoed as received.
pub(super) fn progress_token(params: &Object) -> Option<json::Raw> {
    let meta = params.object(META)?;
    let token: &RawValue = meta.get("progressToken")?;
    (matches!(json::kind(token), "string" | "integer") && token.get().len() <= 256)
        .then(|| token.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn body_first_then_header() {
        let modern =
            Object::parse(r#"{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}"#)
                .unwrap();
        let plain = Object::default();
        for (header, params, era) in [
            (None, None, Some(Era::Legacy06)),
            (None, Some(&plain), Some(Era::Legacy06)),
            (None, Some(&modern), Some(Era::Modern)),
            (Some("2025-11-25"), Some(&modern), Some(Era::Modern)),
            (Some("2025-11-25"), Some(&plain), Some(Era::Legacy11)),
            (Some("2025-06-18"), None, Some(Era::Legacy06)),
            (Some("2025-03-26"), None, Some(Era::Legacy06)),
            (Some("2024-11-05"), None, None),
            (Some("2026-07-28"), None, Some(Era::Modern)),
            (Some("v999"), None, Some(Era::Modern)),
            (Some(""), None, Some(Era::Modern)),
        ] {
            assert_eq!(select(header, params).ok(), era, "{header:?}");
        }
    }
}
