//! The method `completion/complete`
//! ([specification](https://modelcontextprotocol.io/specification/2025-11-25/server/utilities/completion)).

use super::begin::{attempt, fresh_id, prepare};
use super::outcome::{Handled, RefusedRequest};
use crate::call::World;
use crate::call::registry::Registry;
use crate::json::{self, Object};
use crate::mcp::answer::CallKind;
use crate::mcp::exchange::Exchange;
use crate::mcp::wire::error::{invalid, resource_unknown};
use crate::reason::Reason;

/// Handles `completion/complete`. The call is not recorded: it changes nothing and reveals no more than
/// the lists.
pub(super) fn complete(
    exchange: &mut Exchange,
    world: World<'_>,
    params: &Object,
) -> Result<Handled, RefusedRequest> {
    let id = fresh_id(world)?;
    let reference = params
        .object("ref")
        .ok_or_else(|| invalid("params.ref is required and must be an object."))?;
    let argument = params
        .object("argument")
        .filter(|argument| argument.text("name").is_some() && argument.text("value").is_some())
        .ok_or_else(|| invalid("params.argument must have name and value, which are strings."))?;
    let groups = exchange.connection.groups;
    let registry = &exchange.registry;
    let name = match reference.text("type").as_deref() {
        Some("ref/prompt") => {
            let name = reference.text("name").unwrap_or_default();
            Registry::find(&registry.prompts, &name, groups).ok_or(Reason::PromptUnknown)?;
            name
        }
        Some("ref/resource") => {
            let uri = reference.text("uri").unwrap_or_default();
            Registry::find(&registry.templates, &uri, groups)
                .or_else(|| Registry::find(&registry.resources, &uri, groups))
                .ok_or_else(|| resource_unknown(&uri))?;
            uri
        }
        _ => return Err(invalid("params.ref.type must be ref/prompt or ref/resource.").into()),
    };
    let mut arguments = Object::default().with("argument", &argument);
    if let Some(context) = params.object("context") {
        arguments.set("context", json::raw(&context));
    }
    let attempt = attempt("completion/complete", &id);
    let mut call = prepare(
        exchange,
        world,
        CallKind::Completion,
        &name,
        params,
        attempt,
    )?;
    call.intent = None;
    call.arguments = arguments.to_json();
    Ok(Handled::Call(Box::new(call)))
}
