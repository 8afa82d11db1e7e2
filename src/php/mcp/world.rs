//! What the classes of the protocol share.

use std::sync::Arc;

use crate::clock::{Clock as _, SystemClock};
use crate::entropy::SystemEntropy;
use crate::mcp::{self, World};
use crate::php::error::BindingError;
use crate::store;

impl From<mcp::Error> for BindingError {
    fn from(error: mcp::Error) -> Self {
        Self::Misuse(error.to_string())
    }
}

/// The time, the operating system's random generator and the store of this process.
pub(super) fn world(store: &Arc<dyn store::Store>) -> World<'_> {
    World {
        now: SystemClock.now(),
        entropy: &SystemEntropy,
        store: &**store,
    }
}
