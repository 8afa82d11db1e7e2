//! What the tests of several areas share.

pub mod random;
pub mod role;
pub mod vectors;
