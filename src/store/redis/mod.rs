//! The store for several web heads: Redis or Valkey.
//!
//! **One script per operation.** The server runs a script at one moment for all heads, by its own clock. All keys have
//! the same hash tag, so they belong to one slot.
//!
//! **Data that the server has lost.** Replication is asynchronous, and a restart may bring back an older state.
//! Therefore the store belongs to one instance (`run_id` and `master_replid`). The first process that meets another
//! instance resets the store with a watermark. The same happens after data was flushed or a table is gone, which
//! is noticed because the number of records is also kept apart from them. The scripts compare the instance with the
//! one that the caller is connected to. If a server does not know a script, the caller asks it again which instance
//! it is.
//!
//! **Clocks.** Each head has its own clock, so items that this site issued are treated like those of other machines:
//! also what was issued up to [`SKEW_MS`](crate::clock::SKEW_MS) after the watermark is refused. A head whose clock
//! differs from the server's by more than that is refused, since it would accept items that have expired.
//!
//! **Lost answers.** If the connection breaks, the operation may have been done. An operation that can be repeated
//! without harm is sent once more, on a new connection. A one-time item is then used up without having been acted on,
//! but never used twice.
//!
//! **What is written by hand although the crate `redis` exists.** The crate reads addresses, builds commands, parses
//! replies and computes the digests of scripts. Three parts are our own:
//!
//! * [`socket`]: the crate's connection fails when a signal interrupts a read (php-fpm's reload and PHP's timer send
//!   signals), its timeout applies to each read and not to the whole answer, and it does not bound the length of an
//!   answer. A request of WordPress must wait for a bounded time.
//! * [`reply`]: the crate's conversions are lenient; a text `1` is read as a number, for example. An answer that no
//!   script gives must be an error.
//! * [`connection`]: the crate offers a pool (`r2d2`) that starts threads and does not notice a fork. Two processes
//!   that share a connection would read each other's answers.

mod connection;
mod engine;
mod fault;
mod operations;
mod reply;
mod script;
mod server_error;
mod server_info;
mod socket;

pub use self::engine::{RedisStore, redis_address};
pub use self::fault::RedisFault;
#[doc(hidden)]
pub use self::operations::read_any;
