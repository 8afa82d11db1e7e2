//! The protocol revision of a request.
//!
//! A request is of revision 2026-07-28 if its body names a version in `_meta`, or if the header
//! `MCP-Protocol-Version` names a version that is not an older one. All other requests are of an older
//! revision. The header `Mcp-Method` is no evidence, because bridges add it to requests of any revision.

use serde_json::value::RawValue;

use crate::json::{self, Object, RawJson};

/// The versions without an `initialize` handshake, newest first.
pub(in crate::mcp) const STATELESS: &[&str] = &["2026-07-28"];

/// The versions that a client can agree on with `initialize`, newest first.
pub(in crate::mcp) const NEGOTIATED: &[&str] = &["2025-11-25", "2025-06-18", "2025-03-26"];

/// Older versions that are no longer supported.
const ENDED: &[&str] = &["2024-11-05"];

const META: &str = "_meta";
pub(in crate::mcp) const VERSION_KEY: &str = "io.modelcontextprotocol/protocolVersion";
pub(in crate::mcp) const CAPABILITIES_KEY: &str = "io.modelcontextprotocol/clientCapabilities";
pub(in crate::mcp) const LOG_LEVEL_KEY: &str = "io.modelcontextprotocol/logLevel";
pub(in crate::mcp) const SERVER_INFO_KEY: &str = "io.modelcontextprotocol/serverInfo";

/// A protocol revision. Versions whose answers do not differ share one variant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::mcp) enum Revision {
    /// 2026-07-28: each request carries all data that is needed to answer it.
    Jul2026,
    /// 2025-11-25, which adds the website to the server's description.
    Nov2025,
    /// 2025-06-18 and 2025-03-26, and requests without the header.
    Jun2025,
}

impl Revision {
    /// Returns whether the revision has no `initialize` handshake.
    pub(in crate::mcp) const fn is_stateless(self) -> bool {
        matches!(self, Self::Jul2026)
    }
}

/// Returns the revision that the header `MCP-Protocol-Version` and the parameters name. Does not verify
/// that the two agree: [`read_meta`] does.
///
/// # Errors
/// [`RevisionFlaw::Ended`].
pub(in crate::mcp) fn select(
    header: Option<&str>,
    params: Option<&Object>,
) -> Result<Revision, RevisionFlaw> {
    let in_body = params
        .and_then(|params| params.object(META))
        .is_some_and(|meta| meta.present(VERSION_KEY).is_some());
    match header {
        _ if in_body => Ok(Revision::Jul2026),
        None => Ok(Revision::Jun2025),
        Some(version) if NEGOTIATED.first() == Some(&version) => Ok(Revision::Nov2025),
        Some(version) if NEGOTIATED.contains(&version) => Ok(Revision::Jun2025),
        Some(version) if ENDED.contains(&version) => Err(RevisionFlaw::Ended),
        Some(_) => Ok(Revision::Jul2026),
    }
}

/// Refuses a request whose header names a version that is not served. This is decided before the method is looked up,
/// because a client that is told that a method is unknown does not learn that it speaks the wrong version.
///
/// # Errors
/// [`RevisionFlaw::Ended`], [`RevisionFlaw::Unsupported`], or [`RevisionFlaw::HeaderDiffers`] if the body names another
/// version.
pub(in crate::mcp) fn check_served(
    header: Option<&str>,
    params: Option<&Object>,
) -> Result<(), RevisionFlaw> {
    let Some(version) =
        header.filter(|version| !STATELESS.contains(version) && !NEGOTIATED.contains(version))
    else {
        return Ok(());
    };
    let in_body = params
        .and_then(|params| params.object(META))
        .and_then(|meta| meta.text(VERSION_KEY));
    Err(match in_body {
        Some(other) if other != version => RevisionFlaw::HeaderDiffers,
        _ if ENDED.contains(&version) => RevisionFlaw::Ended,
        _ => unsupported(version),
    })
}

/// Returns the sentence that names every version that is served, newest first.
pub(in crate::mcp) fn served_sentence() -> String {
    let versions: Vec<&str> = STATELESS.iter().chain(NEGOTIATED).copied().collect();
    format!("This server speaks {}.", versions.join(", "))
}

/// Why the revision of a request cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::mcp) enum RevisionFlaw {
    /// The version is no longer supported.
    Ended,
    /// `params._meta` lacks a member; the sentence says which.
    MetaIncomplete(&'static str),
    /// The header and `params._meta` name different versions.
    HeaderDiffers,
    /// The version is not supported. Holds at most 64 characters of it, to be echoed.
    Unsupported(String),
}

/// The client's description of itself in a request of revision 2026-07-28.
#[derive(Debug, Clone, Default)]
pub(in crate::mcp) struct RequestMeta {
    /// The client's capabilities.
    pub(in crate::mcp) capabilities: Object,
    /// The least severe log level that the client wants, if it wants log messages.
    pub(in crate::mcp) log_level: Option<String>,
}

/// Reads `params._meta` of a request of revision 2026-07-28, and verifies that the version there is
/// supported and is the one in the header.
///
/// # Errors
/// [`RevisionFlaw`], except `Ended`.
pub(in crate::mcp) fn read_meta(
    header: Option<&str>,
    params: Option<&Object>,
) -> Result<RequestMeta, RevisionFlaw> {
    let meta = params.and_then(|params| params.object(META));
    if meta.is_none()
        && let Some(version) = header
        && !STATELESS.contains(&version)
    {
        return Err(unsupported(version));
    }
    let meta = meta.ok_or(RevisionFlaw::MetaIncomplete("params._meta is required."))?;
    let version = meta.text(VERSION_KEY).ok_or(RevisionFlaw::MetaIncomplete(
        "params._meta must have io.modelcontextprotocol/protocolVersion, a string.",
    ))?;
    let capabilities = meta
        .object(CAPABILITIES_KEY)
        .ok_or(RevisionFlaw::MetaIncomplete(
            "params._meta must have io.modelcontextprotocol/clientCapabilities, an object.",
        ))?;
    if header != Some(version.as_str()) {
        return Err(RevisionFlaw::HeaderDiffers);
    }
    if !STATELESS.contains(&version.as_str()) {
        return Err(unsupported(&version));
    }
    Ok(RequestMeta {
        capabilities,
        log_level: meta.text(LOG_LEVEL_KEY),
    })
}

fn unsupported(version: &str) -> RevisionFlaw {
    RevisionFlaw::Unsupported(version.chars().take(64).collect())
}

/// Returns the progress token of a request as received, if it is a string or an integer of at most 256
/// bytes.
pub(in crate::mcp) fn progress_token(params: &Object) -> Option<RawJson> {
    let meta = params.object(META)?;
    let token: &RawValue = meta.get("progressToken")?;
    let known = match json::kind(token) {
        "string" | "integer" => true,
        "number" => json::integer(token.get()).is_some(),
        _ => false,
    };
    (known && token.get().len() <= 256).then(|| token.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_body_takes_precedence_over_the_header() {
        let stateless =
            Object::parse(r#"{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}"#)
                .unwrap();
        let plain = Object::default();
        for (header, params, revision) in [
            (None, None, Some(Revision::Jun2025)),
            (None, Some(&plain), Some(Revision::Jun2025)),
            (None, Some(&stateless), Some(Revision::Jul2026)),
            (
                Some("2025-11-25"),
                Some(&stateless),
                Some(Revision::Jul2026),
            ),
            (Some("2025-11-25"), Some(&plain), Some(Revision::Nov2025)),
            (Some("2025-06-18"), None, Some(Revision::Jun2025)),
            (Some("2025-03-26"), None, Some(Revision::Jun2025)),
            (Some("2024-11-05"), None, None),
            (Some("2026-07-28"), None, Some(Revision::Jul2026)),
            (Some("v999"), None, Some(Revision::Jul2026)),
            (Some(""), None, Some(Revision::Jul2026)),
        ] {
            assert_eq!(select(header, params).ok(), revision, "{header:?}");
        }
    }
}
