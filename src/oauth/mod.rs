//! The OAuth 2.1 authorization server.
//!
//! It supports the authorization code grant with PKCE S256 only
//! ([RFC 7636](https://www.rfc-editor.org/rfc/rfc7636)), dynamic client registration
//! ([RFC 7591](https://www.rfc-editor.org/rfc/rfc7591)), client identifier metadata documents, resource
//! indicators ([RFC 8707](https://www.rfc-editor.org/rfc/rfc8707)), issuer identification
//! ([RFC 9207](https://www.rfc-editor.org/rfc/rfc9207)), refresh token rotation with reuse detection,
//! and token revocation ([RFC 7009](https://www.rfc-editor.org/rfc/rfc7009)).
//!
//! The server keeps no state but the counts of its limits. The identifier of a client that registers contains the
//! registration, so registrations are not stored. The caller stores the grants and the clients that a person
//! approved as sealed records, passes in what opening them gave, and makes the conditional change that an [`OAuthReply`]
//! describes before it sends the reply.

mod app_scheme;
mod assertion;
mod authorize;
mod client;
mod client_auth;
mod client_key;
mod document;
mod error;
mod form;
mod grant;
mod issued_id;
mod metadata;
pub mod name;
pub mod pkce;
pub mod redirect;
pub mod refresh;
mod registration;
mod reply;
mod request;
mod resource;
mod revoke;
mod sender;
mod server;
mod settings;
mod token_endpoint;

pub use app_scheme::AppSchemes;
pub use authorize::RequestedClient;
pub use client::Client;
pub use client_auth::client_id;
pub use document::is_metadata_document;
pub use error::OAuthError;
pub use grant::{ApprovedGrant, StoredGrant};
#[doc(hidden)]
pub use issued_id::read_payload as read_client_id_payload;
pub use reply::{OAuthFollowUp, OAuthReply};
pub use request::AuthorizationRequest;
pub use revoke::RevocationRequest;
pub use sender::Sender;
pub use server::AuthorizationServer;
pub use token_endpoint::{GrantType, TokenRequest};
