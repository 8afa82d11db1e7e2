//! One authorized request: who asks, what is served, and how to answer.

use super::connection::Connection;
use super::draft::{self, Actor, Attempt};
use super::era::Meta;
use super::failure::Failure;
use super::frame::Frame;
use super::headers::Headers;
use super::json::Object;
use super::registry::Registry;
use super::reply::Reply;
use crate::access::{Groups, admits};
use crate::reason::Reason;

/// Everything that handling one request needs.
pub(super) struct Session {
    pub(super) frame: Frame,
    pub(super) connection: Connection,
    pub(super) actor: Actor,
    pub(super) registry: Registry,
    pub(super) headers: Headers,
    /// Of a modern request; empty for a legacy one.
    pub(super) meta: Meta,
}

/// A request that was refused, and what is recorded of it.
pub(super) struct Refused {
    pub(super) failure: Failure,
    /// Boxed, so that a result that is none stays small.
    pub(super) attempt: Box<Attempt>,
    /// Whether the refusal is told to the model, as the result of its call.
    pub(super) as_result: bool,
}

impl From<Failure> for Refused {
    fn from(failure: Failure) -> Self {
        Self {
            failure,
            attempt: Box::default(),
            as_result: false,
        }
    }
}

impl From<Reason> for Refused {
    fn from(reason: Reason) -> Self {
        Failure::new(reason).into()
    }
}

impl Session {
    /// Whether this connection may use what any of `needed` opens.
    pub(super) const fn admits(&self, needed: Groups) -> bool {
        admits(self.connection.groups, needed)
    }

    /// The answer to a refused request, with its entry.
    pub(super) fn refuse(&self, refused: &Refused) -> Reply {
        let reply = if refused.as_result {
            denied_result(&self.frame, &refused.failure)
        } else {
            self.frame.failure(&refused.failure)
        };
        let reason = refused.failure.reason;
        reply.with_entry(Some(draft::refusal(&self.actor, &refused.attempt, reason)))
    }
}

/// A refusal as a tool result: the model reads it and can act on it.
pub(super) fn denied_result(frame: &Frame, failure: &Failure) -> Reply {
    let wire = failure.wire(frame.era);
    let text = match &failure.detail {
        Some(detail) => format!("{}\n{detail}", wire.message),
        None => wire.message.to_owned(),
    };
    let block = Object::default().with("type", &"text").with("text", &text);
    let result = Object::default()
        .with("content", &[block])
        .with("isError", &true)
        .with(
            "_meta",
            &Object::default().with("countersign/reason", &wire.reason),
        );
    let mut reply = frame.success(&frame.complete(result, "complete"));
    reply.decision = failure.decision();
    reply
}
