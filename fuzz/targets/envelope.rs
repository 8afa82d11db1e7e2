//! Sealed secrets and recovery codes: arbitrary bytes never open. A sealed secret opens with its contents, and only with
//! its own name and bits. A recovery code that is read is written with the same meaning.
#![no_main]

use countersign::entropy::CountingEntropy;
use countersign::vault::recovery::RecoveryCode;
use countersign::vault::{MAX_NAME, SlotSecret, Vault};
use countersign_fuzz::{Fields, SITE, flipped};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let entropy = CountingEntropy::default();
    let opener = SlotSecret::AuthKey(&[0x5a; 64]);
    let vault = Vault::create(SITE, &opener, &entropy).expect("a vault");
    assert!(vault.unseal(b"record", data).is_err());
    // With the id of the key, which is not secret.
    let id = countersign::bytes::hex(&vault.key_ids()[0].0);
    let known = [b"cse1.", id.as_bytes(), b".", data].concat();
    assert!(vault.unseal(b"record", &known).is_err());

    let mut fields = Fields(data);
    let at = fields.number();
    let name = fields.bytes(MAX_NAME - 1);
    let secret = fields.0;
    if let Ok(sealed) = vault.seal(name, secret, &entropy) {
        let opened = vault
            .unseal(name, sealed.as_bytes())
            .expect("a sealed secret opens");
        assert_eq!(opened.expose(), secret);
        let longer = [name, b"x"].concat();
        assert!(vault.unseal(&longer, sealed.as_bytes()).is_err());
        let other = flipped(sealed.as_bytes(), at).expect("a sealed secret is not empty");
        assert!(vault.unseal(name, &other).is_err());
    }

    if let Some(code) = RecoveryCode::parse(data) {
        let written = code.to_text();
        let again = RecoveryCode::parse(written.as_bytes()).expect("a written code can be read");
        assert_eq!(*again.to_text(), *written);
    }
});
