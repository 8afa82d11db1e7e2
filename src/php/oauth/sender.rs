//! The sender of the request at hand, as the classes of the authorization server keep it.

use std::sync::Arc;

use crate::clock::{Clock as _, SystemClock};
use crate::oauth::Sender;
use crate::store::Store;

/// What is left of a request between its steps: the IP address of its sender, and the store that counts it.
pub(super) struct KeptSender {
    pub(super) store: Arc<dyn Store>,
    pub(super) ip: String,
}

impl KeptSender {
    /// The sender at the present time.
    pub(super) fn now(&self) -> Sender<'_> {
        Sender {
            ip: &self.ip,
            now: SystemClock.now(),
            store: &*self.store,
        }
    }
}
