//! The second step of a request: it is checked against its connection and handled.

use super::answer::McpCall;
use super::exchange::Exchange;
use super::holder::CredentialHolder;
use super::methods;
use super::methods::outcome::{Handled, RefusedRequest};
use super::refusal::{Counted, Refusal, Traffic};
use super::reply::McpReply;
use super::sessionless;
use super::wire::error::{self, RpcError};
use super::wire::headers::RequestHeaders;
use super::wire::message::{RpcMessage, UnreadableMessage};
use super::wire::response::{Delivery, ResponseBuilder};
use super::wire::revision::{self, RequestMeta};
use crate::audit::attempt::Attempt;
use crate::audit::draft::Actor;
use crate::call::connection::Connection;
use crate::call::registry::Registry;
use crate::call::{Misuse, World};
use crate::decision::{Decision, Denial};
use crate::http::WebOrigin;
use crate::limit::CallLimit;
use crate::reason::Reason;
use crate::record::{FoundRecord, RecordRefusal, TokenOutlook};

/// A request with a genuine access token, or with an application password that WordPress has verified.
pub struct McpRequest {
    pub(super) response: ResponseBuilder,
    pub(super) holder: CredentialHolder,
    /// The web origin of the page that sent the request, unless the request did not come from a page.
    pub(super) origin: Option<WebOrigin>,
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
    /// Returns the id of the connection that the token was issued for, or that is said to be for the
    /// application password.
    #[must_use]
    pub const fn connection(&self) -> u64 {
        self.holder.connection()
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
    /// `found` is what opening the record of the connection [`connection`](Self::connection) gave. `registry` is JSON,
    /// and may be `None` unless [`needs_registry`](Self::needs_registry). The PHP class `McpRequest` documents both.
    ///
    /// If the token is ahead of the record, the reply has a [`McpReply::change`] that pauses the connection.
    ///
    /// # Errors
    /// [`Misuse::Connection`] or [`Misuse::Registry`] if an argument does not have the documented form, or
    /// if the registry is needed and missing.
    pub fn authorize(
        &self,
        world: World<'_>,
        found: FoundRecord<'_>,
        registry: Option<&str>,
    ) -> Result<Authorized, Misuse> {
        let mut response = self.answering();
        let mut actor = Actor::agent(self.connection(), &self.ip);
        let connection = match found.usable() {
            Ok(Some(record)) => {
                let known = Connection::of(record, self.connection())?;
                let verified = self.holder.verify(&known);
                verified.map(|()| known).map_err(|reason| {
                    // The index of the site decides nothing, also not whose refusal is recorded.
                    actor = Actor::anonymous(&self.ip);
                    RecordRefusal::of(reason.into())
                })
            }
            Ok(None) => Err(RecordRefusal::of(Reason::ConnectionUnknown.into())),
            Err(refusal) => Err(refusal),
        };
        if let Ok(known) = &connection {
            actor.user = known.user;
            actor.client.clone_from(&known.client);
        }
        if let Ok(known) = &connection
            && !self.may_come_from_its_page(known)
        {
            response.set_origin(None);
            let refusal =
                Refusal::of_address(Reason::OriginRefused, &self.ip, world, &mut response);
            return Ok(Authorized::Reply(refusal.reply(&actor, &response, None)));
        }
        let admitted = self.admit(world, connection, &mut response);
        let (connection, message) = match (admitted, &self.message) {
            (Ok(connection), Ok(message)) => (connection, message),
            (Err(refusal), message) => {
                let unreadable = message.as_ref().err().map(|unreadable| &unreadable.error);
                let reply = refusal.reply(&actor, &response, unreadable);
                return Ok(Authorized::Reply(reply));
            }
            (Ok(_), Err(UnreadableMessage { error, .. })) => {
                let is_recorded = self
                    .counted(None)
                    .is_recorded(error.reason, world, &response);
                let entry = || Attempt::default().refusal(&actor, error.reason);
                let reply = response.error(error).with_entry(is_recorded.then(entry));
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
            Err(refused) => {
                let reason = refused.error.reason;
                let is_recorded = self
                    .counted(None)
                    .is_recorded(reason, world, &exchange.response);
                Authorized::Reply(exchange.refuse(&refused, is_recorded))
            }
        })
    }

    /// Returns the answer if the site cannot serve this request, although its token is genuine: for example because the
    /// audit log cannot be written. `reason` is a code of [`Reason`]; an unknown code counts as `store_unavailable`.
    ///
    /// The answer has no audit entry.
    #[must_use]
    pub fn unavailable(&self, reason: &str) -> McpReply {
        let response = self.answering();
        match &self.message {
            Ok(_) => response.refusal(&RpcError::unavailable(error::reason_of(reason))),
            Err(UnreadableMessage { error, .. }) => response.error(error),
        }
    }

    /// Returns whether the request comes from no page, or from one of the site or of the connection's client.
    fn may_come_from_its_page(&self, connection: &Connection) -> bool {
        let own = &self.response.endpoint.settings.origins;
        self.origin
            .as_ref()
            .is_none_or(|origin| own.contains(origin) || connection.origins.contains(origin))
    }

    /// Returns the builder of the answers to this message.
    fn answering(&self) -> ResponseBuilder {
        let mut response = self.response.clone();
        (response.id, response.delivery) = match &self.message {
            Ok(RpcMessage::Request { id, method, .. }) if method == "tools/call" => {
                (Some(id.clone()), Delivery::ToolResult)
            }
            Ok(RpcMessage::Request { id, .. }) => (Some(id.clone()), Delivery::Error),
            Ok(RpcMessage::Notification { .. } | RpcMessage::Response) => (None, Delivery::Nothing),
            Err(unreadable) => (unreadable.id.clone(), Delivery::Error),
        };
        if let Ok(RpcMessage::Request { params, .. }) = &self.message
            && let Ok(revision) = revision::select(self.version_header(), params.as_ref())
        {
            response.revision = revision;
        }
        response
    }

    /// Returns what the request counts as, under `limit`.
    fn counted(&self, limit: Option<CallLimit>) -> Counted<'_> {
        let traffic = match &self.message {
            Ok(RpcMessage::Request { method, .. }) if methods::is_call(method) => Traffic::Call,
            _ => Traffic::Other,
        };
        Counted {
            connection: self.connection(),
            limit,
            traffic,
            ip: &self.ip,
        }
    }

    /// Returns the connection if it may act and is within its limit. Returns the refusal otherwise.
    fn admit(
        &self,
        world: World<'_>,
        connection: Result<Connection, RecordRefusal>,
        response: &mut ResponseBuilder,
    ) -> Result<Connection, Refusal> {
        let token_epoch = self.holder.epoch();
        let known = connection.as_ref().ok();
        let counted = self.counted(known.and_then(|known| known.limit));
        let behind = known
            .zip(token_epoch)
            .and_then(|(known, epoch)| known.standing.behind(epoch));
        let refusal = match &connection {
            Err(refusal) => Some(*refusal),
            Ok(known) => match known.standing.decide(token_epoch) {
                Decision::Allow => None,
                Decision::Deny(denial) => Some(RecordRefusal::of(denial)),
            },
        };
        // A client whose token has ended has to connect again, also while all agents are stopped.
        let is_stopped = self.response.endpoint.settings.kill_switch;
        let refusal = match refusal.map(|refusal| refusal.outlook) {
            None | Some(TokenOutlook::Paused) if is_stopped => {
                Some(RecordRefusal::of(Denial::new(Reason::KillSwitch)))
            }
            _ => refusal,
        };
        match (refusal, connection) {
            (None, Ok(connection)) => {
                Refusal::unless_admitted(counted, world, response)?;
                Ok(connection)
            }
            (Some(refusal), _) | (None, Err(refusal)) => {
                Err(Refusal::of_connection(refusal, counted, world, response)
                    .catching_up(counted.connection, behind))
            }
        }
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
                revision::check_served(header, None)?;
                if revision::select(header, None)?.is_stateless() {
                    return Err(Reason::RequestMalformed.into());
                }
                Ok(None)
            }
            RpcMessage::Notification { method, params } => {
                revision::check_served(header, params.as_ref())?;
                exchange.response.revision = revision::select(header, params.as_ref())?;
                let named = self.headers.get("mcp-method");
                if exchange.response.revision.is_stateless()
                    && named.is_some_and(|named| named != method)
                {
                    return Err(Reason::HeaderMismatch.into());
                }
                // In revision 2026-07-28, a client cancels a request by ending its connection.
                if method == "notifications/cancelled" && !exchange.response.revision.is_stateless()
                {
                    sessionless::cancelled(exchange.program(), world, params.as_ref());
                }
                Ok(None)
            }
            RpcMessage::Request { method, params, .. } => {
                revision::check_served(header, params.as_ref())?;
                exchange.response.revision = revision::select(header, params.as_ref())?;
                methods::handle(exchange, world, method, params.as_ref()).map(Some)
            }
        }
    }

    fn version_header(&self) -> Option<&str> {
        self.headers.get("mcp-protocol-version")
    }
}
