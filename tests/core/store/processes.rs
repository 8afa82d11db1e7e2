//! Every engine with real processes: races and kills.

use super::child_process::{Player, base, eight, insert, open_place, pair, sum};
use countersign::clock::{SKEW_MS, Timestamp};
use countersign::store::MemoryStore;

/// The place of a store, and the folder or server that must exist as long.
struct Place {
    place: String,
    _kept: Box<dyn std::any::Any>,
}

fn folder() -> Place {
    let dir = tempfile::tempdir().unwrap();
    Place {
        place: dir.path().to_str().unwrap().to_owned(),
        _kept: Box::new(dir),
    }
}

#[cfg(feature = "redis")]
fn server() -> Place {
    let server = super::redis_server::Server::start(&[]);
    Place {
        place: server.url(),
        _kept: Box::new(server),
    }
}

macro_rules! processes {
    ($($test:ident)*) => {
        mod lmdb { $(#[test] fn $test() { super::$test(&super::folder()); })* }
        #[cfg(feature = "redis")]
        mod redis { $(#[test] fn $test() { super::$test(&super::server()); })* }
    };
}

processes! {
    exactly_one_of_eight_processes_uses_an_item
    exactly_one_of_eight_processes_uses_two_items_together
    eight_processes_share_one_limit
    three_hundred_kills_lose_no_acknowledged_record
}

/// Starts a store at the place and returns a moment at which every engine accepts new items.
fn started(place: &Place) -> Timestamp {
    let start = base();
    drop(open_place(&place.place, start).unwrap());
    start.plus_millis(SKEW_MS + 1)
}

fn exactly_one_of_eight_processes_uses_an_item(place: &Place) {
    let now = started(place);
    let said = eight("race", &place.place, now);
    assert_eq!(sum(&said), 3000, "{said:?}");
    assert!(
        said.iter().filter(|n| *n != "0").count() > 1,
        "no race: {said:?}"
    );
}

fn exactly_one_of_eight_processes_uses_two_items_together(place: &Place) {
    let now = started(place);
    let said = eight("pairs", &place.place, now);
    assert_eq!(sum(&said), 2000, "{said:?}");
    assert!(
        said.iter().filter(|n| *n != "0").count() > 1,
        "no race: {said:?}"
    );
    // The processes that were not first recorded nothing.
    let store = open_place(&place.place, now).unwrap();
    assert_eq!(store.status().unwrap().seen, 4000);
}

/// The store in memory can be shared only by threads.
#[test]
fn exactly_one_of_eight_threads_uses_an_item() {
    let start = base();
    let now = start.plus_millis(1);
    let store = MemoryStore::new(start);
    let race = || {
        (0..3000)
            .filter(|n| insert(&store, *n, now).unwrap())
            .count()
    };
    let firsts: usize = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(race)).collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .sum()
    });
    assert_eq!(firsts, 3000);
}

fn eight_processes_share_one_limit(place: &Place) {
    let now = started(place);
    let said = eight("limit", &place.place, now);
    assert_eq!(sum(&said), 60, "{said:?}");
}

fn three_hundred_kills_lose_no_acknowledged_record(place: &Place) {
    let now = started(place);
    let opened = open_place(&place.place, now).unwrap();
    let mut next = 0_u64;
    for round in 0..300_u64 {
        let mut player = Player::start("write", &place.place, now, next);
        // The child is killed while it writes, after a number of records that varies.
        for _ in 0..=round % 7 {
            assert_eq!(player.hear(), Some(next.to_string()));
            next += 1;
        }
        player.child.kill().unwrap();
        player.child.wait().unwrap();
        while let Some(said) = player.hear() {
            assert_eq!(said, next.to_string());
            next += 1;
        }
        // One more pair may have been written but not reported. Either both of its records exist or none.
        let [one, other] = pair(next, now).map(|once| opened.insert_once(&once, now).unwrap());
        assert_eq!(one, other, "half of {next}");
        next += 1;
    }
    for n in 0..next {
        for once in pair(n, now) {
            let again = opened.insert_once(&once, now);
            assert_eq!(again, Ok(false), "{n} of {next} was lost");
        }
    }
    drop(opened);
    let again = open_place(&place.place, now).unwrap();
    assert_eq!(insert(&*again, next - 1, now), Ok(false));
}
