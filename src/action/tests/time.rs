//! Lifetimes, clock skew, and how long entries are kept.

use super::*;

#[test]
fn lifetimes_are_limited_to_the_millisecond() {
    let channel = actions();
    for lifetime_ms in [0, MAX_LIFETIME_MS + 1, u64::MAX] {
        let draft = UnsignedAction {
            lifetime_ms,
            ..draft(1, 2)
        };
        assert_eq!(channel.sign(&draft), Err(SignError::Lifetime));
    }
    // The verifier refuses other lifetimes, even if they are signed correctly.
    let signed = |issued: Timestamp, expires: Timestamp| {
        let key = channel.signer().unwrap();
        let fields = layout::ActionFields {
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

/// Sends a message every second, from before it is valid until all entries have expired: with the clock as
/// it is, set back by half a minute, and after a leap ahead.
#[test]
fn a_message_is_accepted_once_within_its_time() {
    for lifetime in [1, 60, 300_i64] {
        let text = {
            let draft = UnsignedAction {
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
                // Another message makes the store prune expired entries.
                let other = UnsignedAction {
                    id: (second as u128).to_be_bytes(),
                    nonce: (second as u128).to_be_bytes(),
                    issued: at(second * 1000),
                    ..draft(0, 0)
                };
                let other = actions().sign(&other).unwrap();
                accepted(receive(&store, &other, at(second * 1000)));
                let again = receive(&store, &text, at(second * 1000));
                if second <= lifetime + 30 {
                    assert_eq!(
                        again,
                        ReceivedAction::Receipt(message.clone(), b"done".to_vec())
                    );
                } else {
                    assert_eq!(denied(again), Reason::ActionExpired, "{second}");
                }
                let back = receive(&store, &text, at((second - 30) * 1000));
                assert!(!matches!(back, ReceivedAction::Accepted(_)), "{second}");
            }
        }
    }
}

#[test]
fn validity_begins_and_ends_to_the_millisecond() {
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
fn entries_are_kept_for_the_documented_time() {
    let store = store();
    let text = actions().sign(&draft(1, 2)).unwrap();
    let now = at(5000);
    accepted(receive(&store, &text, now));
    assert_eq!(store.status().unwrap().seen, 2);
    let left = |now: Timestamp| {
        // Pruning inspects nearby entries, which are all entries of so small a store.
        let once = crate::store::OneTimeUse {
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
fn messages_are_refused_after_the_clock_is_set_back_far() {
    let store = store();
    let text = actions().sign(&draft(1, 2)).unwrap();
    let early = UnsignedAction {
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
fn messages_signed_before_the_store_started_are_refused() {
    let text = actions().sign(&draft(1, 2)).unwrap();
    let used = store();
    accepted(receive(&used, &text, NOW));
    // The store was reset and is empty. The signer's clock may be ahead by the allowed skew.
    for started in [-30_000, 0, 1000] {
        let emptied = MemoryStore::new(at(started));
        let now = at(started.max(0));
        let again = Denial {
            reason: Reason::StoreRestarted,
            retry_after: Some(31),
        };
        assert_eq!(receive(&emptied, &text, now), ReceivedAction::Denied(again));
        assert_eq!(emptied.status().unwrap().seen, 0);
    }
    accepted(receive(&MemoryStore::new(at(-30_001)), &text, NOW));
}
