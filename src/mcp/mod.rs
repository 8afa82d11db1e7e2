//! The Model Context Protocol over Streamable HTTP, in three revisions on one endpoint: 2026-07-28,
//! 2025-11-25 and 2025-06-18 ([specification](https://modelcontextprotocol.io/specification)).
//!
//! The server keeps no sessions. A request passes through steps. Each step is a type that only the
//! step before it can create:
//!
//! 1. [`McpServer::receive`] checks everything that does not depend on the connection, and returns an
//!    [`McpRequest`].
//! 2. [`McpRequest::authorize`] checks the request against its connection, and returns an [`McpCall`] for
//!    a request that WordPress must act on.
//! 3. The caller appends [`McpCall::intent`] to the audit log, calls [`McpCall::begin`], acts, and turns
//!    the result into an [`McpReply`].
//!
//! Each step returns an [`McpReply`] instead if the request is refused or already answered.

mod answer;
mod browser;
mod direct;
mod exchange;
mod holder;
mod methods;
mod refusal;
mod reply;
mod request;

mod server;
mod sessionless;
mod settings;
mod title;
mod wire;

pub use answer::{CallKind, McpCall};
pub use direct::{DirectCall, Door};
pub use holder::VerifiedPassword;
pub use reply::{McpFollowUp, McpReply};
pub use request::{Authorized, McpRequest};
pub use server::{Incoming, McpServer, Received};
pub use title::plain_title;
