//! What the tests of several areas share.

pub mod record;
pub mod role;
pub mod store;
pub mod vectors;
