//! Limits: which calls they admit, and how long histories are kept.

use super::*;

pub(super) fn a_flood_of_limits_takes_no_room_from_items<E: Engine>() {
    let Subject { store, _folder } = E::small();
    let full = (0..100_000).find_map(|n| store.admit(&[limit(n, 60, 60_000)], at(2)).err());
    assert_eq!(full, Some(StoreError::Full));
    for n in 0..150 {
        assert_eq!(store.insert_once(&once(n, 60_000), at(2)), Ok(true), "{n}");
    }
    store.put(b"name", b"value").unwrap();
    // A minute later there is room for other addresses.
    for n in 200_000..200_150 {
        let other = [limit(n, 60, 60_000)];
        assert!(store.admit(&other, at(60_002)).unwrap().is_admitted());
    }
}

pub(super) fn forgotten_histories_are_pruned<E: Engine>() {
    let Subject { store, _folder } = E::ample();
    for n in 1..6000 {
        let limits = [limit(n, 60, 1000)];
        assert!(store.admit(&limits, at(n * 10)).unwrap().is_admitted());
    }
    let limits = store.status().unwrap().limits;
    assert!((100..200).contains(&limits), "{limits}");
}

pub(super) fn threads_share_one_limit<E: Engine>() {
    let Subject { store, _folder } = E::ample();
    let admitted = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for n in 0..100 {
                    let limits = [limit(1, 60, 60_000)];
                    if store.admit(&limits, at(n)).unwrap().is_admitted() {
                        admitted.fetch_add(1, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    assert_eq!(admitted.into_inner(), 60);
}

pub(super) fn limits_admit_together_or_not_at_all<E: Engine>() {
    let Subject { store, _folder } = E::ample();
    let limits = [
        limit(1, 10, 60_000),
        limit(2, 3, 60_000),
        limit(3, 10, 60_000),
    ];
    for n in 0..3_u16 {
        let Admission::Admitted { tightest } = store.admit(&limits, at(100)).unwrap() else {
            panic!("there was room")
        };
        assert_eq!((tightest.limit, tightest.remaining), (3, 2 - n));
        assert_eq!(tightest.reset_seconds, 60);
    }
    for _ in 0..20 {
        let refused = store.admit(&limits, at(1100)).unwrap();
        let Admission::Refused {
            index,
            retry_after,
            tightest,
            ..
        } = refused
        else {
            panic!("there was no room")
        };
        assert_eq!((index, retry_after), (1, 59));
        assert_eq!(
            (tightest.limit, tightest.remaining, tightest.reset_seconds),
            (3, 0, 59)
        );
    }
    // The refused calls were counted under neither of the others: 7 of 10 are left.
    for other in [limits[0], limits[2]] {
        for _ in 0..7 {
            assert!(store.admit(&[other], at(1200)).unwrap().is_admitted());
        }
        assert!(!store.admit(&[other], at(1200)).unwrap().is_admitted());
    }
}

pub(super) fn the_longest_of_several_refusals_is_reported<E: Engine>() {
    let Subject { store, _folder } = E::ample();
    let limits = [
        limit(1, 1, 2000),
        limit(2, 1, 9000),
        limit(3, 1, 9000),
        limit(4, 1, 3000),
    ];
    assert!(store.admit(&limits, at(0)).unwrap().is_admitted());
    let refused = store.admit(&limits, at(0)).unwrap();
    let Admission::Refused {
        index, retry_after, ..
    } = refused
    else {
        panic!("there was no room")
    };
    assert_eq!((index, retry_after), (1, 9));
}

pub(super) fn a_refused_call_extends_no_waiting_time<E: Engine>() {
    let Subject { store, _folder } = E::ample();
    let limits = [limit(1, 1, 1000)];
    assert!(store.admit(&limits, at(0)).unwrap().is_admitted());
    for now in 1..1000 {
        assert!(
            !store.admit(&limits, at(now)).unwrap().is_admitted(),
            "{now}"
        );
    }
    assert!(store.admit(&limits, at(1000)).unwrap().is_admitted());
}

pub(super) fn the_first_refusal_of_a_burst_is_reported_once<E: Engine>() {
    let Subject { store, _folder } = E::ample();
    let limits = [limit(1, 1, 1000)];
    assert!(store.admit(&limits, at(0)).unwrap().is_admitted());
    let first = |now| match store.admit(&limits, at(now)).unwrap() {
        Admission::Refused { first_of_burst, .. } => first_of_burst,
        Admission::Admitted { .. } => panic!("there was no room at {now}"),
    };
    assert!(first(100));
    assert!(!first(100));
    assert!(!first(999));
    assert!(store.admit(&limits, at(1000)).unwrap().is_admitted());
    // This is still the same burst: a refusal was recorded less than a window ago.
    assert!(!first(1099));
    assert!(first(1100));
    assert!(!first(1101));
}

pub(super) fn a_changed_limit_applies_to_its_history<E: Engine>() {
    let Subject { store, _folder } = E::ample();
    let admitted = |max, window, now| {
        let limits = [limit(1, max, window)];
        store.admit(&limits, at(now)).unwrap().is_admitted()
    };
    for n in 0..10 {
        assert!(admitted(10, 1000, n * 100));
    }
    assert!(!admitted(10, 1000, 950));
    assert!(
        !admitted(5, 1000, 1400),
        "lowered: five of the ten are still in the window"
    );
    assert!(admitted(5, 1000, 1500));
    assert!(
        admitted(12, 2000, 1500),
        "raised, with a longer window: eleven are in it"
    );
    assert!(!admitted(12, 2000, 1500));
    assert!(admitted(12, 2000, 2000), "the first has left it");
}

pub(super) fn invalid_lists_of_limits_and_invalid_names_are_misuse<E: Engine>() {
    let Subject { store, _folder } = E::ample();
    let many: Vec<_> = (0..17).map(|n| limit(n, 1, 1)).collect();
    let twice = [limit(1, 1, 1), limit(1, 2, 2)];
    for limits in [&[], &many[..], &twice] {
        assert_eq!(store.admit(limits, at(1)), Err(StoreError::Misuse));
    }
    assert!(store.admit(&many[..16], at(1)).unwrap().is_admitted());
    let long = vec![b'n'; MAX_NAME_BYTES + 1];
    for name in [&b""[..], &long] {
        assert_eq!(store.get(name), Err(StoreError::Misuse));
        assert_eq!(store.put(name, b""), Err(StoreError::Misuse));
        assert_eq!(store.replace(name, None, b""), Err(StoreError::Misuse));
        assert_eq!(store.remove(name), Err(StoreError::Misuse));
    }
}
