//! IP addresses: networks, and which addresses lead to the public internet.

mod net;
mod public;

pub use net::{Network, NetworkError};
pub use public::is_public;
