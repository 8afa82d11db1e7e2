//! The third step: a call that may happen. Its answer is made in `answer`, its events in `stream`.

use super::confirm::{self, Subject};
use super::draft::{Actor, Attempt};
use super::error::Error;
use super::frame::Frame;
use super::guard::World;
use super::json::{Object, Raw};
use super::stream::Stream;
use crate::access::Tool;

/// What is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallKind {
    /// A tool.
    Tool,
    /// A prompt.
    Prompt,
    /// A resource.
    Resource,
    /// The completion of an argument.
    Completion,
}

impl CallKind {
    /// `tool`, `prompt`, `resource` or `completion`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Tool => "tool",
            Self::Prompt => "prompt",
            Self::Resource => "resource",
            Self::Completion => "completion",
        }
    }

    pub(super) const fn method(self) -> &'static str {
        match self {
            Self::Tool => "tools/call",
            Self::Prompt => "prompts/get",
            Self::Resource => "resources/read",
            Self::Completion => "completion/complete",
        }
    }
}

/// What a tool's structured content must conform to.
pub(super) enum Output {
    /// Nothing was promised.
    Free,
    /// The catalogue's schema.
    Builtin(&'static Tool),
    /// A plugin's schema.
    Plugin(Raw),
}

/// A review: what the token will be for.
pub(super) struct Review {
    pub(super) id: [u8; 12],
    pub(super) subject: Subject,
}

/// A call that may happen. Record [`Call::intent`], act, then answer exactly once.
pub struct Call {
    pub(super) kind: CallKind,
    pub(super) name: String,
    pub(super) template: Option<String>,
    pub(super) arguments: String,
    pub(super) intent: Option<String>,
    pub(super) frame: Frame,
    pub(super) actor: Actor,
    pub(super) attempt: Attempt,
    pub(super) connection: u64,
    pub(super) epoch: u32,
    pub(super) output: Output,
    pub(super) review: Option<Review>,
    pub(super) stream: Stream,
    /// The parameters as received: what a state is bound to.
    pub(super) params: Object,
    pub(super) capabilities: Object,
    pub(super) input_responses: Object,
    pub(super) state: Option<String>,
    pub(super) answered: bool,
}

impl Call {
    /// What is called.
    #[must_use]
    pub const fn kind(&self) -> CallKind {
        self.kind
    }

    /// The tool's or prompt's name, the resource's URI, or the completion reference's name or URI.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The template that matched, for a resource that has one.
    #[must_use]
    pub fn template(&self) -> Option<&str> {
        self.template.as_deref()
    }

    /// The validated arguments, a JSON object, without any confirmation token. For a resource of a
    /// template: its variables.
    #[must_use]
    pub fn arguments(&self) -> &str {
        &self.arguments
    }

    /// Links intent, outcome and confirmation in the audit log: hexadecimal.
    #[must_use]
    pub fn correlation(&self) -> &str {
        self.attempt.correlation.as_deref().unwrap_or_default()
    }

    /// The draft of the entry to append before acting; `None` for what is not recorded.
    #[must_use]
    pub fn intent(&self) -> Option<&str> {
        self.intent.as_deref()
    }

    /// The confirmation token for the act that was asked about.
    ///
    /// # Errors
    /// [`Error::NoConfirmation`] for any call but `request_review`, and the second time.
    pub fn confirmation(&mut self, world: World<'_>) -> Result<String, Error> {
        let review = self.review.take().ok_or(Error::NoConfirmation)?;
        Ok(confirm::issue(
            &self.frame.server.keyring,
            &review.subject,
            review.id,
            self.confirmation_lifetime(),
            world,
        ))
    }

    /// Seconds for which [`Call::confirmation`] is good.
    #[must_use]
    pub fn confirmation_lifetime(&self) -> u32 {
        self.frame.server.settings.confirmation_lifetime
    }

    /// What the client answered to the input request `key` of an earlier round, JSON.
    #[must_use]
    pub fn input_response(&self, key: &str) -> Option<&str> {
        self.input_responses
            .get(key)
            .map(serde_json::value::RawValue::get)
    }

    /// The state that an earlier round of this very call put aside; `None` on the first round.
    #[must_use]
    pub fn state(&self) -> Option<&str> {
        self.state.as_deref()
    }
}
