//! The methods `resources/read`, `resources/subscribe` and `resources/unsubscribe`
//! ([specification](https://modelcontextprotocol.io/specification/2025-11-25/server/resources)).

use super::begin::{attempt, fresh_id, prepare};
use super::outcome::{Handled, RefusedRequest};
use crate::access::Groups;
use crate::call::registry::Registry;
use crate::call::{World, uri_template};
use crate::json::Object;
use crate::mcp::answer::CallKind;
use crate::mcp::exchange::Exchange;
use crate::mcp::wire::error::{invalid, resource_unknown};

/// Handles `resources/read`. Verifies that the connection may use a resource with this URI, or a template
/// that matches it.
pub(super) fn read(
    exchange: &mut Exchange,
    world: World<'_>,
    params: &Object,
) -> Result<Handled, RefusedRequest> {
    let id = fresh_id(world)?;
    let mut attempt = attempt("resources/read", &id);
    let uri = params
        .text("uri")
        .ok_or_else(|| invalid("params.uri is required and must be a string."))?;
    let groups = exchange.connection.groups;
    let exact = Registry::find(&exchange.registry.resources, &uri, groups);
    let by_template = || {
        exchange
            .registry
            .templates
            .iter()
            .filter(|item| groups.contains(item.group))
            .find_map(|item| Some((item, uri_template::matches(&item.key, &uri)?)))
    };
    let (group, template, variables) = match exact {
        Some(item) => (item.group, None, Object::default()),
        None => match by_template() {
            Some((item, variables)) => (item.group, Some(item.key.clone()), variables),
            None => return Err(RefusedRequest::new(resource_unknown(&uri), &attempt)),
        },
    };
    attempt.target = Some(template.clone().unwrap_or_else(|| uri.clone()));
    attempt.tell(&variables);
    let mut call = prepare(exchange, world, CallKind::Resource, &uri, params, attempt)?;
    call.needs = Some(Groups::of(&[group]));
    call.template = template;
    call.arguments = variables.to_json();
    Ok(Handled::Call(Box::new(call)))
}

/// Handles `resources/subscribe` and `resources/unsubscribe` of older revisions. The server does not
/// declare subscriptions and sends no notifications, but some clients subscribe all the same and stop at
/// an error.
pub(super) fn subscribe(
    _: &mut Exchange,
    _: World<'_>,
    params: &Object,
) -> Result<Handled, RefusedRequest> {
    match params.text("uri") {
        Some(_) => Ok(Handled::Result(Object::default())),
        None => Err(invalid("params.uri is required and must be a string.").into()),
    }
}
