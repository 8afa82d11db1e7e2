//! Signed actions and heartbeats: arbitrary bytes never verify. A signed message verifies with its contents, and only
//! with its own domain, payload and bits.
#![no_main]

use countersign::action::{
    ActionKey, ActionType, Channel, Domain, MAX_LIFETIME_MS, SnapshotId, UnsignedAction,
};
use countersign_fuzz::{Fields, NOW, SITE, flipped};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let mut fields = Fields(data);
    let [choice] = fields.array();
    let key = if choice & 1 == 0 {
        ActionKey::hmac(&[0x5a; 32])
    } else {
        ActionKey::ed25519(&[0x5a; 32])
    }
    .expect("a valid key");
    let domain = Domain::ALL[usize::from(choice >> 1) % Domain::ALL.len()];
    let channel = Channel::new(domain, SITE, &[&key]).expect("a channel");
    assert!(channel.check(data, b"", NOW).is_err());

    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let draft = UnsignedAction {
        id: fields.array(),
        action_type: ActionType::parse(&text(fields.bytes(70)))
            .or_else(|| ActionType::parse("plugin_update"))
            .expect("a type"),
        snapshot: SnapshotId::parse(&text(fields.bytes(70))),
        issued: NOW,
        lifetime_ms: fields.number() % MAX_LIFETIME_MS + 1,
        nonce: fields.array(),
        payload: fields.bytes(200),
    };
    let at = fields.number();
    let signed = channel.sign(&draft).expect("the key can sign");
    let message = channel
        .check(signed.as_bytes(), draft.payload, NOW)
        .expect("a signed message verifies");
    let again = channel.sign(&draft).expect("the key can sign again");
    assert_eq!(again, signed, "a message has one encoding");
    drop(message);
    let other = flipped(signed.as_bytes(), at).expect("a message is not empty");
    assert!(channel.check(&other, draft.payload, NOW).is_err());
    if let Some(payload) = flipped(draft.payload, at) {
        assert!(channel.check(signed.as_bytes(), &payload, NOW).is_err());
    }
    for wrong in Domain::ALL.iter().copied().filter(|wrong| *wrong != domain) {
        let channel = Channel::new(wrong, SITE, &[&key]).expect("a channel");
        assert!(
            channel
                .check(signed.as_bytes(), draft.payload, NOW)
                .is_err()
        );
    }
});
