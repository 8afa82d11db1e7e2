//! Verifier keys of signed notes: a key that is read is written with the same spelling.
#![no_main]

use countersign::audit::note::VerifierKey;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(key) = VerifierKey::parse(text) {
        assert_eq!(key.to_string(), text);
        assert!(text.starts_with(key.name()));
    }
});
