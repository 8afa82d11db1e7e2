//! Measures tokens and signed actions against the HMAC that they contain: `cargo bench --bench token`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout
)]

mod compare;

use std::hint::black_box;

use countersign::action::{ActionKey, ActionType, Channel, Domain, UnsignedAction};
use countersign::bytes::pae;
use countersign::clock::Timestamp;
use countersign::keyring::{Keyring, SiteId};
use countersign::token::{Kind, LENGTH, NewToken, audience, issue, verify};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

const RUNS: u32 = 500;

fn main() {
    let now = Timestamp::from_seconds(1_800_000_000);
    let keys = Keyring::open(SiteId::new([1; 8]), &[b'k'; 64], &[&[b'o'; 64]]).unwrap();
    let grant = NewToken {
        kind: Kind::Access,
        subject: 7,
        epoch: 3,
        binding: audience("https://example.org/wp-json/countersign/v1/mcp"),
        lifetime: 3600,
        id: [9; 12],
        issued: now,
    };
    let token = issue(&keys, &grant);
    assert_eq!(token.len(), LENGTH);
    // The number of bytes that the tag of a token authenticates, in one buffer, with a prepared key.
    let signed = pae(&[b"countersign/token/v1", b"csat_", &[7; 78]]);
    let bare = Hmac::<Sha256>::new_from_slice(&[7; 32]).unwrap();

    let operator = ActionKey::hmac(&[b's'; 32]).unwrap();
    let actions = Channel::new(Domain::Action, SiteId::new([1; 8]), &[&operator]).unwrap();
    let pair = ActionKey::ed25519(&[7; 32]).unwrap();
    let public = ActionKey::ed25519_public(&pair.public().unwrap()).unwrap();
    let signer = Channel::new(Domain::Action, SiteId::new([1; 8]), &[&pair]).unwrap();
    let verifier = Channel::new(Domain::Action, SiteId::new([1; 8]), &[&public]).unwrap();
    let draft = UnsignedAction {
        id: [1; 16],
        action_type: ActionType::parse("update_plugin").unwrap(),
        payload: &[b'p'; 200],
        snapshot: None,
        issued: now,
        lifetime_ms: 300_000,
        nonce: [2; 16],
    };
    let by_hmac = actions.sign(&draft).unwrap();
    let by_ed25519 = signer.sign(&draft).unwrap();

    let medians = compare::compare(
        RUNS,
        &mut [
            ("bare HMAC-SHA256 of the token's bytes", &mut || {
                let mut hmac = bare.clone();
                hmac.update(black_box(&signed));
                black_box(hmac.finalize().into_bytes());
            }),
            ("token verify", &mut || {
                let claims = verify(&keys, Kind::Access, black_box(token.as_bytes()), now);
                black_box(claims.unwrap());
            }),
            ("token issue", &mut || {
                black_box(issue(&keys, black_box(&grant)));
            }),
            ("action check, HMAC, 200 bytes of payload", &mut || {
                let message = actions.check(black_box(by_hmac.as_bytes()), draft.payload, now);
                black_box(message.unwrap());
            }),
            ("action check, Ed25519", &mut || {
                let message = verifier.check(black_box(by_ed25519.as_bytes()), draft.payload, now);
                black_box(message.unwrap());
            }),
        ],
    );
    println!("token verify / bare HMAC: {:.2}", medians[1] / medians[0]);
}
