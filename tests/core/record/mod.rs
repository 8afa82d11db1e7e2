//! Records: sealed texts, and the witness behind them.

mod opening;
mod states;
mod support;
