//! The first step of a request: everything that is decided before the connection is known.

use std::sync::Arc;

use percent_encoding::percent_decode_str;

use super::browser;
use super::holder::{CredentialHolder, VerifiedPassword};
use super::refusal::Refusal;
use super::reply::McpReply;
use super::request::McpRequest;
use super::settings::{Endpoint, McpSettings};
use super::wire::error::{self, RpcError};
use super::wire::headers::RequestHeaders;
use super::wire::message::UnreadableMessage;
use super::wire::response::ResponseBuilder;
use super::wire::{message, request_id};
use crate::audit::draft::Actor;
use crate::call::{Misuse, World};
use crate::clock::Timestamp;
use crate::http::{WebOrigin, require_https};
use crate::keyring::Keyring;
use crate::reason::Reason;
use crate::token::{self, Kind};

/// A request as the web server received it.
#[derive(Debug, Clone, Copy)]
pub struct Incoming<'a> {
    /// The HTTP method.
    pub method: &'a str,
    /// Names, in any case, and values of the headers.
    pub headers: &'a [(String, String)],
    /// The raw query string, with or without the question mark.
    pub query: &'a str,
    /// The raw body.
    pub body: &'a [u8],
    /// The address of the client.
    pub ip: &'a str,
}

/// The result of the first step.
pub enum Received {
    /// The request is refused.
    Reply(McpReply),
    /// The request has a genuine token or an application password, and its connection must be looked up. Boxed because it is much larger
    /// than a reply.
    Request(Box<McpRequest>),
}

/// An MCP endpoint. It has no mutable state: whatever outlives a request is in the store of the
/// [`World`].
#[derive(Clone)]
pub struct McpServer(Arc<Endpoint>);

impl McpServer {
    /// Creates an endpoint from `settings`, a JSON object that the PHP class `McpServer` documents.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use countersign::keyring::{Keyring, SiteId};
    /// use countersign::mcp::McpServer;
    ///
    /// let keyring = Arc::new(Keyring::open(SiteId::new([1; 8]), &[b'k'; 64], &[]).unwrap());
    /// let settings = r#"{
    ///     "name": "countersign", "title": "My site", "version": "1.0.0",
    ///     "endpoint": "https://example.org/wp-json/countersign/v1/mcp",
    ///     "resource_metadata": "https://example.org/.well-known/oauth-protected-resource",
    ///     "hosts": ["example.org"], "secure": true, "kill_switch": false,
    ///     "ip_limit": {"max": 60, "window": 60}, "max_body": 1048576
    /// }"#;
    /// assert!(McpServer::new(keyring, settings).is_ok());
    /// ```
    ///
    /// # Errors
    /// [`Misuse::Settings`] if a setting is missing, has another type or is out of range.
    pub fn new(keyring: Arc<Keyring>, settings: &str) -> Result<Self, Misuse> {
        Ok(Self(Arc::new(Endpoint {
            settings: McpSettings::parse(settings)?,
            keyring,
        })))
    }

    /// Returns the settings and the keys.
    pub(super) fn endpoint(&self) -> Arc<Endpoint> {
        Arc::clone(&self.0)
    }

    /// Checks everything that does not depend on the connection, cheapest first: HTTPS, host, origin and the access token.
    /// A preflight request of a browser is answered here. A request that fails counts under the limit of its address; one with a genuine token does not, and its connection
    /// limits it in the second step. Of the body of a request that fails, only the id is looked for, in its first 16 KiB.
    ///
    /// The second step looks at the kill switch, so that only clients with a genuine token learn that it is on. A token
    /// that has expired meanwhile is genuine enough: its client would otherwise refresh it, or ask a person to connect
    /// again, although no agent may act.
    #[must_use]
    pub fn receive(&self, world: World<'_>, incoming: Incoming<'_>) -> Received {
        self.receive_with(world, incoming, None)
    }

    /// Does the same as [`receive`](Self::receive) for a request whose Basic credentials WordPress may have verified.
    /// `verified` is what WordPress found, `None` if it found nothing. It does not count for a request with a token.
    #[must_use]
    pub fn receive_with(
        &self,
        world: World<'_>,
        incoming: Incoming<'_>,
        verified: Option<&VerifiedPassword>,
    ) -> Received {
        let headers = RequestHeaders::new(incoming.headers);
        let mut response = ResponseBuilder::new(Arc::clone(&self.0));
        let origin = self.check_origin(&headers);
        if let Ok(origin) = &origin {
            response.set_origin(origin.as_ref());
            let preflight = browser::preflight(incoming.method, origin.as_ref(), &headers);
            if let Some(reply) = preflight {
                return Received::Reply(reply);
            }
        }
        let holder = origin.and_then(|origin| {
            let holder = self.verify_holder(world.now, incoming.query, &headers, verified)?;
            Ok((holder, origin))
        });
        let (holder, origin) = match holder {
            Ok(verified) => verified,
            Err(reason) => {
                let is_stopped = self.0.settings.kill_switch && reason == Reason::TokenExpired;
                let reason = if is_stopped {
                    Reason::KillSwitch
                } else {
                    reason
                };
                response.id = request_id::find_unverified(incoming.body);
                let refusal = Refusal::of_address(reason, incoming.ip, world, &mut response);
                let actor = Actor::anonymous(incoming.ip);
                return Received::Reply(refusal.reply(&actor, &response, None));
            }
        };
        let request = self.read(response, holder, origin, headers, incoming);
        Received::Request(Box::new(request))
    }

    /// Answers a request to a site that cannot serve any, for example because its store cannot be opened. The holder of
    /// a genuine access token is told `reason` as [`McpRequest::unavailable`] tells it. Everybody else gets status 503:
    /// nothing can be counted, so nothing else is decided.
    #[must_use]
    pub fn unavailable(&self, now: Timestamp, incoming: Incoming<'_>, reason: &str) -> McpReply {
        let headers = RequestHeaders::new(incoming.headers);
        let mut response = ResponseBuilder::new(Arc::clone(&self.0));
        let origin = self.check_origin(&headers);
        response.set_origin(origin.as_ref().ok().and_then(Option::as_ref));
        let holder = origin.and_then(|origin| {
            let holder = self.verify_holder(now, incoming.query, &headers, None)?;
            Ok((holder, origin))
        });
        if let Ok((holder, origin)) = holder {
            return self
                .read(response, holder, origin, headers, incoming)
                .unavailable(reason);
        }
        response.id = request_id::find_unverified(incoming.body);
        response.error(&RpcError::unavailable(error::reason_of(reason)).with_status(503))
    }

    fn read(
        &self,
        response: ResponseBuilder,
        holder: CredentialHolder,
        origin: Option<WebOrigin>,
        headers: RequestHeaders,
        incoming: Incoming<'_>,
    ) -> McpRequest {
        let message = if incoming.method == "POST" {
            message::parse(incoming.body, self.0.settings.max_body)
        } else {
            Err(UnreadableMessage {
                id: request_id::find(incoming.body),
                error: Reason::HttpMethodRefused.into(),
            })
        };
        McpRequest {
            response,
            holder,
            origin,
            headers,
            message,
            ip: incoming.ip.to_owned(),
        }
    }

    /// Verifies that the request came over HTTPS and for a host of the site. Returns its web origin, if a page sent it,
    /// which is one of the site's own or of a client. The second step verifies that it is one of the client of the
    /// connection.
    fn check_origin(&self, headers: &RequestHeaders) -> Result<Option<WebOrigin>, Reason> {
        let settings = &self.0.settings;
        require_https(settings.secure)?;
        // Protects against DNS rebinding.
        let is_own = |host: &str| {
            WebOrigin::of_authority(&settings.scheme, host)
                .is_some_and(|host| settings.hosts.contains(&host))
        };
        if !headers.get("host").is_some_and(is_own) {
            return Err(Reason::HostRefused);
        }
        browser::origin(headers)
    }

    /// Returns the holder by the header `Authorization`. An access token must be valid for this endpoint.
    fn verify_holder(
        &self,
        now: Timestamp,
        query: &str,
        headers: &RequestHeaders,
        verified: Option<&VerifiedPassword>,
    ) -> Result<CredentialHolder, Reason> {
        if has_token(query) {
            return Err(Reason::TokenInQuery);
        }
        let authorization = headers.get("authorization").ok_or(Reason::TokenMissing)?;
        let (scheme, token) = authorization.split_once(' ').unwrap_or((authorization, ""));
        if !scheme.eq_ignore_ascii_case("bearer") {
            return CredentialHolder::of_basic(authorization, verified);
        }
        let token = token.trim_matches(' ').as_bytes();
        let audience = || token::audience(&self.0.settings.endpoint);
        token::verify_bound(&self.0.keyring, Kind::Access, token, audience, now)
            .map(CredentialHolder::Token)
    }
}

/// Returns whether a query string contains a token: the parameter `access_token` of OAuth, or any text that
/// has the form of a token of Countersign.
fn has_token(query: &str) -> bool {
    query.trim_start_matches('?').split(['&', ';']).any(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let decode = |text: &str| percent_decode_str(text).collect::<Vec<u8>>();
        decode(name) == b"access_token"
            || token::peek_kind(&decode(value)).is_some()
            || token::peek_kind(&decode(name)).is_some()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_found_in_names_and_values_of_a_query() {
        for query in [
            "access_token=x",
            "a=1&access_token",
            "access%5Ftoken=x",
            "a=csat_x",
            "?x=%63sat_x",
            "csrt_x",
        ] {
            assert!(has_token(query), "{query}");
        }
        for query in ["", "rest_route=/countersign/v1/mcp", "a=xcsat_", "token=1"] {
            assert!(!has_token(query), "{query}");
        }
    }
}
