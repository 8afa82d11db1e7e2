//! Properties of arbitrary input and of arbitrary sequences of messages.

use super::*;

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
    fn only_canonical_bytes_are_read(
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
            if let Some(fields) = layout::ActionFields::from_bytes(Domain::Action, &bytes) {
                prop_assert_eq!(fields.to_bytes(Domain::Action), bytes);
            }
        }
    }

    /// Compares arbitrary sequences of messages with a model.
    #[test]
    fn each_action_runs_once_and_returns_its_own_receipt(
        steps in proptest::collection::vec((0..4_u8, 0..6_u8, any::<bool>(), any::<bool>()), 1..60),
    ) {
        let store = store();
        let mut ran: std::collections::BTreeMap<u8, bool> = Default::default();
        let mut receipts: std::collections::BTreeMap<u8, Vec<u8>> = Default::default();
        let mut nonces: std::collections::BTreeMap<u8, u8> = Default::default();
        for (id, nonce, other, finishes) in steps {
            let draft = UnsignedAction { snapshot: if other { None } else { draft(0, 0).snapshot }, ..draft(id, nonce) };
            let text = actions().sign(&draft).unwrap();
            match receive(&store, &text, NOW) {
                ReceivedAction::Accepted(message) => {
                    prop_assert_eq!(nonces.insert(nonce, id), None);
                    prop_assert!(ran.insert(id, other).is_none());
                    if finishes {
                        let receipt = vec![id, nonce];
                        prop_assert_eq!(finish(&store, &message, &receipt), Ok(true));
                        receipts.insert(id, receipt);
                    }
                }
                ReceivedAction::Receipt(_, receipt) => {
                    prop_assert_eq!(ran.get(&id), Some(&other));
                    prop_assert_eq!(receipts.get(&id), Some(&receipt));
                }
                ReceivedAction::Denied(denial) => match denial.reason {
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
