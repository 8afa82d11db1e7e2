//! `Countersign\McpServer`.

use std::sync::Arc;

use ext_php_rs::binary_slice::BinarySlice;
use ext_php_rs::prelude::*;
use ext_php_rs::types::ZendHashTable;

use super::reply::PhpMcpReply;
use super::request::PhpMcpRequest;
use super::world::world;
use crate::access::{PasswordCredential, SentPassword};
use crate::clock::{Clock as _, SystemClock};
use crate::mcp::{self, DirectCall, Door, Incoming, Received, VerifiedPassword};
use crate::php::convert::{Either, PhpArray, assoc, number};
use crate::php::error::{BindingResult, misuse};
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

    pub fn sent_password(headers: &ZendHashTable) -> Option<PhpArray> {
        let header = headers
            .iter()
            .find(|(name, _)| name.to_string().eq_ignore_ascii_case("authorization"))?;
        let sent = SentPassword::parse(header.1.str()?.trim_matches([' ', '\t']))?;
        Some(assoc([
            ("username".to_owned(), sent.username()),
            ("password".to_owned(), sent.password()),
        ]))
    }

    pub fn credential(
        user: i64,
        uuid: &str,
        password: &str,
        created_at: i64,
    ) -> BindingResult<String> {
        let ids = "an id or a time is a number of 0 or more";
        PasswordCredential::new(number(user, ids)?, uuid, password, number(created_at, ids)?)
            .map(|credential| credential.to_json())
            .ok_or_else(|| misuse("this is not an application password of WordPress"))
    }

    pub fn unavailable(
        keyring: &PhpKeyring,
        settings: &str,
        reason: &str,
        method: &str,
        headers: &ZendHashTable,
        query: BinarySlice<u8>,
        body: BinarySlice<u8>,
    ) -> BindingResult<PhpMcpReply> {
        let server = mcp::McpServer::new(Arc::clone(&keyring.0), settings)?;
        let incoming = Incoming {
            method,
            headers: &texts(headers),
            query: &String::from_utf8_lossy(&query),
            body: &body,
            // Nothing is counted.
            ip: "",
        };
        Ok(PhpMcpReply(server.unavailable(
            SystemClock.now(),
            incoming,
            reason,
        )))
    }

    pub fn plain_title(text: BinarySlice<u8>) -> String {
        mcp::plain_title(&String::from_utf8_lossy(&text))
    }

    pub fn direct(
        &self,
        connection: i64,
        user: Option<i64>,
        door: &str,
        tool: &str,
        arguments: &str,
        ip: &str,
    ) -> BindingResult<PhpMcpRequest> {
        let ids = "an id is a number of 0 or more";
        let call = DirectCall {
            connection: number(connection, ids)?,
            user: user.map(|user| number(user, ids)).transpose()?,
            door: Door::from_word(door).ok_or_else(|| misuse("there is no such door"))?,
            tool,
            arguments,
            ip,
        };
        Ok(PhpMcpRequest {
            request: self.server.direct(&call),
            store: Arc::clone(&self.store),
        })
    }

    #[php(optional = verified)]
    pub fn receive(
        &self,
        method: &str,
        headers: &ZendHashTable,
        query: BinarySlice<u8>,
        body: BinarySlice<u8>,
        ip: &str,
        verified: Option<&str>,
    ) -> BindingResult<Either<PhpMcpRequest, PhpMcpReply>> {
        let verified = verified.map(VerifiedPassword::from_json).transpose()?;
        let headers = texts(headers);
        let query = String::from_utf8_lossy(&query);
        let incoming = Incoming {
            method,
            headers: &headers,
            query: &query,
            body: &body,
            ip,
        };
        let received = self
            .server
            .receive_with(world(&self.store), incoming, verified.as_ref());
        Ok(match received {
            Received::Reply(reply) => Either::Other(PhpMcpReply(reply)),
            Received::Request(request) => Either::One(PhpMcpRequest {
                request: *request,
                store: Arc::clone(&self.store),
            }),
        })
    }
}

/// Returns the headers that are text. A value that is not UTF-8 cannot be one that the protocol defines.
fn texts(headers: &ZendHashTable) -> Vec<(String, String)> {
    headers
        .iter()
        .filter_map(|(name, value)| Some((name.to_string(), value.str()?.to_owned())))
        .collect()
}
