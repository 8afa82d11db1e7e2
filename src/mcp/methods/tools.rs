//! The method `tools/call` ([specification](https://modelcontextprotocol.io/specification/2025-11-25/server/tools)).

use super::begin::{attempt, fresh_id, prepare};
use super::outcome::{Handled, RefusedRequest};
use crate::call::World;
use crate::call::confirmation::REVIEW_TOOL;
use crate::call::decide::{self, Caller};
use crate::call::registry::is_tool_name;
use crate::call::served::Served;
use crate::json::{self, Object};
use crate::mcp::answer::CallKind;
use crate::mcp::exchange::Exchange;
use crate::mcp::wire::error::{RpcError, invalid};
use crate::mcp::wire::headers;

/// Handles `tools/call`. Verifies that the connection may use the tool, that the headers repeat the arguments
/// that they must repeat, that the arguments conform to the schema, and that a tool that needs a
/// confirmation has one.
pub(super) fn call(
    exchange: &mut Exchange,
    world: World<'_>,
    params: &Object,
) -> Result<Handled, RefusedRequest> {
    let id = fresh_id(world)?;
    let name = params
        .text("name")
        .ok_or_else(|| invalid("params.name is required and must be a string."))?;
    // Names that are not well formed stay out of the audit log.
    let action = if is_tool_name(&name) {
        &name
    } else {
        "tools/call"
    };
    let mut attempt = attempt(action, &id);
    attempt.door = exchange.response.door;
    let tool = decide::find(exchange.tools(), &name)
        .map_err(|reason| RefusedRequest::new(reason, &attempt))?;
    let arguments = arguments(params).map_err(|error| RefusedRequest::new(error, &attempt))?;
    if let Served::Plugin(plugin) = tool
        && exchange.response.revision.is_stateless()
    {
        headers::check_mirrored(&exchange.headers, &plugin.mirrored, &arguments)
            .map_err(|error| RefusedRequest::new(error, &attempt))?;
    }
    let caller = Caller {
        keyring: &exchange.response.endpoint.keyring,
        connection: &exchange.connection,
        tools: exchange.tools(),
        world,
    };
    let allowed = caller
        .decide(tool, arguments, id, &mut attempt)
        .map_err(|denied| {
            let mut error = RpcError::new(denied.reason);
            error.detail = denied.detail;
            RefusedRequest::as_result(error, &attempt)
        })?;
    let mut call = prepare(exchange, world, CallKind::Tool, &name, params, attempt)?;
    if allowed.confirmed.is_some() {
        call.attempt.approval = Some("confirmed");
        call.intent = Some(call.attempt.intent(&call.actor));
    }
    call.may_write = tool.may_write();
    call.arguments = allowed.arguments.to_json();
    call.review = allowed.review;
    call.confirmed = allowed.confirmed;
    call.rule = allowed.rule;
    call.changes = allowed.changes;
    call.output = allowed.output;
    // A review needs no group of its own; the call under review is checked again when it is made.
    call.needs = (name != REVIEW_TOOL).then(|| tool.groups());
    Ok(Handled::Call(Box::new(call)))
}

/// Returns the arguments of a call, with whole numbers as integers. Everything that follows sees this spelling: the schema,
/// a confirmation token, which is bound to it, and the tool.
///
/// # Errors
/// [`Reason::ParamsInvalid`](crate::reason::Reason::ParamsInvalid) if they are neither an object nor absent.
fn arguments(params: &Object) -> Result<Object, RpcError> {
    match params.present("arguments") {
        Some(given) if !json::is_empty_list(given) => {
            Object::parse(&json::whole_numbers(given.get()))
                .ok_or_else(|| invalid("params.arguments must be an object."))
        }
        _ => Ok(Object::default()),
    }
}
