//! `Countersign\McpServer`.

use std::sync::Arc;

use ext_php_rs::binary_slice::BinarySlice;
use ext_php_rs::prelude::*;
use ext_php_rs::types::ZendHashTable;

use super::reply::PhpMcpReply;
use super::request::PhpMcpRequest;
use super::world::world;
use crate::mcp::{self, Incoming, Received};
use crate::php::convert::Either;
use crate::php::error::BindingResult;
use crate::php::keyring::PhpKeyring;
use crate::php::store::PhpStore;
use crate::store;

/// The Model Context Protocol over Streamable HTTP.
#[php_class]
#[php(name = "Countersign\\McpServer")]
pub struct PhpMcpServer {
    server: mcp::McpServer,
    store: Arc<dyn store::Store>,
}

#[php_impl]
impl PhpMcpServer {
    pub fn __construct(
        keyring: &PhpKeyring,
        store: &PhpStore,
        settings: &str,
    ) -> BindingResult<Self> {
        Ok(Self {
            server: mcp::McpServer::new(Arc::clone(&keyring.0), settings)?,
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
    ) -> Either<PhpMcpRequest, PhpMcpReply> {
        // A header value that is not UTF-8 cannot be one that the protocol defines.
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
            Received::Reply(reply) => Either::Other(PhpMcpReply(reply)),
            Received::Request(request) => Either::One(PhpMcpRequest {
                request: *request,
                store: Arc::clone(&self.store),
            }),
        }
    }
}
