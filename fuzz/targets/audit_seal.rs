//! Seals, the first key and the state of a sealer: each that is read is written with the same spelling, and a seal by
//! another key is never accepted.
#![no_main]

use countersign::audit::append::Head;
use countersign::audit::seal::{FirstKey, Seal, SealChain, Sealer};
use countersign::clock::Timestamp;
use countersign::secret::Secret;
use countersign_fuzz::NOW;
use libfuzzer_sys::fuzz_target;

const ORIGIN: &str = "shop.example/0101010101010101/audit";

fuzz_target!(|text: &str| {
    if let Ok(key) = FirstKey::from_text(text) {
        assert_eq!(key.to_text(), text);
    }
    // The same text with a correct checksum.
    let sum = |body: &str| format!("{body}{:08x}", crc32fast::hash(body.as_bytes()));
    if let Ok(key) = FirstKey::from_text(&sum(text)) {
        assert_eq!(key.to_text(), sum(text));
    }
    let state = format!("{}\n", sum(text));
    if let Ok(sealer) = Sealer::from_state(&state, ORIGIN) {
        assert_eq!(*sealer.to_state(), state);
        for seal in sealer.due(&Head::default(), NOW) {
            assert_eq!(Seal::from_text(&seal.to_text()).as_ref(), Ok(&seal));
        }
    }
    if let Ok(seal) = Seal::from_text(text) {
        assert_eq!(seal.to_text(), text);
        let key = Secret::new([7; 32]);
        let start = Timestamp::from_seconds(1);
        let (mut sealer, first) = Sealer::enroll(ORIGIN, start, 3600, key).expect("a sealer");
        assert!(seal.epoch < sealer.epoch() || sealer.advance(&seal).is_err());
        // Distant epochs are slow by design. Near ones suffice to show that a seal by another key is refused.
        if seal.epoch < 64 {
            assert!(SealChain::new(ORIGIN, Some(&first)).take(&seal).is_err());
        }
        let _ = SealChain::new(ORIGIN, None).take(&seal);
    }
});
