//! Countersign lets AI agents act on a production WordPress site without being trusted.
//!
//! This crate makes and checks every security decision; PHP and WordPress only act on what it
//! decides. Three rules hold everywhere:
//!
//! * **Time, randomness and storage are arguments.** No rule reads a clock by itself, so each can be
//!   tested at any instant and the core runs in WebAssembly.
//! * **Bytes are verified as received.** Nothing that was signed or hashed is re-serialised first.
//! * **Fail closed.** A request that cannot be read or understood, or whose data cannot be reached, is
//!   refused with a stable [`Reason`](reason::Reason).
//!
//! Without features, the crate does not depend on PHP. The feature `php` adds the binding in `php/`,
//! and the feature `wasm` the one for JavaScript in `wasm/`.

pub mod access;
pub mod action;
pub mod audit;
pub mod bytes;
pub mod calendar;
pub mod call;
pub mod clock;
pub mod decision;
pub mod entropy;
pub mod http;
pub mod json;
pub mod key_text;
pub mod keyring;
pub mod limit;
pub mod mcp;
pub mod metering;
pub mod network;
pub mod oauth;
pub mod path;
pub mod policy;
pub mod reason;
pub mod record;
pub mod replay;
pub mod secret;
pub mod selftest;
#[cfg(has_processes)]
pub mod state_folder;
#[cfg(all(has_os, not(has_processes)))]
#[path = "state_folder/off.rs"]
pub mod state_folder;
pub mod store;
pub mod token;
pub mod upload;
pub mod vault;
mod words;

#[cfg(feature = "php")]
mod php;
#[cfg(feature = "wasm")]
mod wasm;
