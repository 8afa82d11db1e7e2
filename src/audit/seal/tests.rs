use super::key::MAX_EPOCHS;
use super::*;
use crate::audit::AuditError;
use crate::audit::append::{Head, append};
use crate::audit::draft::Draft;
use crate::audit::tree::MAX_SIZE;
use crate::bytes::hex;
use crate::clock::Timestamp;
use crate::secret::Secret;

const ORIGIN: &str = "shop.example/0101010101010101/audit";
const START: Timestamp = Timestamp::from_seconds(1_800_000_000);

fn enroll() -> (Sealer, FirstKey) {
    Sealer::enroll(ORIGIN, START, 3600, Secret::new([7; 32])).unwrap()
}

fn hours(n: u64) -> Timestamp {
    START.plus_seconds(n * 3600)
}

fn grown(head: &Head) -> Head {
    let draft = r#"{"kind":"system","actor":{"kind":"system"},"action":"a"}"#;
    let drafts = [Draft::from_json(draft).unwrap()];
    append(head, &drafts, [1; 8], START).unwrap().head
}

fn check(seals: &[Seal], first: Option<&FirstKey>) -> Vec<Option<SealFault>> {
    let mut chain = SealChain::new(ORIGIN, first);
    seals.iter().map(|seal| chain.take(seal).err()).collect()
}

#[test]
fn every_epoch_is_sealed_and_keys_of_past_epochs_are_erased() {
    let (mut sealer, first) = enroll();
    let head = grown(&Head::default());
    assert_eq!(
        sealer.due(&head, Timestamp::from_millis(hours(1).millis() - 1)),
        []
    );
    let seals = sealer.due(&head, hours(3));
    assert_eq!(seals.len(), 3);
    assert_eq!(check(&seals, Some(&first)), [None; 3]);
    assert_eq!(check(&seals, None), [None; 3]);
    for seal in &seals {
        assert_eq!(Seal::from_text(&seal.to_text()).as_ref(), Ok(seal));
    }
    // The state is written and read again after each seal, as in practice.
    for seal in &seals {
        let old = sealer.to_state();
        sealer.advance(seal).unwrap();
        assert_eq!(sealer.advance(seal), Ok(()));
        let state = sealer.to_state();
        let key = hex(Sealer::from_state(&old, ORIGIN).unwrap().key.expose());
        assert!(!state.contains(&key));
        sealer = Sealer::from_state(&state, ORIGIN).unwrap();
    }
    assert_eq!(sealer.epoch(), 3);
    let more = sealer.due(&grown(&head), hours(4));
    let all: Vec<Seal> = seals.iter().chain(&more).cloned().collect();
    assert_eq!(check(&all, Some(&first)), [None; 4]);
    assert_eq!(sealer.due(&head, hours(3 + 5000)).len(), MAX_DUE);
}

#[test]
fn missing_moved_or_changed_seals_are_found() {
    let (sealer, first) = enroll();
    let seals = sealer.due(&grown(&Head::default()), hours(5));
    let faults = |change: &dyn Fn(&mut Vec<Seal>)| {
        let mut changed = seals.clone();
        change(&mut changed);
        check(&changed, Some(&first)).into_iter().flatten().next()
    };
    assert_eq!(faults(&|_| ()), None);
    assert_eq!(
        faults(&|seals| {
            seals.remove(2);
        }),
        Some(SealFault::Gap)
    );
    assert_eq!(
        faults(&|seals| {
            seals.remove(0);
        }),
        Some(SealFault::Gap)
    );
    assert_eq!(faults(&|seals| seals.swap(1, 2)), Some(SealFault::Gap));
    assert_eq!(
        faults(&|seals| seals.insert(1, seals[0].clone())),
        Some(SealFault::Invalid)
    );
    type Change = fn(&mut Seal);
    let changes: [Change; 7] = [
        |seal| seal.size += 1,
        |seal| seal.size = 0,
        |seal| seal.root[0] ^= 1,
        |seal| seal.from = START,
        |seal| seal.until = seal.until.plus_millis(1),
        |seal| seal.previous[31] ^= 1,
        |seal| seal.mac[0] ^= 1,
    ];
    for (at, change) in changes.into_iter().enumerate() {
        assert_eq!(
            faults(&|seals| change(&mut seals[2])),
            Some(SealFault::Invalid),
            "{at}"
        );
    }
    // Sealed again with a later key, as an attacker who takes over the machine in epoch 3 could do.
    let mut later = enroll().0;
    for seal in &seals[..3] {
        later.advance(seal).unwrap();
    }
    later.epoch = 1;
    later.previous = seals[0].mac;
    let forged = later.due(&Head::default(), hours(5));
    assert_eq!(
        faults(&|seals| seals.splice(1.., forged.clone()).for_each(drop)),
        Some(SealFault::Invalid)
    );
    let mut sealer = enroll().0;
    assert_eq!(sealer.advance(&seals[1]), Err(AuditError::SealOrder));
    assert_eq!(sealer.advance(&forged[0]), Err(AuditError::SealOrder));
}

#[test]
fn seal_has_one_spelling() {
    let seal = &enroll().0.due(&Head::default(), hours(1))[0];
    let text = seal.to_text();
    let mut large = seal.clone();
    large.size = MAX_SIZE;
    assert_eq!(Seal::from_text(&large.to_text()).as_ref(), Ok(&large));
    large.size += 1;
    for wrong in [
        format!(" {text}"),
        format!("{text}\n"),
        text.replace("\"seal\":0", "\"seal\": 0"),
        text.replace(&hex(&seal.mac), &hex(&seal.mac).to_uppercase()),
        large.to_text(),
    ] {
        assert_ne!(wrong, text);
        assert_eq!(Seal::from_text(&wrong), Err(AuditError::Seal), "{wrong}");
    }
}

/// Seals with a sound MAC that the sealer of their epoch would not have made.
#[test]
fn seal_with_valid_mac_in_the_wrong_place_is_refused() {
    let key = || Secret::new([7; 32]);
    let (sealer, first) = enroll();
    let one = |sealer: &Sealer| sealer.due(&Head::default(), hours(3)).remove(0);
    let good = one(&sealer);
    let mut other_past = enroll().0;
    other_past.previous = [1; 32];
    let mut other_epoch = enroll().0;
    other_epoch.epoch = 1;
    let (other_length, _) = Sealer::enroll(ORIGIN, START, 7200, key()).unwrap();
    let (other_start, _) = Sealer::enroll(ORIGIN, hours(1), 3600, key()).unwrap();
    for (at, wrong) in [&other_past, &other_epoch, &other_length, &other_start]
        .map(one)
        .iter()
        .enumerate()
    {
        assert!(
            check(std::slice::from_ref(wrong), Some(&first))[0].is_some(),
            "{at}"
        );
        if at < 2 {
            assert_eq!(
                enroll().0.advance(wrong),
                Err(AuditError::SealOrder),
                "{at}"
            );
        }
    }
    let mut forged = good.clone();
    forged.mac[31] ^= 1;
    assert_eq!(enroll().0.advance(&forged), Err(AuditError::SealOrder));
    assert_eq!(enroll().0.advance(&good), Ok(()));
    // A log that has become shorter.
    let mut sealer = enroll().0;
    let long = sealer.due(&grown(&Head::default()), hours(1)).remove(0);
    sealer.advance(&long).unwrap();
    let short = sealer.due(&Head::default(), hours(2)).remove(0);
    let faults = check(&[long, short], Some(&first));
    assert_eq!(faults, [None, Some(SealFault::Invalid)]);
}

#[test]
fn one_fault_is_reported_once() {
    let (sealer, first) = enroll();
    let seals = sealer.due(&grown(&Head::default()), hours(5));
    let mut again = seals.clone();
    again.insert(1, seals[0].clone());
    let invalid = Some(SealFault::Invalid);
    for first in [Some(&first), None] {
        assert_eq!(
            check(&again, first),
            [None, invalid, None, None, None, None]
        );
    }
    // Without the key, only the sequence of the seals can be checked.
    type Change = fn(&mut Seal);
    let changes: [Change; 3] = [
        |seal| seal.from = seal.from.plus_millis(1),
        |seal| seal.previous[0] ^= 1,
        |seal| seal.until = seal.from,
    ];
    for (at, change) in changes.into_iter().enumerate() {
        let mut changed = seals.clone();
        change(&mut changed[4]);
        let faults = check(&changed, None);
        assert_eq!(faults, [None, None, None, None, invalid], "{at}");
    }
}

#[test]
fn sealing_stops_at_the_last_epoch() {
    let (mut sealer, _) = enroll();
    sealer.epoch = MAX_EPOCHS - 1;
    let far = Timestamp::from_millis(u64::MAX);
    let seals = sealer.due(&Head::default(), far);
    assert_eq!(seals.len(), 1);
    assert_eq!(check(&seals, None), [None]);
    let mut beyond = seals[0].clone();
    beyond.epoch += 1;
    assert_eq!(check(&[beyond], None), [Some(SealFault::Invalid)]);
    for (epoch, sound) in [
        (MAX_EPOCHS, true),
        (MAX_EPOCHS + 1, false),
        (u64::MAX, false),
    ] {
        sealer.epoch = epoch;
        let read = Sealer::from_state(&sealer.to_state(), ORIGIN);
        assert_eq!(read.is_ok(), sound, "{epoch}");
    }
}

#[test]
fn key_with_a_typing_error_is_refused() {
    let (sealer, first) = enroll();
    let text = first.to_text();
    assert_eq!(FirstKey::from_text(&text).unwrap().to_text(), text);
    let state = sealer.to_state();
    assert!(Sealer::from_state(&state, "other").is_err());
    for (text, read) in [
        (
            text,
            &(|text: &str| FirstKey::from_text(text).is_ok()) as &dyn Fn(&str) -> bool,
        ),
        (state.to_string(), &|text| {
            Sealer::from_state(text, ORIGIN).is_ok()
        }),
    ] {
        assert!(read(&text));
        for at in 0..text.len() {
            assert!(!read(&text[..at]));
            let mut changed = text.clone().into_bytes();
            changed[at] ^= 1;
            assert!(!read(&String::from_utf8(changed).unwrap()), "{at}");
        }
    }
    for (seconds, sound) in [
        (0, false),
        (59, false),
        (60, true),
        (2_678_400, true),
        (2_678_401, false),
    ] {
        let made = Sealer::enroll(ORIGIN, START, seconds, Secret::new([1; 32]));
        assert_eq!(made.is_ok(), sound, "{seconds}");
    }
}
