//! The methods of MCP: one table that maps a method's name to its handler, and a file for each family.

mod begin;
mod capabilities;
mod completion;
mod initialize;
mod lists;
pub(super) mod outcome;
mod prompts;
mod resources;
mod stateless;
mod tools;

use super::exchange::Exchange;
use super::wire::headers;
use super::wire::revision::{self, Revision};
use crate::call::World;
use crate::call::registry::Registry;
use crate::json::Object;
use crate::reason::Reason;
use outcome::{Handled, RefusedRequest};

/// Handles one request with its parameters. A refusal carries the attempt that the audit log records.
type Handler = fn(&mut Exchange, World<'_>, &Object) -> Result<Handled, RefusedRequest>;

/// Which revisions have a method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Revisions {
    /// Every revision.
    All,
    /// 2026-07-28 only.
    Stateless,
    /// 2025-11-25 and older.
    WithInitialize,
}

/// Whether a method depends on the registry.
#[derive(Clone, Copy)]
enum NeedsRegistry {
    /// The method does not use the registry.
    No,
    /// The method uses the registry.
    Yes,
    /// The method uses the registry, and the site has the method only if the function returns true.
    IfServed(fn(&Registry) -> bool),
}

struct Method {
    name: &'static str,
    revisions: Revisions,
    registry: NeedsRegistry,
    handler: Handler,
}

const fn method(
    name: &'static str,
    revisions: Revisions,
    registry: NeedsRegistry,
    handler: Handler,
) -> Method {
    Method {
        name,
        revisions,
        registry,
        handler,
    }
}

/// Every method that this server has.
#[rustfmt::skip]
const METHODS: &[Method] = {
    use NeedsRegistry::{IfServed, No, Yes};
    use Revisions::{All, Stateless, WithInitialize};
    use capabilities::{has_completions, has_prompts, has_resources};
    &[
        method("server/discover", Stateless, Yes, stateless::discover),
        method("initialize", WithInitialize, Yes, initialize::initialize),
        method("ping", WithInitialize, No, initialize::ping),
        method("logging/setLevel", WithInitialize, No, initialize::set_level),
        method("tools/list", All, Yes, lists::tools),
        method("tools/call", All, Yes, tools::call),
        method("prompts/list", All, IfServed(has_prompts), lists::prompts),
        method("prompts/get", All, IfServed(has_prompts), prompts::get),
        method("resources/list", All, IfServed(has_resources), lists::resources),
        method("resources/templates/list", All, IfServed(has_resources), lists::templates),
        method("resources/read", All, IfServed(has_resources), resources::read),
        method("resources/subscribe", WithInitialize, IfServed(has_resources), resources::subscribe),
        method("resources/unsubscribe", WithInitialize, IfServed(has_resources), resources::subscribe),
        method("completion/complete", All, IfServed(has_completions), completion::complete),
    ]
};

fn find(revision: Revision, name: &str) -> Option<&'static Method> {
    METHODS.iter().find(|method| {
        method.name == name
            && match method.revisions {
                Revisions::All => true,
                Revisions::Stateless => revision.is_stateless(),
                Revisions::WithInitialize => !revision.is_stateless(),
            }
    })
}

/// Returns whether the method `name` depends on the registry. An unknown method does not.
pub(super) fn needs_registry(revision: Revision, name: &str) -> bool {
    find(revision, name).is_some_and(|method| !matches!(method.registry, NeedsRegistry::No))
}

/// Returns whether the method `name` makes a call, so that it counts under the limit that an administrator has set for the
/// connection. All other requests have a wider limit of their own.
pub(super) fn is_call(name: &str) -> bool {
    matches!(
        name,
        "tools/call" | "resources/read" | "prompts/get" | "completion/complete"
    )
}

/// Handles a request: finds the method and, for revision 2026-07-28, checks `_meta` and the headers.
///
/// # Errors
/// [`Reason::MethodUnknown`], or why the request is refused.
pub(super) fn handle(
    exchange: &mut Exchange,
    world: World<'_>,
    name: &str,
    params: Option<&Object>,
) -> Result<Handled, RefusedRequest> {
    let revision = exchange.response.revision;
    let method = find(revision, name)
        .filter(|method| match method.registry {
            NeedsRegistry::IfServed(served) => served(&exchange.registry),
            NeedsRegistry::No | NeedsRegistry::Yes => true,
        })
        .ok_or(Reason::MethodUnknown)?;
    let empty = Object::default();
    let given = params.unwrap_or(&empty);
    if revision.is_stateless() {
        let header = exchange.headers.get("mcp-protocol-version");
        exchange.meta = revision::read_meta(header, params)?;
        headers::check(&exchange.headers, name, given)?;
    }
    (method.handler)(exchange, world, given)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_method_is_listed_once_for_each_revision() {
        for revision in [Revision::Jul2026, Revision::Nov2025, Revision::Jun2025] {
            for method in METHODS {
                let found = METHODS
                    .iter()
                    .filter(|other| other.name == method.name)
                    .filter(|other| {
                        find(revision, other.name).is_some_and(|hit| std::ptr::eq(hit, *other))
                    });
                assert!(found.count() <= 1, "{}", method.name);
            }
        }
        let names: std::collections::HashSet<_> =
            METHODS.iter().map(|method| method.name).collect();
        assert_eq!(names.len(), METHODS.len());
    }

    #[test]
    fn methods_exist_in_their_revisions_only() {
        assert!(find(Revision::Jul2026, "ping").is_none());
        assert!(find(Revision::Nov2025, "ping").is_some());
        assert!(find(Revision::Jun2025, "server/discover").is_none());
        assert!(find(Revision::Jul2026, "server/discover").is_some());
        assert!(find(Revision::Nov2025, "tools/list").is_some());
        assert!(find(Revision::Jul2026, "no/such/method").is_none());
    }

    #[test]
    fn a_call_is_what_a_handler_of_wordpress_answers() {
        for name in [
            "tools/call",
            "resources/read",
            "prompts/get",
            "completion/complete",
        ] {
            assert!(
                is_call(name) && find(Revision::Nov2025, name).is_some(),
                "{name}"
            );
        }
        for name in [
            "initialize",
            "ping",
            "tools/list",
            "server/discover",
            "no/such/method",
        ] {
            assert!(!is_call(name), "{name}");
        }
    }

    #[test]
    fn only_methods_that_depend_on_the_registry_need_it() {
        for name in ["ping", "logging/setLevel", "no/such/method"] {
            assert!(!needs_registry(Revision::Nov2025, name), "{name}");
        }
        for name in ["initialize", "tools/list", "tools/call", "prompts/get"] {
            assert!(needs_registry(Revision::Nov2025, name), "{name}");
        }
        assert!(!needs_registry(Revision::Jul2026, "initialize"));
    }
}
