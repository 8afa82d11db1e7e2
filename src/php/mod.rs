//! The PHP binding: a file per PHP class, no logic.
