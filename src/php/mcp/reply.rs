//! `Countersign\McpReply`.

use ext_php_rs::prelude::*;

use crate::mcp;
use crate::php::convert::{PhpArray, headers};
use crate::php::decision::PhpDecision;

/// A response that is ready to send.
#[php_class]
#[php(name = "Countersign\\McpReply")]
pub struct PhpMcpReply(pub(super) mcp::McpReply);

#[php_impl]
impl PhpMcpReply {
    pub fn status(&self) -> i64 {
        self.0.status().into()
    }

    pub fn headers(&self) -> PhpArray {
        headers(self.0.headers())
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

    pub fn items(&self) -> Vec<String> {
        self.0.items().to_vec()
    }

    pub fn change(&self) -> Option<&str> {
        self.0.change()
    }
}
