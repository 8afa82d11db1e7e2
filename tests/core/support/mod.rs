//! What the tests of several areas share.

pub mod record;
pub mod role;
pub mod schemas;
pub mod store;
pub mod vectors;
