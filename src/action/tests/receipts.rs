//! Single use and receipts.

use super::*;

#[test]
fn a_message_with_wrong_signature_payload_or_time_leaves_the_store_unchanged() {
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
fn an_action_that_comes_again_gets_its_receipt() {
    let store = store();
    let sign = |draft: UnsignedAction<'static>| actions().sign(&draft).unwrap();
    let first = sign(draft(1, 2));
    let message = accepted(receive(&store, &first, NOW));
    let resigned = sign(draft(1, 3));
    let retry = Denial {
        reason: Reason::ActionInProgress,
        retry_after: Some(RETRY_AFTER),
    };
    for text in [&first, &resigned, &first, &resigned] {
        assert_eq!(receive(&store, text, NOW), ReceivedAction::Denied(retry));
    }
    let others = [
        UnsignedAction {
            action_type: ActionType::parse("delete_plugin").unwrap(),
            ..draft(1, 10)
        },
        UnsignedAction {
            snapshot: SnapshotId::parse("snap-2"),
            ..draft(1, 11)
        },
        UnsignedAction {
            snapshot: None,
            ..draft(1, 12)
        },
        // Also with the nonce of the first one.
        UnsignedAction {
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
        let body = UnsignedAction {
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
                ReceivedAction::Receipt(same, kept) => {
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
    // Another action with a used nonce.
    assert_eq!(
        denied(receive(&store, &sign(draft(9, 2)), NOW)),
        Reason::ActionReplayed
    );
    // Another key may use the same nonce, because each key has nonces of its own.
    let other_key = channel(Domain::Action, &[&ed25519()]);
    let text = other_key.sign(&draft(8, 2)).unwrap();
    accepted(other_key.receive(&store, text.as_bytes(), PAYLOAD, NOW));
    // The action signed again hours later.
    let later = at(20 * 3600 * 1000);
    let text = sign(UnsignedAction {
        issued: later,
        ..draft(1, 40)
    });
    assert!(matches!(
        receive(&store, &text, later),
        ReceivedAction::Receipt(..)
    ));
}

#[test]
fn an_action_without_a_receipt_stays_in_progress() {
    let sign = |draft: UnsignedAction<'static>| actions().sign(&draft).unwrap();
    // The same applies to a truncated entry: whether the action ran is unknown, so it is not run again.
    let id = [&SITE.as_bytes()[..], &[1; 16]].concat();
    let action = crate::replay::OneTimeItem {
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
            let text = sign(UnsignedAction {
                issued: now,
                ..draft(1, nonce)
            });
            let verdict = receive(&store, &text, now);
            assert_eq!(denied(verdict), Reason::ActionInProgress);
        }
    }
}

/// An action that is not accepted uses up neither its nonce nor its id.
#[test]
fn an_action_and_its_nonce_are_recorded_together_or_not_at_all() {
    let store = store();
    let sign = |draft: UnsignedAction<'static>| actions().sign(&draft).unwrap();
    let message = accepted(receive(&store, &sign(draft(1, 2)), NOW));
    assert_eq!(store.status().unwrap().seen, 2);
    // The same action signed again, another one with its id, and another one with its nonce.
    let conflicting = UnsignedAction {
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
    assert!(matches!(verdict, ReceivedAction::Receipt(..)));
    assert_eq!(store.status().unwrap().seen, 2);
    // The unused nonces and the unused id are still accepted.
    for text in [sign(draft(9, 5)), sign(draft(10, 3)), sign(draft(11, 4))] {
        accepted(receive(&store, &text, NOW));
    }
    assert_eq!(store.status().unwrap().seen, 8);
    // A store with room for only one entry writes neither.
    let narrow = MemoryStore::with_capacity(at(-600_000), 1);
    let full = receive(&narrow, &sign(draft(1, 2)), NOW);
    assert_eq!(denied(full), Reason::StoreFull);
    assert_eq!(narrow.status().unwrap().seen, 0);
}

#[test]
fn a_heartbeat_is_accepted_once_and_has_no_receipt() {
    let store = store();
    let beats = channel(Domain::Heartbeat, &[&hmac()]);
    let text = beats.sign(&draft(1, 2)).unwrap();
    let receive = |text: &str| beats.receive(&store, text.as_bytes(), PAYLOAD, NOW);
    let message = accepted(receive(&text));
    assert_eq!(denied(receive(&text)), Reason::ActionReplayed);
    assert_eq!(finish(&store, &message, b""), Err(StoreError::Misuse));
    accepted(receive(&beats.sign(&draft(1, 3)).unwrap()));
    // Each domain has nonces of its own.
    let text = actions().sign(&draft(1, 2)).unwrap();
    accepted(super::receive(&store, &text, NOW));
}

#[test]
fn finish_returns_false_if_the_store_was_reset() {
    let text = actions().sign(&draft(1, 2)).unwrap();
    let message = accepted(receive(&store(), &text, NOW));
    assert_eq!(finish(&store(), &message, b"done"), Ok(false));
}

#[test]
fn one_of_eight_threads_runs_each_action() {
    let store = store();
    // Two threads each send the same bytes, and each pair signs the same actions again.
    let texts: Vec<Vec<String>> = (0..8_u8)
        .map(|thread| {
            (0..200_u8)
                .map(|n| {
                    let mut nonce = [n; 16];
                    nonce[0] = thread / 2;
                    let draft = UnsignedAction {
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
                            ReceivedAction::Accepted(message) => {
                                ids.push(message.id()[0]);
                                assert_eq!(finish(store, &message, b"done"), Ok(true));
                            }
                            ReceivedAction::Receipt(_, receipt) => assert_eq!(receipt, b"done"),
                            ReceivedAction::Denied(denial) => {
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
