//! The stored text of a vault: what was not written with its keys never opens, and no changed bit of one that was.
#![no_main]

use std::sync::LazyLock;

use countersign::entropy::CountingEntropy;
use countersign::vault::{Opener, Vault};
use countersign_fuzz::{Fields, SITE, flipped};
use libfuzzer_sys::fuzz_target;

const MATERIAL: [u8; 64] = [0x5a; 64];

static TEXT: LazyLock<String> = LazyLock::new(|| {
    let entropy = CountingEntropy::default();
    let mut vault = Vault::create(SITE, &Opener::AuthKey(&MATERIAL), &entropy).expect("a vault");
    vault
        .put_slot(&Opener::KeyFile(&[0x3c; 64]), &entropy)
        .expect("a slot");
    vault.to_text(&entropy).expect("entropy")
});

fuzz_target!(|data: &[u8]| {
    let opener = Opener::AuthKey(&MATERIAL);
    if let Ok(text) = std::str::from_utf8(data) {
        let opened = Vault::open(SITE, text, &opener);
        assert!(opened.is_err() || text == *TEXT);
        // As if the form were the right one.
        let (head, _) = TEXT.split_once('.').unwrap_or((&TEXT, ""));
        assert!(Vault::open(SITE, &format!("{head}.{text}"), &opener).is_err());
    }
    assert!(Vault::open(SITE, &TEXT, &opener).is_ok());
    let other = flipped(TEXT.as_bytes(), Fields(data).number()).expect("it is not empty");
    if let Ok(other) = std::str::from_utf8(&other) {
        assert!(Vault::open(SITE, other, &opener).is_err());
    }
});
