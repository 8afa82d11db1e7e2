//! The second step of a request: it is checked against its connection and handled.

use super::answer::McpCall;
use super::exchange::Exchange;
use super::methods;
use super::methods::outcome::{Handled, RefusedRequest};
use super::reply::McpReply;
use super::settings::PAUSE;
use super::wire::error::RpcError;
use super::wire::headers::RequestHeaders;
use super::wire::message::RpcMessage;
use super::wire::response::ResponseBuilder;
use super::wire::revision::{self, RequestMeta};
use crate::access;
use crate::audit::attempt::Attempt;
use crate::audit::draft::Actor;
use crate::call::connection::Connection;
use crate::call::registry::Registry;
use crate::call::{Misuse, World};
use crate::decision::Decision;
use crate::limit::Admission;
use crate::reason::Reason;
use crate::token::Claims;

/// A well-formed request with a valid access token.
pub struct McpRequest {
    pub(super) response: ResponseBuilder,
    pub(super) claims: Claims,
    pub(super) headers: RequestHeaders,
    pub(super) message: RpcMessage,
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
    /// notifications and unknown methods.
    #[must_use]
    pub fn needs_registry(&self) -> bool {
        let RpcMessage::Request { method, params, .. } = &self.message else {
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
        if let RpcMessage::Request { id, .. } = &self.message {
            response.id = Some(id.clone());
        }
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
            Err((error, record)) => {
                let entry = || Attempt::default().refusal(&actor, error.reason);
                let reply = response.error(&error).with_entry(record.then(entry));
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
        Ok(match self.handle(&mut exchange, world) {
            Ok(Some(Handled::Result(result))) => {
                let complete = exchange.response.complete(result, "complete");
                Authorized::Reply(exchange.response.success(&complete))
            }
            Ok(Some(Handled::Call(call))) => Authorized::Call(call),
            Ok(None) => Authorized::Reply(exchange.response.accepted()),
            Err(refused) => Authorized::Reply(exchange.refuse(&refused)),
        })
    }

    /// Returns the connection if it may act and is within its limit. Returns the refusal otherwise, and
    /// whether to record it.
    fn admit(
        &self,
        world: World<'_>,
        connection: Option<Connection>,
        response: &mut ResponseBuilder,
    ) -> Result<Connection, (RpcError, bool)> {
        let known = connection.as_ref().map(|known| (known.state, known.epoch));
        // The kill switch was checked in the first step.
        if let Decision::Deny(denial) = access::may_act(false, known, self.claims.epoch) {
            return Err((RpcError::new(denial.reason), true));
        }
        let connection = connection.ok_or((RpcError::new(Reason::ConnectionUnknown), true))?;
        if let Some(limit) = connection.limit {
            let key = format!("connection:{}", connection.id);
            let admission = world
                .admit(&key, limit)
                .map_err(|reason| (RpcError::new(reason).retry_after(PAUSE), true))?;
            response.set_rate_limit(limit, admission);
            if let Admission::Refused {
                retry_after,
                first_of_burst,
                ..
            } = admission
            {
                let error = RpcError::new(Reason::RateLimitedConnection).retry_after(retry_after);
                return Err((error, first_of_burst));
            }
        }
        Ok(connection)
    }

    /// Handles the message. Returns `None` for a message that gets no answer.
    fn handle(
        &self,
        exchange: &mut Exchange,
        world: World<'_>,
    ) -> Result<Option<Handled>, RefusedRequest> {
        let header = self.version_header();
        match &self.message {
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
