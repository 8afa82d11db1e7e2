//! The classes of the OAuth authorization server.

mod reply;
mod request;
mod revocation;
mod sender;
mod server;
mod token_request;

pub(super) use reply::PhpOAuthReply;
pub(super) use request::PhpOAuthRequest;
pub(super) use revocation::PhpOAuthRevocation;
pub(super) use server::PhpOAuth;
pub(super) use token_request::PhpOAuthTokenRequest;
