//! The methods of 2026-07-28: no session, everything in the request.

use super::calls;
use super::era::{self, MODERN};
use super::guard::World;
use super::headers;
use super::json::Object;
use super::lists::{List, cacheable};
use super::request::Handled;
use super::session::{Refused, Session};
use super::tools;
use crate::reason::Reason;

/// How long a client may keep what `server/discover` said, in milliseconds.
const DISCOVER_TTL_MS: u32 = 60_000;

/// Handles a request of the modern era.
pub(super) fn handle(
    session: &mut Session,
    world: World<'_>,
    method: &str,
    params: Option<&Object>,
) -> Result<Handled, Refused> {
    let known = method == "server/discover" || is_shared(session, method);
    if !known {
        return Err(Reason::MethodUnknown.into());
    }
    let header = session.headers.get("mcp-protocol-version");
    session.meta = era::check_modern(header, params)?;
    let empty = Object::default();
    let params = params.unwrap_or(&empty);
    headers::check(&session.headers, method, params)?;
    if method == "server/discover" {
        let result = Object::default()
            .with("supportedVersions", &MODERN)
            .with("capabilities", &capabilities(session))
            .with("instructions", &session.frame.server.settings.instructions);
        return Ok(Handled::Result(cacheable(
            session.frame.era,
            result,
            DISCOVER_TTL_MS,
        )));
    }
    shared(session, world, method, params)
}

/// What is declared is served, and what is served is declared. Whether something is depends on the
/// site alone; what of it a connection sees depends on its groups.
pub(super) fn capabilities(session: &Session) -> Object {
    let none = Object::default();
    let mut out = Object::default().with("tools", &none);
    if has_prompts(session) {
        out = out.with("prompts", &none);
    }
    if has_resources(session) {
        out = out.with("resources", &none);
    }
    if has_completions(session) {
        out = out.with("completions", &none);
    }
    out.with("logging", &none)
}

pub(super) fn has_prompts(session: &Session) -> bool {
    !session.registry.prompts.is_empty()
}

pub(super) fn has_resources(session: &Session) -> bool {
    !session.registry.resources.is_empty() || !session.registry.templates.is_empty()
}

fn has_completions(session: &Session) -> bool {
    has_prompts(session) || !session.registry.templates.is_empty()
}

/// Whether `method` is one that all eras have, and is served here.
pub(super) fn is_shared(session: &Session, method: &str) -> bool {
    match method {
        "tools/list" | "tools/call" => true,
        "prompts/list" | "prompts/get" => has_prompts(session),
        "resources/list" | "resources/templates/list" | "resources/read" => has_resources(session),
        "completion/complete" => has_completions(session),
        _ => false,
    }
}

/// The methods that all eras have.
pub(super) fn shared(
    session: &Session,
    world: World<'_>,
    method: &str,
    params: &Object,
) -> Result<Handled, Refused> {
    if !is_shared(session, method) {
        return Err(Reason::MethodUnknown.into());
    }
    let list = |list| Ok(Handled::Result(session.list(list, params)?));
    match method {
        "tools/list" => list(List::Tools),
        "prompts/list" => list(List::Prompts),
        "resources/list" => list(List::Resources),
        "resources/templates/list" => list(List::Templates),
        "tools/call" => tools::call_tool(session, world, params),
        "prompts/get" => calls::prompt(session, world, params),
        "resources/read" => calls::resource(session, world, params),
        "completion/complete" => calls::completion(session, world, params),
        _ => Err(Reason::MethodUnknown.into()),
    }
}
