//! Signed notes: no note opens under a key that did not sign it; what was signed opens as what it was, and a longer
//! note with the same signature says the same or nothing.
#![no_main]

use countersign::audit::note::{VerifierKey, open, sign};
use countersign_fuzz::{flipped, signer};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let key = VerifierKey::new("example.com/log", signer().verifying_key()).expect("a sound key");
    assert!(open(text, std::slice::from_ref(&key)).is_err());

    let Ok(note) = sign(text, key.name(), &signer()) else {
        return;
    };
    assert_eq!(open(&note, std::slice::from_ref(&key)), Ok(text));
    let place = text.len() as u64 * 31;
    if let Some(other) = flipped(note.as_bytes(), place)
        && let Ok(other) = String::from_utf8(other)
        && let Ok(opened) = open(&other, std::slice::from_ref(&key))
    {
        assert_eq!(opened, text, "a changed note said something else");
    }
    // As if the input were signature lines that came behind.
    let longer = format!("{note}{text}");
    if let Ok(opened) = open(&longer, std::slice::from_ref(&key)) {
        assert_eq!(opened, text);
    }
});
