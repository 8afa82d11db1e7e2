//! Sealed records and recovery codes: foreign bytes never open; what was sealed opens as what it was, under its own
//! name and bits only; a code has one meaning.
#![no_main]

use countersign::entropy::CountingEntropy;
use countersign::vault::recovery::RecoveryCode;
use countersign::vault::{MAX_NAME, Opener, Vault};
use countersign_fuzz::{Fields, SITE, flipped};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let entropy = CountingEntropy::default();
    let opener = Opener::AuthKey(&[0x5a; 64]);
    let vault = Vault::create(SITE, &opener, &entropy).expect("a vault");
    assert!(vault.unseal("record", data).is_err());
    // As if somebody knew the key's id, which is no secret.
    let id = countersign::bytes::hex(&vault.key_ids()[0].0);
    let known = [b"cse1.", id.as_bytes(), b".", data].concat();
    assert!(vault.unseal("record", &known).is_err());

    let mut fields = Fields(data);
    let at = fields.number();
    let name = String::from_utf8_lossy(fields.bytes(MAX_NAME / 4)).into_owned();
    let secret = fields.0;
    if let Ok(sealed) = vault.seal(&name, secret, &entropy) {
        let opened = vault.unseal(&name, sealed.as_bytes()).expect("it opens");
        assert_eq!(opened.expose(), secret);
        assert!(
            vault
                .unseal(&format!("{name}x"), sealed.as_bytes())
                .is_err()
        );
        let other = flipped(sealed.as_bytes(), at).expect("a record is not empty");
        assert!(vault.unseal(&name, &other).is_err());
    }

    if let Ok(text) = std::str::from_utf8(data)
        && let Some(code) = RecoveryCode::parse(text)
    {
        let written = code.to_text();
        let again = RecoveryCode::parse(&written).expect("what was written can be read");
        assert_eq!(*again.to_text(), *written);
    }
});
