//! One-time items: how long they are recorded, which ones are refused, and how many fit.

use super::*;

pub(super) fn an_item_is_accepted_once<E: Engine>() {
    let Subject { store, _folder } = E::ample();
    for n in 0..300 {
        assert_eq!(store.insert_once(&once(n, 60_000), at(2)), Ok(true), "{n}");
    }
    for n in 0..300 {
        assert_eq!(store.insert_once(&once(n, 60_000), at(3)), Ok(false), "{n}");
        // The same item with a later end is still the same item.
        assert_eq!(
            store.insert_once(&once(n, 90_000), at(60_000)),
            Ok(false),
            "{n}"
        );
    }
}

pub(super) fn exactly_one_thread_uses_an_item<E: Engine>() {
    let Subject { store, _folder } = E::ample();
    let firsts = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for n in 0..500 {
                    if store.insert_once(&once(n, 60_000), at(2)).unwrap() {
                        firsts.fetch_add(1, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    assert_eq!(firsts.into_inner(), 500);
}

pub(super) fn a_record_is_kept_until_its_last_moment_inclusive<E: Engine>() {
    let Subject { store, _folder } = E::ample();
    assert_eq!(store.insert_once(&once(1, 5000), at(2)), Ok(true));
    for now in [3, 2500, 4999, 5000] {
        assert_eq!(
            store.insert_once(&once(1, 5000), at(now)),
            Ok(false),
            "{now}"
        );
    }
    assert_eq!(store.insert_once(&once(1, 9000), at(5001)), Ok(true));
    assert_eq!(store.insert_once(&once(1, 9000), at(5001)), Ok(false));
}

pub(super) fn a_receipt_is_kept_as_long_as_its_record<E: Engine>() {
    let Subject { store, _folder } = E::ample();
    let stored = |n, now| receipt(&*store, n, now);
    assert_eq!(stored(1, 2), None);
    assert_eq!(store.settle(&key(1), b"done"), Ok(false));
    assert_eq!(stored(1, 2), None);
    assert_eq!(store.insert_once(&once(1, 5000), at(2)), Ok(true));
    assert_eq!(stored(1, 2), Some(Vec::new()));
    for receipt in [&b"begun"[..], b"done", b""] {
        assert_eq!(store.settle(&key(1), receipt), Ok(true));
        assert_eq!(stored(1, 2), Some(receipt.to_vec()));
    }
    assert_eq!(store.settle(&key(1), b"done"), Ok(true));
    // A receipt does not change the identity of the item or how long it is kept.
    assert_eq!(store.insert_once(&once(1, 9000), at(5000)), Ok(false));
    assert_eq!(stored(1, 5000), Some(b"done".to_vec()));
    assert_eq!(store.insert_once(&once(2, 9000), at(5001)), Ok(true));
    assert_eq!(stored(1, 5001), None);
    assert_eq!(store.settle(&key(1), b"late"), Ok(false));
    assert_eq!(stored(2, 5001), Some(Vec::new()));
}

pub(super) fn a_first_receipt_is_written_with_its_record<E: Engine>() {
    static LONG: [u8; MAX_RECEIPT_BYTES + 1] = [7; MAX_RECEIPT_BYTES + 1];
    let Subject { store, _folder } = E::ample();
    let insert =
        |n, keep, receipt: &[u8], now| store.insert_once(&with(once(n, keep), receipt), at(now));
    assert_eq!(insert(1, 1000, b"one", 2), Ok(true));
    assert_eq!(insert(1, 1000, b"two", 2), Ok(false));
    assert_eq!(insert(1, 1000, b"", 2), Ok(false));
    assert_eq!(receipt(&*store, 1, 2), Some(b"one".to_vec()));
    let (longest, longer) = (&LONG[1..], &LONG[..]);
    assert_eq!(insert(2, 1000, longest, 2), Ok(true));
    assert_eq!(receipt(&*store, 2, 2), Some(longest.to_vec()));
    assert_eq!(insert(3, 1000, longer, 2), Err(StoreError::Misuse));
    assert_eq!(receipt(&*store, 3, 2), None);
    // An expired record is forgotten together with its receipt.
    assert_eq!(insert(1, 3000, b"", 1001), Ok(true));
    assert_eq!(receipt(&*store, 1, 1001), Some(Vec::new()));
    assert_eq!(insert(2, 3000, b"two", 1001), Ok(true));
    assert_eq!(receipt(&*store, 2, 1001), Some(b"two".to_vec()));
}

pub(super) fn receipts_have_a_maximum_length<E: Engine>() {
    let Subject { store, _folder } = E::ample();
    assert_eq!(store.insert_once(&once(1, 5000), at(2)), Ok(true));
    let large = vec![b'x'; MAX_RECEIPT_BYTES];
    assert_eq!(store.settle(&key(1), &large), Ok(true));
    assert_eq!(receipt(&*store, 1, 2), Some(large.clone()));
    let larger = [&large[..], b"x"].concat();
    assert_eq!(store.settle(&key(1), &larger), Err(StoreError::Misuse));
    assert_eq!(receipt(&*store, 1, 2), Some(large));
}

pub(super) fn an_item_that_has_already_expired_is_refused<E: Engine>() {
    let Subject { store, _folder } = E::ample();
    assert_eq!(store.insert_once(&once(1, 5000), at(5000)), Ok(true));
    assert_eq!(
        store.insert_once(&once(2, 5000), at(5001)),
        Err(StoreError::Expired)
    );
    // The latest moment decides, not a clock that is a little behind it.
    assert_eq!(store.insert_once(&once(3, 9000), at(8000)), Ok(true));
    assert_eq!(
        store.insert_once(&once(2, 7000), at(6000)),
        Err(StoreError::Expired)
    );
}

pub(super) fn items_issued_before_the_start_are_refused<E: Engine>() {
    let Subject { store, _folder } = E::ample();
    let insert = |n, origin, issued| {
        let (key, keep_until) = (key(n), at(900_000));
        let once = OneTimeUse {
            key,
            origin,
            issued,
            keep_until,
            receipt: b"",
        };
        store.insert_once(&once, at(31_000))
    };
    let before = Timestamp::from_millis(START - 1);
    for issued in [Timestamp::from_millis(0), before, at(0)] {
        assert_eq!(insert(1, Origin::Local, issued), Err(StoreError::Restarted));
        assert_eq!(
            insert(1, Origin::Remote, issued),
            Err(StoreError::Restarted)
        );
    }
    let local = insert(1, Origin::Local, at(E::LOCAL_MS));
    assert_eq!(local, Err(StoreError::Restarted));
    let local = insert(1, Origin::Local, at(E::LOCAL_MS + 1));
    assert_eq!(local, Ok(true));
    assert_eq!(insert(2, Origin::Remote, at(1)), Err(StoreError::Restarted));
    assert_eq!(
        insert(2, Origin::Remote, at(SKEW_MS)),
        Err(StoreError::Restarted)
    );
    assert_eq!(insert(2, Origin::Remote, at(SKEW_MS + 1)), Ok(true));
}

pub(super) fn a_clock_that_is_behind_is_refused_for_items_and_accepted_for_limits<E: Engine>() {
    let Subject { store, _folder } = E::ample();
    let insert = |n, now| store.insert_once(&once(n, 900_000), at(now));
    assert_eq!(insert(1, 100_000), Ok(true));
    assert_eq!(insert(2, 70_000), Ok(true));
    assert_eq!(insert(3, 69_999), Err(StoreError::ClockStepped));
    assert_eq!(insert(1, 69_999), Err(StoreError::ClockStepped));
    // Nothing was recorded, and items are accepted again when the clock is right.
    assert_eq!(insert(3, 70_000), Ok(true));

    let limits = [limit(1, 1, 1000)];
    assert!(store.admit(&limits, at(100_000)).unwrap().is_admitted());
    assert!(!store.admit(&limits, at(10)).unwrap().is_admitted());
    assert!(!store.admit(&limits, at(1009)).unwrap().is_admitted());
    assert!(store.admit(&limits, at(1010)).unwrap().is_admitted());
}

pub(super) fn a_clock_that_was_far_ahead_admits_no_replay<E: Engine>() {
    let Subject { store, _folder } = E::ample();
    let year = 365 * 24 * 3_600_000;
    for n in 0..50 {
        assert_eq!(store.insert_once(&once(n, 60_000), at(100)), Ok(true));
    }
    // The clock is a year ahead: all records expire, and some are pruned.
    for n in 50..60 {
        assert_eq!(
            store.insert_once(&once(n, year + 60_000), at(year)),
            Ok(true)
        );
    }
    for n in 0..60 {
        let again = store.insert_once(&once(n, 60_000), at(200));
        assert_eq!(again, Err(StoreError::ClockStepped), "{n}");
    }
}

pub(super) fn expired_records_are_pruned<E: Engine>() {
    let Subject { store, _folder } = E::ample();
    for n in 1..6000 {
        let now = n * 10;
        // A hundred records are live at any moment.
        assert_eq!(store.insert_once(&once(n, now + 1000), at(now)), Ok(true));
    }
    let seen = store.status().unwrap().seen;
    assert!((101..200).contains(&seen), "{seen}");
}

/// Fills the store with items that are kept until `keep_ms`, and returns their number.
fn fill(store: &dyn Store, keep_ms: u64, now: u64) -> u64 {
    let full = (0..100_000).find(|n| match store.insert_once(&once(*n, keep_ms), at(now)) {
        Ok(first) => {
            assert!(first, "{n}");
            false
        }
        Err(error) => {
            assert_eq!(error, StoreError::Full);
            true
        }
    });
    full.expect("the store is full at some point")
}

pub(super) fn a_full_store_refuses_new_records_and_keeps_live_ones<E: Engine>() {
    let Subject { store, _folder } = E::small();
    let count = fill(&*store, 60_000, 2);
    assert!(count >= 200, "{count}");
    // A page of the embedded store may still have room for a few.
    let more = count..count + 100;
    let refused = more.filter(|n| store.insert_once(&once(*n, 60_000), at(3)).is_err());
    assert!(refused.count() > 0);
    for n in 0..count {
        assert_eq!(
            store.insert_once(&once(n, 60_000), at(60_000)),
            Ok(false),
            "{n}"
        );
    }
    assert!(store.status().unwrap().seen >= count);
}

pub(super) fn a_full_store_accepts_new_records_when_old_ones_expire<E: Engine>() {
    let Subject { store, _folder } = E::small();
    let count = fill(&*store, 60_000, 2);
    let next = once(count, 300_000);
    assert_eq!(store.insert_once(&next, at(60_000)), Err(StoreError::Full));
    for n in 0..count {
        let fresh = once(count + n, 300_000);
        assert_eq!(store.insert_once(&fresh, at(60_001)), Ok(true), "{n}");
    }
}

pub(super) fn a_full_store_prunes_records_far_from_the_new_one<E: Engine>() {
    let Subject { store, _folder } = E::small();
    // The records in the lower half of the keys expire, those in the upper half remain.
    let lower = |n: u64| key(n)[0] < 128;
    let keep = |n| once(n, if lower(n) { 60_000 } else { 900_000 });
    let full = (0..)
        .find(|n| store.insert_once(&keep(*n), at(2)).is_err())
        .unwrap();
    for n in (full..full + full / 4).filter(|n| !lower(*n)) {
        assert_eq!(store.insert_once(&keep(n), at(60_001)), Ok(true), "{n}");
    }
}

pub(super) fn a_full_store_records_the_moment_by_which_it_pruned<E: Engine>() {
    let Subject { store, _folder } = E::small();
    assert_eq!(store.insert_once(&once(0, 60_000), at(2)), Ok(true));
    let mut rest = (1..).map(|n| once(n, 900_000));
    let refused = rest
        .find(|once| store.insert_once(once, at(2)).is_err())
        .unwrap();
    // Item 0 is pruned to make room. The embedded store may still lack a free page.
    let _ = store.insert_once(&refused, at(100_000));
    assert_eq!(
        store.insert_once(&once(0, 60_000), at(50_000)),
        Err(StoreError::ClockStepped)
    );
}
