//! The classes of signed actions and heartbeats.

mod action;
mod channel;
mod heartbeat;
mod key;
mod receipt;
mod signer;
mod verifier;
