//! The method `prompts/get` ([specification](https://modelcontextprotocol.io/specification/2025-11-25/server/prompts)).

use serde_json::value::RawValue;

use super::begin::{attempt, fresh_id, prepare};
use super::outcome::{Handled, RefusedRequest};
use crate::access::Groups;
use crate::call::World;
use crate::call::registry::{RegisteredItem, Registry};
use crate::json::{self, Object};
use crate::mcp::answer::CallKind;
use crate::mcp::exchange::Exchange;
use crate::mcp::wire::error::invalid;
use crate::reason::Reason;

/// Handles `prompts/get`. Verifies that the connection may use the prompt, and that every required argument
/// is present and a string.
pub(super) fn get(
    exchange: &mut Exchange,
    world: World<'_>,
    params: &Object,
) -> Result<Handled, RefusedRequest> {
    let id = fresh_id(world)?;
    let mut attempt = attempt("prompts/get", &id);
    let name = params
        .text("name")
        .ok_or_else(|| invalid("params.name is required and must be a string."))?;
    let prompt = Registry::find(
        &exchange.registry.prompts,
        &name,
        exchange.connection.groups,
    )
    .ok_or_else(|| RefusedRequest::new(Reason::PromptUnknown, &attempt))?;
    attempt.target = Some(format!("prompt:{name}"));
    let given = match params.present("arguments") {
        Some(given) if !json::is_empty_list(given) => Object::parse(given.get()),
        _ => Some(Object::default()),
    };
    let given = given.map(without_nulls);
    let strings = |given: &Object| given.iter().all(|(_, value)| json::kind(value) == "string");
    let arguments = given.filter(strings).ok_or_else(|| {
        let error = invalid("params.arguments must be an object of strings.");
        RefusedRequest::new(error, &attempt)
    })?;
    attempt.tell(&arguments);
    if let Some(missing) = missing_arguments(prompt, &arguments) {
        let text = format!("The prompt needs the arguments: {missing}.");
        return Err(RefusedRequest::new(invalid(text), &attempt));
    }
    let needs = Groups::of(&[prompt.group]);
    let mut call = prepare(exchange, world, CallKind::Prompt, &name, params, attempt)?;
    call.needs = Some(needs);
    call.arguments = arguments.to_json();
    Ok(Handled::Call(Box::new(call)))
}

/// Returns the arguments that are not null. Arguments of prompts are strings, so null can only mean nothing.
fn without_nulls(given: Object) -> Object {
    let present = given
        .iter()
        .filter(|(_, value)| json::kind(value) != "null");
    present.fold(Object::default(), |mut out, (name, value)| {
        out.set(name, value.to_owned());
        out
    })
}

/// Returns the names of the required arguments that are missing, or `None` if there are none.
fn missing_arguments(prompt: &RegisteredItem, given: &Object) -> Option<String> {
    let declared: Vec<Object> = prompt
        .listed
        .get("arguments")
        .and_then(|list| serde_json::from_str(list.get()).ok())
        .unwrap_or_default();
    let missing: Vec<String> = declared
        .iter()
        .filter(|argument| argument.get("required").map(RawValue::get) == Some("true"))
        .filter_map(|argument| argument.text("name"))
        .filter(|name| given.get(name).is_none())
        .collect();
    (!missing.is_empty()).then(|| missing.join(", "))
}
