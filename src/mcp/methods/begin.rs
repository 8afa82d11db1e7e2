//! The preparation of a call, which is the same for every method that makes one.

use std::collections::BTreeMap;

use super::outcome::RefusedRequest;
use crate::audit::attempt::Attempt;
use crate::call::World;
use crate::call::confirmation;
use crate::call::decide::OutputSchema;
use crate::call::items::ConsideredItems;
use crate::json::{self, Object};
use crate::mcp::answer::request_state::CallRound;
use crate::mcp::answer::{CallKind, CallStage, McpCall};
use crate::mcp::exchange::Exchange;
use crate::mcp::sessionless::{self, CancellableRequest};
use crate::mcp::wire::error::{RpcError, invalid};
use crate::mcp::wire::events::{EventStream, LEVELS};
use crate::mcp::wire::revision;
use crate::reason::Reason;

/// The index of `info` in [`LEVELS`]: the least severe level that clients of older revisions get that have not set one.
const LEVEL_UNLESS_SET: usize = 1;

/// Returns a fresh random number, from which the correlation id of a call is made.
///
/// # Errors
/// [`Reason::EntropyUnavailable`].
pub(super) fn fresh_id(world: World<'_>) -> Result<[u8; 12], RpcError> {
    let mut id = [0; 12];
    world
        .entropy
        .fill(&mut id)
        .map_err(|_| RpcError::new(Reason::EntropyUnavailable))?;
    Ok(id)
}

/// Returns the attempt of `action` for the audit log.
pub(super) fn attempt(action: &str, id: &[u8; 12]) -> Attempt {
    Attempt {
        action: action.to_owned(),
        correlation: Some(confirmation::correlation(id)),
        ..Attempt::default()
    }
}

/// Prepares a call: reads the responses and the state of an earlier round, reads which events the client
/// wants, and drafts the intent.
///
/// # Errors
/// [`Reason::ParamsInvalid`] or [`Reason::RequestStateInvalid`].
pub(super) fn prepare(
    exchange: &Exchange,
    world: World<'_>,
    kind: CallKind,
    name: &str,
    params: &Object,
    attempt: Attempt,
) -> Result<McpCall, RefusedRequest> {
    let stateless = exchange.response.revision.is_stateless();
    let mut input_responses = Object::default();
    let mut state = None;
    if stateless && kind != CallKind::Completion {
        if let Some(given) = params.present("inputResponses") {
            let objects =
                |given: &Object| given.iter().all(|(_, value)| json::kind(value) == "object");
            input_responses = Object::parse(given.get()).filter(objects).ok_or_else(|| {
                let error = invalid("params.inputResponses must be an object of objects.");
                RefusedRequest::new(error, &attempt)
            })?;
        }
        if params.present("requestState").is_some() {
            let round = CallRound {
                connection: exchange.connection.id,
                epoch: exchange.connection.epoch,
                method: kind.method(),
                name,
                params,
            };
            let text = params.text("requestState").unwrap_or_default();
            let opened = round
                .open(&exchange.response.endpoint.keyring, &text, world.now)
                .map_err(|reason| RefusedRequest::new(reason, &attempt))?;
            state = Some(opened);
        }
    }
    let level = if stateless {
        let wanted = exchange.meta.log_level.as_deref();
        wanted.and_then(|wanted| LEVELS.iter().position(|level| *level == wanted))
    } else if exchange.headers.accepts_stream() {
        Some(sessionless::level(exchange.program(), world).unwrap_or(LEVEL_UNLESS_SET))
    } else {
        None
    };
    let id = exchange.response.id.as_deref().filter(|_| !stateless);
    Ok(McpCall {
        kind,
        name: name.to_owned(),
        template: None,
        arguments: String::new(),
        intent: Some(attempt.intent(&exchange.actor)),
        response: exchange.response.clone(),
        actor: exchange.actor.clone(),
        attempt,
        connection: exchange.connection.id,
        epoch: exchange.connection.epoch,
        needs: None,
        fields: exchange.connection.fields.clone(),
        may_write: false,
        output: OutputSchema::None,
        review: None,
        confirmed: None,
        rule: None,
        considered: false,
        target: None,
        items: ConsideredItems::default(),
        changes: BTreeMap::new(),
        entries: Vec::new(),
        before: None,
        drift: None,
        stream: EventStream::new(
            exchange.headers.accepts_stream(),
            revision::progress_token(params),
            level,
        ),
        params: params.clone(),
        capabilities: exchange.meta.capabilities.clone(),
        input_responses,
        state,
        request: id.map(|id| CancellableRequest::new(exchange.program(), id, world.now)),
        stage: CallStage::Decided,
    })
}
