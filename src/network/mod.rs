//! IP addresses: networks, which addresses lead to the public internet, URLs that may be fetched from there, and the
//! address of a client behind proxies.

mod forwarded;
mod net;
mod proxies;
mod public;
mod url;

pub use forwarded::ForwardingHeader;
pub use net::{Network, NetworkError};
pub use proxies::TrustedProxies;
pub use public::is_public;
pub use url::{PublicUrl, is_among};
