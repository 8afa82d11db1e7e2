//! Every store between real processes: races and kills.

use super::child_process::{Player, base, eight, insert, open_place, pair, sum};
use countersign::clock::{SKEW_MS, Timestamp};
use countersign::store::MemoryStore;

/// Where a store is, and what must live as long.
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
    of_eight_processes_exactly_one_is_first
    of_eight_processes_one_has_both_of_two_things
    eight_processes_keep_one_limit
    three_hundred_kills_lose_nothing_acknowledged
}

/// A store at the place, started so long before the moment given that any engine takes what is issued.
fn started(place: &Place) -> Timestamp {
    let start = base();
    drop(open_place(&place.place, start).unwrap());
    start.plus_millis(SKEW_MS + 1)
}

fn of_eight_processes_exactly_one_is_first(place: &Place) {
    let now = started(place);
    let said = eight("race", &place.place, now);
    assert_eq!(sum(&said), 3000, "{said:?}");
    assert!(
        said.iter().filter(|n| *n != "0").count() > 1,
        "no race: {said:?}"
    );
}

fn of_eight_processes_one_has_both_of_two_things(place: &Place) {
    let now = started(place);
    let said = eight("pairs", &place.place, now);
    assert_eq!(sum(&said), 2000, "{said:?}");
    assert!(
        said.iter().filter(|n| *n != "0").count() > 1,
        "no race: {said:?}"
    );
    // Whoever was not first recorded nothing.
    let store = open_place(&place.place, now).unwrap();
    assert_eq!(store.status().unwrap().seen, 4000);
}

/// The memory of one process: its promise holds between threads.
#[test]
fn of_eight_threads_exactly_one_is_first() {
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

fn eight_processes_keep_one_limit(place: &Place) {
    let now = started(place);
    let said = eight("limit", &place.place, now);
    assert_eq!(sum(&said), 60, "{said:?}");
}

fn three_hundred_kills_lose_nothing_acknowledged(place: &Place) {
    let now = started(place);
    let opened = open_place(&place.place, now).unwrap();
    let mut next = 0_u64;
    for round in 0..300_u64 {
        let mut player = Player::start("write", &place.place, now, next);
        // Killed while it writes on: after a few, a different number each time.
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
        // One more pair may have been written and not told: as it was, it stays, and whole.
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
