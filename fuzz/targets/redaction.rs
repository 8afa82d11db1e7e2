//! Texts that are redacted: cleaning twice gives the same as once, the length is bounded, and no credential of the simplest
//! formats remains.
#![no_main]

use countersign::audit::redact::{REDACTED, redact};
use libfuzzer_sys::fuzz_target;

/// Beginnings that are recognised inside words, the least number of characters after them, and which characters.
const FORMATS: [(&str, usize, fn(&u8) -> bool); 5] = [
    ("sk_live_", 16, u8::is_ascii_alphanumeric),
    ("csat_", 20, is_base64url),
    ("AIza", 35, is_base64url),
    ("shpat_", 32, u8::is_ascii_hexdigit),
    ("github_pat_", 22, is_word),
];

fn is_word(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || *byte == b'_'
}

fn is_base64url(byte: &u8) -> bool {
    is_word(byte) || *byte == b'-'
}

fuzz_target!(|text: &str| {
    let clean = redact(text, &[]);
    assert!(clean.len() <= 5 * text.len() + REDACTED.len());
    for (start, least, has) in FORMATS {
        for (at, _) in clean.match_indices(start) {
            let run = clean.as_bytes()[at + start.len()..]
                .iter()
                .take_while(|byte| has(byte))
                .count();
            assert!(run < least, "a credential is left: {start}");
        }
    }
    assert_eq!(redact(&clean, &[]), clean, "redaction is idempotent");
});
