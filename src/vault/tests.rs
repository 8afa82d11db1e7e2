use super::recovery::RecoveryCode;
use super::*;
use crate::bytes;
use crate::entropy::CountingEntropy;

const SITE: SiteId = SiteId::new([1; 8]);
const MATERIAL: &[u8] = b"the material of AUTH_KEY and AUTH_SALT, long enough";
const NEW: &[u8] = b"another AUTH_KEY and AUTH_SALT, which came after it";

fn vault() -> (Vault, CountingEntropy) {
    let entropy = CountingEntropy::default();
    let vault = Vault::create(SITE, &SlotSecret::AuthKey(MATERIAL), &entropy).unwrap();
    (vault, entropy)
}

fn refused<T>(result: Result<T, VaultError>) -> Reason {
    match result {
        Err(VaultError::Refused(reason)) => reason,
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("not refused"),
    }
}

#[test]
fn sealed_secrets_open_with_the_vault_read_from_its_stored_text() {
    let (vault, entropy) = vault();
    let text = vault.to_text(&entropy).unwrap();
    let again = Vault::open(SITE, text.as_bytes(), &SlotSecret::AuthKey(MATERIAL)).unwrap();
    for length in [0, 1, 15, 16, 17, 200, 65_536] {
        let secret = vec![0xa5; length];
        let sealed = vault.seal(b"connector/secret", &secret, &entropy).unwrap();
        assert!(sealed.starts_with("cse1."));
        let opened = again
            .unseal(b"connector/secret", sealed.as_bytes())
            .unwrap();
        assert_eq!(opened.expose(), secret, "{length}");
        assert!(again.is_current(sealed.as_bytes()));
    }
    assert!(vault.seal(b"n", &[0; 65_537], &entropy).is_err());
    assert!(vault.seal(b"", b"s", &entropy).is_err());
    assert!(
        vault
            .seal(&b"n".repeat(MAX_NAME + 1), b"s", &entropy)
            .is_err()
    );
    assert!(vault.seal(&b"n".repeat(MAX_NAME), b"s", &entropy).is_ok());
}

#[test]
fn sealing_a_secret_twice_gives_different_texts() {
    let (vault, entropy) = vault();
    let one = vault.seal(b"n", b"s", &entropy).unwrap();
    assert_ne!(one, vault.seal(b"n", b"s", &entropy).unwrap());
}

#[test]
fn a_sealed_secret_opens_only_with_its_name_site_and_key() {
    let (vault, entropy) = vault();
    let sealed = vault.seal(b"a", b"secret", &entropy).unwrap();
    for name in [&b"b"[..], b"A", b"a ", b"aa"] {
        assert_eq!(
            refused(vault.unseal(name, sealed.as_bytes())),
            Reason::SecretDamaged
        );
    }
    let elsewhere = Vault {
        site: SiteId::new([2; 8]),
        vault_key: SecretBox::copied(&[0; 64]).unwrap(),
        slots: Slots::default(),
        keys: vec![DataKey::new(
            SecretBox::copied(vault.keys[0].bytes.expose()).unwrap(),
        )],
    };
    assert_eq!(
        refused(elsewhere.unseal(b"a", sealed.as_bytes())),
        Reason::SecretDamaged
    );
    let other = Vault::create(SITE, &SlotSecret::AuthKey(NEW), &entropy).unwrap();
    assert_eq!(
        refused(other.unseal(b"a", sealed.as_bytes())),
        Reason::SecretUnknownKey
    );
}

#[test]
fn every_flipped_bit_and_every_cut_of_a_sealed_secret_is_refused() {
    let (vault, entropy) = vault();
    let good = vault.seal(b"a", &[7; 200], &entropy).unwrap().into_bytes();
    for at in 0..good.len() {
        for bit in 0..8 {
            let mut bad = good.clone();
            bad[at] ^= 1 << bit;
            refused(vault.unseal(b"a", &bad));
        }
        refused(vault.unseal(b"a", &good[..at]));
        refused(vault.unseal(b"a", &good[at + 1..]));
    }
    for tail in [&b"A"[..], b"=", b"\n", b".", b"AAAAAAAAAAAAAAAAAAAAAA"] {
        refused(vault.unseal(b"a", &[&good[..], tail].concat()));
    }
}

#[test]
fn sealed_secrets_of_impossible_length_are_malformed() {
    let (vault, _) = vault();
    let reason = |bytes: usize| {
        let text = format!("cse1.00000000.{}", bytes::base64url(&vec![0; bytes]));
        refused(vault.unseal(b"a", text.as_bytes()))
    };
    // The initialisation vector, at least one block, and the tag.
    for bytes in 0..=80 {
        let whole = [64, 80].contains(&bytes);
        let expected = if whole {
            Reason::SecretUnknownKey
        } else {
            Reason::SecretMalformed
        };
        assert_eq!(reason(bytes), expected, "{bytes}");
    }
    // The longest secret with a block of padding, then one block more.
    assert_eq!(reason(16 + 65_552 + 32), Reason::SecretUnknownKey);
    assert_eq!(reason(16 + 65_568 + 32), Reason::SecretMalformed);
}

#[test]
fn a_vault_has_one_to_eight_data_keys_and_three_slots() {
    let (mut vault, entropy) = vault();
    let code = RecoveryCode::random(&entropy).unwrap();
    vault.put_slot(&SlotSecret::KeyFile(NEW), &entropy).unwrap();
    vault
        .put_slot(&SlotSecret::Recovery(&code), &entropy)
        .unwrap();
    let opened = |vault: &Vault| {
        let text = vault.to_text(&entropy).unwrap();
        Vault::open(SITE, text.as_bytes(), &SlotSecret::Recovery(&code))
            .map(|vault| vault.key_ids())
    };
    while vault.keys.len() < 8 {
        assert_eq!(opened(&vault), Ok(vault.key_ids()));
        vault.rotate(&entropy).unwrap();
    }
    assert_eq!(opened(&vault), Ok(vault.key_ids()));
    vault.keys.push(DataKey::random(&entropy).unwrap());
    assert_eq!(opened(&vault), Err(Reason::VaultDamaged.into()));
    vault.keys.clear();
    assert_eq!(opened(&vault), Err(Reason::VaultDamaged.into()));
}

/// Returns the stored text with the contents `json` and a valid MAC, which only the vault's key can make.
fn authentic(vault: &Vault, json: &str) -> String {
    let body = format!("csv1.{}", bytes::base64url(json.as_bytes()));
    let key = derive(vault.vault_key.expose(), &[], b"countersign/vault/text/v1");
    let tag = bytes::base64url(&crate::secret::mac(&key, body.as_bytes()));
    slots::with_checksum(&format!("{body}.{tag}"))
}

#[test]
fn authentic_texts_with_wrong_contents_or_above_16_kib_are_damaged() {
    let (vault, entropy) = vault();
    let text = vault.to_text(&entropy).unwrap();
    let json = bytes::from_base64url(text.split('.').nth(1).unwrap().as_bytes()).unwrap();
    let json = String::from_utf8(json).unwrap();
    let open = |json: &str| {
        let text = authentic(&vault, json);
        let opened = Vault::open(SITE, text.as_bytes(), &SlotSecret::AuthKey(MATERIAL));
        (text.len(), opened.map(|vault| vault.key_ids()))
    };
    assert_eq!(open(&json), (text.len(), Ok(vault.key_ids())));
    let padded = |length: usize| open(&format!("{json}{}", " ".repeat(length - json.len())));
    assert_eq!(padded(12_244), (16_384, Ok(vault.key_ids())));
    let damaged = || Err(Reason::VaultDamaged.into());
    assert_eq!(padded(12_245), (16_385, damaged()));

    let stored: serde_json::Value = serde_json::from_str(&json).unwrap();
    let mut doubled = stored.clone();
    doubled["slots"] = vec![stored["slots"][0].clone(); 2].into();
    let mut more = stored.clone();
    more["more"] = 1.into();
    for wrong in [doubled, more] {
        assert_eq!(open(&wrong.to_string()).1, damaged());
    }
}

#[test]
fn every_flipped_bit_and_every_cut_of_the_stored_text_is_refused() {
    let (vault, entropy) = vault();
    let good = vault.to_text(&entropy).unwrap();
    let secret = SlotSecret::AuthKey(MATERIAL);
    for at in 0..good.len() {
        for bit in 0..8 {
            let mut bad = good.clone().into_bytes();
            bad[at] ^= 1 << bit;
            assert_eq!(
                refused(Vault::open(SITE, &bad, &secret)),
                Reason::VaultDamaged
            );
        }
        assert_eq!(
            refused(Vault::open(SITE, &good.as_bytes()[..at], &secret)),
            Reason::VaultDamaged
        );
    }
    assert_eq!(
        refused(Vault::open(SiteId::new([2; 8]), good.as_bytes(), &secret)),
        Reason::VaultWrongSite
    );
}

#[test]
fn slots_cannot_be_added_or_removed_without_a_key() {
    let (mut vault, entropy) = vault();
    let one = vault.to_text(&entropy).unwrap();
    vault.put_slot(&SlotSecret::KeyFile(NEW), &entropy).unwrap();
    let two = vault.to_text(&entropy).unwrap();
    // The body of one vault with the MAC of the other; both are valid by themselves.
    let parts = |text: &str| text.split('.').map(str::to_owned).collect::<Vec<_>>();
    let (one, two) = (parts(&one), parts(&two));
    let mixed = slots::with_checksum(&format!("csv1.{}.{}", two[1], one[2]));
    assert_eq!(
        refused(Vault::open(
            SITE,
            mixed.as_bytes(),
            &SlotSecret::AuthKey(MATERIAL)
        )),
        Reason::VaultDamaged
    );
}

#[test]
fn a_wrong_key_is_distinguished_from_a_damaged_text() {
    let (vault, entropy) = vault();
    let text = vault.to_text(&entropy).unwrap();
    for (secret, reason) in [
        (SlotSecret::AuthKey(NEW), Reason::VaultKeyChanged),
        (SlotSecret::KeyFile(MATERIAL), Reason::VaultSlotMissing),
        (SlotSecret::AuthKey(b"short"), Reason::KeyUnusable),
        (SlotSecret::AuthKey(b""), Reason::KeyUnusable),
        (SlotSecret::KeyFile(b"short"), Reason::KeyFileUnusable),
    ] {
        assert_eq!(refused(Vault::open(SITE, text.as_bytes(), &secret)), reason);
    }
    assert_eq!(
        refused(Vault::open(SITE, b"", &SlotSecret::AuthKey(MATERIAL))),
        Reason::VaultDamaged
    );
}

#[test]
fn after_a_change_of_auth_key_another_slot_still_opens_the_vault() {
    let (mut vault, entropy) = vault();
    let code = RecoveryCode::random(&entropy).unwrap();
    vault
        .put_slot(&SlotSecret::Recovery(&code), &entropy)
        .unwrap();
    let sealed = vault.seal(b"a", b"secret", &entropy).unwrap();
    let text = vault.to_text(&entropy).unwrap();

    let typed =
        RecoveryCode::parse(code.to_text().to_lowercase().replace('-', " ").as_bytes()).unwrap();
    let mut again = Vault::open(SITE, text.as_bytes(), &SlotSecret::Recovery(&typed)).unwrap();
    again.put_slot(&SlotSecret::AuthKey(NEW), &entropy).unwrap();
    let text = again.to_text(&entropy).unwrap();
    assert_eq!(
        refused(Vault::open(
            SITE,
            text.as_bytes(),
            &SlotSecret::AuthKey(MATERIAL)
        )),
        Reason::VaultKeyChanged
    );
    let after = Vault::open(SITE, text.as_bytes(), &SlotSecret::AuthKey(NEW)).unwrap();
    assert_eq!(
        after.unseal(b"a", sealed.as_bytes()).unwrap().expose(),
        b"secret"
    );
    assert_eq!(after.slot_kinds(), [SlotKind::AuthKey, SlotKind::Recovery]);
}

#[test]
fn slot_kinds_have_stable_words() {
    let words: Vec<_> = SlotKind::ALL.iter().map(|kind| kind.code()).collect();
    assert_eq!(words, ["auth_key", "key_file", "recovery"]);
    for kind in SlotKind::ALL {
        assert_eq!(SlotKind::parse(kind.code()), Some(*kind));
    }
    assert_eq!(SlotKind::parse("Recovery"), None);
}

#[test]
fn the_last_slot_cannot_be_removed() {
    let (mut vault, entropy) = vault();
    assert!(vault.remove_slot(SlotKind::AuthKey).is_err());
    assert_eq!(vault.remove_slot(SlotKind::KeyFile), Ok(false));
    vault.put_slot(&SlotSecret::KeyFile(NEW), &entropy).unwrap();
    assert_eq!(vault.remove_slot(SlotKind::AuthKey), Ok(true));
    assert_eq!(vault.slot_kinds(), [SlotKind::KeyFile]);
}

#[test]
fn an_old_data_key_opens_until_it_is_retired() {
    let (mut vault, entropy) = vault();
    let old = vault.key_ids()[0];
    let before = vault.seal(b"a", b"secret", &entropy).unwrap();
    let new = vault.rotate(&entropy).unwrap();
    assert_eq!(vault.key_ids(), [new, old]);
    assert!(!vault.is_current(before.as_bytes()));
    let text = vault.to_text(&entropy).unwrap();
    let mut vault = Vault::open(SITE, text.as_bytes(), &SlotSecret::AuthKey(MATERIAL)).unwrap();
    assert_eq!(vault.key_ids(), [new, old]);
    let secret = vault.unseal(b"a", before.as_bytes()).unwrap();
    assert_eq!(secret.expose(), b"secret");
    let after = vault.reseal(b"a", before.as_bytes(), &entropy).unwrap();
    assert_eq!(
        vault.reseal(b"a", after.as_bytes(), &entropy).unwrap(),
        after
    );
    assert_eq!(
        refused(vault.reseal(b"b", after.as_bytes(), &entropy)),
        Reason::SecretDamaged
    );
    assert!(vault.is_current(after.as_bytes()));
    assert!(vault.retire(new).is_err());
    assert_eq!(vault.retire(KeyId([0; 4])), Ok(false));
    assert_eq!(vault.retire(old), Ok(true));
    assert_eq!(
        refused(vault.unseal(b"a", before.as_bytes())),
        Reason::SecretUnknownKey
    );
    assert!(vault.unseal(b"a", after.as_bytes()).is_ok());
    for _ in 1..MAX_KEYS {
        vault.rotate(&entropy).unwrap();
    }
    assert!(vault.rotate(&entropy).is_err());
}

#[test]
fn a_mistyped_recovery_code_is_refused() {
    let entropy = CountingEntropy::default();
    let code = RecoveryCode::random(&entropy).unwrap();
    let text = code.to_text();
    assert_eq!(text.len(), 36 + 8);
    assert_eq!(
        RecoveryCode::parse(text.as_bytes()).unwrap().expose(),
        code.expose()
    );
    let mixed = text.replace('0', "o").replace('1', "l");
    assert_eq!(
        RecoveryCode::parse(mixed.as_bytes()).unwrap().expose(),
        code.expose()
    );
    for at in (0..text.len()).filter(|at| text.as_bytes()[*at] != b'-') {
        for digit in ["2", "9", "Z", "U", "\u{e9}"] {
            if text[at..].starts_with(digit) {
                continue;
            }
            let mut bad = text.to_string();
            bad.replace_range(at..=at, digit);
            assert!(RecoveryCode::parse(bad.as_bytes()).is_none(), "{bad}");
        }
        assert!(RecoveryCode::parse(&text.as_bytes()[..at]).is_none());
    }
    assert!(RecoveryCode::parse(format!("{}0", *text).as_bytes()).is_none());
}

/// An attacker who can write the database can also correct the checksum, so the MAC must cover each bit.
#[test]
fn every_flipped_bit_with_a_correct_checksum_is_refused() {
    let (mut vault, entropy) = vault();
    vault.put_slot(&SlotSecret::KeyFile(NEW), &entropy).unwrap();
    let text = vault.to_text(&entropy).unwrap();
    let parts: Vec<&str> = text.split('.').collect();
    let json = bytes::from_base64url(parts[1].as_bytes()).unwrap();
    let tag = bytes::from_base64url(parts[2].as_bytes()).unwrap();
    let opened = |json: &[u8], tag: &[u8]| {
        let text = format!("csv1.{}.{}", bytes::base64url(json), bytes::base64url(tag));
        Vault::open(
            SITE,
            slots::with_checksum(&text).as_bytes(),
            &SlotSecret::AuthKey(MATERIAL),
        )
    };
    assert!(opened(&json, &tag).is_ok());
    for at in 0..json.len() * 8 {
        let mut bad = json.clone();
        bad[at / 8] ^= 1 << (at % 8);
        refused(opened(&bad, &tag));
    }
    for at in 0..tag.len() * 8 {
        let mut bad = tag.clone();
        bad[at / 8] ^= 1 << (at % 8);
        assert_eq!(refused(opened(&json, &bad)), Reason::VaultDamaged);
    }
}
