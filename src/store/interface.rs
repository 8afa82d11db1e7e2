//! The interface of a store, its arguments and its answers.

use super::error::StoreError;
use crate::clock::Timestamp;
use crate::limit::budget::{Budget, Spending, Standing};
use crate::limit::period::UtcOffset;
use crate::limit::{Admission, Limit};

/// The greatest length of a small value, in bytes: 64 KiB.
pub const MAX_VALUE_BYTES: usize = 64 * 1024;

/// The greatest length of a lasting value of an engine that serves several hosts, in bytes: 1 MiB.
pub const MAX_LASTING_BYTES: usize = 1 << 20;

/// The greatest length of the name of a small value, in bytes.
pub const MAX_NAME_BYTES: usize = 255;

/// The greatest length of a receipt, in bytes.
pub const MAX_RECEIPT_BYTES: usize = 1024;

/// The greatest number of one-time items that can be used together.
pub const MAX_TOGETHER: usize = 16;

/// The greatest number of limits of one call.
pub const MAX_LIMITS: usize = 16;

/// The greatest number of budgets of one call.
pub const MAX_BUDGETS: usize = 16;

/// The machine whose clock gave the moment at which an item was issued.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// This site, as for authorization codes and confirmation tokens. An embedded store has the same clock.
    Local,
    /// Another machine, as for signed actions. Its clock may be ahead by [`SKEW_MS`](crate::clock::SKEW_MS).
    Remote,
}

/// The use of an item that works once, to be recorded in a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OneTimeUse<'a> {
    /// Identifies the item: a digest of everything that distinguishes it from others.
    pub key: [u8; 32],
    /// The machine by whose clock `issued` was set.
    pub origin: Origin,
    /// When the item was issued, to the millisecond if its format allows. An item that was issued in the millisecond in
    /// which the store was started, or before, is refused.
    pub issued: Timestamp,
    /// Until when, inclusive, the use must be remembered. It must be [`SKEW_MS`](crate::clock::SKEW_MS) later than
    /// the last moment at which any check accepts the age of the item, since the clock may be set back by that much.
    pub keep_until: Timestamp,
    /// The first receipt of the item, as [`Store::settle`] would write it: at most [`MAX_RECEIPT_BYTES`].
    pub receipt: &'a [u8],
}

/// The answer of [`Store::insert_together`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "an item is replayed if the answer is ignored"]
pub enum Insertion {
    /// None of the items was used before, and all uses are recorded now.
    First,
    /// One of the items was used before, and nothing was recorded.
    Again {
        /// The index of the item that was used; among several, the first in the order of the call.
        index: usize,
        /// The receipt of that item. It is empty if none was written.
        receipt: Vec<u8>,
    },
}

/// Facts about a store for `phpinfo()` and Site Health.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoreStatus {
    /// The name of the engine: `lmdb`, `redis` or `memory`.
    pub engine: &'static str,
    /// The watermark: when the store was last reset.
    pub opened_at: Timestamp,
    /// The number of recorded one-time items, including expired ones that were not yet pruned.
    pub seen: u64,
    /// The number of histories of limits, including forgotten ones that were not yet pruned.
    pub limits: u64,
    /// The number of counts of budgets, including those of past periods that were not yet pruned.
    pub budgets: u64,
    /// The number of small values.
    pub values: u64,
}

impl StoreStatus {
    /// Returns the number of records of all kinds.
    #[must_use]
    pub const fn entries(&self) -> u64 {
        self.seen + self.limits + self.budgets + self.values
    }
}

/// The state that the extension keeps between requests.
///
/// **Every operation is atomic across all processes of the host**, and across all hosts if the engine serves several:
/// its reads and writes happen at one moment, as if no other process ran. After an error nothing has changed, and the
/// caller must refuse the request. The only exception is a connection that breaks while the answer of a remote engine
/// is outstanding: the operation may have been executed, and the caller must refuse the request nevertheless.
///
/// `now` is the clock of the caller. An engine that has one clock for all hosts uses that instead.
///
/// ```
/// use countersign::clock::Timestamp;
/// use countersign::store::{MemoryStore, OneTimeUse, Origin, Store};
///
/// let start = Timestamp::from_seconds(1_800_000_000);
/// let store = MemoryStore::new(start);
/// let now = start.plus_seconds(60);
/// let nonce = OneTimeUse {
///     key: [7; 32],
///     origin: Origin::Local,
///     issued: now,
///     keep_until: now.plus_seconds(900),
///     receipt: b"",
/// };
/// assert!(store.insert_once(&nonce, now)?);
/// assert!(!store.insert_once(&nonce, now)?);
/// # Ok::<(), countersign::store::StoreError>(())
/// ```
pub trait Store: Send + Sync {
    /// Records the use of `items` together, each with its receipt: all of them, or none if one was used before.
    ///
    /// Among all callers that name one of the items, until its `keep_until` inclusive, exactly one ever receives
    /// [`Insertion::First`]. A record is never evicted before its time, whatever else is stored. Each call prunes a few
    /// records that have expired.
    ///
    /// # Errors
    /// * [`StoreError::Restarted`] if an item was issued before the store was started. For [`Origin::Remote`], and
    ///   for all items in an engine that serves several hosts, also up to [`SKEW_MS`](crate::clock::SKEW_MS) after
    ///   the start.
    /// * [`StoreError::ClockStepped`] if `now` is more than [`SKEW_MS`](crate::clock::SKEW_MS) before the latest
    ///   moment that this store has seen: a record that was pruned may be valid again.
    /// * [`StoreError::Expired`] if a `keep_until` has passed.
    /// * [`StoreError::Full`] if there is no room.
    /// * [`StoreError::Misuse`] for an empty list, more than [`MAX_TOGETHER`] items, two items with the same key, or a
    ///   receipt of more than [`MAX_RECEIPT_BYTES`].
    /// * Any other variant if the engine fails.
    fn insert_together(
        &self,
        items: &[OneTimeUse<'_>],
        now: Timestamp,
    ) -> Result<Insertion, StoreError>;

    /// Records the use of one item and returns whether it was not used before. See [`Store::insert_together`].
    ///
    /// # Errors
    /// Those of [`Store::insert_together`].
    fn insert_once(&self, item: &OneTimeUse<'_>, now: Timestamp) -> Result<bool, StoreError> {
        let insertion = self.insert_together(std::slice::from_ref(item), now)?;
        Ok(insertion == Insertion::First)
    }

    /// Writes the receipt of a one-time item: the result of its use. The receipt is kept as long as the record of the
    /// item and replaces an earlier one. Returns false if there is no record of the item, or if it has expired.
    ///
    /// # Errors
    /// [`StoreError::Misuse`] for more than [`MAX_RECEIPT_BYTES`]; [`StoreError::Full`] if there is no room; any other
    /// variant if the engine fails.
    fn settle(&self, key: &[u8; 32], receipt: &[u8]) -> Result<bool, StoreError>;

    /// Admits a call and counts it under all `limits`, or refuses it and counts it under none.
    ///
    /// A refused call changes only the moment of the last recorded refusal. Clock steps are tolerated: see
    /// [`crate::limit`]. A history may be forgotten one window (of the last call's limit) after its last admission.
    ///
    /// # Errors
    /// [`StoreError::Misuse`] for an empty list, more than [`MAX_LIMITS`] or two limits with the same key;
    /// [`StoreError::Full`] if there is no room for a new history; any other variant if the engine fails.
    fn admit(&self, limits: &[Limit], now: Timestamp) -> Result<Admission, StoreError>;

    /// Counts a call with an estimated `cost` under all `budgets`, or refuses it and counts it under none. If a budget
    /// has a tally that its caller kept, the larger of the two counts applies.
    ///
    /// A refused call only records that a refusal of this period was announced. `offset` is the current offset of the
    /// site's time zone. A count may be forgotten when its period is over in every zone.
    ///
    /// # Errors
    /// [`StoreError::Misuse`] for an empty list, more than [`MAX_BUDGETS`], two budgets with the same key, or a cost
    /// above [`MAX_AMOUNT`](crate::limit::budget::MAX_AMOUNT); [`StoreError::Full`] if there is no room for a new
    /// count; any other variant if the engine fails.
    fn spend(
        &self,
        budgets: &[Budget],
        cost: u64,
        offset: UtcOffset,
        now: Timestamp,
    ) -> Result<Spending, StoreError>;

    /// Replaces the `estimated` cost of a call that was counted by its real `cost`, under those of the `budgets` that
    /// count cost. The budgets must have the tallies of [`Store::spend`]: see [`Spending::counted`]. The new count may
    /// exceed the cap.
    ///
    /// # Errors
    /// Those of [`Store::spend`]; also [`StoreError::Misuse`] for a budget without a tally.
    fn correct(
        &self,
        budgets: &[Budget],
        estimated: u64,
        cost: u64,
        offset: UtcOffset,
        now: Timestamp,
    ) -> Result<Vec<Standing>, StoreError>;

    /// Returns the small value with this name. Values are lost when the store is reset.
    ///
    /// # Errors
    /// [`StoreError::Misuse`] for a name that is empty or longer than [`MAX_NAME_BYTES`]; any other variant if the
    /// engine fails.
    fn get(&self, name: &[u8]) -> Result<Option<Vec<u8>>, StoreError>;

    /// Sets a small value.
    ///
    /// # Errors
    /// Those of [`Store::get`]; also [`StoreError::Misuse`] for a value longer than [`MAX_VALUE_BYTES`], and
    /// [`StoreError::Full`] if there is no room.
    fn put(&self, name: &[u8], value: &[u8]) -> Result<(), StoreError>;

    /// Sets a small value if its current value is `expected`, where `None` means that there is none. Returns whether it
    /// was set.
    ///
    /// # Errors
    /// Those of [`Store::put`].
    fn replace(&self, name: &[u8], expected: Option<&[u8]>, new: &[u8])
    -> Result<bool, StoreError>;

    /// Removes a small value and returns whether there was one.
    ///
    /// # Errors
    /// Those of [`Store::get`].
    fn remove(&self, name: &[u8]) -> Result<bool, StoreError>;

    /// Returns the folder of this user's files, if the engine has one.
    fn state_folder(&self) -> Option<&std::path::Path> {
        None
    }

    /// Returns the lasting value with this name. A reset of the store keeps it in an engine that serves several hosts; in
    /// another one it is a small value.
    ///
    /// # Errors
    /// Those of [`Store::get`].
    fn lasting(&self, name: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.get(name)
    }

    /// Sets a lasting value if its current value is `expected`, as [`Store::replace`] does for a small value.
    ///
    /// # Errors
    /// Those of [`Store::replace`], with the limit [`MAX_LASTING_BYTES`].
    fn replace_lasting(
        &self,
        name: &[u8],
        expected: Option<&[u8]>,
        new: &[u8],
    ) -> Result<bool, StoreError> {
        self.replace(name, expected, new)
    }

    /// Returns whether the engine keeps the witness against restored databases. One that ends with the site does not: after
    /// each start of the site, the witness would be missing, and a person would have to confirm the database.
    fn keeps_witness(&self) -> bool {
        true
    }

    /// Returns whether lasting values outlive a restart of the engine; `None` if that is unknown.
    fn keeps_data(&self) -> Option<bool> {
        None
    }

    /// Returns facts about the store.
    ///
    /// # Errors
    /// Any variant of [`StoreError`] if the engine fails.
    fn status(&self) -> Result<StoreStatus, StoreError>;
}
