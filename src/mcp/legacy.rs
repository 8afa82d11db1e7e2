//! The methods of 2025-11-25 and 2025-06-18, without sessions: what a client agreed on with
//! `initialize` it repeats in a header, and nothing is remembered.

use super::era::LEGACY;
use super::failure::Failure;
use super::guard::World;
use super::json::Object;
use super::modern::{capabilities, has_resources, shared};
use super::request::Handled;
use super::session::{Refused, Session};
use super::stream::LEVELS;
use crate::reason::Reason;

/// Handles a request of a legacy era.
pub(super) fn handle(
    session: &mut Session,
    world: World<'_>,
    method: &str,
    params: &Object,
) -> Result<Handled, Refused> {
    match method {
        "initialize" => initialize(session, params),
        "ping" => Ok(Handled::Result(Object::default())),
        // Taken and not remembered: each call logs from `info` on.
        "logging/setLevel" => match params.text("level") {
            Some(level) if LEVELS.contains(&level.as_str()) => {
                Ok(Handled::Result(Object::default()))
            }
            _ => Err(invalid("params.level must be a log level.")),
        },
        // Not declared, so nobody need ask; who does is answered and never notified.
        "resources/subscribe" | "resources/unsubscribe" if has_resources(session) => {
            match params.text("uri") {
                Some(_) => Ok(Handled::Result(Object::default())),
                None => Err(invalid("params.uri is required, a string.")),
            }
        }
        _ => shared(session, world, method, params),
    }
}

fn invalid(text: &'static str) -> Refused {
    Failure::new(Reason::ParamsInvalid).detail(text).into()
}

fn initialize(session: &mut Session, params: &Object) -> Result<Handled, Refused> {
    let asked = params
        .text("protocolVersion")
        .ok_or_else(|| invalid("params.protocolVersion is required, a string."))?;
    let version = LEGACY
        .iter()
        .find(|version| **version == asked)
        .or(LEGACY.first())
        .copied()
        .unwrap_or_default();
    session.frame.era = if LEGACY.first() == Some(&version) {
        super::era::Era::Legacy11
    } else {
        super::era::Era::Legacy06
    };
    Ok(Handled::Result(
        Object::default()
            .with("protocolVersion", &version)
            .with("capabilities", &capabilities(session))
            .with("serverInfo", &session.frame.server_info())
            .with("instructions", &session.frame.server.settings.instructions),
    ))
}
