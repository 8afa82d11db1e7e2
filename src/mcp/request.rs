//! The second step of a request: it is checked against its connection and handled.

use super::answer::McpCall;
use super::exchange::Exchange;
use super::methods;
use super::methods::outcome::{Handled, RefusedRequest};
use super::refusal::Refusal;
use super::reply::McpReply;
use super::wire::headers::RequestHeaders;
use super::wire::message::{RpcMessage, UnreadableMessage};
use super::wire::response::ResponseBuilder;
use super::wire::revision::{self, RequestMeta};
use crate::access;
use crate::audit::attempt::Attempt;
use crate::audit::draft::Actor;
use crate::call::connection::Connection;
use crate::call::registry::Registry;
use crate::call::{Misuse, World};
use crate::decision::Decision;
use crate::reason::Reason;
use crate::token::Claims;

/// A request with a genuine access token.
pub struct McpRequest {
    pub(super) response: ResponseBuilder,
    pub(super) claims: Claims,
    pub(super) headers: RequestHeaders,
    /// The message. One that cannot be read is refused only after the request was counted under the limit of its
    /// connection.
    pub(super) message: Result<RpcMessage, UnreadableMessage>,
    pub(super) ip: String,
}

/// The result of the second step.
pub enum Authorized {
    /// The request is answered.
    Reply(McpReply),
    /// The request is a call that may happen. Boxed because it is much larger than a reply.
    Call(Box<McpCall>),
}

impl McpRequest {
    /// Returns the id of the connection that the token was issued for.
    #[must_use]
    pub const fn connection(&self) -> u64 {
        self.claims.subject
    }

    /// Returns whether [`authorize`](Self::authorize) needs the registry. It does not for `ping`,
    /// notifications, unknown methods and what is not a message.
    #[must_use]
    pub fn needs_registry(&self) -> bool {
        let Ok(RpcMessage::Request { method, params, .. }) = &self.message else {
            return false;
        };
        revision::select(self.version_header(), params.as_ref())
            .is_ok_and(|revision| methods::needs_registry(revision, method))
    }

    /// Checks the request against its connection, and answers it if WordPress is not needed.
    ///
    /// `connection` is JSON, or `None` if there is no connection with the id of
    /// [`connection`](Self::connection). `registry` is JSON, and may be `None` unless
    /// [`needs_registry`](Self::needs_registry). The PHP class `McpRequest` documents both.
    ///
    /// # Errors
    /// [`Misuse::Connection`] or [`Misuse::Registry`] if an argument does not have the documented form, or
    /// if the registry is needed and missing.
    pub fn authorize(
        &self,
        world: World<'_>,
        connection: Option<&str>,
        registry: Option<&str>,
    ) -> Result<Authorized, Misuse> {
        let mut response = self.response.clone();
        response.id = match &self.message {
            Ok(RpcMessage::Request { id, .. }) => Some(id.clone()),
            Ok(_) => None,
            Err(unreadable) => unreadable.id.clone(),
        };
        let mut actor = Actor::agent(self.claims.subject, &self.ip);
        let connection = connection
            .map(|json| Connection::parse(json, self.claims.subject))
            .transpose()?;
        if let Some(known) = &connection {
            actor.user = known.user;
            actor.client.clone_from(&known.client);
        }
        let connection = match self.admit(world, connection, &mut response) {
            Ok(connection) => connection,
            Err(refusal) => return Ok(Authorized::Reply(refusal.reply(&actor, &response))),
        };
        let message = match &self.message {
            Ok(message) => message,
            Err(UnreadableMessage { error, .. }) => {
                let entry = Attempt::default().refusal(&actor, error.reason);
                let reply = response.error(error).with_entry(Some(entry));
                return Ok(Authorized::Reply(reply));
            }
        };
        let registry = if self.needs_registry() {
            Registry::parse(registry.ok_or(Misuse::Registry)?)?
        } else {
            Registry::default()
        };
        let mut exchange = Exchange {
            response,
            connection,
            actor,
            registry,
            headers: self.headers.clone(),
            meta: RequestMeta::default(),
        };
        Ok(match self.handle(message, &mut exchange, world) {
            Ok(Some(Handled::Result(result))) => {
                let complete = exchange.response.complete(result, "complete");
                Authorized::Reply(exchange.response.success(&complete))
            }
            Ok(Some(Handled::Call(call))) => Authorized::Call(call),
            Ok(None) => Authorized::Reply(exchange.response.accepted()),
            Err(refused) => Authorized::Reply(exchange.refuse(&refused)),
        })
    }

    /// Returns the connection if it may act and is within its limit. Returns the refusal otherwise.
    fn admit(
        &self,
        world: World<'_>,
        connection: Option<Connection>,
        response: &mut ResponseBuilder,
    ) -> Result<Connection, Refusal> {
        let known = connection.as_ref().map(|known| (known.state, known.epoch));
        let id = self.claims.subject;
        // The kill switch was checked in the first step.
        let reason = match (access::may_act(false, known, self.claims.epoch), connection) {
            (Decision::Allow, Some(connection)) => {
                Refusal::unless_admitted(id, connection.limit, world, response)?;
                return Ok(connection);
            }
            (Decision::Allow, None) => Reason::ConnectionUnknown,
            (Decision::Deny(denial), connection) => {
                if let (Reason::ConnectionPaused, Some(connection)) = (denial.reason, connection) {
                    // Its tokens stay valid and work again when it is resumed, so it keeps its limit.
                    Refusal::unless_admitted(id, connection.limit, world, response)?;
                    return Err(Refusal::recorded(denial.reason));
                }
                denial.reason
            }
        };
        Err(Refusal::of_token(reason, id, &self.ip, world, response))
    }

    /// Handles the message. Returns `None` for a message that gets no answer.
    fn handle(
        &self,
        message: &RpcMessage,
        exchange: &mut Exchange,
        world: World<'_>,
    ) -> Result<Option<Handled>, RefusedRequest> {
        let header = self.version_header();
        match message {
            // Clients of older revisions may answer requests of the server. It sends none, so the answer is
            // ignored.
            RpcMessage::Response => {
                if revision::select(header, None)?.is_stateless() {
                    return Err(Reason::RequestMalformed.into());
                }
                Ok(None)
            }
            RpcMessage::Notification { method, params } => {
                exchange.response.revision = revision::select(header, params.as_ref())?;
                let named = self.headers.get("mcp-method");
                if exchange.response.revision.is_stateless()
                    && named.is_some_and(|named| named != method)
                {
                    return Err(Reason::HeaderMismatch.into());
                }
                Ok(None)
            }
            RpcMessage::Request { method, params, .. } => {
                exchange.response.revision = revision::select(header, params.as_ref())?;
                methods::handle(exchange, world, method, params.as_ref()).map(Some)
            }
        }
    }

    fn version_header(&self) -> Option<&str> {
        self.headers.get("mcp-protocol-version")
    }
}
