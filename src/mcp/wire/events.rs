//! [Server-sent events](https://html.spec.whatwg.org/multipage/server-sent-events.html) before the answer:
//! progress and log messages.

use crate::call::Misuse;
use crate::json::{self, Object, RawJson};

/// The log levels of [RFC 5424](https://www.rfc-editor.org/rfc/rfc5424#section-6.2.1), least severe first.
pub(in crate::mcp) const LEVELS: &[&str] = &[
    "debug",
    "info",
    "notice",
    "warning",
    "error",
    "critical",
    "alert",
    "emergency",
];

/// The stream of events of one call: which events the client wants, and which were sent.
pub(in crate::mcp) struct EventStream {
    accepted: bool,
    progress_token: Option<RawJson>,
    /// The least severe level that the client wants, as an index in [`LEVELS`].
    level: Option<usize>,
    last_progress: Option<f64>,
    /// Whether an event was sent.
    started: bool,
}

impl EventStream {
    /// Creates the stream. `accepted` states whether the client accepts a stream at all. `progress_token` is
    /// the token to repeat in progress events; without it, no progress is sent. `level` is the index in
    /// [`LEVELS`] of the least severe level that the client wants; without it, no log messages are sent.
    pub(in crate::mcp) const fn new(
        accepted: bool,
        progress_token: Option<RawJson>,
        level: Option<usize>,
    ) -> Self {
        Self {
            accepted,
            progress_token,
            level,
            last_progress: None,
            started: false,
        }
    }

    /// Returns whether the client wants any events.
    pub(in crate::mcp) const fn is_wanted(&self) -> bool {
        self.accepted && (self.progress_token.is_some() || self.level.is_some())
    }

    /// Returns whether an event was sent. The answer must then be an event too.
    pub(in crate::mcp) const fn has_started(&self) -> bool {
        self.started
    }

    fn event(&mut self, method: &str, params: &Object) -> String {
        self.started = true;
        let message = Object::default()
            .with("jsonrpc", &"2.0")
            .with("method", &method)
            .with("params", params);
        event(&message.to_json())
    }

    /// Returns a progress event, or an empty string if the client asked for none, or if `progress` is not
    /// finite or not greater than before.
    pub(in crate::mcp) fn progress(
        &mut self,
        progress: f64,
        total: Option<f64>,
        message: Option<&str>,
    ) -> String {
        let grew = self.last_progress.is_none_or(|last| progress > last);
        let Some(token) = self.progress_token.clone() else {
            return String::new();
        };
        if !self.is_wanted() || !grew || !progress.is_finite() {
            return String::new();
        }
        self.last_progress = Some(progress);
        let mut params = Object::default().with("progress", &number(progress));
        params.set("progressToken", token);
        if let Some(total) = total.filter(|total| total.is_finite()) {
            params.set("total", number(total));
        }
        if let Some(message) = message {
            params.set("message", json::raw(message));
        }
        self.event("notifications/progress", &params)
    }

    /// Returns a log event, or an empty string if the client did not ask for this level.
    ///
    /// # Errors
    /// [`Misuse::NotJson`] if `data` is not JSON or `level` is not one of [`LEVELS`].
    pub(in crate::mcp) fn log(
        &mut self,
        level: &str,
        data: &str,
        logger: Option<&str>,
    ) -> Result<String, Misuse> {
        let at = LEVELS
            .iter()
            .position(|known| *known == level)
            .ok_or(Misuse::NotJson)?;
        json::check(data).map_err(|_| Misuse::NotJson)?;
        let data: RawJson = serde_json::from_str(data).map_err(|_| Misuse::NotJson)?;
        let wanted = self.level.is_some_and(|least| at >= least);
        if !self.is_wanted() || !wanted {
            return Ok(String::new());
        }
        let mut params = Object::default().with("level", &level);
        if let Some(logger) = logger {
            params.set("logger", json::raw(logger));
        }
        params.set("data", data);
        Ok(self.event("notifications/message", &params))
    }
}

/// Returns JSON text as one event. White space between tokens is removed, because an event must not
/// contain line breaks.
pub(in crate::mcp) fn event(json: &str) -> String {
    format!("event: message\ndata: {}\n\n", json::compact(json))
}

/// Writes a whole number without a fraction.
fn number(value: f64) -> RawJson {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if value.fract() == 0.0 && value.abs() < EXACT {
        #[allow(clippy::cast_possible_truncation)]
        return json::raw(&(value as i64));
    }
    json::raw(&value)
}
