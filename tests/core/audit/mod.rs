mod file;
mod formats;
mod proofs;
mod redaction;
mod tamper;
mod tree;
mod vectors;
