use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::bytes::{base64url, from_base64url};
use crate::clock::Timestamp;
use crate::decision::Denial;
use crate::keyring::SiteId;
use crate::reason::Reason;
use crate::replay::MIN_KEPT_MS;
use crate::store::{MemoryStore, SKEW_MS, Store as _, StoreError};

const SITE: SiteId = SiteId::new([1; 8]);
const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);
const PAYLOAD: &[u8] = br#"{"plugin":"hello"}"#;

fn at(ms: i64) -> Timestamp {
    Timestamp::from_millis(NOW.millis().checked_add_signed(ms).unwrap())
}

fn hmac() -> Key {
    Key::hmac(&[b's'; 32]).unwrap()
}

fn ed25519() -> Key {
    Key::ed25519(&[7; 32]).unwrap()
}

fn channel(domain: Domain, keys: &[&Key]) -> Channel {
    Channel::new(domain, SITE, keys).unwrap()
}

fn actions() -> Channel {
    channel(Domain::Action, &[&hmac()])
}

fn draft(id: u8, nonce: u8) -> Draft<'static> {
    Draft {
        id: [id; 16],
        action_type: ActionType::parse("update_plugin").unwrap(),
        payload: PAYLOAD,
        snapshot: SnapshotId::parse("snap-1"),
        issued: NOW,
        lifetime_ms: MAX_LIFETIME_MS,
        nonce: [nonce; 16],
    }
}

/// A store that started long enough before.
fn store() -> MemoryStore {
    MemoryStore::new(at(-600_000))
}

fn receive(store: &MemoryStore, text: &str, now: Timestamp) -> Verdict {
    actions().receive(store, text.as_bytes(), PAYLOAD, now)
}

fn accepted(verdict: Verdict) -> Message {
    match verdict {
        Verdict::Accepted(message) => message,
        other => panic!("{other:?}"),
    }
}

fn denied(verdict: Verdict) -> Reason {
    match verdict {
        Verdict::Denied(denial) => denial.reason,
        other => panic!("{other:?}"),
    }
}

/// Each way to sign, with the channel that verifies it.
fn ways() -> Vec<(Channel, Channel)> {
    let public = Key::ed25519_public(&ed25519().public().unwrap()).unwrap();
    let pairs = [(hmac(), hmac()), (ed25519(), public)];
    pairs
        .iter()
        .flat_map(|(signer, verifier)| {
            Domain::ALL
                .iter()
                .map(move |domain| (channel(*domain, &[signer]), channel(*domain, &[verifier])))
        })
        .collect()
}

#[test]
fn what_was_signed_verifies_and_says_what_was_signed() {
    for (signer, verifier) in ways() {
        let text = signer.sign(&draft(1, 2)).unwrap();
        let message = verifier.check(text.as_bytes(), PAYLOAD, NOW).unwrap();
        assert_eq!(message.id(), &[1; 16]);
        assert_eq!(message.action_type().as_str(), "update_plugin");
        assert_eq!(message.snapshot().unwrap().as_str(), "snap-1");
        assert_eq!((message.issued(), message.expires()), (NOW, at(300_000)));
        assert_eq!(message.site(), SITE);
        let bare = Draft {
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

/// Under the text: each bit of the canonical bytes and of the signature, in right base64url.
#[test]
fn every_flipped_bit_under_the_text_is_refused() {
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
fn domains_sites_and_keys_are_apart() {
    let key = hmac();
    let text = actions().sign(&draft(1, 2)).unwrap();
    let check = |channel: &Channel, text: &str| channel.check(text.as_bytes(), PAYLOAD, NOW);
    let beats = channel(Domain::Heartbeat, &[&key]);
    assert_eq!(check(&beats, &text), Err(Reason::ActionWrongDomain));
    // Renamed: the label is under the signature.
    let renamed = text.replacen("csaction.", "csheartbeat.", 1);
    assert_eq!(check(&beats, &renamed), Err(Reason::ActionMalformed));
    let elsewhere = Channel::new(Domain::Action, SiteId::new([2; 8]), &[&key]).unwrap();
    assert_eq!(check(&elsewhere, &text), Err(Reason::ActionWrongSite));
    let stranger = Key::hmac(&[b't'; 32]).unwrap();
    let strangers = channel(Domain::Action, &[&stranger, &ed25519()]);
    assert_eq!(check(&strangers, &text), Err(Reason::ActionUnknownKey));
    let both = channel(Domain::Action, &[&stranger, &key]);
    assert!(check(&both, &text).is_ok());
    // The first that can sign signs.
    let public = Key::ed25519_public(&ed25519().public().unwrap()).unwrap();
    let mixed = channel(Domain::Action, &[&public, &key, &stranger]);
    assert_eq!(mixed.sign(&draft(1, 2)).unwrap(), text);
}

/// The signature of one key under the id of another: the id picks the algorithm, and that one fails.
#[test]
fn the_key_id_picks_the_algorithm() {
    let both = channel(Domain::Action, &[&hmac(), &ed25519()]);
    for (key, other) in [(hmac(), ed25519()), (ed25519(), hmac())] {
        let text = |key: &Key| channel(Domain::Action, &[key]).sign(&draft(1, 2)).unwrap();
        let (mine, theirs) = (text(&key), text(&other));
        let (signed, _) = mine.rsplit_once('.').unwrap();
        let (_, signature) = theirs.rsplit_once('.').unwrap();
        let mixed = format!("{signed}.{signature}");
        let result = both.check(mixed.as_bytes(), PAYLOAD, NOW);
        assert_eq!(result, Err(Reason::ActionForged));
    }
}

#[test]
fn algorithms_go_by_their_names() {
    assert_eq!(hmac().algorithm().name(), "hmac-sha256");
    assert_eq!(ed25519().algorithm().name(), "ed25519");
}

#[test]
fn keys_that_prove_nothing_are_refused() {
    assert_eq!(Key::hmac(&[7; 31]).err(), Some(KeyError::ShortSecret));
    assert_eq!(Key::ed25519(&[7; 31]).err(), Some(KeyError::Length));
    assert_eq!(Key::ed25519_public(&[7; 33]).err(), Some(KeyError::Length));
    // The neutral element, and the point of order two.
    let mut one = [0; 32];
    one[0] = 1;
    let mut minus_one = [0xff; 32];
    minus_one[0] = 0xec;
    minus_one[31] = 0x7f;
    for weak in [[0; 32], one, minus_one] {
        assert_eq!(Key::ed25519_public(&weak).err(), Some(KeyError::Weak));
    }
    assert_eq!(
        Channel::new(Domain::Action, SITE, &[]).err(),
        Some(KeyError::Empty)
    );
    let public = Key::ed25519_public(&ed25519().public().unwrap()).unwrap();
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
fn words_are_plain() {
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
fn the_longest_message_fits() {
    let draft = Draft {
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

// ---- Time -----------------------------------------------------------------------------------

#[test]
fn lifetimes_hold_to_the_millisecond() {
    let channel = actions();
    for lifetime_ms in [0, MAX_LIFETIME_MS + 1, u64::MAX] {
        let draft = Draft {
            lifetime_ms,
            ..draft(1, 2)
        };
        assert_eq!(channel.sign(&draft), Err(SignError::Lifetime));
    }
    // A key holder who does not keep to it is refused all the same.
    let signed = |issued: Timestamp, expires: Timestamp| {
        let key = channel.signer().unwrap();
        let fields = layout::Fields {
            key_id: key.id,
            site: SITE,
            id: [1; 16],
            action_type: ActionType::parse("a").unwrap(),
            issued,
            expires,
            nonce: [1; 16],
            digest: crate::bytes::sha256(PAYLOAD),
            snapshot: None,
        };
        let bytes = fields.to_bytes(Domain::Action);
        let signature = key.sign(&bytes).unwrap();
        let text = layout::encode(Domain::Action, &bytes, &signature);
        channel.check(text.as_bytes(), PAYLOAD, NOW).map(|_| ())
    };
    assert_eq!(signed(NOW, at(1)), Ok(()));
    assert_eq!(signed(NOW, at(300_000)), Ok(()));
    for (issued, expires) in [
        (NOW, NOW),
        (NOW, at(-1)),
        (NOW, at(300_001)),
        (Timestamp::from_millis(0), Timestamp::from_millis(u64::MAX)),
        (NOW, Timestamp::from_millis(u64::MAX)),
    ] {
        assert_eq!(signed(issued, expires), Err(Reason::ActionLifetime));
    }
    let end = Timestamp::from_millis(u64::MAX);
    assert_eq!(
        signed(Timestamp::from_millis(u64::MAX - 5), end),
        Err(Reason::ActionNotYetValid)
    );
}

/// Second by second, from before the first acceptable one until all records are gone: with the clock
/// as it is, half a minute back, and after a leap ahead.
#[test]
fn accepted_in_its_time_once_and_never_again() {
    for lifetime in [1, 60, 300_i64] {
        let text = {
            let draft = Draft {
                lifetime_ms: lifetime as u64 * 1000,
                ..draft(1, 2)
            };
            actions().sign(&draft).unwrap()
        };
        for first in [
            -31,
            -30,
            0,
            lifetime - 1,
            lifetime,
            lifetime + 30,
            lifetime + 31,
        ] {
            let store = store();
            let verdict = receive(&store, &text, at(first * 1000));
            if first < -30 {
                assert_eq!(denied(verdict), Reason::ActionNotYetValid);
                continue;
            }
            if first > lifetime + 30 {
                assert_eq!(denied(verdict), Reason::ActionExpired);
                continue;
            }
            let message = accepted(verdict);
            assert_eq!(finish(&store, &message, b"done"), Ok(true));
            for second in first..lifetime + 1300 {
                // Another comes, and lapsed records are pruned.
                let other = Draft {
                    id: (second as u128).to_be_bytes(),
                    nonce: (second as u128).to_be_bytes(),
                    issued: at(second * 1000),
                    ..draft(0, 0)
                };
                let other = actions().sign(&other).unwrap();
                accepted(receive(&store, &other, at(second * 1000)));
                let again = receive(&store, &text, at(second * 1000));
                if second <= lifetime + 30 {
                    assert_eq!(again, Verdict::Receipt(message.clone(), b"done".to_vec()));
                } else {
                    assert_eq!(denied(again), Reason::ActionExpired, "{second}");
                }
                let back = receive(&store, &text, at((second - 30) * 1000));
                assert!(!matches!(back, Verdict::Accepted(_)), "{second}");
            }
        }
    }
}

#[test]
fn borders_of_time_hold_to_the_millisecond() {
    let text = actions().sign(&draft(1, 2)).unwrap();
    let check = |ms| {
        actions()
            .check(text.as_bytes(), PAYLOAD, at(ms))
            .map(|_| ())
    };
    assert_eq!(check(-30_001), Err(Reason::ActionNotYetValid));
    assert_eq!(check(-30_000), Ok(()));
    assert_eq!(check(330_000), Ok(()));
    assert_eq!(check(330_001), Err(Reason::ActionExpired));
}

#[test]
fn records_are_kept_as_long_as_promised() {
    let store = store();
    let text = actions().sign(&draft(1, 2)).unwrap();
    let now = at(5000);
    accepted(receive(&store, &text, now));
    assert_eq!(store.status().unwrap().seen, 2);
    let left = |now: Timestamp| {
        // Pruning looks at what is near, which in so small a store is everything.
        let once = crate::store::Once {
            key: [9; 32],
            origin: crate::store::Origin::Local,
            issued: now,
            keep_until: now,
            receipt: &[],
        };
        let _ = store.insert_once(&once, now).unwrap();
        store.status().unwrap().seen - 1
    };
    assert_eq!(left(now.plus_millis(MIN_KEPT_MS)), 2);
    assert_eq!(left(now.plus_millis(MIN_KEPT_MS + 1)), 1);
    let day = now.plus_millis(KEPT_MS + 2 * SKEW_MS);
    assert_eq!(left(day), 1);
    assert_eq!(left(day.plus_millis(1)), 0);
}

#[test]
fn a_clock_that_steps_back_far_is_refused() {
    let store = store();
    let text = actions().sign(&draft(1, 2)).unwrap();
    let early = Draft {
        issued: at(-60_000),
        ..draft(3, 4)
    };
    let early = actions().sign(&early).unwrap();
    accepted(receive(&store, &text, NOW));
    assert_eq!(
        denied(receive(&store, &early, at(-30_001))),
        Reason::StoreUnavailable
    );
    accepted(receive(&store, &early, at(-30_000)));
}

#[test]
fn what_was_signed_before_the_store_started_is_refused() {
    let text = actions().sign(&draft(1, 2)).unwrap();
    let used = store();
    accepted(receive(&used, &text, NOW));
    // Started anew, empty: the signer's clock may run ahead by the skew.
    for started in [-30_000, 0, 1000] {
        let anew = MemoryStore::new(at(started));
        let now = at(started.max(0));
        let again = Denial {
            reason: Reason::StoreRestarted,
            retry_after: Some(31),
        };
        assert_eq!(receive(&anew, &text, now), Verdict::Denied(again));
        assert_eq!(anew.status().unwrap().seen, 0);
    }
    accepted(receive(&MemoryStore::new(at(-30_001)), &text, NOW));
}

// ---- Once, and receipts ---------------------------------------------------------------------

#[test]
fn nothing_is_recorded_before_signature_and_time_hold() {
    let store = store();
    let good = actions().sign(&draft(1, 2)).unwrap();
    let mut forged = good.clone().into_bytes();
    let last = forged.len() - 2;
    forged[last] = if forged[last] == b'A' { b'B' } else { b'A' };
    let channel = actions();
    for (text, payload, now) in [
        (&forged[..], PAYLOAD, NOW),
        (good.as_bytes(), b"other", NOW),
        (good.as_bytes(), PAYLOAD, at(-30_001)),
        (good.as_bytes(), PAYLOAD, at(330_001)),
    ] {
        let _ = denied(channel.receive(&store, text, payload, now));
        assert_eq!(store.status().unwrap().seen, 0);
    }
    accepted(receive(&store, &good, NOW));
}

#[test]
fn the_same_action_again_hears_what_became_of_it() {
    let store = store();
    let sign = |draft: Draft<'static>| actions().sign(&draft).unwrap();
    let first = sign(draft(1, 2));
    let message = accepted(receive(&store, &first, NOW));
    let resigned = sign(draft(1, 3));
    let retry = Denial {
        reason: Reason::ActionInProgress,
        retry_after: Some(RETRY_AFTER),
    };
    for text in [&first, &resigned, &first, &resigned] {
        assert_eq!(receive(&store, text, NOW), Verdict::Denied(retry));
    }
    let others = [
        Draft {
            action_type: ActionType::parse("delete_plugin").unwrap(),
            ..draft(1, 10)
        },
        Draft {
            snapshot: SnapshotId::parse("snap-2"),
            ..draft(1, 11)
        },
        Draft {
            snapshot: None,
            ..draft(1, 12)
        },
        // Under the nonce of the first, too.
        Draft {
            snapshot: None,
            ..draft(1, 2)
        },
    ];
    let conflicts = |store: &MemoryStore| {
        for (n, other) in others.iter().enumerate() {
            let text = sign(other.clone());
            assert_eq!(
                denied(receive(store, &text, NOW)),
                Reason::ActionConflict,
                "{n}"
            );
        }
        let body = Draft {
            payload: b"other",
            ..draft(1, 13)
        };
        let text = sign(body);
        let verdict = actions().receive(store, text.as_bytes(), b"other", NOW);
        assert_eq!(denied(verdict), Reason::ActionConflict);
    };
    conflicts(&store);
    for receipt in [&b""[..], b"first", &[7; MAX_RECEIPT_BYTES]] {
        assert_eq!(finish(&store, &message, receipt), Ok(true));
        for text in [&first, &resigned, &sign(draft(1, 4))] {
            match receive(&store, text, NOW) {
                Verdict::Receipt(same, kept) => {
                    assert_eq!(kept, receipt);
                    assert_eq!(same.id(), message.id());
                }
                other => panic!("{other:?}"),
            }
        }
        conflicts(&store);
    }
    let large = [7; MAX_RECEIPT_BYTES + 1];
    assert_eq!(finish(&store, &message, &large), Err(StoreError::Misuse));
    // Another action under a nonce that was used.
    assert_eq!(
        denied(receive(&store, &sign(draft(9, 2)), NOW)),
        Reason::ActionReplayed
    );
    // And one whose key says the same nonce: nonces are a key's own.
    let other_key = channel(Domain::Action, &[&ed25519()]);
    let text = other_key.sign(&draft(8, 2)).unwrap();
    accepted(other_key.receive(&store, text.as_bytes(), PAYLOAD, NOW));
    // Hours later, signed anew.
    let later = at(20 * 3600 * 1000);
    let text = sign(Draft {
        issued: later,
        ..draft(1, 40)
    });
    assert!(matches!(
        receive(&store, &text, later),
        Verdict::Receipt(..)
    ));
}

#[test]
fn a_worker_that_died_leaves_an_action_in_progress() {
    let sign = |draft: Draft<'static>| actions().sign(&draft).unwrap();
    // Also where what it asked for is gone: nobody knows, so it is not run again until the record lapses.
    let id = [&SITE.as_bytes()[..], &[1; 16]].concat();
    let action = crate::replay::Item {
        domain: "action",
        id: &id,
        origin: crate::store::Origin::Remote,
        issued: NOW,
        expires: at(KEPT_MS as i64),
    };
    let (accepted_one, cut) = (store(), store());
    accepted(receive(&accepted_one, &sign(draft(1, 2)), NOW));
    let once = action.once(&[7; 31], NOW).unwrap();
    assert_eq!(cut.insert_once(&once, NOW), Ok(true));
    for store in [accepted_one, cut] {
        for (nonce, hours) in [(2, 0), (3, 1), (4, 23)] {
            let now = at(hours * 3600 * 1000);
            let text = sign(Draft {
                issued: now,
                ..draft(1, nonce)
            });
            let verdict = receive(&store, &text, now);
            assert_eq!(denied(verdict), Reason::ActionInProgress);
        }
    }
}

/// Nothing of an action that is not accepted is recorded: not its nonce, and not its id.
#[test]
fn an_action_and_its_nonce_are_recorded_together_or_not_at_all() {
    let store = store();
    let sign = |draft: Draft<'static>| actions().sign(&draft).unwrap();
    let message = accepted(receive(&store, &sign(draft(1, 2)), NOW));
    assert_eq!(store.status().unwrap().seen, 2);
    // The same signed again, another under its id, and another under its nonce.
    let conflicting = Draft {
        snapshot: None,
        ..draft(1, 4)
    };
    for (text, reason) in [
        (sign(draft(1, 3)), Reason::ActionInProgress),
        (sign(conflicting), Reason::ActionConflict),
        (sign(draft(9, 2)), Reason::ActionReplayed),
    ] {
        assert_eq!(denied(receive(&store, &text, NOW)), reason);
        assert_eq!(store.status().unwrap().seen, 2);
    }
    assert_eq!(finish(&store, &message, b"done"), Ok(true));
    let verdict = receive(&store, &sign(draft(1, 3)), NOW);
    assert!(matches!(verdict, Verdict::Receipt(..)));
    assert_eq!(store.status().unwrap().seen, 2);
    // So the nonces that were not used are good for others, and so is the id.
    for text in [sign(draft(9, 5)), sign(draft(10, 3)), sign(draft(11, 4))] {
        accepted(receive(&store, &text, NOW));
    }
    assert_eq!(store.status().unwrap().seen, 8);
    // Room for one record is room for none.
    let narrow = MemoryStore::with_capacity(at(-600_000), 1);
    let full = receive(&narrow, &sign(draft(1, 2)), NOW);
    assert_eq!(denied(full), Reason::StoreFull);
    assert_eq!(narrow.status().unwrap().seen, 0);
}

#[test]
fn a_heartbeat_is_heard_once_and_has_no_receipt() {
    let store = store();
    let beats = channel(Domain::Heartbeat, &[&hmac()]);
    let text = beats.sign(&draft(1, 2)).unwrap();
    let receive = |text: &str| beats.receive(&store, text.as_bytes(), PAYLOAD, NOW);
    let message = accepted(receive(&text));
    assert_eq!(denied(receive(&text)), Reason::ActionReplayed);
    assert_eq!(finish(&store, &message, b""), Err(StoreError::Misuse));
    accepted(receive(&beats.sign(&draft(1, 3)).unwrap()));
    // The nonces of the two domains are apart.
    let text = actions().sign(&draft(1, 2)).unwrap();
    accepted(super::tests::receive(&store, &text, NOW));
}

#[test]
fn a_receipt_of_a_store_that_was_started_anew_is_not_kept() {
    let text = actions().sign(&draft(1, 2)).unwrap();
    let message = accepted(receive(&store(), &text, NOW));
    assert_eq!(finish(&store(), &message, b"done"), Ok(false));
}

#[test]
fn of_eight_threads_one_acts_for_each_action() {
    let store = store();
    // Two threads each send the same bytes, and the pairs the same actions signed anew.
    let texts: Vec<Vec<String>> = (0..8_u8)
        .map(|thread| {
            (0..200_u8)
                .map(|n| {
                    let mut nonce = [n; 16];
                    nonce[0] = thread / 2;
                    let draft = Draft {
                        nonce,
                        ..draft(n, 0)
                    };
                    actions().sign(&draft).unwrap()
                })
                .collect()
        })
        .collect();
    let gate = std::sync::Barrier::new(8);
    let ids: Vec<u8> = std::thread::scope(|scope| {
        let threads: Vec<_> = texts
            .iter()
            .map(|texts| {
                let (store, gate) = (&store, &gate);
                scope.spawn(move || {
                    gate.wait();
                    let mut ids = Vec::new();
                    for text in texts {
                        match receive(store, text, NOW) {
                            Verdict::Accepted(message) => {
                                ids.push(message.id()[0]);
                                assert_eq!(finish(store, &message, b"done"), Ok(true));
                            }
                            Verdict::Receipt(_, receipt) => assert_eq!(receipt, b"done"),
                            Verdict::Denied(denial) => {
                                assert_eq!(denial.reason, Reason::ActionInProgress);
                            }
                        }
                    }
                    ids
                })
            })
            .collect();
        threads
            .into_iter()
            .flat_map(|thread| thread.join().unwrap())
            .collect()
    });
    assert_eq!(ids.len(), 200);
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), 200);
}

// ---- Properties -----------------------------------------------------------------------------

proptest! {
    #[test]
    fn arbitrary_bytes_are_refused_and_never_panic(
        text in proptest::collection::vec(any::<u8>(), 0..700),
        prefix in any::<bool>(),
    ) {
        let text = if prefix { [b"csaction.", &text[..]].concat() } else { text };
        prop_assert!(actions().check(&text, PAYLOAD, NOW).is_err());
    }

    #[test]
    fn canonical_bytes_have_one_spelling(
        bytes in proptest::collection::vec(any::<u8>(), 0..400),
        at in any::<proptest::sample::Index>(),
        change in any::<u8>(),
    ) {
        let channel = actions();
        let text = channel.sign(&draft(1, 2)).unwrap();
        let good = layout::decode(Domain::Action, text.as_bytes()).unwrap().signed;
        let mut near = good.clone();
        near[at.index(good.len())] = change;
        for bytes in [bytes, near] {
            if let Some(fields) = layout::Fields::from_bytes(Domain::Action, &bytes) {
                prop_assert_eq!(fields.to_bytes(Domain::Action), bytes);
            }
        }
    }

    /// Against a model: whatever is sent in whatever order, an id runs once, and its receipt is its own.
    #[test]
    fn an_id_runs_once_and_its_receipt_is_its_own(
        steps in proptest::collection::vec((0..4_u8, 0..6_u8, any::<bool>(), any::<bool>()), 1..60),
    ) {
        let store = store();
        let mut ran: std::collections::BTreeMap<u8, bool> = Default::default();
        let mut receipts: std::collections::BTreeMap<u8, Vec<u8>> = Default::default();
        let mut nonces: std::collections::BTreeMap<u8, u8> = Default::default();
        for (id, nonce, other, finishes) in steps {
            let draft = Draft { snapshot: if other { None } else { draft(0, 0).snapshot }, ..draft(id, nonce) };
            let text = actions().sign(&draft).unwrap();
            match receive(&store, &text, NOW) {
                Verdict::Accepted(message) => {
                    prop_assert_eq!(nonces.insert(nonce, id), None);
                    prop_assert!(ran.insert(id, other).is_none());
                    if finishes {
                        let receipt = vec![id, nonce];
                        prop_assert_eq!(finish(&store, &message, &receipt), Ok(true));
                        receipts.insert(id, receipt);
                    }
                }
                Verdict::Receipt(_, receipt) => {
                    prop_assert_eq!(ran.get(&id), Some(&other));
                    prop_assert_eq!(receipts.get(&id), Some(&receipt));
                }
                Verdict::Denied(denial) => match denial.reason {
                    Reason::ActionReplayed => {
                        prop_assert!(nonces.contains_key(&nonce) && !ran.contains_key(&id));
                    }
                    Reason::ActionConflict => prop_assert_eq!(ran.get(&id), Some(&!other)),
                    Reason::ActionInProgress => {
                        prop_assert_eq!(ran.get(&id), Some(&other));
                        prop_assert!(!receipts.contains_key(&id));
                    }
                    reason => prop_assert!(false, "{reason}"),
                },
            }
        }
    }
}
