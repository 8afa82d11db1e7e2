//! Signed notes: a note opens only with a key that signed it, and then with the text that was signed. A longer note with the
//! same signature opens with the same text or not at all.
#![no_main]

use countersign::audit::note::{VerifierKey, open, sign};
use countersign_fuzz::{flipped, signer};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let key = VerifierKey::new("example.com/log", signer().verifying_key()).expect("a valid key");
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
    // The input as further signature lines.
    let longer = format!("{note}{text}");
    if let Ok(opened) = open(&longer, std::slice::from_ref(&key)) {
        assert_eq!(opened, text);
    }
});
