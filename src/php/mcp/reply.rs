//! `Countersign\McpReply`.

use ext_php_rs::boxed::ZBox;
use ext_php_rs::prelude::*;
use ext_php_rs::types::ZendHashTable;

use crate::mcp;
use crate::php::convert::headers;
use crate::php::decision::PhpDecision;
use crate::php::error::BindingResult;

/// A response that is ready to send.
#[php_class]
#[php(name = "Countersign\\McpReply")]
pub struct PhpMcpReply(pub(super) mcp::McpReply);

#[php_impl]
impl PhpMcpReply {
    pub fn status(&self) -> i64 {
        self.0.status().into()
    }

    pub fn headers(&self) -> BindingResult<ZBox<ZendHashTable>> {
        Ok(headers(self.0.headers())?)
    }

    pub fn body(&self) -> &str {
        self.0.body()
    }

    pub fn decision(&self) -> PhpDecision {
        self.0.decision().into()
    }

    pub fn entry(&self) -> Option<&str> {
        self.0.entry()
    }
}
