//! Forward-secure seals: an attacker who takes over the machine cannot forge the seals of earlier epochs.
//!
//! Time is divided into epochs of one length. At the end of each epoch, even of one without entries, the log is sealed:
//! HMAC-SHA256 under the key of the epoch over origin, epoch, size, root, time range and the previous seal. Then the key
//! is replaced by its hash, and the old key is erased. The first key is shown once and kept elsewhere; a verifier derives
//! every later key from it.
//!
//! Verification requires of a sealed log: one seal for each epoch, without a gap; each made with the key of its own epoch;
//! each over the root at its place; entries with times within their epoch; and no epoch that has ended without a seal.
//! Earlier sealed journals could be forged with seals made by a later key, or through gaps between epochs.

mod chain;
mod key;
mod record;
mod sealer;
#[cfg(test)]
mod tests;

pub use chain::{SealChain, SealFault};
pub use key::{FirstKey, MAX_SECONDS, MIN_SECONDS};
pub use record::Seal;
pub use sealer::{MAX_DUE, Sealer};
