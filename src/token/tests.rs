use super::*;
use crate::clock::Timestamp;
use crate::keyring::{Keyring, SiteId};
use crate::reason::Reason;

const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

fn keyring(site: u8, material: u8) -> Keyring {
    Keyring::open(SiteId::new([site; 8]), &[material; 64], &[]).unwrap()
}

fn grant(kind: Kind) -> NewToken {
    NewToken {
        kind,
        subject: 7,
        epoch: 3,
        binding: audience("https://example.org/wp-json/countersign/v1/mcp"),
        lifetime: 3600,
        id: [9; 12],
        issued: NOW,
    }
}

#[test]
fn lifetimes_of_one_second_to_366_days_are_accepted() {
    for seconds in [1, 60, 31_622_400] {
        assert_eq!(lifetime(seconds).map(i64::from), Some(seconds));
    }
    for seconds in [i64::MIN, -1, 0, 31_622_401, 1 << 32 | 1, i64::MAX] {
        assert_eq!(lifetime(seconds), None, "{seconds}");
    }
}

#[test]
fn issued_tokens_verify_with_the_contents_they_were_given() {
    let keys = keyring(1, b'k');
    for kind in Kind::ALL.iter().copied() {
        let text = issue(&keys, &grant(kind));
        assert_eq!(text.len(), LENGTH);
        assert!(text.starts_with(kind.prefix()));
        let claims = verify(&keys, kind, text.as_bytes(), NOW).unwrap();
        assert_eq!(
            (claims.subject, claims.epoch, claims.id, claims.issued),
            (7, 3, [9; 12], NOW)
        );
        assert!(claims.is_bound_to(&grant(kind).binding));
        assert!(!claims.is_bound_to(&audience("https://example.org/")));
    }
}

#[test]
fn every_flipped_bit_every_cut_and_every_addition_is_refused() {
    let keys = keyring(1, b'k');
    let good = issue(&keys, &grant(Kind::Access)).into_bytes();
    for place in 0..good.len() {
        for bit in 0..8 {
            let mut bad = good.clone();
            bad[place] ^= 1 << bit;
            assert!(
                verify(&keys, Kind::Access, &bad, NOW).is_err(),
                "{place}/{bit}"
            );
        }
        assert!(verify(&keys, Kind::Access, &good[..place], NOW).is_err());
        assert!(verify(&keys, Kind::Access, &good[place + 1..], NOW).is_err());
    }
    for tail in [&b"0"[..], b" ", b"\n", b"=", b"\0"] {
        assert!(verify(&keys, Kind::Access, &[&good[..], tail].concat(), NOW).is_err());
    }
}

/// A forger can recompute the checksum, so the tag must cover each field.
#[test]
fn every_flipped_bit_with_a_correct_checksum_is_refused() {
    let keys = keyring(1, b'k');
    let good = issue(&keys, &grant(Kind::Access));
    let parts = layout::decode(Kind::Access, good.as_bytes()).unwrap();
    for place in 0..layout::FIELDS + 32 {
        for bit in 0..8 {
            let (mut signed, mut tag) = (parts.signed, parts.tag);
            match place.checked_sub(layout::FIELDS) {
                None => signed[place] ^= 1 << bit,
                Some(at) => tag[at] ^= 1 << bit,
            }
            let bad = layout::encode(Kind::Access, &signed, &tag);
            assert!(
                verify(&keys, Kind::Access, bad.as_bytes(), NOW).is_err(),
                "{place}/{bit}"
            );
        }
    }
}

#[test]
fn a_token_of_another_site_key_or_kind_is_refused_with_its_reason() {
    let keys = keyring(1, b'k');
    let text = issue(&keys, &grant(Kind::Access));
    let refusal = |keys: &Keyring, kind| verify(keys, kind, text.as_bytes(), NOW).unwrap_err();
    assert_eq!(
        refusal(&keyring(2, b'k'), Kind::Access),
        Reason::TokenWrongSite
    );
    assert_eq!(
        refusal(&keyring(1, b'x'), Kind::Access),
        Reason::TokenUnknownKey
    );
    for kind in Kind::ALL
        .iter()
        .copied()
        .filter(|kind| *kind != Kind::Access)
    {
        assert_eq!(refusal(&keys, kind), Reason::TokenWrongKind);
    }
    // The same bytes with another prefix and a correct checksum: the kind field disagrees.
    let parts = layout::decode(Kind::Access, text.as_bytes()).unwrap();
    let renamed = layout::encode(Kind::Refresh, &parts.signed, &parts.tag);
    assert_eq!(
        verify(&keys, Kind::Refresh, renamed.as_bytes(), NOW),
        Err(Reason::TokenMalformed)
    );
}

#[test]
fn validity_begins_and_ends_to_the_second() {
    let keys = keyring(1, b'k');
    let text = issue(&keys, &grant(Kind::Access));
    let at = |seconds: u64| {
        verify(
            &keys,
            Kind::Access,
            text.as_bytes(),
            Timestamp::from_seconds(seconds),
        )
    };
    let issued = NOW.seconds();
    assert_eq!(at(issued - 31), Err(Reason::TokenNotYetValid));
    assert!(at(issued - 30).is_ok());
    assert!(at(issued + 3599).is_ok());
    assert_eq!(at(issued + 3600), Err(Reason::TokenExpired));
    assert_eq!(at(u64::MAX), Err(Reason::TokenExpired));
}

#[test]
fn a_previous_key_verifies_but_does_not_issue() {
    let old = keyring(1, b'o');
    let text = issue(&old, &grant(Kind::Access));
    let site = SiteId::new([1; 8]);
    let both = Keyring::open(site, &[b'n'; 64], &[&[b'o'; 64]]).unwrap();
    assert!(verify(&both, Kind::Access, text.as_bytes(), NOW).is_ok());
    assert_ne!(issue(&both, &grant(Kind::Access)), text);
}

/// A change of keys for each kind: before it, while both keys are held, and after it.
#[test]
fn tokens_stay_valid_during_a_change_of_keys_until_the_old_key_is_removed() {
    let site = SiteId::new([1; 8]);
    let (old, new) = ([b'o'; 64], [b'n'; 64]);
    let before = Keyring::open(site, &old, &[]).unwrap();
    let during = Keyring::open(site, &new, &[&old]).unwrap();
    let back = Keyring::open(site, &old, &[&new]).unwrap();
    let after = Keyring::open(site, &new, &[]).unwrap();
    assert_eq!(during.key_id(), after.key_id());
    assert_ne!(during.key_id(), before.key_id());
    for kind in Kind::ALL.iter().copied() {
        let (older, newer) = (issue(&before, &grant(kind)), issue(&during, &grant(kind)));
        let check = |keys: &Keyring, text: &str| verify(keys, kind, text.as_bytes(), NOW).err();
        for keys in [&before, &during, &back] {
            assert_eq!(check(keys, &older), None);
        }
        for keys in [&during, &back, &after] {
            assert_eq!(check(keys, &newer), None);
        }
        assert_eq!(check(&before, &newer), Some(Reason::TokenUnknownKey));
        assert_eq!(check(&after, &older), Some(Reason::TokenUnknownKey));
        assert_eq!(issue(&during, &grant(kind)), issue(&after, &grant(kind)));
        // The id of one key with the tag of the other.
        let (mut mixed, theirs) = (
            layout::decode(kind, newer.as_bytes()).unwrap(),
            layout::decode(kind, older.as_bytes()).unwrap(),
        );
        mixed.tag = theirs.tag;
        let mixed = layout::encode(kind, &mixed.signed, &mixed.tag);
        assert_eq!(check(&during, &mixed), Some(Reason::TokenForged));
    }
}

#[test]
fn threads_that_derive_a_key_at_once_derive_the_same_one() {
    let keys = keyring(1, b'k');
    let texts: Vec<String> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|_| scope.spawn(|| issue(&keys, &grant(Kind::Upload))))
            .collect();
        threads.into_iter().map(|t| t.join().unwrap()).collect()
    });
    assert!(texts.iter().all(|text| *text == texts[0]));
}

#[test]
fn text_that_is_not_a_token_is_malformed() {
    let keys = keyring(1, b'k');
    for text in [
        &b""[..],
        b"csat_",
        &[0; LENGTH],
        &[0xff; LENGTH],
        &[b'a'; 100_000],
    ] {
        assert_eq!(
            verify(&keys, Kind::Access, text, NOW),
            Err(Reason::TokenMalformed)
        );
    }
}
