//! `Countersign\McpRequest`.

use std::sync::Arc;

use ext_php_rs::prelude::*;

use super::call::PhpMcpCall;
use super::reply::PhpMcpReply;
use super::world::world;
use crate::mcp::{self, Authorized};
use crate::php::convert::{Either, int};
use crate::php::decision::PhpDecision;
use crate::php::error::BindingResult;
use crate::php::found::{FoundArgument, found};
use crate::store;

/// A well-formed request with a genuine token.
#[php_class]
#[php(name = "Countersign\\McpRequest")]
pub struct PhpMcpRequest {
    pub(super) request: mcp::McpRequest,
    pub(super) store: Arc<dyn store::Store>,
}

#[php_impl]
impl PhpMcpRequest {
    pub fn connection(&self) -> i64 {
        int(self.request.connection())
    }

    pub fn needs_registry(&self) -> bool {
        self.request.needs_registry()
    }

    pub fn unavailable(&self, reason: &str) -> PhpMcpReply {
        PhpMcpReply(self.request.unavailable(reason))
    }

    pub fn permits(
        &self,
        connection: Option<FoundArgument<'_>>,
        registry: &str,
    ) -> BindingResult<PhpDecision> {
        let decision = self
            .request
            .permits(world(&self.store), found(connection), registry)?;
        Ok(decision.into())
    }

    pub fn authorize(
        &self,
        connection: Option<FoundArgument<'_>>,
        registry: Option<&str>,
    ) -> BindingResult<Either<PhpMcpCall, PhpMcpReply>> {
        Ok(
            match self
                .request
                .authorize(world(&self.store), found(connection), registry)?
            {
                Authorized::Reply(reply) => Either::Other(PhpMcpReply(reply)),
                Authorized::Call(call) => Either::One(PhpMcpCall {
                    call: *call,
                    store: Arc::clone(&self.store),
                }),
            },
        )
    }
}
