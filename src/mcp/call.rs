//! The third step: a call that may happen, and its answer.

use super::error::Error;
use super::guard::World;
use super::reply::Reply;

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
}

/// A call that may happen. Record [`Call::intent`], act, then answer exactly once.
pub struct Call {
    pub(super) kind: CallKind,
    pub(super) name: String,
    pub(super) template: Option<String>,
    pub(super) arguments: String,
    pub(super) correlation: String,
    pub(super) intent: Option<String>,
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

    /// The validated arguments, a JSON object, without any confirmation token.
    #[must_use]
    pub fn arguments(&self) -> &str {
        &self.arguments
    }

    /// Links intent, outcome and confirmation in the audit log.
    #[must_use]
    pub fn correlation(&self) -> &str {
        &self.correlation
    }

    /// The draft of the entry to append before acting.
    #[must_use]
    pub fn intent(&self) -> Option<&str> {
        self.intent.as_deref()
    }

    /// The confirmation token for the act that was asked about.
    ///
    /// # Errors
    /// [`Error::NoConfirmation`] for any call but `request_review`, and the second time.
    pub fn confirmation(&mut self, world: World<'_>) -> Result<String, Error> {
        let _ = world;
        Err(Error::NoConfirmation)
    }

    /// Seconds for which [`Call::confirmation`] is good.
    #[must_use]
    pub const fn confirmation_lifetime(&self) -> u32 {
        0
    }

    /// Whether the client takes a stream.
    #[must_use]
    pub const fn is_streaming(&self) -> bool {
        false
    }

    /// The headers of the stream, to be sent before its first event.
    #[must_use]
    pub fn stream_headers(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }

    /// A progress event to send at once, or nothing when none was asked for or `progress` did not grow.
    pub fn progress(&mut self, progress: f64, total: Option<f64>, message: Option<&str>) -> String {
        let _ = (progress, total, message);
        String::new()
    }

    /// A log event to send at once, or nothing when none was asked for at this level.
    ///
    /// # Errors
    /// [`Error::NotJson`] when `data` is not JSON.
    pub fn log(&mut self, level: &str, data: &str, logger: Option<&str>) -> Result<String, Error> {
        let _ = (level, data, logger);
        Ok(String::new())
    }

    /// What the client answered to the input request `key`, JSON.
    #[must_use]
    pub fn input_response(&self, key: &str) -> Option<&str> {
        let _ = key;
        None
    }

    /// The state that an earlier round of this very call put aside.
    #[must_use]
    pub fn state(&self) -> Option<&str> {
        None
    }

    /// The answer; `result` is JSON as documented at the PHP class `McpCall`. What does not conform is
    /// never sent: the client then gets `tool_failed`.
    ///
    /// # Errors
    /// [`Error::Answered`].
    pub fn result(&mut self, result: &str, target: Option<&str>) -> Result<Reply, Error> {
        let _ = (result, target);
        Err(Error::Answered)
    }

    /// The call is refused or failed for `reason`, a code of [`crate::reason::Reason`]; an unknown code
    /// counts as `tool_failed`.
    ///
    /// # Errors
    /// [`Error::Answered`].
    pub fn deny(
        &mut self,
        reason: &str,
        detail: Option<&str>,
        target: Option<&str>,
    ) -> Result<Reply, Error> {
        let _ = (reason, detail, target);
        Err(Error::Answered)
    }

    /// Asks the client for input.
    ///
    /// # Errors
    /// [`Error::Answered`].
    pub fn input_required(
        &mut self,
        world: World<'_>,
        requests: &str,
        state: Option<&str>,
    ) -> Result<Reply, Error> {
        let _ = (world, requests, state);
        Err(Error::Answered)
    }
}
