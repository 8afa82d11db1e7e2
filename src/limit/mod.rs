//! Rate limits with an exact rolling window, and [`budget`]s per calendar day or month.
//!
//! A [`Limit`] is exact: any period as long as the window contains at most as many admissions as the maximum, even a
//! period that crosses the boundary between two minutes. Therefore the moments of the admissions are kept (at most
//! [`MAX_ADMISSIONS`]) instead of a counter.
//!
//! The algorithms in this folder depend on neither a clock nor a store. A store runs them in one transaction for all
//! limits or budgets of a call: see [`Store::admit`](crate::store::Store::admit) and
//! [`Store::spend`](crate::store::Store::spend).
//!
//! ```
//! use countersign::clock::Timestamp;
//! use countersign::limit::Limit;
//! use countersign::store::{MemoryStore, Store};
//!
//! let now = Timestamp::from_seconds(1_800_000_000);
//! let store = MemoryStore::new(now);
//! let limit = Limit::new([7; 32], 2, 60_000)?; // two calls in 60,000 milliseconds
//! assert!(store.admit(&[limit], now)?.is_admitted());
//! assert!(store.admit(&[limit], now)?.is_admitted());
//! let refused = store.admit(&[limit], now.plus_seconds(10))?;
//! assert!(!refused.is_admitted());
//! assert_eq!(refused.tightest().reset_seconds, 50);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod address;
mod admission;
pub mod budget;
mod history;
pub mod period;
mod rate;
pub(crate) mod window;

pub use address::address_key;
pub use admission::{Admission, Quota};
pub(crate) use history::{AdmissionHistory, Malformed};
pub use rate::{CallLimit, Limit, LimitError, MAX_ADMISSIONS, MAX_WINDOW_MS};
