//! The sender of the request at hand, as the classes of the authorization server keep it.

use std::sync::Arc;

use crate::clock::{Clock as _, SystemClock};
use crate::keyring::SiteId;
use crate::metering::SiteMeter;
use crate::oauth::Sender;
use crate::store::Store;

/// What is left of a request between its steps: the IP address of its sender, and the site and store that count it.
pub(super) struct KeptSender {
    pub(super) site: SiteId,
    pub(super) store: Arc<dyn Store>,
    pub(super) ip: String,
}

impl KeptSender {
    /// The sender at the current time.
    pub(super) fn now(&self) -> Sender<'_> {
        Sender {
            ip: &self.ip,
            meter: SiteMeter {
                site: self.site,
                now: SystemClock.now(),
                store: &*self.store,
            },
        }
    }
}
