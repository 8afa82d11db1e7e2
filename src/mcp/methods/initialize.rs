//! The methods that only revisions up to 2025-11-25 have: `initialize`, `ping` and `logging/setLevel`
//! ([specification](https://modelcontextprotocol.io/specification/2025-11-25/basic/lifecycle)).
//!
//! The server keeps no session. A client repeats in a header the version that it agreed on with
//! `initialize`.

use super::capabilities;
use super::outcome::{Handled, RefusedRequest};
use crate::call::World;
use crate::json::Object;
use crate::mcp::exchange::Exchange;
use crate::mcp::sessionless;
use crate::mcp::wire::error::invalid;
use crate::mcp::wire::events::LEVELS;
use crate::mcp::wire::revision::{NEGOTIATED, Revision};

/// Handles `initialize`: agrees on the version that the client asks for, or on the newest one if the server
/// does not support that version.
pub(super) fn initialize(
    exchange: &mut Exchange,
    world: World<'_>,
    params: &Object,
) -> Result<Handled, RefusedRequest> {
    let wanted = params
        .text("protocolVersion")
        .ok_or_else(|| invalid("params.protocolVersion is required and must be a string."))?;
    let version = NEGOTIATED
        .iter()
        .find(|version| **version == wanted)
        .or(NEGOTIATED.first())
        .copied()
        .unwrap_or_default();
    exchange.response.revision = if NEGOTIATED.first() == Some(&version) {
        Revision::Nov2025
    } else {
        Revision::Jun2025
    };
    sessionless::forget_level(exchange.program(), world);
    let settings = &exchange.response.endpoint.settings;
    Ok(Handled::Result(
        Object::default()
            .with("protocolVersion", &version)
            .with(
                "capabilities",
                &capabilities::declared(&exchange.registry, exchange.response.revision),
            )
            .with("serverInfo", &exchange.response.server_info())
            .with("instructions", &settings.instructions),
    ))
}

/// Handles `ping`.
pub(super) fn ping(_: &mut Exchange, _: World<'_>, _: &Object) -> Result<Handled, RefusedRequest> {
    Ok(Handled::Result(Object::default()))
}

/// Handles `logging/setLevel`. Without a session, the level holds for all calls of the connection until the next
/// `initialize`.
pub(super) fn set_level(
    exchange: &mut Exchange,
    world: World<'_>,
    params: &Object,
) -> Result<Handled, RefusedRequest> {
    match params.text("level") {
        Some(level) if LEVELS.contains(&level.as_str()) => {
            sessionless::set_level(exchange.program(), world, &level)?;
            Ok(Handled::Result(Object::default()))
        }
        _ => Err(invalid("params.level must be a log level.").into()),
    }
}
