//! What the extension remembers between requests: what was seen once, the histories of limits, the
//! counts of budgets, and a few small values.
//!
//! [`Store`] is the promise, an engine keeps it: `LmdbStore` on disk for all processes of a host,
//! `RedisStore` for several hosts, [`MemoryStore`] for one process. All go through the same conformance
//! suite (`tests/core/store/conformance.rs`).
//!
//! **The watermark instead of durability.** Engines do not wait for the disk. A store that may have
//! lost something (reboot, restore, clone, damage) is started anew, empty, and refuses whatever was
//! issued before it started: that may have been accepted already. A client asks for a new token or
//! signs again; nothing is ever accepted twice.

#[cfg(not(target_family = "wasm"))]
mod folder;
#[cfg(not(target_family = "wasm"))]
mod generation;
#[cfg(not(target_family = "wasm"))]
mod identity;
#[cfg(not(target_family = "wasm"))]
mod lmdb;
mod memory;
#[cfg(all(feature = "redis", not(target_family = "wasm")))]
mod redis;
#[cfg(not(target_family = "wasm"))]
mod shared;
#[cfg(not(target_family = "wasm"))]
mod table;

#[cfg(not(target_family = "wasm"))]
pub(crate) use folder::effective_uid;
#[cfg(not(target_family = "wasm"))]
pub use identity::HostIdentity;
#[cfg(not(target_family = "wasm"))]
pub use lmdb::{DEFAULT_MAP_BYTES, LmdbStore};
pub use memory::MemoryStore;
#[cfg(all(feature = "redis", not(target_family = "wasm")))]
#[doc(hidden)]
pub use redis::read_any as read_any_redis_reply;
#[cfg(all(feature = "redis", not(target_family = "wasm")))]
pub use redis::{RedisFault, RedisStore, redis_address};
#[cfg(not(target_family = "wasm"))]
pub use shared::{StoreSettings, open_shared};

use crate::clock::{SKEW_MS, Timestamp};
use crate::limit::budget::{Account, Budget, MAX_AMOUNT, Spending, Standing, TallyRecord};
use crate::limit::period::UtcOffset;
use crate::limit::window::{self, AdmissionHistory, LimitCheck, Malformed};
use crate::limit::{Admission, Limit};
use crate::reason::Reason;

/// The most bytes of a small value: 64 KiB.
pub const MAX_VALUE_BYTES: usize = 64 * 1024;

/// The most bytes of a small value's name.
pub const MAX_NAME_BYTES: usize = 255;

/// The most bytes of a receipt.
pub const MAX_RECEIPT_BYTES: usize = 1024;

/// The most things that are used together.
pub const MAX_TOGETHER: usize = 16;

/// The most limits of one call.
pub const MAX_LIMITS: usize = 16;

/// The most budgets of one call.
pub const MAX_BUDGETS: usize = 16;

/// Records looked at for pruning with each new one. A record that lapsed is gone after about
/// (records ÷ 16) further ones, so the dead are a sixteenth of the living.
const PRUNE_BATCH: usize = 16;

/// Records looked at for pruning when there is no room.
const PRUNE_WHEN_FULL: usize = 4096;

/// Whose clock said when a thing was issued.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// This site's: codes, confirmation tokens. The same clock as the store's, where that is embedded.
    Local,
    /// Another machine's: signed actions. It may run ahead by [`SKEW_MS`].
    Remote,
}

/// A thing that works once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OneTimeUse<'a> {
    /// Which thing: a digest of all that identifies it.
    pub key: [u8; 32],
    /// Whose clock `issued` is of.
    pub origin: Origin,
    /// When it was issued. To the millisecond where possible: what was issued in the millisecond in
    /// which the store started, or before, is refused.
    pub issued: Timestamp,
    /// Until when, inclusive, it must be remembered: until it is refused for its age everywhere, and
    /// [`SKEW_MS`] longer, as the clock may step back so far.
    pub keep_until: Timestamp,
    /// Its first receipt, as [`Store::settle`] would write it: at most [`MAX_RECEIPT_BYTES`].
    pub receipt: &'a [u8],
}

/// What [`Store::insert_together`] found.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a second use that nobody looks at is a replay"]
pub enum Insertion {
    /// None of the things was used before, and all are recorded now.
    First,
    /// One was, and nothing was recorded.
    Again {
        /// Which: the first in the order of the call.
        index: usize,
        /// Its receipt: empty while nothing is known of it but that it was used.
        receipt: Vec<u8>,
    },
}

/// What a store says about itself, for `phpinfo()` and Site Health.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoreStatus {
    /// The engine's name.
    pub engine: &'static str,
    /// The watermark: when the store last started anew.
    pub opened_at: Timestamp,
    /// Things remembered as seen, lapsed ones not yet pruned included.
    pub seen: u64,
    /// Histories of limits, likewise.
    pub limits: u64,
    /// Counts of budgets, likewise.
    pub budgets: u64,
    /// Small values.
    pub values: u64,
}

impl StoreStatus {
    /// Returns how many records of all kinds the store holds.
    #[must_use]
    pub const fn entries(&self) -> u64 {
        self.seen + self.limits + self.budgets + self.values
    }
}

/// What the extension remembers.
///
/// **Every operation is atomic across all processes of the host** (of all hosts, where the engine
/// serves several): its reads and writes happen at one moment, as if no other process ran. An error
/// means that nothing was changed, and that the caller has to refuse. (Where the engine is reached over
/// a connection that breaks, it may have been: refuse all the same.)
///
/// `now` is the caller's clock; an engine with a clock of its own for all hosts uses that instead.
pub trait Store: Send + Sync {
    /// Records things as used together, each with its receipt: all of them, or none if one was used
    /// before. [`Insertion::First`] for exactly one caller ever among all that name one of the things,
    /// until its `keep_until` inclusive.
    ///
    /// A record is never evicted before its time, whatever else is stored. Each call prunes a few
    /// that have lapsed.
    ///
    /// # Errors
    /// * [`StoreError::Restarted`]: one was issued before the store started, see the module; for
    ///   [`Origin::Remote`], and for all in an engine that serves several hosts, also up to [`SKEW_MS`]
    ///   after.
    /// * [`StoreError::ClockStepped`]: `now` is more than [`SKEW_MS`] before the latest moment this
    ///   store has seen, so what was pruned may be in time again.
    /// * [`StoreError::Lapsed`]: a `keep_until` has passed, so nothing can be promised.
    /// * [`StoreError::Full`]: no room.
    /// * [`StoreError::Misuse`]: no things, more than [`MAX_TOGETHER`], two with the same key, or a
    ///   receipt of more than [`MAX_RECEIPT_BYTES`]. Also the other errors, when the engine fails.
    fn insert_together(
        &self,
        things: &[OneTimeUse<'_>],
        now: Timestamp,
    ) -> Result<Insertion, StoreError>;

    /// [`Store::insert_together`] of one thing: whether it was not used before.
    ///
    /// # Errors
    /// As [`Store::insert_together`].
    fn insert_once(&self, once: &OneTimeUse<'_>, now: Timestamp) -> Result<bool, StoreError> {
        let insertion = self.insert_together(std::slice::from_ref(once), now)?;
        Ok(insertion == Insertion::First)
    }

    /// Keeps what became of a thing that works once, its receipt, beside its record and as long as
    /// that; a later receipt takes the place of an earlier one. False if the thing is not recorded:
    /// it never was, or its record has lapsed.
    ///
    /// # Errors
    /// [`StoreError::Misuse`] for more than [`MAX_RECEIPT_BYTES`]; [`StoreError::Full`] when there is
    /// no room; others when the engine fails.
    fn settle(&self, key: &[u8; 32], receipt: &[u8]) -> Result<bool, StoreError>;

    /// Admits and counts a call under all `limits`, or refuses it and counts it in none.
    ///
    /// A refused call changes nothing but the note that a burst was refused. Clock steps are
    /// tolerated: see [`crate::limit`]. A history may be forgotten one window (of the last call's
    /// limit) after its last admission.
    ///
    /// # Errors
    /// [`StoreError::Misuse`] for no limits, more than [`MAX_LIMITS`] or two with the same key;
    /// [`StoreError::Full`] when there is no room for a new history; others when the engine fails.
    fn admit(&self, limits: &[Limit], now: Timestamp) -> Result<Admission, StoreError>;

    /// Counts a call that is estimated to cost so much in all `budgets`, or refuses it and counts it in
    /// none. Where a budget brings a tally that its caller kept, the larger of the two holds.
    ///
    /// A refused call changes nothing but the note that a refusal of this period was told. `offset` is
    /// that of the site's zone now. A count may be forgotten when its period is over in every zone.
    ///
    /// # Errors
    /// [`StoreError::Misuse`] for no budgets, more than [`MAX_BUDGETS`], two with the same key, or a cost
    /// above [`MAX_AMOUNT`]; [`StoreError::Full`] when there is no room for a new count; others when the
    /// engine fails.
    fn spend(
        &self,
        budgets: &[Budget],
        cost: u64,
        offset: UtcOffset,
        now: Timestamp,
    ) -> Result<Spending, StoreError>;

    /// Puts what a call cost in the place of what was `estimated` when it was counted: in those of the
    /// `budgets` that count cost, which bring the tallies of [`Store::spend`]. It may exceed the cap.
    ///
    /// # Errors
    /// As [`Store::spend`]; [`StoreError::Misuse`] also for a budget without a tally.
    fn correct(
        &self,
        budgets: &[Budget],
        estimated: u64,
        cost: u64,
        offset: UtcOffset,
        now: Timestamp,
    ) -> Result<Vec<Standing>, StoreError>;

    /// The small value of this name. Values do not outlive the store's restart.
    ///
    /// # Errors
    /// [`StoreError::Misuse`] for a name that is empty or longer than [`MAX_NAME_BYTES`]; others when
    /// the engine fails.
    fn get(&self, name: &[u8]) -> Result<Option<Vec<u8>>, StoreError>;

    /// Sets a small value.
    ///
    /// # Errors
    /// As [`Store::get`], [`StoreError::Misuse`] also for a value longer than [`MAX_VALUE_BYTES`];
    /// [`StoreError::Full`] when there is no room.
    fn put(&self, name: &[u8], value: &[u8]) -> Result<(), StoreError>;

    /// Sets a small value if the present one is `expected` (`None`: if there is none). False if not.
    ///
    /// # Errors
    /// As [`Store::put`].
    fn replace(&self, name: &[u8], expected: Option<&[u8]>, new: &[u8])
    -> Result<bool, StoreError>;

    /// Removes a small value. False if there was none.
    ///
    /// # Errors
    /// As [`Store::get`].
    fn remove(&self, name: &[u8]) -> Result<bool, StoreError>;

    /// What the store says about itself.
    ///
    /// # Errors
    /// When the engine fails.
    fn status(&self) -> Result<StoreStatus, StoreError>;
}

/// Why a store gave no answer. The message says what to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// No room, on disk or in the store's share of it.
    #[error("the store is full: free disk space, or wait until records lapse")]
    Full,
    /// Issued before the store started anew.
    #[error("issued before the store was started: ask for a new one")]
    Restarted,
    /// The clock went back.
    #[error("the clock is behind what it was: set it right, or delete the store's folder or keys")]
    ClockStepped,
    /// Nothing can be promised about a thing that need no longer be remembered.
    #[error("to be remembered until a moment that has passed")]
    Lapsed,
    /// An argument that the operation does not take: a mistake in the calling code.
    #[error("an argument is outside what the store takes")]
    Misuse,
    /// The process was forked after the store was opened.
    #[error("the store was opened before a fork: open it in the process that uses it")]
    Forked,
    /// Another process started the store anew, and this operation cannot follow.
    #[error("the store was started anew by another process: try again")]
    Replaced,
    /// Other processes hold the store's lock or all its reader slots.
    #[error("the store is held by other processes: try again")]
    Busy,
    /// The files are damaged; the next use starts the store anew.
    #[error("the store is damaged: it is started anew with the next use")]
    Corrupt,
    /// The folder is missing and cannot be made, or is no folder.
    #[error("the store's folder cannot be made: create it for the web server's user, mode 0700")]
    FolderMissing,
    /// The folder is a symbolic link.
    #[error("the store's folder is a symbolic link: configure the folder it points to")]
    FolderLink,
    /// The folder belongs to another user.
    #[error("the store's folder belongs to another user: run as that user, or change its owner")]
    FolderOwner,
    /// Others can write the folder.
    #[error("the store's folder can be written by others: set its mode to 0700")]
    FolderWritable,
    /// The folder is on a network file system, where locks and mapped files cannot be relied on.
    #[error("the store's folder is on a network file system: use a local disk, or redis")]
    FolderRemote,
    /// The files of the store cannot be written.
    #[error("the store's files cannot be written: check owner, mode and mount of its folder")]
    NotWritable,
    /// This machine cannot be told from others.
    #[error("the machine's boot id cannot be read: mount /proc")]
    NoIdentity,
    /// A setting names no engine.
    #[error("countersign.store must be embedded or redis")]
    Engine,
    /// A setting is no size.
    #[error("countersign.store_size must be a whole number of MiB, 1 to 65536")]
    Size,
    /// Anything else the operating system said.
    #[error("the operating system refused: {0}")]
    Unavailable(std::io::ErrorKind),
    /// The shared store cannot be used.
    #[cfg(all(feature = "redis", not(target_family = "wasm")))]
    #[error("{0}")]
    Redis(RedisFault),
}

impl StoreError {
    /// The reason a client is refused with.
    #[must_use]
    pub const fn reason(self) -> Reason {
        match self {
            Self::Full => Reason::StoreFull,
            Self::Restarted => Reason::StoreRestarted,
            _ => Reason::StoreUnavailable,
        }
    }
}

impl From<Malformed> for StoreError {
    fn from(_: Malformed) -> Self {
        Self::Corrupt
    }
}

/// The rules of [`Store::insert_together`] that need no record: given the watermark and the latest
/// moment the store has seen, the latest moment now.
///
/// Records lapse by that latest moment, not by `now`: with the rule that `now` is at most the skew
/// before it, no record lapses before its thing is refused for its age at every accepted `now`.
fn check_moments(
    things: &[OneTimeUse<'_>],
    opened_at: Timestamp,
    latest: Timestamp,
    now: Timestamp,
) -> Result<Timestamp, StoreError> {
    if now.plus_millis(SKEW_MS) < latest {
        return Err(StoreError::ClockStepped);
    }
    let restarted = |once: &OneTimeUse<'_>| {
        let watermark = match once.origin {
            Origin::Local => opened_at,
            Origin::Remote => opened_at.plus_millis(SKEW_MS),
        };
        once.issued <= watermark
    };
    if things.iter().any(restarted) {
        return Err(StoreError::Restarted);
    }
    let latest = latest.max(now);
    if things.iter().any(|once| once.keep_until < latest) {
        return Err(StoreError::Lapsed);
    }
    Ok(latest)
}

/// Histories for the `limits` of one call, read by `read`.
fn slots(
    limits: &[Limit],
    mut read: impl FnMut(&[u8; 32]) -> Result<Option<AdmissionHistory>, StoreError>,
) -> Result<Vec<LimitCheck>, StoreError> {
    check_limits(limits)?;
    let mut slots: Vec<LimitCheck> = Vec::with_capacity(limits.len());
    for limit in limits {
        let ring = read(limit.key())?;
        slots.push(LimitCheck::new(*limit, ring));
    }
    Ok(slots)
}

/// [`window::admit`], where no limits are misuse.
fn decide(slots: &mut [LimitCheck], now: Timestamp) -> Result<Admission, StoreError> {
    window::admit(slots, now).ok_or(StoreError::Misuse)
}

/// One to `most` of a kind, no two with the same key.
fn check_keys<T>(all: &[T], most: usize, key: impl Fn(&T) -> &[u8; 32]) -> Result<(), StoreError> {
    let twice = |(n, one): (usize, &T)| all.iter().skip(n + 1).any(|other| key(other) == key(one));
    if all.is_empty() || all.len() > most || all.iter().enumerate().any(twice) {
        return Err(StoreError::Misuse);
    }
    Ok(())
}

fn check_things(things: &[OneTimeUse<'_>]) -> Result<(), StoreError> {
    check_keys(things, MAX_TOGETHER, |once| &once.key)?;
    things
        .iter()
        .try_for_each(|once| check_receipt(once.receipt))
}

fn check_limits(limits: &[Limit]) -> Result<(), StoreError> {
    check_keys(limits, MAX_LIMITS, Limit::key)
}

fn check_budgets(budgets: &[Budget], amounts: &[u64]) -> Result<(), StoreError> {
    check_keys(budgets, MAX_BUDGETS, Budget::key)?;
    if amounts.iter().any(|amount| *amount > MAX_AMOUNT) {
        return Err(StoreError::Misuse);
    }
    Ok(())
}

/// What can be corrected: the call was counted there.
fn check_counted(budgets: &[Budget]) -> Result<(), StoreError> {
    if budgets.iter().any(|budget| budget.known().is_none()) {
        return Err(StoreError::Misuse);
    }
    Ok(())
}

/// Counts for the `budgets` of one call, read by `read` and made by `account`.
fn accounts(
    budgets: &[Budget],
    mut read: impl FnMut(&[u8; 32]) -> Result<Option<TallyRecord>, StoreError>,
    account: impl Fn(Budget, Option<TallyRecord>) -> Account,
) -> Result<Vec<Account>, StoreError> {
    budgets
        .iter()
        .map(|budget| Ok(account(*budget, read(budget.key())?)))
        .collect()
}

fn check_name(name: &[u8]) -> Result<(), StoreError> {
    if name.is_empty() || name.len() > MAX_NAME_BYTES {
        return Err(StoreError::Misuse);
    }
    Ok(())
}

fn check_receipt(receipt: &[u8]) -> Result<(), StoreError> {
    if receipt.len() > MAX_RECEIPT_BYTES {
        return Err(StoreError::Misuse);
    }
    Ok(())
}

fn check_value(value: &[u8]) -> Result<(), StoreError> {
    if value.len() > MAX_VALUE_BYTES {
        return Err(StoreError::Misuse);
    }
    Ok(())
}
