//! Whether an agent's call may happen.
//!
//! The rules here are the same for every way a call can arrive: MCP today, other protocols later. A
//! [`World`] supplies time, randomness and the store; the registry says which tools exist; the connection
//! says which groups the caller holds; `decide` checks the arguments and the confirmation. This module does
//! not depend on a wire protocol.

pub(crate) mod authors;
pub(crate) mod confirmation;
pub(crate) mod connection;
pub(crate) mod consider;
pub(crate) mod decide;
pub(crate) mod denied;
pub(crate) mod fields;
pub(crate) mod items;
pub(crate) mod listed;
mod misuse;
pub(crate) mod registry;
pub(crate) mod schema;
pub(crate) mod served;
pub(crate) mod target;
pub(crate) mod uri_template;
mod world;

pub use misuse::Misuse;
pub use schema::schema_fault;
pub use world::World;
