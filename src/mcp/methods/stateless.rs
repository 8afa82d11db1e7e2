//! The method that only revision 2026-07-28 has: `server/discover`.

use super::capabilities;
use super::outcome::{Handled, RefusedRequest};
use crate::call::World;
use crate::json::Object;
use crate::mcp::exchange::Exchange;
use crate::mcp::wire::revision::STATELESS;

/// How long a client may cache the answer to `server/discover`, in milliseconds.
const DISCOVER_TTL_MS: u32 = 300_000;

/// Handles `server/discover`: versions, capabilities and instructions.
pub(super) fn discover(
    exchange: &mut Exchange,
    _: World<'_>,
    _: &Object,
) -> Result<Handled, RefusedRequest> {
    let settings = &exchange.response.endpoint.settings;
    let result = Object::default()
        .with("supportedVersions", &STATELESS)
        .with(
            "capabilities",
            &capabilities::declared(&exchange.registry, exchange.response.revision),
        )
        .with("instructions", &settings.instructions);
    let result = exchange.response.cacheable(result, DISCOVER_TTL_MS);
    Ok(Handled::Result(result))
}
