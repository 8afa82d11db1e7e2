//! Verification of an exported log: every body is hashed again, line by line, in memory that does not grow with the file.
//!
//! Three types share the work, each with one purpose: `LineReader` cuts the bytes into lines, `TreeBuilder` puts entries
//! and hashes in their places and builds the Merkle tree, and `Trust` compares that tree with signatures, seals and clocks.
//! [`FileVerifier`] determines the kind of each line and passes the line to the type that handles this kind. All of them
//! report to one `Findings`.

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
