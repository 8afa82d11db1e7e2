//! The store for several web servers: Redis or Valkey.
//!
//! **One script per operation.** The Redis server runs a script atomically for all web servers, by its own clock. All
//! keys have the same hash tag, so they belong to one slot.
//!
//! **Data that the server has lost.** Replication is asynchronous, and a restart may bring back an older state.
//! Therefore the store belongs to one instance (`run_id` and `master_replid`). The first process that meets another
//! instance resets the store with a watermark. The same happens after data was flushed or a table is gone, which
//! is noticed because the number of records is stored separately. The scripts compare the instance with the one that
//! the caller is connected to. If a server does not know a script, the caller asks it again which instance it is.
//!
//! **Clocks.** Each web server has its own clock, so items that this site issued are treated like those of other
//! machines: items that were issued up to [`SKEW_MS`](crate::clock::SKEW_MS) after the watermark are refused as well. A
//! web server whose clock differs from that of Redis by more than this is refused, since it would accept items that
//! have expired.
//!
//! **Lost answers.** If the connection breaks, the operation may have been executed. An operation that can be repeated
//! without harm is sent once more, on a new connection. A one-time item is then used up without having been acted on,
//! but never used twice.
//!
//! **Code that replaces parts of the crate `redis`.** The crate reads addresses, builds commands, parses
//! replies and computes the digests of scripts. Three parts are not used:
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
