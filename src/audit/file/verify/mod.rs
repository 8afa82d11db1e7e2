//! Verification of an exported log: every body is hashed again, line by line, in memory that does not grow with the file.
//!
//! Three types share the work, each with one purpose: `LineReader` cuts the bytes into lines, `TreeBuilder` puts entries
//! and hashes in their places and builds the Merkle tree, `Trust` holds that tree against signatures, seals and clocks.
//! [`FileVerifier`] tells the lines apart and hands each to the type that it concerns; all report to one `Findings`.

mod examined;
mod findings;
mod lines;
mod prunings;
mod read;
#[cfg(test)]
mod tests;
mod times;
mod tree;
mod trust;
mod verifier;

pub use read::verify;
pub use verifier::FileVerifier;
