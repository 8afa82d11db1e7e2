//! What every answer to one request has in common: its id, its era, the limits that were checked.

use std::sync::Arc;

use super::era::{Era, SERVER_INFO_KEY};
use super::failure::{Failure, is_token};
use super::guard::Limit;
use super::json::{self, Object, Raw};
use super::reply::Reply;
use super::server::Inner;
use super::settings::Settings;
use crate::limit::Admission;
use crate::reason::Reason;

/// Makes the answers to one request.
#[derive(Clone)]
pub(super) struct Frame {
    pub(super) server: Arc<Inner>,
    pub(super) era: Era,
    pub(super) id: Option<Raw>,
    limits: Vec<(&'static str, String)>,
}

impl Frame {
    pub(super) const fn new(server: Arc<Inner>) -> Self {
        Self {
            server,
            era: Era::Legacy11,
            id: None,
            limits: Vec::new(),
        }
    }

    /// Tells the client of a limit that was checked; of several, the last.
    pub(super) fn checked(&mut self, limit: Limit, admission: Admission) {
        let (Admission::Admitted { tightest } | Admission::Refused { tightest, .. }) = admission;
        self.limits = vec![
            ("RateLimit-Limit", limit.max.to_string()),
            ("RateLimit-Remaining", tightest.remaining.to_string()),
            ("RateLimit-Reset", tightest.reset_seconds.to_string()),
            (
                "RateLimit-Policy",
                format!("{};w={}", limit.max, limit.window),
            ),
        ];
    }

    fn headers(&self, content_type: Option<&str>) -> Vec<(&'static str, String)> {
        let mut headers = vec![
            ("Cache-Control", "no-store".to_owned()),
            ("X-Content-Type-Options", "nosniff".to_owned()),
        ];
        headers.extend(content_type.map(|kind| ("Content-Type", kind.to_owned())));
        headers.extend(self.limits.iter().cloned());
        headers
    }

    /// The headers of a stream of events.
    pub(super) fn stream_headers(&self) -> Vec<(&'static str, String)> {
        let mut headers = self.headers(Some("text/event-stream"));
        headers.push(("X-Accel-Buffering", "no".to_owned()));
        headers
    }

    /// A message was taken note of; there is nothing to say.
    pub(super) fn accepted(&self) -> Reply {
        Reply::new(202, self.headers(None), String::new())
    }

    /// A result.
    pub(super) fn success(&self, result: &Object) -> Reply {
        let body = Object::default()
            .with("jsonrpc", &"2.0")
            .with("id", &self.id)
            .with("result", result);
        let headers = self.headers(Some("application/json"));
        Reply::new(200, headers, body.to_json())
    }

    /// A refusal, as a JSON-RPC error.
    pub(super) fn failure(&self, failure: &Failure) -> Reply {
        let wire = failure.wire(self.era);
        let message = match &failure.detail {
            Some(detail) => format!("{} {detail}", wire.message),
            None => wire.message.to_owned(),
        };
        let mut data = Object::default().with("reason", &wire.reason);
        for (name, value) in &failure.data {
            data.set(name, value.clone());
        }
        let error = Object::default()
            .with("code", &wire.code)
            .with("message", &message)
            .with("data", &data);
        let mut body = Object::default().with("jsonrpc", &"2.0");
        if let Some(id) = &self.id {
            body.set("id", id.clone());
        }
        let mut headers = self.headers(Some("application/json"));
        if let Some(challenge) = challenge(&self.server.settings, failure.reason) {
            headers.push(("WWW-Authenticate", challenge));
        }
        if let Some(seconds) = failure.retry_after {
            headers.push(("Retry-After", seconds.to_string()));
        }
        if failure.reason == Reason::HttpMethodRefused {
            headers.push(("Allow", "POST".to_owned()));
        }
        let body = body.with("error", &error).to_json();
        Reply {
            decision: failure.decision(),
            ..Reply::new(wire.status, headers, body)
        }
    }

    /// `result` with what every modern result says; without that in a legacy era.
    pub(super) fn complete(&self, mut result: Object, kind: &str) -> Object {
        result.remove("resultType");
        if !self.era.is_modern() {
            return result;
        }
        let mut out = Object::default().with("resultType", &kind);
        let meta = result
            .object("_meta")
            .unwrap_or_default()
            .with(SERVER_INFO_KEY, &self.server_info());
        for (name, value) in result.iter() {
            out.set(name, value.to_owned());
        }
        out.with("_meta", &meta)
    }

    /// What the server calls itself.
    pub(super) fn server_info(&self) -> Object {
        let settings = &self.server.settings;
        let mut info = Object::default()
            .with("name", &settings.name)
            .with("title", &settings.title)
            .with("version", &settings.version);
        if let Some(website) = &settings.website
            && self.era != Era::Legacy06
        {
            info.set("websiteUrl", json::raw(website));
        }
        info
    }
}

/// [RFC 6750 §3](https://www.rfc-editor.org/rfc/rfc6750#section-3) with `resource_metadata` of
/// [RFC 9728 §5.1](https://www.rfc-editor.org/rfc/rfc9728#section-5.1). Without a token there is no
/// `error`; with one, never why.
fn challenge(settings: &Settings, reason: Reason) -> Option<String> {
    let metadata = &settings.resource_metadata;
    match reason {
        Reason::TokenMissing => Some(format!("Bearer resource_metadata=\"{metadata}\"")),
        reason if is_token(reason) => Some(format!(
            "Bearer error=\"invalid_token\", resource_metadata=\"{metadata}\""
        )),
        _ => None,
    }
}
