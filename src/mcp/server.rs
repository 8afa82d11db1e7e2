//! The first step of a request: everything that can be decided before the connection is known.

use std::sync::Arc;

use percent_encoding::percent_decode_str;

use super::draft::{self, Actor, Attempt};
use super::envelope;
use super::error::Error;
use super::failure::Failure;
use super::frame::Frame;
use super::guard::{Limit, World};
use super::headers::Headers;
use super::reply::Reply;
use super::request::Request;
use super::settings::Settings;
use crate::http::require_https;
use crate::keyring::Keyring;
use crate::limit::{Admission, address_key};
use crate::reason::Reason;
use crate::token::{self, Claims, Kind};

/// Refusals of those who proved nothing are recorded once for each reason and address in this time:
/// whoever can make the log grow can fill it.
const QUIET: Limit = Limit { max: 1, window: 60 };

/// Seconds after which to ask again whether the kill switch was lifted or the store is back.
pub(super) const PAUSE: u32 = 60;

/// A request as it came.
#[derive(Debug, Clone, Copy)]
pub struct Incoming<'a> {
    /// The HTTP method.
    pub method: &'a str,
    /// Name (in any case) and value.
    pub headers: &'a [(String, String)],
    /// The raw query string.
    pub query: &'a str,
    /// The raw body.
    pub body: &'a [u8],
    /// The peer's address as the web server reports it.
    pub ip: &'a str,
}

/// Where the first step led.
pub enum Received {
    /// To the end.
    Reply(Reply),
    /// To a connection, which must be looked up. Boxed: it is many times the size of a reply.
    Request(Box<Request>),
}

pub(super) struct Inner {
    pub(super) settings: Settings,
    pub(super) keyring: Arc<Keyring>,
}

/// The endpoint. Holds no state that changes.
#[derive(Clone)]
pub struct Server(Arc<Inner>);

impl Server {
    /// The endpoint described by `settings`, a JSON object as documented at the PHP class `McpServer`.
    ///
    /// # Errors
    /// [`Error::Settings`].
    pub fn new(keyring: Arc<Keyring>, settings: &str) -> Result<Self, Error> {
        Ok(Self(Arc::new(Inner {
            settings: Settings::parse(settings)?,
            keyring,
        })))
    }

    /// Decides all that needs no connection, cheapest first: HTTPS, host, origin, kill switch, the
    /// limit per address, the token, the method, the frame.
    #[must_use]
    pub fn receive(&self, world: World<'_>, incoming: Incoming<'_>) -> Received {
        let headers = Headers::new(incoming.headers);
        let mut frame = Frame::new(Arc::clone(&self.0));
        let claims = match self
            .at_the_gate(&headers)
            .and_then(|()| self.within_limit(world, incoming.ip, &mut frame))
            .and_then(|()| self.with_token(world, incoming.query, &headers))
        {
            Ok(claims) => claims,
            Err(refused) => return Received::Reply(refused.reply(&frame, world, incoming.ip)),
        };
        let actor = Actor::agent(claims.subject, incoming.ip);
        let refuse = |frame: &Frame, failure: &Failure| {
            let entry = draft::refusal(&actor, &Attempt::default(), failure.reason);
            Received::Reply(frame.failure(failure).with_entry(Some(entry)))
        };
        if incoming.method != "POST" {
            return refuse(&frame, &Reason::HttpMethodRefused.into());
        }
        match envelope::parse(incoming.body, self.0.settings.max_body) {
            Ok(message) => Received::Request(Box::new(Request {
                frame,
                claims,
                headers,
                message,
                ip: incoming.ip.to_owned(),
            })),
            Err(unreadable) => {
                frame.id = unreadable.id;
                refuse(&frame, &unreadable.failure)
            }
        }
    }

    fn at_the_gate(&self, headers: &Headers) -> Result<(), Refused> {
        let settings = &self.0.settings;
        require_https(settings.secure)?;
        // Against DNS rebinding: a name that is not ours was not meant for us.
        let ours = |host: &str| settings.hosts.iter().any(|own| same_host(own, host));
        if !headers.get("host").is_some_and(ours) {
            return Err(Reason::HostRefused.into());
        }
        let known = |origin: &str| {
            settings
                .origins
                .iter()
                .any(|own| own.eq_ignore_ascii_case(origin))
        };
        if !headers.get("origin").is_none_or(known) {
            return Err(Reason::OriginRefused.into());
        }
        if settings.kill_switch {
            return Err(Failure::new(Reason::KillSwitch).retry_after(PAUSE).into());
        }
        Ok(())
    }

    fn within_limit(&self, world: World<'_>, ip: &str, frame: &mut Frame) -> Result<(), Refused> {
        let limit = self.0.settings.ip_limit;
        let admission = world
            .admit(&address_key(ip), limit)
            .map_err(|reason| Failure::new(reason).retry_after(PAUSE))?;
        frame.checked(limit, admission);
        match admission {
            Admission::Admitted { .. } => Ok(()),
            Admission::Refused {
                retry_after,
                first_of_burst,
                ..
            } => Err(Refused {
                failure: Failure::new(Reason::RateLimitedIp).retry_after(retry_after),
                record: Some(first_of_burst),
            }),
        }
    }

    fn with_token(
        &self,
        world: World<'_>,
        query: &str,
        headers: &Headers,
    ) -> Result<Claims, Refused> {
        if has_token(query) {
            return Err(Reason::TokenInQuery.into());
        }
        let (scheme, token) = headers
            .get("authorization")
            .map(|value| value.split_once(' ').unwrap_or((value, "")))
            .ok_or(Reason::TokenMissing)?;
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Err(Reason::TokenMissing.into());
        }
        let token = token.trim_matches(' ').as_bytes();
        let claims = token::verify(&self.0.keyring, Kind::Access, token, world.now)?;
        if !claims.is_bound_to(&token::audience(&self.0.settings.endpoint)) {
            return Err(Reason::TokenWrongAudience.into());
        }
        Ok(claims)
    }
}

/// A refusal before anything was proved.
struct Refused {
    failure: Failure,
    /// Whether to record it, where that is known already.
    record: Option<bool>,
}

impl From<Failure> for Refused {
    fn from(failure: Failure) -> Self {
        Self {
            failure,
            record: None,
        }
    }
}

impl From<Reason> for Refused {
    fn from(reason: Reason) -> Self {
        Failure::new(reason).into()
    }
}

impl Refused {
    fn reply(self, frame: &Frame, world: World<'_>, ip: &str) -> Reply {
        let reason = self.failure.reason;
        let record = self.record.unwrap_or_else(|| {
            let key = format!("refusal:{reason}:{}", address_key(ip));
            world
                .admit(&key, QUIET)
                .is_ok_and(|admission| admission.is_admitted())
        });
        let entry = || draft::refusal(&Actor::anonymous(ip), &Attempt::default(), reason);
        frame.failure(&self.failure).with_entry(record.then(entry))
    }
}

/// Whether two authorities are the same, with the default ports left out or not.
fn same_host(own: &str, host: &str) -> bool {
    let bare = |text: &str| {
        let text = text.to_ascii_lowercase();
        let stripped = text
            .strip_suffix(":443")
            .or_else(|| text.strip_suffix(":80"));
        stripped.unwrap_or(&text).to_owned()
    };
    bare(own) == bare(host)
}

/// Whether a query string holds a token, under the name OAuth has for it or any other.
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
    fn tokens_are_found_wherever_they_stand_in_a_query() {
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

    #[test]
    fn hosts_are_compared_as_authorities() {
        assert!(same_host("example.org", "EXAMPLE.org:443"));
        assert!(same_host("localhost:8080", "localhost:8080"));
        assert!(!same_host("localhost:8080", "localhost"));
        assert!(!same_host("example.org", "example.org.evil.test"));
        assert!(!same_host("example.org", "example.org:8443"));
    }
}
