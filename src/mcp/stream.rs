//! Events that a call sends before its answer: server-sent events in a body that ends with the answer.

use super::call::Call;
use super::error::Error;
use super::json::{self, Object, Raw};

/// Log levels of RFC 5424, least severe first.
pub(super) const LEVELS: &[&str] = &[
    "debug",
    "info",
    "notice",
    "warning",
    "error",
    "critical",
    "alert",
    "emergency",
];

/// What may be sent before the answer, and what was.
pub(super) struct Stream {
    accepted: bool,
    progress: Option<Raw>,
    level: Option<usize>,
    last: Option<f64>,
    begun: bool,
}

impl Stream {
    /// For a client that takes events at all if `accepted`, gave a token to repeat in progress events or
    /// not, and wants log messages from the `level`th of [`LEVELS`] on or none.
    pub(super) const fn new(accepted: bool, progress: Option<Raw>, level: Option<usize>) -> Self {
        Self {
            accepted,
            progress,
            level,
            last: None,
            begun: false,
        }
    }

    /// Whether an event was sent: the answer then is one too.
    pub(super) const fn begun(&self) -> bool {
        self.begun
    }

    fn event(&mut self, method: &str, params: &Object) -> String {
        self.begun = true;
        let message = Object::default()
            .with("jsonrpc", &"2.0")
            .with("method", &method)
            .with("params", params);
        event(&message.to_json())
    }
}

/// One event. White space between JSON tokens is dropped, so that it is one line.
pub(super) fn event(json: &str) -> String {
    format!("event: message\ndata: {}\n\n", json::compact(json))
}

impl Call {
    /// Whether the client takes a stream: progress and log messages may be sent before the answer.
    #[must_use]
    pub const fn is_streaming(&self) -> bool {
        self.stream.accepted && (self.stream.progress.is_some() || self.stream.level.is_some())
    }

    /// The headers of the stream, to be sent with status 200 before its first event.
    #[must_use]
    pub fn stream_headers(&self) -> Vec<(&'static str, String)> {
        self.frame.stream_headers()
    }

    /// A progress event to send at once, or nothing when none was asked for or `progress` did not grow.
    pub fn progress(&mut self, progress: f64, total: Option<f64>, message: Option<&str>) -> String {
        let grew = self.stream.last.is_none_or(|last| progress > last);
        let Some(token) = self.stream.progress.clone() else {
            return String::new();
        };
        if !self.is_streaming() || self.answered || !grew || !progress.is_finite() {
            return String::new();
        }
        self.stream.last = Some(progress);
        let mut params = Object::default().with("progress", &number(progress));
        params.set("progressToken", token);
        if let Some(total) = total.filter(|total| total.is_finite()) {
            params.set("total", number(total));
        }
        if let Some(message) = message {
            params.set("message", json::raw(message));
        }
        self.stream.event("notifications/progress", &params)
    }

    /// A log event to send at once, or nothing when none was asked for at this level. `data` is JSON.
    ///
    /// # Errors
    /// [`Error::NotJson`] when `data` is not JSON, or `level` is none.
    pub fn log(&mut self, level: &str, data: &str, logger: Option<&str>) -> Result<String, Error> {
        let at = LEVELS
            .iter()
            .position(|known| *known == level)
            .ok_or(Error::NotJson)?;
        json::check(data).map_err(|_| Error::NotJson)?;
        let data: Raw = serde_json::from_str(data).map_err(|_| Error::NotJson)?;
        let wanted = self.stream.level.is_some_and(|least| at >= least);
        if !self.is_streaming() || self.answered || !wanted {
            return Ok(String::new());
        }
        let mut params = Object::default().with("level", &level);
        if let Some(logger) = logger {
            params.set("logger", json::raw(logger));
        }
        params.set("data", data);
        Ok(self.stream.event("notifications/message", &params))
    }
}

/// A whole number without a fraction, as most clients show it.
fn number(value: f64) -> Raw {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if value.fract() == 0.0 && value.abs() < EXACT {
        #[allow(clippy::cast_possible_truncation)]
        return json::raw(&(value as i64));
    }
    json::raw(&value)
}
