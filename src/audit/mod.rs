//! The audit log: entries, the Merkle tree over them, checkpoints and verification.
