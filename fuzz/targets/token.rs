//! Tokens: arbitrary bytes never verify. An issued token verifies with its contents, and not with any bit flipped.
#![no_main]

use countersign::token::{Kind, NewToken, issue, peek, verify};
use countersign_fuzz::{Fields, NOW, SITE, flipped, stranger};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let keys = stranger();
    let unproven = peek(data);
    for kind in Kind::ALL.iter().copied() {
        assert!(verify(&keys, kind, data, NOW).is_err());
    }
    if let Some(token) = unproven {
        assert!(data.starts_with(token.kind.prefix().as_bytes()));
        assert!(token.expires >= token.issued);
    }

    let mut fields = Fields(data);
    let [kind] = fields.array();
    let grant = NewToken {
        kind: Kind::ALL[usize::from(kind) % Kind::ALL.len()],
        subject: fields.number(),
        epoch: u32::from_be_bytes(fields.array()),
        binding: fields.array(),
        lifetime: u32::from_be_bytes(fields.array()).max(1),
        id: fields.array(),
        issued: NOW,
    };
    let text = issue(&keys, &grant);
    let claims = verify(&keys, grant.kind, text.as_bytes(), NOW).expect("an issued token verifies");
    assert_eq!(
        (claims.subject, claims.epoch, claims.id, claims.binding),
        (grant.subject, grant.epoch, grant.id, grant.binding)
    );
    let seen = peek(text.as_bytes()).expect("an issued token can be read");
    assert!(seen.is_checksum_right && seen.site == SITE && seen.subject == grant.subject);
    let other = flipped(text.as_bytes(), fields.number()).expect("a token is not empty");
    assert!(verify(&keys, grant.kind, &other, NOW).is_err());
});
