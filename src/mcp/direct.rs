//! Calls that reach the site through another door than the MCP endpoint: an ability of WordPress, another MCP server of the
//! site, or its command line.
//!
//! Such a call becomes a request of its own, in revision 2025-11-25, so that the checks, the limits and the audit entries
//! are those of the endpoint.

use super::holder::CredentialHolder;
use super::request::McpRequest;
use super::server::McpServer;
use super::wire::headers::RequestHeaders;
use super::wire::message::{self, RpcMessage};
use super::wire::response::ResponseBuilder;
use crate::call::connection::Connection;
use crate::call::decide;
use crate::call::registry::Registry;
use crate::call::served::ToolAccess;
use crate::call::{Misuse, World};
use crate::decision::Decision;
use crate::json::{self, Object, RawJson};
use crate::reason::Reason;
use crate::record::FoundRecord;
use crate::words::words;

words! {
    /// The way by which a call reached the site, for the audit log.
    pub enum Door {
        /// Code on the site ran an ability.
        Ability = "ability",
        /// The REST route of WordPress that runs abilities.
        Rest = "rest",
        /// Another MCP server of the site.
        McpServer = "mcp_server",
        /// The command line of WordPress.
        Cli = "cli",
    }
}

/// A call of a tool that the site itself received.
#[derive(Debug, Clone, Copy)]
pub struct DirectCall<'a> {
    /// The id of the connection that governs the request.
    pub connection: u64,
    /// The WordPress user by whose account the connection was found; `None` if it was found by something else.
    pub user: Option<u64>,
    /// The way by which the call arrived.
    pub door: Door,
    /// The name of the tool.
    pub tool: &'a str,
    /// The arguments, as JSON.
    pub arguments: &'a str,
    /// The address of the client; empty if there is none.
    pub ip: &'a str,
}

impl McpServer {
    /// Returns the request of a call that came through another door. Nothing is decided yet: the connection and the tool are
    /// checked by [`McpRequest::authorize`], as for every other call.
    #[must_use]
    pub fn direct(&self, call: &DirectCall<'_>) -> McpRequest {
        let mut response = ResponseBuilder::new(self.endpoint());
        response.door = Some(call.door.word());
        let body = Object::default()
            .with("jsonrpc", &"2.0")
            .with("id", &call.door.word())
            .with("method", &"tools/call")
            .with("params", &params(call));
        let max_body = response.endpoint.settings.max_body;
        McpRequest {
            message: message::parse(body.to_json().as_bytes(), max_body),
            response,
            holder: CredentialHolder::Site {
                connection: call.connection,
                user: call.user,
            },
            origin: None,
            headers: RequestHeaders::new(&[]),
            ip: call.ip.to_owned(),
        }
    }
}

/// Arguments that are not JSON become a text, which is refused as every other text is.
fn params(call: &DirectCall<'_>) -> Object {
    let arguments: RawJson =
        serde_json::from_str(call.arguments).unwrap_or_else(|_| json::raw(call.arguments));
    let mut params = Object::default().with("name", &call.tool);
    params.set("arguments", arguments);
    params
}

impl McpRequest {
    /// Decides whether the connection may call the tool of this request now, whatever its arguments are. Counts and records
    /// nothing, so it does not replace [`authorize`](Self::authorize).
    ///
    /// `found` and `registry` are those of [`authorize`](Self::authorize).
    ///
    /// # Errors
    /// [`Misuse::Connection`] or [`Misuse::Registry`] if an argument does not have the documented form.
    pub fn permits(
        &self,
        world: World<'_>,
        found: FoundRecord<'_>,
        registry: &str,
    ) -> Result<Decision, Misuse> {
        let known = match found.usable() {
            Ok(Some(record)) => Connection::of(record, self.connection())?,
            Ok(None) => return Ok(Reason::ConnectionUnknown.into()),
            Err(refusal) => return Ok(Decision::Deny(refusal.denial)),
        };
        if let Err(reason) = self.holder.verify(&known) {
            return Ok(reason.into());
        }
        if self.response.endpoint.settings.kill_switch {
            return Ok(Reason::KillSwitch.into());
        }
        let decision = known.standing.decide(self.holder.epoch());
        if !decision.is_allowed() {
            return Ok(decision);
        }
        // The store must be usable: without it no call can be counted.
        if world.store.status().is_err() {
            return Ok(Reason::StoreUnavailable.into());
        }
        let registry = Registry::parse(registry)?;
        let Ok(RpcMessage::Request {
            params: Some(params),
            ..
        }) = &self.message
        else {
            return Ok(Reason::ParamsInvalid.into());
        };
        let name = params.text("name").unwrap_or_default();
        Ok(
            match decide::find(
                ToolAccess::new(&registry, known.groups, &known.fields),
                &name,
            ) {
                Ok(_) => Decision::Allow,
                Err(reason) => reason.into(),
            },
        )
    }
}
