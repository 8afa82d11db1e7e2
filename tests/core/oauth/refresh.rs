//! Model checking of the refresh rule: every sequence of steps of a client, a thief and a network that
//! loses responses, to a fixed depth. A further test lets many workers refresh at once with a conditional
//! update.

use std::collections::HashSet;

use countersign::clock::Timestamp;
use countersign::oauth::refresh::{
    FamilyState, Position, PresentedToken, Rotation, WINDOW, decide,
};

/// The number of steps of one sequence.
const DEPTH: usize = 9;
/// The time before a step: inside of the window, at its limit, and outside.
const WAITS: [u64; 4] = [0, 30, WINDOW, WINDOW + 1];

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Who {
    Client,
    Thief,
}

#[derive(Clone, Copy, Debug)]
enum Act {
    /// One refresh whose response arrives.
    Refresh(Who),
    /// One refresh whose response is lost.
    Lose(Who),
    /// The client refreshes from two processes at once. The second response arrives; the first one may be lost.
    Twice { first_lost: bool },
    /// The thief copies the token of the client, once.
    Steal,
}

const ACTS: [Act; 7] = [
    Act::Refresh(Who::Client),
    Act::Lose(Who::Client),
    Act::Twice { first_lost: false },
    Act::Twice { first_lost: true },
    Act::Steal,
    Act::Refresh(Who::Thief),
    Act::Lose(Who::Thief),
];

/// The result of a refresh in the model.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Answer {
    Token(Position),
    /// A token on a new branch, because the presented one came late.
    Branch(Position),
    Revoked,
}

/// The state of the server and the tokens of client and thief. Times count from the last rotation, so that
/// sequences that lead to the same state are examined once.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
struct World {
    latest: Position,
    /// Seconds since the rotation. All times outside of the window are equal.
    age: u64,
    revoked: bool,
    client: Position,
    thief: Option<Position>,
    /// The holders that received late responses since both last held the same token. Consecutive responses
    /// of the same holder count once.
    late: Vec<Who>,
    /// Whether a response was ever lost.
    lost: bool,
    /// The number of late responses, including lost ones.
    branches: u8,
}

impl World {
    fn new() -> Self {
        Self {
            latest: Position::FIRST,
            age: 0,
            revoked: false,
            client: Position::FIRST,
            thief: None,
            late: Vec::new(),
            lost: false,
            branches: 0,
        }
    }

    fn wait(&mut self, seconds: u64) {
        self.age = (self.age + seconds).min(WINDOW + 1);
    }

    fn present(&mut self, token: Position) -> Answer {
        if self.revoked {
            return Answer::Revoked;
        }
        let rotated_at = Timestamp::from_seconds(1_800_000_000);
        let state = FamilyState {
            latest: self.latest,
            rotated_at,
        };
        // Without a restored database, no token is issued after the last rotation.
        let token = PresentedToken {
            position: token,
            issued: rotated_at,
        };
        match decide(state, token, rotated_at.plus_seconds(self.age)) {
            Rotation::Advance(to) => {
                let late = token.position != self.latest;
                self.latest = to.latest;
                self.age = 0;
                if late {
                    self.branches = self.branches.saturating_add(1).min(3);
                    Answer::Branch(to.latest)
                } else {
                    Answer::Token(to.latest)
                }
            }
            Rotation::Repeat(same) => {
                assert_eq!(same.latest, self.latest);
                Answer::Token(same.latest)
            }
            Rotation::CatchUp(_) => panic!("the database never goes back here: {self:?}"),
            Rotation::Revoke => {
                self.revoked = true;
                Answer::Revoked
            }
        }
    }

    fn held(&self, who: Who) -> Option<Position> {
        match who {
            Who::Client => Some(self.client),
            Who::Thief => self.thief,
        }
    }

    fn receive(&mut self, who: Who, answer: Answer) {
        let token = match answer {
            Answer::Token(token) => token,
            Answer::Branch(token) => {
                if self.late.last() != Some(&who) {
                    self.late.push(who);
                }
                token
            }
            Answer::Revoked => return,
        };
        match who {
            Who::Client => self.client = token,
            Who::Thief => self.thief = Some(token),
        }
    }

    /// Returns the state after `act`; `None` if it is not possible.
    fn after(&self, act: Act) -> Option<Self> {
        let mut next = self.clone();
        match act {
            Act::Refresh(who) => {
                let answer = next.present(self.held(who)?);
                next.receive(who, answer);
            }
            Act::Lose(who) => {
                next.present(self.held(who)?);
                next.lost = true;
            }
            Act::Twice { first_lost } => {
                let token = self.held(Who::Client)?;
                let first = next.present(token);
                let second = next.present(token);
                if first_lost {
                    next.lost = true;
                } else {
                    next.receive(Who::Client, first);
                }
                next.receive(Who::Client, second);
            }
            Act::Steal if self.thief.is_none() => next.thief = Some(self.client),
            Act::Steal => return None,
        }
        if next.thief == Some(next.client) {
            next.late.clear();
        }
        Some(next)
    }
}

/// Visits every state that can be reached with `acts`, each once. Returns their number.
fn walk(acts: &[Act], mut look: impl FnMut(&World, Act, &World)) -> usize {
    let mut seen = HashSet::from([World::new()]);
    let mut edge = vec![World::new()];
    for _ in 0..DEPTH {
        let mut next_edge = Vec::new();
        for world in &edge {
            for wait in WAITS {
                for act in acts {
                    let mut later = world.clone();
                    later.wait(wait);
                    let Some(next) = later.after(*act) else {
                        continue;
                    };
                    look(&later, *act, &next);
                    if !next.revoked && seen.insert(next.clone()) {
                        next_edge.push(next);
                    }
                }
            }
        }
        edge = next_edge;
    }
    seen.len()
}

#[test]
fn a_lone_honest_client_is_never_revoked() {
    let acts: Vec<Act> = ACTS
        .into_iter()
        .filter(|act| {
            !matches!(
                act,
                Act::Steal | Act::Refresh(Who::Thief) | Act::Lose(Who::Thief)
            )
        })
        .collect();
    let worlds = walk(&acts, |before, act, after| {
        assert!(!after.revoked, "{before:?} {act:?}");
    });
    assert!(worlds > 1000, "{worlds}");
}

#[test]
fn a_parallel_holder_is_detected_at_the_second_late_refresh() {
    let mut detected = 0;
    let worlds = walk(&ACTS, |before, act, after| {
        if after.revoked {
            assert!(before.thief.is_some(), "{before:?} {act:?}");
            detected += 1;
            return;
        }
        // If no response was lost, the second refresh outside of the window fails.
        if !after.lost {
            assert!(after.branches <= 1, "{before:?} {act:?}");
        }
        // If responses were lost, a late holder may refresh late again while it has no newer token,
        // but not after the other holder has refreshed late.
        assert!(after.late.len() <= 2, "{before:?} {act:?}");
    });
    assert!(worlds > 1000 && detected > 1000, "{worlds} {detected}");
}

/// A late refresh starts a branch, after which the token of the other holder is no longer valid.
#[test]
fn a_branch_invalidates_the_other_tokens_of_its_generation() {
    walk(&ACTS, |_, _, after| {
        if after.revoked {
            return;
        }
        for who in [Who::Client, Who::Thief] {
            let Some(held) = after.held(who) else {
                continue;
            };
            let replaced = held.generation == after.latest.generation && held != after.latest;
            let mut next = after.clone();
            if replaced {
                assert_eq!(next.present(held), Answer::Revoked, "{after:?} {who:?}");
            }
        }
    });
}

/// 32 workers use the same token with one stored row, in arbitrary order. Each makes one conditional update
/// and decides again if another worker was first. All requests are made within 2.8 s, either all inside or all
/// outside the window. The documentation of the module describes the case in between.
#[test]
fn parallel_refreshes_get_one_successor() {
    let begin = Timestamp::from_seconds(1_800_000_000);
    for (token, generation, waited) in [(0, 0, 5000), (0, 1, 0), (0, 1, WINDOW - 3), (0, 1, 5000)] {
        let mut row = FamilyState {
            latest: Position {
                generation,
                branch: 0,
            },
            rotated_at: begin,
        };
        let presented = PresentedToken {
            position: Position {
                generation: token,
                branch: 0,
            },
            issued: begin,
        };
        let now = begin.plus_seconds(waited);
        // The worst order: all workers read before any of them writes.
        let read = [row; 32];
        let mut successors = HashSet::new();
        let mut updates = 0;
        for (worker, mut seen) in read.into_iter().enumerate() {
            let now = now.plus_millis(worker as u64 * 90);
            let state = loop {
                match decide(seen, presented, now) {
                    Rotation::Repeat(state) => break state,
                    Rotation::Advance(state) if row.latest == seen.latest => {
                        row = state;
                        updates += 1;
                        break state;
                    }
                    Rotation::Advance(_) => seen = row,
                    other => panic!("worker {worker}: {other:?}"),
                }
            };
            successors.insert(state);
        }
        assert_eq!(successors, HashSet::from([row]));
        assert!(updates <= 1);
    }
}
