//! The classes of the Model Context Protocol.

mod call;
mod reply;
mod request;
mod server;
mod world;

pub(super) use call::PhpMcpCall;
pub(super) use reply::PhpMcpReply;
pub(super) use request::PhpMcpRequest;
pub(super) use server::PhpMcpServer;
