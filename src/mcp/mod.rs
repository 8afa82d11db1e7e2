//! The Model Context Protocol over Streamable HTTP, stateless, in three revisions on one endpoint:
//! 2026-07-28, 2025-11-25 and 2025-06-18.
//!
//! A request takes three steps, each a type that only the step before can make:
//! [`Server::receive`] → [`Request::authorize`] → [`Call`] → [`Reply`]. Between them the caller looks up
//! the connection, records the intent and acts. A request that needs no WordPress ends early, in a
//! [`Reply`].

mod answer;
mod call;
mod calls;
mod confirm;
mod connection;
mod draft;
mod envelope;
mod era;
mod error;
mod failure;
mod frame;
mod guard;
mod headers;
mod json;
mod legacy;
mod lists;
mod modern;
mod normal;
mod registry;
mod reply;
mod request;
mod request_state;
mod schema;
mod server;
mod session;
mod settings;
mod stream;
mod template;
mod tools;

pub use call::{Call, CallKind};
pub use error::Error;
pub use guard::{Limit, World};
pub use reply::{Reply, ToRecord};
pub use request::{Authorized, Request};
pub use server::{Incoming, Received, Server};
