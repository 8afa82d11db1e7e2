//! The second step: the request is held against its connection.

use super::call::Call;
use super::connection::Connection;
use super::draft::{self, Actor, Attempt};
use super::envelope::Message;
use super::era::{self, Era, Meta};
use super::error::Error;
use super::failure::Failure;
use super::frame::Frame;
use super::guard::World;
use super::headers::Headers;
use super::json::Object;
use super::registry::Registry;
use super::reply::Reply;
use super::server::PAUSE;
use super::session::{Refused, Session};
use super::{legacy, modern};
use crate::access;
use crate::decision::Decision;
use crate::limit::Admission;
use crate::reason::Reason;
use crate::token::Claims;

/// A well-formed request with a genuine token.
pub struct Request {
    pub(super) frame: Frame,
    pub(super) claims: Claims,
    pub(super) headers: Headers,
    pub(super) message: Message,
    pub(super) ip: String,
}

/// Where the second step led.
pub enum Authorized {
    /// To the end.
    Reply(Reply),
    /// To a call that may happen. Boxed: it is many times the size of a reply.
    Call(Box<Call>),
}

/// What a method led to.
pub(super) enum Handled {
    /// A result, not yet completed for its era.
    Result(Object),
    /// A call that WordPress must make.
    Call(Box<Call>),
}

impl Request {
    /// The connection the token speaks for.
    #[must_use]
    pub const fn connection(&self) -> u64 {
        self.claims.subject
    }

    /// Holds the request against its connection and answers all that needs no WordPress.
    ///
    /// # Errors
    /// [`Error::Connection`] and [`Error::Registry`] for arguments that are not as documented at the
    /// PHP class `McpRequest`.
    pub fn authorize(
        &self,
        world: World<'_>,
        connection: Option<&str>,
        registry: &str,
    ) -> Result<Authorized, Error> {
        let mut frame = self.frame.clone();
        if let Message::Request { id, .. } = &self.message {
            frame.id = Some(id.clone());
        }
        let mut actor = Actor::agent(self.claims.subject, &self.ip);
        let connection = connection
            .map(|json| Connection::parse(json, self.claims.subject))
            .transpose()?;
        if let Some(known) = &connection {
            actor.user = known.user;
            actor.client.clone_from(&known.client);
        }
        let connection = match self.admit(world, connection, &mut frame) {
            Ok(connection) => connection,
            Err((failure, record)) => {
                let entry = || draft::refusal(&actor, &Attempt::default(), failure.reason);
                let reply = frame.failure(&failure).with_entry(record.then(entry));
                return Ok(Authorized::Reply(reply));
            }
        };
        let mut session = Session {
            frame,
            connection,
            actor,
            registry: Registry::parse(registry)?,
            headers: self.headers.clone(),
            meta: Meta::default(),
        };
        Ok(match self.handle(&mut session, world) {
            Ok(Some(Handled::Result(result))) => {
                let complete = session.frame.complete(result, "complete");
                Authorized::Reply(session.frame.success(&complete))
            }
            Ok(Some(Handled::Call(call))) => Authorized::Call(call),
            Ok(None) => Authorized::Reply(session.frame.accepted()),
            Err(refused) => Authorized::Reply(session.refuse(&refused)),
        })
    }

    /// The connection, when it may act; else why not, and whether to record it.
    fn admit(
        &self,
        world: World<'_>,
        connection: Option<Connection>,
        frame: &mut Frame,
    ) -> Result<Connection, (Failure, bool)> {
        let connection = connection.ok_or((Failure::new(Reason::ConnectionUnknown), true))?;
        let decision = access::speaks(connection.state, connection.epoch, self.claims.epoch);
        if let Decision::Deny(denial) = decision {
            return Err((Failure::new(denial.reason), true));
        }
        if let Some(limit) = connection.limit {
            let key = format!("connection:{}", connection.id);
            let admission = world
                .admit(&key, limit)
                .map_err(|reason| (Failure::new(reason).retry_after(PAUSE), true))?;
            frame.checked(limit, admission);
            if let Admission::Refused {
                retry_after,
                first_of_burst,
                ..
            } = admission
            {
                let failure = Failure::new(Reason::RateLimitedConnection).retry_after(retry_after);
                return Err((failure, first_of_burst));
            }
        }
        Ok(connection)
    }

    /// `None` for a message that wants no answer.
    fn handle(&self, session: &mut Session, world: World<'_>) -> Result<Option<Handled>, Refused> {
        let header = self.headers.get("mcp-protocol-version");
        let empty = Object::default();
        match &self.message {
            // Legacy clients may answer requests of the server; this one sends none, and drops them.
            Message::Response => match era::select(header, None)? {
                Era::Modern => Err(Reason::RequestMalformed.into()),
                _ => Ok(None),
            },
            Message::Notification { method, params } => {
                session.frame.era = era::select(header, params.as_ref())?;
                let named = self.headers.get("mcp-method");
                if session.frame.era.is_modern() && named.is_some_and(|named| named != method) {
                    return Err(Reason::HeaderMismatch.into());
                }
                Ok(None)
            }
            Message::Request { method, params, .. } => {
                // A client may send the version it is about to ask for, or one it used before.
                let given = params.as_ref().unwrap_or(&empty);
                session.frame.era = era::select(header, params.as_ref())?;
                if session.frame.era.is_modern() {
                    modern::handle(session, world, method, params.as_ref()).map(Some)
                } else {
                    legacy::handle(session, world, method, given).map(Some)
                }
            }
        }
    }
}
