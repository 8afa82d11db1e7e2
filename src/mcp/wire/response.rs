//! The responses to one request.

use std::sync::Arc;

use super::error::{PublicError, RpcError};
use super::revision::{Revision, SERVER_INFO_KEY};
use crate::http::WebOrigin;
use crate::json::{self, Object, RawJson};
use crate::limit::{Admission, CallLimit};
use crate::mcp::browser;
use crate::mcp::reply::McpReply;
use crate::mcp::settings::{Endpoint, McpSettings};
use crate::reason::Reason;

/// How a client learns that its request is refused because of the state of its connection or of the site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::mcp) enum Delivery {
    /// By the HTTP status, because no token was verified.
    Status,
    /// As the result of a tool call, which the model reads.
    ToolResult,
    /// As a JSON-RPC error, which the client shows.
    Error,
    /// Not at all: nobody waits for an answer to a notification.
    Nothing,
}

/// Builds the responses to one request: they share its id, its revision and the rate limit headers.
#[derive(Clone)]
pub(in crate::mcp) struct ResponseBuilder {
    pub(in crate::mcp) endpoint: Arc<Endpoint>,
    pub(in crate::mcp) revision: Revision,
    /// The request's id as received; `None` until it is known.
    pub(in crate::mcp) id: Option<RawJson>,
    pub(in crate::mcp) delivery: Delivery,
    /// The other door through which the call came, for the audit log.
    pub(in crate::mcp) door: Option<&'static str>,
    rate_limit: Vec<(&'static str, String)>,
    /// The headers of CORS.
    cors: Vec<(&'static str, String)>,
}

impl ResponseBuilder {
    pub(in crate::mcp) const fn new(endpoint: Arc<Endpoint>) -> Self {
        Self {
            endpoint,
            revision: Revision::Nov2025,
            id: None,
            delivery: Delivery::Status,
            door: None,
            rate_limit: Vec::new(),
            cors: Vec::new(),
        }
    }

    /// Sets the rate limit headers to the limit that was checked last.
    pub(in crate::mcp) fn set_rate_limit(&mut self, limit: CallLimit, admission: Admission) {
        let tightest = admission.tightest();
        self.rate_limit = vec![
            ("RateLimit-Limit", limit.max.to_string()),
            ("RateLimit-Remaining", tightest.remaining.to_string()),
            ("RateLimit-Reset", tightest.reset_seconds.to_string()),
            (
                "RateLimit-Policy",
                format!("{};w={}", limit.max, limit.window),
            ),
        ];
    }

    /// Lets a page of `origin` read the response.
    pub(in crate::mcp) fn set_origin(&mut self, origin: Option<&WebOrigin>) {
        self.cors = origin.map(browser::headers).unwrap_or_default();
    }

    fn headers(&self, content_type: Option<&str>) -> Vec<(&'static str, String)> {
        let mut headers = vec![
            ("Cache-Control", "no-store".to_owned()),
            ("X-Content-Type-Options", "nosniff".to_owned()),
        ];
        headers.extend(content_type.map(|kind| ("Content-Type", kind.to_owned())));
        headers.extend(self.rate_limit.iter().cloned());
        headers.extend(self.cors.iter().cloned());
        headers
    }

    /// Returns the headers of a stream of server-sent events.
    pub(in crate::mcp) fn stream_headers(&self) -> Vec<(&'static str, String)> {
        let mut headers = self.headers(Some("text/event-stream"));
        headers.push(("X-Accel-Buffering", "no".to_owned()));
        headers
    }

    /// Returns the empty response to a notification: status 202.
    pub(in crate::mcp) fn accepted(&self) -> McpReply {
        McpReply::new(202, self.headers(None), String::new())
    }

    /// Returns the response with a result.
    pub(in crate::mcp) fn success(&self, result: &Object) -> McpReply {
        let body = Object::default()
            .with("jsonrpc", &"2.0")
            .with("id", &self.id)
            .with("result", result);
        let headers = self.headers(Some("application/json"));
        McpReply::new(200, headers, body.to_json())
    }

    /// Returns the response to a refused request. If the reason is the state of the connection or of the site, and a
    /// token was verified, this is an answer with status 200 and not a failure of the transport, which ends the session
    /// in many clients and hides the reason.
    pub(in crate::mcp) fn refusal(&self, error: &RpcError) -> McpReply {
        match self.delivery {
            Delivery::ToolResult if error.is_of_state() => self.denied_result(error),
            Delivery::Nothing if error.is_of_state() => {
                let mut reply = self.accepted();
                reply.decision = error.decision();
                reply.headers.extend(retry_after(error));
                reply
            }
            _ => self.error(error),
        }
    }

    /// Returns the response with a JSON-RPC error.
    pub(in crate::mcp) fn error(&self, error: &RpcError) -> McpReply {
        let public = error.public(self.revision);
        let status = if self.delivery != Delivery::Status && error.is_of_state() {
            200
        } else {
            public.status
        };
        let mut data = Object::default().with("reason", &public.reason);
        if let Some(seconds) = error.retry_after {
            data.set("retryAfter", json::raw(&seconds));
        }
        for (name, value) in &error.data {
            data.set(name, value.clone());
        }
        let member = Object::default()
            .with("code", &public.code)
            .with("message", &text(&public, error, ' '))
            .with("data", &data);
        let mut body = Object::default().with("jsonrpc", &"2.0");
        if let Some(id) = &self.id {
            body.set("id", id.clone());
        }
        let mut headers = self.headers(Some("application/json"));
        if let Some(challenge) = challenge(&self.endpoint.settings, error) {
            headers.push(("WWW-Authenticate", challenge));
        }
        headers.extend(retry_after(error));
        if error.reason == Reason::HttpMethodRefused {
            headers.push(("Allow", "POST".to_owned()));
        }
        let body = body.with("error", &member).to_json();
        McpReply {
            decision: error.decision(),
            ..McpReply::new(status, headers, body)
        }
    }

    /// Returns a refusal as the result of a tool call with `isError`, so that the model reads it. Its reason is in
    /// `_meta`, because clients compare structured content with the output schema of the tool.
    pub(in crate::mcp) fn denied_result(&self, error: &RpcError) -> McpReply {
        let public = error.public(self.revision);
        let block = Object::default()
            .with("type", &"text")
            .with("text", &self.words(error));
        let mut meta = Object::default().with("countersign/reason", &public.reason);
        if let Some(seconds) = error.retry_after {
            meta.set("countersign/retryAfter", json::raw(&seconds));
        }
        let result = Object::default()
            .with("content", &[block])
            .with("isError", &true)
            .with("_meta", &meta);
        let mut reply = self.success(&self.complete(result, "complete"));
        reply.decision = error.decision();
        reply.headers.extend(retry_after(error));
        reply
    }

    /// Returns the text of a refusal for the model.
    pub(in crate::mcp) fn words(&self, error: &RpcError) -> String {
        text(&error.public(self.revision), error, '\n')
    }

    /// Adds to `result` the members that the revision requires in every result: for 2026-07-28 `resultType`,
    /// which is `kind`, and the server's description in `_meta`.
    pub(in crate::mcp) fn complete(&self, mut result: Object, kind: &str) -> Object {
        result.remove("resultType");
        if !self.revision.is_stateless() {
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

    /// Adds to `result` how long a client may cache it: for revision 2026-07-28, `ttl_ms` milliseconds.
    /// Every result depends on the connection, so shared caches may not keep it.
    pub(in crate::mcp) fn cacheable(&self, result: Object, ttl_ms: u32) -> Object {
        if !self.revision.is_stateless() {
            return result;
        }
        result.with("ttlMs", &ttl_ms).with("cacheScope", &"private")
    }

    /// Returns how the server describes itself in this revision.
    pub(in crate::mcp) fn server_info(&self) -> Object {
        let settings = &self.endpoint.settings;
        let mut info = Object::default()
            .with("name", &settings.name)
            .with("title", &settings.title)
            .with("version", &settings.version);
        if let Some(website) = &settings.website
            && self.revision != Revision::Jun2025
        {
            info.set("websiteUrl", json::raw(website));
        }
        info
    }
}

/// Returns what a person or a model reads: the sentence of the reason, how long to wait, and after `separator` the detail.
fn text(public: &PublicError, error: &RpcError, separator: char) -> String {
    let mut text = public.message.to_owned();
    if let Some(wait) = error.wait() {
        text = format!("{text} {wait}");
    }
    if let Some(detail) = &error.detail {
        text = format!("{text}{separator}{detail}");
    }
    text
}

fn retry_after(error: &RpcError) -> Option<(&'static str, String)> {
    Some(("Retry-After", error.retry_after?.to_string()))
}

/// Returns the `WWW-Authenticate` challenge
/// ([RFC 6750 §3](https://www.rfc-editor.org/rfc/rfc6750#section-3) with `resource_metadata` of
/// [RFC 9728 §5.1](https://www.rfc-editor.org/rfc/rfc9728#section-5.1)). It has no `error` if no token was
/// sent, and never says why a token is not valid.
///
/// It never offers `Basic`, although application passwords are sent that way: their agents are configured with the header
/// and need no challenge, browsers would ask the person for a password, and some clients look at one challenge only.
fn challenge(settings: &McpSettings, error: &RpcError) -> Option<String> {
    let metadata = &settings.resource_metadata;
    match error.reason {
        Reason::TokenMissing | Reason::AppPasswordInvalid | Reason::AppPasswordForeign => {
            Some(format!("Bearer resource_metadata=\"{metadata}\""))
        }
        _ if error.is_of_token() => Some(format!(
            "Bearer error=\"invalid_token\", resource_metadata=\"{metadata}\""
        )),
        _ => None,
    }
}
