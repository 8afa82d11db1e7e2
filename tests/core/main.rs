//! The tests of the core that use it from outside. The folders mirror `src/`; what several of them share is in
//! `support`. One area alone: `cargo test --test core store::`.

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
mod mcp;
mod oauth;
mod policy;
mod store;
mod token;
mod vault;
mod wycheproof;
