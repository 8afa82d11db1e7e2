//! `Countersign\McpServer`, `McpRequest`, `McpCall`, `McpReply`.

use std::sync::Arc;

use ext_php_rs::binary_slice::BinarySlice;
use ext_php_rs::boxed::ZBox;
use ext_php_rs::builders::ClassBuilder;
use ext_php_rs::flags::ClassFlags;
use ext_php_rs::prelude::*;
use ext_php_rs::types::ZendHashTable;

use super::arguments;
use super::convert::{Either, headers, int};
use super::decision::Decision;
use super::error::{Answer, Fault};
use super::keyring::Keyring;
use super::store::Store;
use crate::clock::{Clock as _, SystemClock};
use crate::entropy::SystemEntropy;
use crate::mcp::{self, Authorized, Incoming, Received, World};
use crate::store;

impl From<mcp::Error> for Fault {
    fn from(error: mcp::Error) -> Self {
        Self::Misuse(error.to_string())
    }
}

fn world(store: &Arc<dyn store::Store>) -> World<'_> {
    World {
        now: SystemClock.now(),
        entropy: &SystemEntropy,
        store: &**store,
    }
}

/// The Model Context Protocol over Streamable HTTP.
#[php_class]
#[php(name = "Countersign\\McpServer", flags = ClassFlags::Final.union(ClassFlags::NoDynamicProperties))]
pub struct McpServer {
    server: mcp::Server,
    store: Arc<dyn store::Store>,
}

#[php_impl]
impl McpServer {
    pub fn __construct(keyring: &Keyring, store: &Store, settings: &str) -> Answer<Self> {
        Ok(Self {
            server: mcp::Server::new(Arc::clone(&keyring.0), settings)?,
            store: Arc::clone(&store.0),
        })
    }

    pub fn receive(
        &self,
        method: &str,
        headers: &ZendHashTable,
        query: BinarySlice<u8>,
        body: BinarySlice<u8>,
        ip: &str,
    ) -> Either<McpRequest, McpReply> {
        // Headers need not be UTF-8; what is not is no header that the protocol knows.
        let headers: Vec<(String, String)> = headers
            .iter()
            .filter_map(|(name, value)| Some((name.to_string(), value.str()?.to_owned())))
            .collect();
        let query = String::from_utf8_lossy(&query);
        let incoming = Incoming {
            method,
            headers: &headers,
            query: &query,
            body: &body,
            ip,
        };
        match self.server.receive(world(&self.store), incoming) {
            Received::Reply(reply) => Either::Other(McpReply(reply)),
            Received::Request(request) => Either::One(McpRequest {
                request: *request,
                store: Arc::clone(&self.store),
            }),
        }
    }
}

/// A well-formed request with a genuine token.
#[php_class]
#[php(name = "Countersign\\McpRequest", flags = ClassFlags::Final.union(ClassFlags::NoDynamicProperties))]
pub struct McpRequest {
    request: mcp::Request,
    store: Arc<dyn store::Store>,
}

#[php_impl]
impl McpRequest {
    /// Only the server makes one.
    #[php(vis = "private")]
    pub fn __construct() -> PhpResult<Self> {
        Err("use McpServer::receive()".into())
    }

    pub fn connection(&self) -> i64 {
        int(self.request.connection())
    }

    pub fn authorize(
        &self,
        connection: Option<&str>,
        registry: &str,
    ) -> Answer<Either<McpCall, McpReply>> {
        Ok(
            match self
                .request
                .authorize(world(&self.store), connection, registry)?
            {
                Authorized::Reply(reply) => Either::Other(McpReply(reply)),
                Authorized::Call(call) => Either::One(McpCall {
                    call: *call,
                    store: Arc::clone(&self.store),
                }),
            },
        )
    }
}

/// A call that may happen.
#[php_class]
#[php(name = "Countersign\\McpCall", flags = ClassFlags::Final.union(ClassFlags::NoDynamicProperties))]
pub struct McpCall {
    call: mcp::Call,
    store: Arc<dyn store::Store>,
}

#[php_impl]
impl McpCall {
    /// Only the server makes one.
    #[php(vis = "private")]
    pub fn __construct() -> PhpResult<Self> {
        Err("use McpRequest::authorize()".into())
    }

    pub fn kind(&self) -> &'static str {
        self.call.kind().code()
    }

    pub fn name(&self) -> &str {
        self.call.name()
    }

    pub fn template(&self) -> Option<&str> {
        self.call.template()
    }

    pub fn arguments(&self) -> &str {
        self.call.arguments()
    }

    pub fn correlation(&self) -> &str {
        self.call.correlation()
    }

    pub fn intent(&self) -> Option<&str> {
        self.call.intent()
    }

    pub fn confirmation(&mut self) -> Answer<String> {
        Ok(self.call.confirmation(world(&self.store))?)
    }

    pub fn confirmation_lifetime(&self) -> i64 {
        self.call.confirmation_lifetime().into()
    }

    pub fn is_streaming(&self) -> bool {
        self.call.is_streaming()
    }

    pub fn stream_headers(&self) -> Answer<ZBox<ZendHashTable>> {
        Ok(headers(&self.call.stream_headers())?)
    }

    #[php(optional = total)]
    pub fn progress(&mut self, progress: f64, total: Option<f64>, message: Option<&str>) -> String {
        self.call.progress(progress, total, message)
    }

    #[php(optional = logger)]
    pub fn log(&mut self, level: &str, data: &str, logger: Option<&str>) -> Answer<String> {
        Ok(self.call.log(level, data, logger)?)
    }

    pub fn input_response(&self, key: &str) -> Option<&str> {
        self.call.input_response(key)
    }

    pub fn state(&self) -> Option<&str> {
        self.call.state()
    }

    #[php(optional = target)]
    pub fn result(&mut self, result: &str, target: Option<&str>) -> Answer<McpReply> {
        Ok(McpReply(self.call.result(result, target)?))
    }

    #[php(optional = detail)]
    pub fn deny(
        &mut self,
        reason: &str,
        detail: Option<&str>,
        target: Option<&str>,
    ) -> Answer<McpReply> {
        Ok(McpReply(self.call.deny(reason, detail, target)?))
    }

    #[php(optional = state)]
    pub fn input_required(&mut self, requests: &str, state: Option<&str>) -> Answer<McpReply> {
        Ok(McpReply(self.call.input_required(
            world(&self.store),
            requests,
            state,
        )?))
    }
}

/// PHP has no hook between the registration of classes and the first script, other than the next class.
fn last_class(builder: ClassBuilder) -> ClassBuilder {
    arguments::hide();
    builder
}

/// An answer, ready to send.
#[php_class]
#[php(name = "Countersign\\McpReply", flags = ClassFlags::Final.union(ClassFlags::NoDynamicProperties))]
#[php(modifier = last_class)]
pub struct McpReply(mcp::Reply);

#[php_impl]
impl McpReply {
    /// Only the server makes one.
    #[php(vis = "private")]
    pub fn __construct() -> PhpResult<Self> {
        Err("use McpServer::receive()".into())
    }

    pub fn status(&self) -> i64 {
        self.0.status().into()
    }

    pub fn headers(&self) -> Answer<ZBox<ZendHashTable>> {
        Ok(headers(self.0.headers())?)
    }

    pub fn body(&self) -> &str {
        self.0.body()
    }

    pub fn decision(&self) -> Decision {
        self.0.decision().into()
    }

    pub fn entry(&self) -> Option<&str> {
        self.0.entry()
    }
}
