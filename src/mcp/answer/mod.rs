//! A call that may happen, from its start to its answer.

mod afford;
mod finish;
mod live;
pub(in crate::mcp) mod request_state;
mod result;
mod target;

use std::collections::BTreeMap;

use super::reply::McpReply;
use super::sessionless::CancellableRequest;
use super::wire::error::RpcError;
use super::wire::events::{self, EventStream};
use super::wire::response::ResponseBuilder;
use crate::access::{FieldRules, Groups};
use crate::audit::attempt::Attempt;
use crate::audit::draft::Actor;
use crate::call::consider::TargetRule;
use crate::call::decide::{OutputSchema, Review};
use crate::call::denied::DeniedCall;
use crate::call::items::ConsideredItems;
use crate::call::target::{TargetDigests, TargetItem};
use crate::call::{Misuse, World, confirmation};
use crate::json::Object;
use crate::reason::Reason;
use crate::token::Claims;
use crate::words::words;

words! {
    /// The kind of call that an agent makes.
    pub enum CallKind {
        /// A tool: `tools/call`.
        Tool = "tool",
        /// A prompt: `prompts/get`.
        Prompt = "prompt",
        /// A resource: `resources/read`.
        Resource = "resource",
        /// The completion of an argument: `completion/complete`.
        Completion = "completion",
    }
}

impl CallKind {
    /// The MCP method of the call.
    pub(in crate::mcp) const fn method(self) -> &'static str {
        match self {
            Self::Tool => "tools/call",
            Self::Prompt => "prompts/get",
            Self::Resource => "resources/read",
            Self::Completion => "completion/complete",
        }
    }
}

/// The stage that a call has reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::mcp) enum CallStage {
    /// The call may happen and has not begun.
    Decided,
    /// The call has begun and has no answer yet.
    Begun,
    /// The call was answered.
    Answered,
}

/// A call that may happen.
///
/// [`consider`](Self::consider) its target, append [`intent`](Self::intent) to the audit log, [`begin`](Self::begin) the
/// call, act, and then answer it exactly once: with [`result`](Self::result), [`deny`](Self::deny) or
/// [`input_required`](Self::input_required).
pub struct McpCall {
    pub(in crate::mcp) kind: CallKind,
    pub(in crate::mcp) name: String,
    pub(in crate::mcp) template: Option<String>,
    pub(in crate::mcp) arguments: String,
    pub(in crate::mcp) intent: Option<String>,
    pub(in crate::mcp) response: ResponseBuilder,
    pub(in crate::mcp) actor: Actor,
    pub(in crate::mcp) attempt: Attempt,
    pub(in crate::mcp) connection: u64,
    pub(in crate::mcp) epoch: u32,
    /// The groups of which the connection needs one for this call; `None` if it needs no particular one.
    pub(in crate::mcp) needs: Option<Groups>,
    /// The fields that the connection may not write.
    pub(in crate::mcp) fields: FieldRules,
    /// Whether what is called may change something.
    pub(in crate::mcp) may_write: bool,
    pub(in crate::mcp) output: OutputSchema,
    pub(in crate::mcp) review: Option<Review>,
    /// The confirmation token that `begin` uses up.
    pub(in crate::mcp) confirmed: Option<Claims>,
    /// What the call needs because of the item that it acts on. `None` for a call that changes nothing.
    pub(in crate::mcp) rule: Option<TargetRule>,
    /// Whether the rule was applied.
    pub(in crate::mcp) considered: bool,
    /// The digests of the item when the rule was applied, if there is an item.
    pub(in crate::mcp) target: Option<TargetDigests>,
    /// The items of a call on many when the rule was applied.
    pub(in crate::mcp) items: ConsideredItems,
    /// The arguments of each item, by its id.
    pub(in crate::mcp) changes: BTreeMap<u64, Object>,
    /// The entries of the items that are done or refused.
    pub(in crate::mcp) entries: Vec<String>,
    /// The item when the rule was applied last, to tell what the call changed.
    pub(in crate::mcp) before: Option<Box<TargetItem>>,
    /// What the last refusal of [`check_target`](Self::check_target) names.
    pub(in crate::mcp) drift: Option<String>,
    pub(in crate::mcp) stream: EventStream,
    /// The parameters as received, to which a request state is bound.
    pub(in crate::mcp) params: Object,
    pub(in crate::mcp) capabilities: Object,
    pub(in crate::mcp) input_responses: Object,
    pub(in crate::mcp) state: Option<String>,
    /// The request, if a message of its own can cancel it: one of an older revision.
    pub(in crate::mcp) request: Option<CancellableRequest>,
    pub(in crate::mcp) stage: CallStage,
}

impl McpCall {
    /// Returns the kind of the call.
    #[must_use]
    pub const fn kind(&self) -> CallKind {
        self.kind
    }

    /// Returns the id of the connection that makes the call.
    #[must_use]
    pub const fn connection(&self) -> u64 {
        self.connection
    }

    /// Returns the tool's or prompt's name, the resource's URI, or for a completion the name or URI of its
    /// reference.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the URI template that matched, for a resource that was found by a template.
    #[must_use]
    pub fn template(&self) -> Option<&str> {
        self.template.as_deref()
    }

    /// Returns the validated arguments: a JSON object without the confirmation token. For a resource that
    /// was found by a template, these are the template's variables.
    #[must_use]
    pub fn arguments(&self) -> &str {
        &self.arguments
    }

    /// Returns the correlation id that links intent, outcome and confirmation in the audit log: 16
    /// hexadecimal digits.
    #[must_use]
    pub fn correlation(&self) -> &str {
        self.attempt.correlation.as_deref().unwrap_or_default()
    }

    /// Returns whether the call may change something. Only a tool can; not one of the group `read`, and not
    /// `request_review`, which describes what another call would do.
    #[must_use]
    pub const fn may_write(&self) -> bool {
        self.may_write
    }

    /// Returns whether the connection may write every field. If not, each write is asked about: [`forbids`](Self::forbids).
    #[must_use]
    pub const fn may_write_every_field(&self) -> bool {
        self.fields.is_empty()
    }

    /// Returns the rule that forbids the connection to write a field of an item, such as `title`, `terms:category` or
    /// `meta:_price`, or `None` if it may. In a name that is not known, `*` stands for what is unknown. The refusal is
    /// [`Reason::FieldDenied`].
    #[must_use]
    pub fn forbids(&self, field: &str) -> Option<&str> {
        self.fields.forbids(field)
    }

    /// Returns the draft of the audit entry to append before [`begin`](Self::begin), as JSON. Returns
    /// `None` for a call that is not recorded: a completion.
    #[must_use]
    pub fn intent(&self) -> Option<&str> {
        self.intent.as_deref()
    }

    /// Starts the call. Call this after the intent was appended to the audit log and before acting.
    ///
    /// Uses up the confirmation token, if the call needs one. Of all calls with the same token, exactly
    /// one begins. If the intent cannot be appended, do not begin the call: the token then stays valid.
    ///
    /// Returns `None` if the call has begun. Returns a refusal as the answer if the token was used in the
    /// meantime ([`Reason::ConfirmationUsed`]), has expired, or could not be looked up in the store, or if one of many items
    /// has changed since the review ([`Reason::TargetChanged`]).
    ///
    /// # Errors
    /// [`Misuse::BegunTwice`] if the call has begun before, [`Misuse::NotConsidered`] if its target was not
    /// considered.
    pub fn begin(&mut self, world: World<'_>) -> Result<Option<McpReply>, Misuse> {
        if self.stage != CallStage::Decided {
            return Err(Misuse::BegunTwice);
        }
        if self.rule.is_some() && !self.considered {
            return Err(Misuse::NotConsidered);
        }
        if let Some(claims) = &self.confirmed
            && let Err(reason) = world.burn(claims)
        {
            self.stage = CallStage::Answered;
            self.attempt.approval = None;
            return Ok(Some(self.denied(RpcError::new(reason))));
        }
        if let Some(rule) = self.rule.as_ref().filter(|rule| rule.is_of_many())
            && let Err(DeniedCall { reason, detail }) =
                rule.check_confirmed(&self.items, &self.response.endpoint.keyring)
        {
            self.stage = CallStage::Answered;
            let mut error = RpcError::new(reason);
            error.detail = detail;
            return Ok(Some(self.denied(error)));
        }
        self.stage = CallStage::Begun;
        Ok(None)
    }

    /// Issues the confirmation token for the call that is under review. Only a call of `request_review`
    /// has one.
    ///
    /// # Errors
    /// [`Misuse::NoConfirmation`] for a call of another tool and for a second token, [`Misuse::NotBegun`] before
    /// [`begin`](Self::begin).
    pub fn confirmation(&mut self, world: World<'_>) -> Result<String, Misuse> {
        if self.stage == CallStage::Decided {
            return Err(Misuse::NotBegun);
        }
        let review = self.review.take().ok_or(Misuse::NoConfirmation)?;
        Ok(confirmation::issue(
            &self.response.endpoint.keyring,
            &review.subject,
            self.target.as_ref(),
            review.id,
            self.confirmation_lifetime(),
            world,
        ))
    }

    /// Returns the lifetime of a confirmation token, in seconds.
    #[must_use]
    pub fn confirmation_lifetime(&self) -> u32 {
        self.response.endpoint.settings.confirmation_lifetime
    }

    /// Returns the client's answer to the input request `key` of an earlier round, as JSON.
    #[must_use]
    pub fn input_response(&self, key: &str) -> Option<&str> {
        self.input_responses
            .get(key)
            .map(serde_json::value::RawValue::get)
    }

    /// Returns the state that an earlier round of this call passed to
    /// [`input_required`](Self::input_required). Returns `None` on the first round.
    #[must_use]
    pub fn state(&self) -> Option<&str> {
        self.state.as_deref()
    }

    /// Returns whether the client accepts progress and log messages before the answer.
    #[must_use]
    pub const fn is_streaming(&self) -> bool {
        self.stream.is_wanted()
    }

    /// Returns the headers of the stream, to be sent with status 200 before its first event.
    #[must_use]
    pub fn stream_headers(&self) -> Vec<(&'static str, String)> {
        self.response.stream_headers()
    }

    /// Returns a progress event to send at once. Returns an empty string if there is nothing to send: the
    /// client asked for no progress, `progress` is not greater than before, or the call has not begun or
    /// was answered.
    pub fn progress(&mut self, progress: f64, total: Option<f64>, message: Option<&str>) -> String {
        if self.stage != CallStage::Begun {
            return String::new();
        }
        self.stream.progress(progress, total, message)
    }

    /// Returns a log event to send at once; `data` is JSON. Returns an empty string if there is nothing to
    /// send: the client did not ask for this level, or the call has not begun or was answered.
    ///
    /// # Errors
    /// [`Misuse::NotJson`] if `data` is not JSON, or `level` is not a level of RFC 5424.
    pub fn log(&mut self, level: &str, data: &str, logger: Option<&str>) -> Result<String, Misuse> {
        if self.stage != CallStage::Begun {
            return Ok(String::new());
        }
        self.stream.log(level, data, logger)
    }

    /// Returns `reply`, or nothing but its duties if the client has cancelled the request meanwhile: status 202 without a
    /// body, or the end of the stream.
    ///
    /// A call that may change something is answered all the same. The client ignores the answer, and another program with
    /// the same connection, address and request id would otherwise not learn that its change was made.
    #[must_use]
    pub fn unless_cancelled(&self, world: World<'_>, reply: McpReply) -> McpReply {
        let cancelled = |request: &CancellableRequest| request.is_cancelled(world);
        if self.may_write || !self.request.as_ref().is_some_and(cancelled) {
            return reply;
        }
        let mut silent = self.response.accepted();
        if self.stream.has_started() {
            silent.status = 200;
            silent.headers = self.response.stream_headers();
        }
        McpReply {
            decision: reply.decision,
            duty: reply.duty,
            ..silent
        }
    }

    /// Returns the refusal of this call. A tool's refusal is a result, so that the model reads it, unless
    /// the client lacks a capability.
    fn denied(&self, error: RpcError) -> McpReply {
        let protocol = error.reason == Reason::ClientCapabilityMissing
            && self.response.revision.is_stateless()
            && !error.data.is_empty();
        let reply = if self.kind == CallKind::Tool && !protocol {
            self.response.denied_result(&error)
        } else {
            self.response.error(&error)
        };
        self.close(reply, Some(error.reason))
    }

    /// Adds the outcome to the answer, and makes the answer the last event of a stream that has started.
    fn close(&self, mut reply: McpReply, reason: Option<Reason>) -> McpReply {
        if self.kind != CallKind::Completion {
            let outcome = self.attempt.outcome(&self.actor, reason);
            reply = reply.with_entries(&self.entries, outcome);
        }
        if self.stream.has_started() {
            reply.status = 200;
            reply.headers = self.response.stream_headers();
            reply.body = events::event(&reply.body);
        }
        reply
    }
}
