//! Signatures, and changes that invalidate them.

use super::*;

#[test]
fn signed_messages_verify_with_their_contents() {
    for (signer, verifier) in ways() {
        let text = signer.sign(&draft(1, 2)).unwrap();
        let message = verifier.check(text.as_bytes(), PAYLOAD, NOW).unwrap();
        assert_eq!(message.id(), &[1; 16]);
        assert_eq!(message.action_type().as_str(), "update_plugin");
        assert_eq!(message.snapshot().unwrap().as_str(), "snap-1");
        assert_eq!((message.issued(), message.expires()), (NOW, at(300_000)));
        assert_eq!(message.site(), SITE);
        let bare = UnsignedAction {
            snapshot: None,
            payload: b"",
            ..draft(1, 2)
        };
        let text = signer.sign(&bare).unwrap();
        let message = verifier.check(text.as_bytes(), b"", NOW).unwrap();
        assert_eq!(message.snapshot(), None);
    }
}

#[test]
fn every_flipped_bit_every_cut_and_every_addition_is_refused() {
    for (signer, verifier) in ways() {
        let good = signer.sign(&draft(1, 2)).unwrap().into_bytes();
        let refused = |bad: &[u8]| verifier.check(bad, PAYLOAD, NOW).is_err();
        for place in 0..good.len() {
            for bit in 0..8 {
                let mut bad = good.clone();
                bad[place] ^= 1 << bit;
                assert!(refused(&bad), "{place}/{bit}");
            }
            assert!(refused(&good[..place]) && refused(&good[place + 1..]));
        }
        for tail in [&b"0"[..], b" ", b"\n", b"=", b"\0", b".", b".AA"] {
            assert!(refused(&[&good[..], tail].concat()));
        }
        for place in 0..PAYLOAD.len() {
            for bit in 0..8 {
                let mut other = PAYLOAD.to_vec();
                other[place] ^= 1 << bit;
                let result = verifier.check(&good, &other, NOW);
                assert_eq!(result, Err(Reason::ActionPayloadMismatch));
            }
        }
    }
}

/// Changes each bit of the canonical bytes and of the signature, and encodes the result correctly.
#[test]
fn every_flipped_bit_with_correct_encoding_is_refused() {
    for (signer, verifier) in ways() {
        let text = signer.sign(&draft(1, 2)).unwrap();
        let parts: Vec<&str> = text.split('.').collect();
        for which in [1, 2] {
            let good = from_base64url(parts[which].as_bytes()).unwrap();
            for place in 0..good.len() {
                for bit in 0..8 {
                    let mut bad = good.clone();
                    bad[place] ^= 1 << bit;
                    let changed = base64url(&bad);
                    let mut parts = parts.clone();
                    parts[which] = &changed;
                    let bad = parts.join(".");
                    let result = verifier.check(bad.as_bytes(), PAYLOAD, NOW);
                    assert!(result.is_err(), "{which} {place}/{bit}");
                }
                let cut = base64url(&good[..place]);
                let mut parts = parts.clone();
                parts[which] = &cut;
                let bad = parts.join(".");
                assert!(verifier.check(bad.as_bytes(), PAYLOAD, NOW).is_err());
            }
        }
    }
}

#[test]
fn messages_of_another_domain_site_or_key_are_refused() {
    let key = hmac();
    let text = actions().sign(&draft(1, 2)).unwrap();
    let check = |channel: &Channel, text: &str| channel.check(text.as_bytes(), PAYLOAD, NOW);
    let beats = channel(Domain::Heartbeat, &[&key]);
    assert_eq!(check(&beats, &text), Err(Reason::ActionWrongDomain));
    // With the other prefix: the label is signed and disagrees.
    let renamed = text.replacen("csaction.", "csheartbeat.", 1);
    assert_eq!(check(&beats, &renamed), Err(Reason::ActionMalformed));
    let elsewhere = Channel::new(Domain::Action, SiteId::new([2; 8]), &[&key]).unwrap();
    assert_eq!(check(&elsewhere, &text), Err(Reason::ActionWrongSite));
    let stranger = ActionKey::hmac(&[b't'; 32]).unwrap();
    let strangers = channel(Domain::Action, &[&stranger, &ed25519()]);
    assert_eq!(check(&strangers, &text), Err(Reason::ActionUnknownKey));
    let both = channel(Domain::Action, &[&stranger, &key]);
    assert!(check(&both, &text).is_ok());
    // The first key that can sign signs.
    let public = ActionKey::ed25519_public(&ed25519().public().unwrap()).unwrap();
    let mixed = channel(Domain::Action, &[&public, &key, &stranger]);
    assert_eq!(mixed.sign(&draft(1, 2)).unwrap(), text);
}

/// A signature of one key with the id of another: the id selects key and algorithm, so verification fails.
#[test]
fn the_key_id_selects_the_algorithm() {
    let both = channel(Domain::Action, &[&hmac(), &ed25519()]);
    for (key, other) in [(hmac(), ed25519()), (ed25519(), hmac())] {
        let text = |key: &ActionKey| channel(Domain::Action, &[key]).sign(&draft(1, 2)).unwrap();
        let (mine, theirs) = (text(&key), text(&other));
        let (signed, _) = mine.rsplit_once('.').unwrap();
        let (_, signature) = theirs.rsplit_once('.').unwrap();
        let mixed = format!("{signed}.{signature}");
        let result = both.check(mixed.as_bytes(), PAYLOAD, NOW);
        assert_eq!(result, Err(Reason::ActionForged));
    }
}

#[test]
fn algorithms_have_stable_names() {
    assert_eq!(hmac().algorithm().name(), "hmac-sha256");
    assert_eq!(ed25519().algorithm().name(), "ed25519");
}

#[test]
fn short_malformed_and_weak_keys_are_refused() {
    assert_eq!(
        ActionKey::hmac(&[7; 31]).err(),
        Some(ActionKeyError::ShortSecret)
    );
    assert_eq!(
        ActionKey::ed25519(&[7; 31]).err(),
        Some(ActionKeyError::Length)
    );
    assert_eq!(
        ActionKey::ed25519_public(&[7; 33]).err(),
        Some(ActionKeyError::Length)
    );
    // A point of order four, the neutral element, and the point of order two.
    let mut one = [0; 32];
    one[0] = 1;
    let mut minus_one = [0xff; 32];
    minus_one[0] = 0xec;
    minus_one[31] = 0x7f;
    for weak in [[0; 32], one, minus_one] {
        assert_eq!(
            ActionKey::ed25519_public(&weak).err(),
            Some(ActionKeyError::Weak)
        );
    }
    assert_eq!(
        Channel::new(Domain::Action, SITE, &[]).err(),
        Some(ActionKeyError::Empty)
    );
    let public = ActionKey::ed25519_public(&ed25519().public().unwrap()).unwrap();
    assert!(!public.can_sign() && ed25519().can_sign() && hmac().can_sign());
    let verifier = channel(Domain::Action, &[&public]);
    assert_eq!(verifier.sign(&draft(1, 2)), Err(SignError::NoSigner));
    assert_eq!(public.id(), ed25519().id());
    assert_ne!(public.id(), hmac().id());
    assert_eq!(
        ed25519().seed().map(|seed| *seed.expose() == [7; 32]),
        Some(true)
    );
    assert!(public.seed().is_none() && hmac().seed().is_none() && hmac().public().is_none());
}

#[test]
fn types_and_snapshot_ids_have_a_restricted_alphabet() {
    let long = "a".repeat(64);
    for good in ["a", "read_health", "v2", &long] {
        assert!(ActionType::parse(good).is_some(), "{good}");
    }
    let longer = "a".repeat(65);
    for bad in [
        "", "A", "2a", "_a", "a-b", "a b", "a.b", "ä", "a\n", &longer,
    ] {
        assert!(ActionType::parse(bad).is_none(), "{bad}");
    }
    for good in ["a", "2026-01-02_x.1", "A", &long] {
        assert!(SnapshotId::parse(good).is_some(), "{good}");
    }
    for bad in ["", "a b", "a/b", "ä", "a\0", &longer] {
        assert!(SnapshotId::parse(bad).is_none(), "{bad}");
    }
}

#[test]
fn the_longest_message_has_at_most_max_length_bytes() {
    let draft = UnsignedAction {
        action_type: ActionType::parse(&"a".repeat(64)).unwrap(),
        snapshot: SnapshotId::parse(&"s".repeat(64)),
        ..draft(1, 2)
    };
    let beats = channel(Domain::Heartbeat, &[&ed25519()]);
    let text = beats.sign(&draft).unwrap();
    assert!(text.len() <= MAX_LENGTH, "{}", text.len());
    assert!(beats.check(text.as_bytes(), PAYLOAD, NOW).is_ok());
    for (length, reason) in [
        (MAX_LENGTH, Reason::ActionMalformed),
        (MAX_LENGTH + 1, Reason::ActionTooLarge),
        (1 << 20, Reason::ActionTooLarge),
    ] {
        let result = beats.check(&vec![b'a'; length], PAYLOAD, NOW);
        assert_eq!(result, Err(reason), "{length}");
    }
}
