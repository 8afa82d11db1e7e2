//! Checkpoints: of all texts that the key of a log could sign, only the exact spelling of a checkpoint is accepted.
#![no_main]

use countersign::audit::checkpoint::Checkpoint;
use countersign::audit::note::{VerifierKey, sign};
use countersign_fuzz::signer;
use libfuzzer_sys::fuzz_target;

const ORIGIN: &str = "example.com/0101010101010101/audit";

fuzz_target!(|text: &str| {
    let keys = [VerifierKey::new(ORIGIN, signer().verifying_key()).expect("a valid key")];
    assert!(Checkpoint::open(text, &keys, ORIGIN).is_err());
    for text in [text.to_owned(), format!("{ORIGIN}\n{text}\n")] {
        let Ok(note) = sign(&text, ORIGIN, &signer()) else {
            continue;
        };
        if let Ok(checkpoint) = Checkpoint::open(&note, &keys, ORIGIN) {
            assert_eq!(checkpoint.sign(&signer()).as_ref(), Ok(&note));
        }
    }
});
