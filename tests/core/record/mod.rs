//! Records: sealed texts, and the witness behind them.

mod behind;
mod opening;
#[cfg(feature = "redis")]
mod redis;
mod states;
mod support;
mod vectors;
mod without_witness;
mod witness;
mod witness_faults;
