//! The first step of a request: everything that can be decided before the connection is known.

use std::sync::Arc;

use super::error::Error;
use super::guard::World;
use super::reply::Reply;
use super::request::Request;
use super::settings::Settings;
use crate::keyring::Keyring;

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
    /// To a connection, which must be looked up.
    Request(Request),
}

pub(super) struct Inner {
    pub(super) settings: Settings,
    pub(super) keyring: Arc<Keyring>,
}

/// The endpoint. Holds no state that changes.
#[derive(Clone)]
pub struct Server(pub(super) Arc<Inner>);

impl Server {
    /// The endpoint described by `settings`, a JSON object.
    ///
    /// # Errors
    /// [`Error::Settings`].
    pub fn new(keyring: Arc<Keyring>, settings: &str) -> Result<Self, Error> {
        Ok(Self(Arc::new(Inner {
            settings: Settings::parse(settings)?,
            keyring,
        })))
    }

    /// Decides all that needs no connection: method, HTTPS, host, origin, kill switch, the limit per
    /// address, the token, the frame.
    #[must_use]
    pub fn receive(&self, world: World<'_>, incoming: Incoming<'_>) -> Received {
        let _ = (world, incoming);
        Received::Reply(super::reply::Reply {
            status: 501,
            headers: Vec::new(),
            body: String::new(),
            decision: crate::reason::Reason::MethodUnknown.into(),
            entry: None,
        })
    }
}
