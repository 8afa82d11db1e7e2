//! The wire format: JSON-RPC messages, headers, protocol revisions, errors, responses and events.

pub(super) mod error;
pub(super) mod events;
pub(super) mod headers;
pub(super) mod message;
pub(super) mod request_id;
pub(super) mod response;
pub(super) mod revision;
