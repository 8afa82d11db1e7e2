//! Texts of keys: a key that is read is written with the same meaning, and its public half is never the secret one.
#![no_main]

use countersign::key_text::KeyText;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(file) = KeyText::parse(data) else {
        return;
    };
    let line = file.to_bytes();
    assert_eq!(line.expose().trim_ascii(), data.trim_ascii());
    let again = KeyText::parse(line.expose()).expect("a written key can be read");
    assert_eq!(again.fingerprint(), file.fingerprint());
    assert!(
        !data
            .windows(16)
            .any(|part| part == file.fingerprint().as_bytes())
    );
    if let Some(public) = file.public() {
        assert_eq!(public.fingerprint(), file.fingerprint());
        assert!(matches!(public, KeyText::Public(_)));
    }
});
