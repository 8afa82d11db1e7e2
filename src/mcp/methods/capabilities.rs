//! The capabilities that the server declares to clients.

use crate::call::registry::Registry;
use crate::json::Object;
use crate::mcp::wire::revision::Revision;

/// Returns the server's capabilities: one for each kind of item that the site serves. They are the same for
/// every connection; which items a connection sees depends on its groups. Logging is deprecated in revision 2026-07-28, so
/// it is not offered there; a client that asks for it all the same gets it.
pub(super) fn declared(registry: &Registry, revision: Revision) -> Object {
    let none = Object::default();
    let mut out = Object::default().with("tools", &none);
    if has_prompts(registry) {
        out = out.with("prompts", &none);
    }
    if has_resources(registry) {
        out = out.with("resources", &none);
    }
    if has_completions(registry) {
        out = out.with("completions", &none);
    }
    if revision.is_stateless() {
        return out;
    }
    out.with("logging", &none)
}

pub(super) fn has_prompts(registry: &Registry) -> bool {
    !registry.prompts.is_empty()
}

pub(super) fn has_resources(registry: &Registry) -> bool {
    !registry.resources.is_empty() || !registry.templates.is_empty()
}

pub(super) fn has_completions(registry: &Registry) -> bool {
    has_prompts(registry) || !registry.templates.is_empty()
}
