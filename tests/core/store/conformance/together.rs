//! Several items that are used together: all of them or none.

use super::*;

fn again(index: usize, receipt: &[u8]) -> Result<Insertion, StoreError> {
    let receipt = receipt.to_vec();
    Ok(Insertion::Again { index, receipt })
}

pub(super) fn items_are_used_together_or_not_at_all<E: Engine>() {
    let Subject { store, _folder } = E::ample();
    let both = [with(once(1, 5000), b"one"), with(once(2, 9000), b"")];
    let first = store.insert_together(&both, at(2));
    assert_eq!(first, Ok(Insertion::First));
    assert_eq!(store.insert_together(&both, at(2)), again(0, b"one"));
    assert_eq!(store.status().unwrap().seen, 2);
    for n in [1, 2] {
        assert_eq!(store.insert_once(&once(n, 9000), at(2)), Ok(false), "{n}");
    }
    // One item is new: it is not recorded, and the other records do not change.
    for items in [
        [once(3, 9000), once(2, 90_000)],
        [once(1, 9000), once(3, 9000)],
    ] {
        let items = items.map(|once| with(once, b"other"));
        assert!(matches!(
            store.insert_together(&items, at(3)),
            Ok(Insertion::Again { .. })
        ));
        assert_eq!(store.status().unwrap().seen, 2);
    }
    assert_eq!(receipt(&*store, 1, 3), Some(b"one".to_vec()));
    assert_eq!(receipt(&*store, 2, 3), Some(Vec::new()));
    assert_eq!(receipt(&*store, 3, 3), None);
    // Each record expires separately.
    let third = [
        with(once(3, 9000), b"three"),
        with(once(1, 20_000), b"anew"),
    ];
    assert_eq!(store.insert_together(&third, at(5000)), again(1, b"one"));
    assert_eq!(
        store.insert_together(&third, at(5001)),
        Ok(Insertion::First)
    );
    assert_eq!(receipt(&*store, 1, 5001), Some(b"anew".to_vec()));
    assert_eq!(receipt(&*store, 2, 9000), Some(Vec::new()));
    assert_eq!(receipt(&*store, 3, 9000), Some(b"three".to_vec()));
    assert_eq!(receipt(&*store, 2, 9001), None);
    assert_eq!(receipt(&*store, 3, 9001), None);
    assert_eq!(receipt(&*store, 1, 20_000), Some(b"anew".to_vec()));
    assert_eq!(receipt(&*store, 1, 20_001), None);
}

pub(super) fn the_first_used_item_and_its_receipt_are_reported<E: Engine>() {
    let Subject { store, _folder } = E::ample();
    for (n, receipt) in [(1, &b"one"[..]), (2, b"two")] {
        let item = with(once(n, 60_000), receipt);
        assert_eq!(store.insert_once(&item, at(2)), Ok(true));
    }
    for (items, index, receipt) in [
        ([1, 2, 3], 0, &b"one"[..]),
        ([2, 1, 3], 0, b"two"),
        ([3, 2, 1], 1, b"two"),
        ([4, 3, 1], 2, b"one"),
    ] {
        let items = items.map(|n| once(n, 60_000));
        let told = store.insert_together(&items, at(3));
        assert_eq!(told, again(index, receipt));
    }
    assert_eq!(store.settle(&key(2), b"done"), Ok(true));
    let items = [once(3, 60_000), once(2, 60_000)];
    assert_eq!(store.insert_together(&items, at(3)), again(1, b"done"));
}

pub(super) fn each_of_several_items_is_checked<E: Engine>() {
    let Subject { store, _folder } = E::ample();
    let good = once(1, 60_000);
    let refused = |other, now, error| {
        for items in [[good, other], [other, good]] {
            assert_eq!(store.insert_together(&items, at(now)), Err(error));
        }
    };
    let old = OneTimeUse {
        issued: at(0),
        ..once(2, 60_000)
    };
    let remote = OneTimeUse {
        origin: Origin::Remote,
        issued: at(SKEW_MS),
        ..old
    };
    refused(old, 2, StoreError::Restarted);
    refused(remote, 2, StoreError::Restarted);
    refused(once(2, 999), 1000, StoreError::Expired);
    assert_eq!(store.status().unwrap().seen, 0);
    assert_eq!(store.insert_once(&once(3, 90_000), at(40_000)), Ok(true));
    refused(once(2, 60_000), 9_999, StoreError::ClockStepped);
    assert_eq!(store.status().unwrap().seen, 1);
    assert_eq!(store.insert_once(&good, at(40_000)), Ok(true));
}

pub(super) fn too_many_or_equal_items_and_long_receipts_are_misuse<E: Engine>() {
    static LONG: [u8; MAX_RECEIPT_BYTES + 1] = [7; MAX_RECEIPT_BYTES + 1];
    let Subject { store, _folder } = E::ample();
    let many: Vec<OneTimeUse<'_>> = (0..=MAX_TOGETHER as u64).map(|n| once(n, 60_000)).collect();
    let long = with(once(1, 60_000), &LONG);
    for items in [
        &[][..],
        &many,
        &[
            many[0],
            many[1],
            OneTimeUse {
                receipt: b"x",
                ..many[0]
            },
        ],
        &[many[0], long],
    ] {
        let misused = store.insert_together(items, at(2));
        assert_eq!(misused, Err(StoreError::Misuse));
    }
    assert_eq!(store.status().unwrap().seen, 0);
    let most = store.insert_together(&many[1..], at(2));
    assert_eq!(most, Ok(Insertion::First));
    assert_eq!(store.status().unwrap().seen, MAX_TOGETHER as u64);
}

pub(super) fn a_full_store_records_none_of_several_items<E: Engine>() {
    let Subject { store, _folder } = E::small();
    let pair = |n| {
        [
            once(2 * n, 60_000),
            with(once(2 * n + 1, 60_000), b"beside"),
        ]
    };
    let full = (0..50_000)
        .find(|n| match store.insert_together(&pair(*n), at(2)) {
            Ok(insertion) => {
                assert_eq!(insertion, Insertion::First);
                false
            }
            Err(error) => {
                assert_eq!(error, StoreError::Full);
                true
            }
        })
        .expect("the store is full at some point");
    assert_eq!(store.status().unwrap().seen, 2 * full);
    for n in 0..full {
        assert_eq!(store.insert_together(&pair(n), at(60_000)), again(0, b""));
    }
    // When they have expired, there is room for as many.
    for n in 0..full {
        let fresh = pair(full + n).map(|item| OneTimeUse {
            keep_until: at(300_000),
            ..item
        });
        let insertion = store.insert_together(&fresh, at(60_001));
        assert_eq!(insertion, Ok(Insertion::First), "{n}");
    }
}

/// Each thread uses an item that all share together with one of its own. The thread that is first uses both.
pub(super) fn exactly_one_thread_uses_several_items_together<E: Engine>() {
    let Subject { store, _folder } = E::ample();
    let firsts = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for thread in 0..8_u64 {
            let (store, firsts) = (&store, &firsts);
            scope.spawn(move || {
                for n in 0..300 {
                    let own = 1_000 * (thread + 1) + n;
                    let items = [own, n].map(|n| once(n, 60_000));
                    match store.insert_together(&items, at(2)).unwrap() {
                        Insertion::First => {
                            firsts.fetch_add(1, Ordering::Relaxed);
                            assert_eq!(store.insert_once(&items[0], at(2)), Ok(false));
                        }
                        Insertion::Again { index, .. } => {
                            assert_eq!(index, 1);
                            assert_eq!(store.insert_once(&items[0], at(2)), Ok(true));
                        }
                    }
                }
            });
        }
    });
    assert_eq!(firsts.into_inner(), 300);
    assert_eq!(store.status().unwrap().seen, 300 + 8 * 300);
}
