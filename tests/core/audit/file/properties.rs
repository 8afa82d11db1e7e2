//! Random logs, random exports and random damage: intact files verify and damaged files never do.

use super::support::{draft, expectations, key, pruned_site, site, usual, write};
use countersign::audit::file::{Expectations, Remark, verify};
use countersign::audit::verify::LogVerdict;
use proptest::prelude::*;
use proptest::sample::Index;

/// A change of a file.
#[derive(Debug, Clone)]
enum Damage {
    Change(Index, u8),
    Insert(Index, Vec<u8>),
    Remove(Index, usize),
    Cut(Index),
    Swap(Index, Index),
    Double(Index),
    Drop(Index),
}

fn damage() -> impl Strategy<Value = Damage> {
    prop_oneof![
        (any::<Index>(), 1..=255_u8).prop_map(|(at, by)| Damage::Change(at, by)),
        (any::<Index>(), prop::collection::vec(any::<u8>(), 1..5))
            .prop_map(|(at, bytes)| Damage::Insert(at, bytes)),
        (any::<Index>(), 1..40_usize).prop_map(|(at, count)| Damage::Remove(at, count)),
        any::<Index>().prop_map(Damage::Cut),
        (any::<Index>(), any::<Index>()).prop_map(|(a, b)| Damage::Swap(a, b)),
        any::<Index>().prop_map(Damage::Double),
        any::<Index>().prop_map(Damage::Drop),
    ]
}

impl Damage {
    fn done_to(&self, file: &[u8]) -> Vec<u8> {
        let mut out = file.to_vec();
        let mut lines: Vec<&[u8]> = file.split_inclusive(|byte| *byte == b'\n').collect();
        match self {
            Self::Change(at, by) => out[at.index(file.len())] ^= by,
            Self::Insert(at, bytes) => {
                let at = at.index(file.len() + 1);
                out.splice(at..at, bytes.iter().copied());
            }
            Self::Remove(at, count) => {
                let at = at.index(file.len());
                out.drain(at..(at + count).min(file.len()));
            }
            Self::Cut(at) => out.truncate(at.index(file.len())),
            Self::Swap(a, b) => {
                let (a, b) = (a.index(lines.len()), b.index(lines.len()));
                lines.swap(a, b);
                out = lines.concat();
            }
            Self::Double(at) => {
                let at = at.index(lines.len());
                lines.insert(at, lines[at]);
                out = lines.concat();
            }
            Self::Drop(at) => {
                lines.remove(at.index(lines.len()));
                out = lines.concat();
            }
        }
        out
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn damaged_file_is_never_ok(size in 2..40_u64, part in any::<(Index, Index)>(), form in 0..4_u8, damage in prop::collection::vec(damage(), 1..3)) {
        let plain = site(size);
        let file = match form {
            0 => plain.export(),
            1 => {
                let (a, b) = (part.0.index(size as usize) as u64, part.1.index(size as usize) as u64);
                plain.export_of(a.min(b)..a.max(b), None, &|_| true)
            }
            2 => plain.export_of(0..size, Some("some"), &|seq| seq % 3 == 1),
            _ => pruned_site(size.max(8), 1 + part.0.index(6) as u64).export(),
        };
        let sound = verify(&file[..], &expectations(), &mut |_| ()).unwrap();
        prop_assert!(sound.is_proved(), "{:?}", sound.findings);
        let mut damaged = file.clone();
        for one in &damage {
            if !damaged.is_empty() {
                damaged = one.done_to(&damaged);
            }
        }
        if damaged != file {
            let report = verify(&damaged[..], &expectations(), &mut |_| ()).unwrap();
            prop_assert_ne!(report.verdict, LogVerdict::Ok);
            prop_assert!(!report.is_proved());
        }
    }

    /// Verification of arbitrary bytes ends and never reports them as proved.
    #[test]
    fn arbitrary_bytes_are_never_proved(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        let report = verify(&bytes[..], &expectations(), &mut |_| ()).unwrap();
        prop_assert_ne!(report.verdict, LogVerdict::Ok);
    }

    /// A log that was rewritten with the site's own key is detected by any earlier root that was kept outside.
    #[test]
    fn kept_root_detects_a_rewritten_log(size in 2..40_u64, at in any::<Index>(), kept in any::<Index>()) {
        let honest = site(size);
        let at = at.index(size as usize) as u64;
        let kept = 1 + kept.index(size as usize) as u64;
        let drafts = (0..size).map(|n| draft(if n == at { 777 } else { n })).collect();
        let mut forged = write(drafts, usual);
        forged.sign(&[size], &key());
        let known = Expectations {
            keys: expectations().keys,
            roots: vec![(kept, *honest.heads[kept as usize].root())],
            ..Expectations::default()
        };
        let report = verify(&forged.export()[..], &known, &mut |_| ()).unwrap();
        if kept > at {
            prop_assert_eq!((report.verdict, report.witnessed), (LogVerdict::Fork, 0));
        } else {
            prop_assert_eq!((report.verdict, report.witnessed), (LogVerdict::Ok, kept));
            // The file is signed, as it would be by an attacker who has the site's key.
            prop_assert!(report.remark(Remark::UnsignedTail).is_none());
        }
    }
}
