//! IP addresses: networks, which addresses lead to the public internet, and URLs that may be fetched from there.

mod net;
mod public;
mod url;

pub use net::{Network, NetworkError};
pub use public::is_public;
pub use url::{PublicUrl, is_among};
