mod file;
mod proofs;
mod redaction;
mod tamper;
mod tree;
mod vectors;
