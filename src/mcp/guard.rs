//! What the server needs of the store, and of the world.

use crate::clock::Timestamp;
use crate::entropy::Entropy;
use crate::reason::Reason;

/// At most `max` calls in any `window` seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
pub struct Limit {
    /// Calls.
    pub max: u32,
    /// Seconds.
    pub window: u32,
}

/// What a limit said to one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Admission {
    /// Whether the call may go on; it then was counted.
    pub allowed: bool,
    /// Calls that are left in the window.
    pub remaining: u32,
    /// Seconds until the window has room again, or is empty.
    pub reset: u32,
    /// Seconds after which a refused call may be tried again.
    pub retry_after: u32,
    /// Whether this refusal is the first since a call was last let through: the one to record.
    pub first_of_burst: bool,
}

/// The memory between requests that the server's decisions need. Every operation is atomic across
/// all processes that share the memory; whatever cannot be answered is an error, and refuses.
pub trait Guard {
    /// Counts one call under `key` against `limit`.
    ///
    /// # Errors
    /// [`Reason::StoreUnavailable`] or [`Reason::StoreFull`].
    fn admit(&self, key: &str, limit: Limit, now: Timestamp) -> Result<Admission, Reason>;

    /// Burns the confirmation token `id`: `true` for exactly one caller, `false` for all after.
    ///
    /// # Errors
    /// [`Reason::StoreUnavailable`], [`Reason::StoreFull`], or [`Reason::StoreRestarted`] for a token
    /// issued before the memory was started anew.
    fn spend(
        &self,
        id: &[u8; 12],
        issued: Timestamp,
        expires: Timestamp,
        now: Timestamp,
    ) -> Result<bool, Reason>;
}

/// What a decision depends on beside its input.
#[derive(Clone, Copy)]
pub struct World<'a> {
    /// The present moment.
    pub now: Timestamp,
    /// Unpredictable bytes.
    pub entropy: &'a dyn Entropy,
    /// The memory between requests.
    pub guard: &'a dyn Guard,
}
