mod file;
mod formats;
mod proofs;
mod redaction;
mod tamper;
mod texts;
mod tree;
mod vectors;
