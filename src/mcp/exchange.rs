//! One request that is being answered.

use super::methods::outcome::RefusedRequest;
use super::reply::McpReply;
use super::sessionless::Program;
use super::wire::headers::RequestHeaders;
use super::wire::response::ResponseBuilder;
use super::wire::revision::RequestMeta;
use crate::audit::draft::Actor;
use crate::call::connection::Connection;
use crate::call::registry::Registry;
use crate::call::served::ToolAccess;

/// An admitted request: everything that the methods need to answer it.
pub(super) struct Exchange {
    pub(super) response: ResponseBuilder,
    pub(super) connection: Connection,
    pub(super) actor: Actor,
    /// The registered items. Empty for a method that needs no registry.
    pub(super) registry: Registry,
    pub(super) headers: RequestHeaders,
    /// The client's description of itself. Empty unless the request is of revision 2026-07-28.
    pub(super) meta: RequestMeta,
}

impl Exchange {
    /// Returns the tools that the connection may use.
    pub(super) const fn tools(&self) -> ToolAccess<'_> {
        let connection = &self.connection;
        ToolAccess::new(&self.registry, connection.groups, &connection.fields)
    }

    /// Returns the program that sends the request.
    pub(super) fn program(&self) -> Program<'_> {
        Program {
            site: self.response.endpoint.keyring.site(),
            connection: self.connection.id,
            ip: self.actor.ip.as_deref(),
            user_agent: self.headers.get("user-agent"),
        }
    }

    /// Returns the answer to a refused request, with its audit entry if it is recorded.
    pub(super) fn refuse(&self, refused: &RefusedRequest, is_recorded: bool) -> McpReply {
        let reply = if refused.as_result {
            self.response.denied_result(&refused.error)
        } else {
            self.response.refusal(&refused.error)
        };
        let reason = refused.error.reason;
        let entry = || {
            let mut attempt = refused.attempt.clone();
            attempt.door = self.response.door;
            attempt.refusal(&self.actor, reason)
        };
        reply.with_entry(is_recorded.then(entry))
    }
}
