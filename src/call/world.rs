//! What a decision depends on besides the request: the time, randomness and the store.

use crate::clock::Timestamp;
use crate::entropy::Entropy;
use crate::reason::Reason;
use crate::replay::{OneTimeItem, Sighting, seen_once};
use crate::store::{Origin, Store};
use crate::token::Claims;

/// What a decision depends on besides the request.
///
/// ```
/// use countersign::call::World;
/// use countersign::clock::Timestamp;
/// use countersign::entropy::CountingEntropy;
/// use countersign::store::MemoryStore;
///
/// let now = Timestamp::from_seconds(1_800_000_000);
/// let (entropy, store) = (CountingEntropy::default(), MemoryStore::new(now));
/// let world = World { now, entropy: &entropy, store: &store };
/// assert_eq!(world.now, now);
/// ```
#[derive(Clone, Copy)]
pub struct World<'a> {
    /// The current time.
    pub now: Timestamp,
    /// A source of unpredictable bytes.
    pub entropy: &'a dyn Entropy,
    /// The state that is shared between requests: limits and used tokens.
    pub store: &'a dyn Store,
}

impl World<'_> {
    /// Marks a confirmation token as used. Of all callers with the same token, exactly one succeeds.
    ///
    /// # Errors
    /// [`Reason::ConfirmationUsed`], [`Reason::ConfirmationExpired`], [`Reason::StoreRestarted`] for a
    /// token issued before the store was reset, or the reason why the store could not answer.
    pub(crate) fn burn(&self, confirmation: &Claims) -> Result<(), Reason> {
        let item = OneTimeItem {
            domain: "confirmation",
            id: &confirmation.id,
            origin: Origin::Local,
            issued: confirmation.issued,
            expires: confirmation.expires,
        };
        match seen_once(self.store, &item, self.now)? {
            Sighting::First => Ok(()),
            Sighting::Again => Err(Reason::ConfirmationUsed),
            Sighting::Expired => Err(Reason::ConfirmationExpired),
        }
    }
}
