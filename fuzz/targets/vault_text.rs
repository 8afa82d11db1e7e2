//! The stored text of a vault: a text that was not written with its keys never opens, nor does one with a flipped bit.
#![no_main]

use std::sync::LazyLock;

use countersign::entropy::CountingEntropy;
use countersign::vault::{SlotSecret, Vault};
use countersign_fuzz::{Fields, SITE, flipped};
use libfuzzer_sys::fuzz_target;

const MATERIAL: [u8; 64] = [0x5a; 64];

static TEXT: LazyLock<String> = LazyLock::new(|| {
    let entropy = CountingEntropy::default();
    let mut vault =
        Vault::create(SITE, &SlotSecret::AuthKey(&MATERIAL), &entropy).expect("a vault");
    vault
        .put_slot(&SlotSecret::KeyFile(&[0x3c; 64]), &entropy)
        .expect("a slot");
    vault.to_text(&entropy).expect("entropy")
});

fuzz_target!(|data: &[u8]| {
    let opener = SlotSecret::AuthKey(&MATERIAL);
    let good = TEXT.as_bytes();
    assert!(Vault::open(SITE, data, &opener).is_err() || data == good);
    // With the prefix of a valid text.
    let (head, _) = TEXT.split_once('.').unwrap_or((&TEXT, ""));
    let known = [head.as_bytes(), b".", data].concat();
    assert!(Vault::open(SITE, &known, &opener).is_err() || known == good);
    assert!(Vault::open(SITE, good, &opener).is_ok());
    let other = flipped(good, Fields(data).number()).expect("the text is not empty");
    assert!(Vault::open(SITE, &other, &opener).is_err());
});
