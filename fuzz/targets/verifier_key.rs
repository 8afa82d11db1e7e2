//! Verifier keys of signed notes: what is read has one spelling, and it is the one that was read.
#![no_main]

use countersign::audit::note::VerifierKey;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(key) = VerifierKey::parse(text) {
        assert_eq!(key.to_string(), text);
        assert!(text.starts_with(key.name()));
    }
});
