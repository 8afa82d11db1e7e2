//! The second step: the request is held against its connection.

use std::sync::Arc;

use super::call::Call;
use super::error::Error;
use super::guard::World;
use super::reply::Reply;
use super::server::Inner;

/// A well-formed request with a genuine token.
pub struct Request {
    pub(super) server: Arc<Inner>,
    pub(super) connection: u64,
}

/// Where the second step led.
pub enum Authorized {
    /// To the end.
    Reply(Reply),
    /// To a call that may happen. Boxed: it is many times the size of a reply.
    Call(Box<Call>),
}

impl Request {
    /// The connection the token speaks for.
    #[must_use]
    pub const fn connection(&self) -> u64 {
        self.connection
    }

    /// Holds the request against its connection and answers all that needs no WordPress.
    ///
    /// # Errors
    /// [`Error::Connection`] and [`Error::Registry`] for arguments that are not as documented at the
    /// PHP class `McpRequest`.
    pub fn authorize(
        &self,
        world: World<'_>,
        connection: Option<&str>,
        registry: &str,
    ) -> Result<Authorized, Error> {
        let _ = (world, connection, registry, &self.server);
        Err(Error::Connection)
    }
}
