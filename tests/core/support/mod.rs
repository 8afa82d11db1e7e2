//! What the tests of several areas share.

pub mod role;
pub mod vectors;
