//! The tests of the core that use its public interface. The folders mirror `src/`, and helpers that several folders use
//! are in `support`. `cargo test --test core store::` runs the tests of one folder.

// Clippy applies the exceptions for tests in `clippy.toml` only inside test functions, not to their helpers.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout
)]
#![allow(missing_docs, unreachable_pub)]
// Some helpers are used only with a feature.
#![cfg_attr(not(feature = "redis"), allow(dead_code))]

mod support;

mod action;
mod audit;
#[cfg(feature = "cli")]
mod cli;
mod house;
mod json;
mod mcp;
mod oauth;
mod policy;
mod record;
mod store;
mod token;
mod upload;
mod vault;
mod wycheproof;
