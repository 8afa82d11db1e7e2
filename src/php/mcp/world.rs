//! Code that the classes of the protocol share.

use std::sync::Arc;

use crate::call::{Misuse, World};
use crate::clock::{Clock as _, SystemClock};
use crate::entropy::SystemEntropy;
use crate::php::error::BindingError;
use crate::store;

impl From<Misuse> for BindingError {
    fn from(error: Misuse) -> Self {
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
