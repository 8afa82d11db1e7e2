//! Small values and the status of the store.

use super::*;

pub(super) fn values_are_set_replaced_and_removed<E: Engine>() {
    let Subject { store, _folder } = E::ample();
    assert_eq!(store.get(b"a"), Ok(None));
    assert_eq!(store.remove(b"a"), Ok(false));
    assert_eq!(store.replace(b"a", Some(b""), b"1"), Ok(false));
    assert_eq!(store.get(b"a"), Ok(None));
    assert_eq!(store.replace(b"a", None, b"1"), Ok(true));
    assert_eq!(store.replace(b"a", None, b"2"), Ok(false));
    assert_eq!(store.replace(b"a", Some(b"2"), b"3"), Ok(false));
    assert_eq!(store.get(b"a"), Ok(Some(b"1".to_vec())));
    assert_eq!(store.replace(b"a", Some(b"1"), b""), Ok(true));
    assert_eq!(store.get(b"a"), Ok(Some(Vec::new())));
    store.put(b"a", b"4").unwrap();
    store.put(b"a\0", b"5").unwrap();
    assert_eq!(store.get(b"a"), Ok(Some(b"4".to_vec())));
    assert_eq!(store.remove(b"a"), Ok(true));
    assert_eq!(store.get(b"a"), Ok(None));
    assert_eq!(store.get(b"a\0"), Ok(Some(b"5".to_vec())));
}

pub(super) fn concurrent_replacements_lose_no_update<E: Engine>() {
    let Subject { store, _folder } = E::ample();
    store.put(b"n", &0_u64.to_be_bytes()).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let mut done = 0;
                while done < 250 {
                    let old = store.get(b"n").unwrap().unwrap();
                    let count = u64::from_be_bytes(old.as_slice().try_into().unwrap());
                    let new = (count + 1).to_be_bytes();
                    done += u64::from(store.replace(b"n", Some(&old), &new).unwrap());
                }
            });
        }
    });
    assert_eq!(store.get(b"n"), Ok(Some(1000_u64.to_be_bytes().to_vec())));
}

pub(super) fn values_and_their_total_size_are_bounded<E: Engine>() {
    let Subject { store, _folder } = E::ample();
    let (most, more) = (vec![7; MAX_VALUE_BYTES], vec![7; MAX_VALUE_BYTES + 1]);
    let name = [b'n'; MAX_NAME_BYTES];
    store.put(&name, &most).unwrap();
    assert_eq!(store.put(&name, &more), Err(StoreError::Misuse));
    assert_eq!(
        store.replace(&name, Some(&most), &more),
        Err(StoreError::Misuse)
    );
    assert_eq!(store.get(&name), Ok(Some(most)));

    let Subject { store, _folder } = E::small();
    let full = (0..10_000_u32).find_map(|n| store.put(&n.to_be_bytes(), &[1; 100]).err());
    assert_eq!(full, Some(StoreError::Full));
    assert_eq!(store.insert_once(&once(1, 60_000), at(2)), Ok(true));
    assert_eq!(store.remove(&0_u32.to_be_bytes()), Ok(true));
    store.put(&0_u32.to_be_bytes(), &[1; 100]).unwrap();
}

pub(super) fn the_status_reports_the_number_of_records<E: Engine>() {
    let Subject { store, _folder } = E::ample();
    assert_eq!(store.insert_once(&once(1, 60_000), at(2)), Ok(true));
    assert_eq!(store.insert_once(&once(2, 60_000), at(2)), Ok(true));
    assert!(store.admit(&[limit(1, 1, 1)], at(2)).unwrap().is_admitted());
    store.put(b"a", b"").unwrap();
    let status = store.status().unwrap();
    assert_eq!(status.opened_at, at(0));
    assert_eq!((status.seen, status.limits, status.values), (2, 1, 1));
    assert!(["memory", "lmdb", "redis"].contains(&status.engine));
}
