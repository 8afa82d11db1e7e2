//! Databases that go back: at the endpoints, and in a model of client, lossy network, backups and restores.

use std::collections::HashSet;

use super::support::*;
use crate::support::record::{denied, of_moved_site};
use countersign::clock::Timestamp;
use countersign::decision::Decision;
use countersign::oauth::refresh::{
    FamilyState, Position, PresentedToken, Rotation, WINDOW, decide,
};
use countersign::oauth::{OAuthReply, StoredGrant};
use countersign::reason::Reason;
use countersign::record::{FoundRecord, RecordKind};
use countersign::token::{Kind, verify};
use proptest::prelude::*;
use serde_json::{Value, json};

fn connected() -> (Site, OAuthReply) {
    let mut site = Site::new("none");
    let reply = site.exchange(at(0), &code_body(&site.code(at(0)), &[]));
    (site, reply)
}

fn revoking(token: &str) -> [(&str, &str); 2] {
    [("token", token), ("client_id", "csc_one")]
}

/// Asserts that the client keeps its tokens and that nothing was issued.
#[track_caller]
fn unavailable(reply: &OAuthReply, reason: Reason) {
    assert_eq!(reply.status(), 503, "{}", reply.body());
    assert_eq!(member(reply, "error"), "temporarily_unavailable");
    assert_eq!(member(reply, "reason"), reason.code());
    assert_eq!(reply.decision(), Decision::from(reason));
    let wait = ("Retry-After", "60".to_owned());
    assert!(reply.headers().contains(&wait), "{:?}", reply.headers());
    assert!(!reply.body().contains("access_token"));
}

fn change(reply: &OAuthReply) -> Value {
    serde_json::from_str(reply.change().expect("a change")).unwrap()
}

#[test]
fn a_client_goes_on_with_its_token_after_the_database_was_restored() {
    let (mut site, first) = connected();
    let zero = member(&first, "refresh_token");
    let one = member(&site.refresh(at(100), &zero), "refresh_token");
    let backup = site.row.clone();
    let two = member(&site.refresh(at(200), &one), "refresh_token");
    let three = member(&site.refresh(at(300), &two), "refresh_token");
    site.row = backup;

    let behind = site.refresh(at(400), &three);
    unavailable(&behind, Reason::RecordRolledBack);
    assert_eq!(
        change(&behind),
        json!({
            "connection": CONNECTION, "pause": "record_rolled_back", "grant": GRANT,
            "from": {"generation": 1, "branch": 0},
            "to": {"generation": 3, "branch": 0, "rotated_at": T + 400},
        })
    );
    let entry: Value = serde_json::from_str(behind.entry().unwrap()).unwrap();
    assert_eq!(
        (&entry["kind"], &entry["reason"], &entry["target"]),
        (
            &json!("refusal"),
            &json!("record_rolled_back"),
            &json!("connection:7")
        )
    );
    assert_eq!(site.row.connection["state"], "paused");
    assert_eq!(site.row.connection["state_reason"], "record_rolled_back");

    // A person has resumed the connection.
    site.row.connection["state"] = json!("active");
    let next = site.refresh(at(500), &three);
    assert_eq!(next.status(), 200, "{}", next.body());
    assert_eq!(site.row.counters["generation"], 4);
    // The token that was the latest in the backup is dead, as are all older ones.
    let four = member(&next, "refresh_token");
    for old in [&zero, &one] {
        let mut fork = Site::new("none");
        fork.row = site.row.clone();
        let reply = fork.refresh(at(501), old);
        refused(&reply, "invalid_grant", Reason::RefreshReused);
    }
    assert_eq!(site.refresh(at(600), &four).status(), 200);
}

/// According to the database, the code was not used yet.
#[test]
fn a_refresh_token_of_an_unused_code_pauses_the_connection() {
    let mut site = Site::new("none");
    let backup = site.row.clone();
    let reply = site.exchange(at(0), &code_body(&site.code(at(0)), &[]));
    let token = member(&reply, "refresh_token");
    site.row = backup;
    let behind = site.refresh(at(1), &token);
    unavailable(&behind, Reason::RecordRolledBack);
    assert_eq!(
        change(&behind)["to"],
        json!({"generation": 0, "branch": 0, "rotated_at": T + 1})
    );
    assert_eq!(site.refresh(at(2), &token).status(), 200);
}

/// A token that was replaced before the backup is as old as ever.
#[test]
fn a_token_that_was_replaced_before_the_backup_is_still_misuse() {
    let (mut site, first) = connected();
    let zero = member(&first, "refresh_token");
    let one = member(&site.refresh(at(100), &zero), "refresh_token");
    let two = member(&site.refresh(at(200), &one), "refresh_token");
    let backup = site.row.clone();
    site.refresh(at(300), &two);
    site.row = backup;
    let reused = site.refresh(at(400), &zero);
    refused(&reused, "invalid_grant", Reason::RefreshReused);
    assert_eq!(site.row.connection["state"], "revoked");
}

#[test]
fn revoking_a_token_that_is_ahead_pauses_first_and_revokes_at_the_second_request() {
    let (mut site, first) = connected();
    let backup = site.row.clone();
    let token = member(
        &site.refresh(at(100), &member(&first, "refresh_token")),
        "refresh_token",
    );
    site.row = backup;
    let behind = site.revoke(at(200), &revoking(&token));
    unavailable(&behind, Reason::RecordRolledBack);
    assert_eq!(change(&behind)["to"]["generation"], 1);
    site.apply(&behind);
    let again = site.revoke(at(201), &revoking(&token));
    assert_eq!(again.status(), 200);
    assert_eq!(
        change(&again),
        json!({"connection": CONNECTION, "revoke": "client"})
    );
}

#[test]
fn revoking_an_access_token_of_a_later_epoch_raises_the_epoch_first() {
    let mut site = Site::new("none");
    site.row.connection["epoch"] = json!(5);
    let reply = site.exchange(at(0), &code_body(&site.code(at(0)), &[]));
    let access = member(&reply, "access_token");
    site.row.connection["epoch"] = json!(3);
    let behind = site.revoke(at(1), &revoking(&access));
    unavailable(&behind, Reason::RecordRolledBack);
    assert_eq!(
        change(&behind),
        json!({"connection": CONNECTION, "pause": "record_rolled_back", "raise_epoch": 5})
    );
    site.apply(&behind);
    let again = site.revoke(at(2), &revoking(&access));
    assert_eq!(
        change(&again),
        json!({"connection": CONNECTION, "epoch": 5, "revoke_tokens": true})
    );
}

#[test]
fn tokens_have_the_epoch_of_the_connection_and_of_the_site() {
    let site = Site::new("none");
    let body = code_body(&site.code(at(0)), &[]);
    let request = site.token(at(1), &body, b"").unwrap();
    let good = site.row.open();
    let connection = crate::support::record::genuine_at(
        40,
        RecordKind::Connection,
        CONNECTION,
        &site.row.connection,
    );
    let stored = StoredGrant {
        connection: FoundRecord::Genuine(&connection),
        ..good.stored()
    };
    let reply = site.redeem_with(at(1), &request, stored).unwrap();
    let access = member(&reply, "access_token");
    let claims = verify(&site.keyring, Kind::Access, access.as_bytes(), at(1)).unwrap();
    assert_eq!(claims.epoch, 43);
    // Revoking it changes the record of the connection, which does not know the epoch of the site.
    let request = site.revocation(at(1), &revoking(&access)).ok().unwrap();
    let reply = request.decide(sender(&site.store, at(1)), stored).unwrap();
    assert_eq!(change(&reply)["epoch"], 3);
}

/// What a client is told if a record cannot be used: connect again, or try again later with the same token.
#[test]
fn records_that_cannot_be_used_end_tokens_or_wait() {
    let (site, first) = connected();
    let token = member(&first, "refresh_token");
    let body = form(&[
        ("grant_type", "refresh_token"),
        ("client_id", "csc_one"),
        ("refresh_token", &token),
    ]);
    let good = site.row.open();
    let moved_grant = of_moved_site(RecordKind::Grant, GRANT, &site.row.grant);
    let moved = of_moved_site(RecordKind::Connection, CONNECTION, &site.row.connection);
    let later = [
        (denied(Reason::RecordRolledBack), Reason::RecordRolledBack),
        (denied(Reason::RecordUnsealed), Reason::RecordUnsealed),
        (denied(Reason::RecordMissing), Reason::RecordMissing),
        (denied(Reason::WitnessUnusable), Reason::WitnessUnusable),
        (FoundRecord::Genuine(&moved), Reason::SiteMoved),
    ];
    let ended = [Reason::RecordForged, Reason::KeysChanged].map(|reason| (denied(reason), reason));
    for (place, found, reason, waits) in later
        .iter()
        .map(|(found, reason)| (*found, *reason, true))
        .chain(ended.iter().map(|(found, reason)| (*found, *reason, false)))
        .flat_map(|(found, reason, waits)| {
            [
                ("grant", found, reason, waits),
                ("connection", found, reason, waits),
            ]
        })
    {
        let mut stored = good.stored();
        match (place, reason) {
            ("connection", _) => stored.connection = found,
            (_, Reason::SiteMoved) => stored.grant = FoundRecord::Genuine(&moved_grant),
            _ => stored.grant = found,
        }
        let site = Site {
            row: site.row.clone(),
            ..Site::new("none")
        };
        let request = site.token(at(1), &body, b"").unwrap();
        for attempt in 0..100 {
            let reply = site.redeem_with(at(1), &request, stored).unwrap();
            assert_eq!(reply.change(), None);
            if waits {
                // Not counted as failures, and recorded once a minute.
                if reply.status() == 503 {
                    unavailable(&reply, reason);
                } else {
                    assert_eq!((reply.status(), place), (429, "connection"), "{attempt}");
                }
                assert_eq!(reply.entry().is_some(), attempt == 0, "{place} {reason}");
            } else if attempt == 0 {
                refused(&reply, "invalid_grant", reason);
            }
        }
        let request = site.revocation(at(70), &revoking(&token)).ok().unwrap();
        let reply = request.decide(sender(&site.store, at(70)), stored).unwrap();
        assert_eq!(reply.change(), None, "{place} {reason}");
        assert_eq!(
            reply.status(),
            if waits { 503 } else { 200 },
            "{place} {reason}"
        );
    }
}

#[test]
fn a_stored_client_that_cannot_be_used_is_unknown_or_waits() {
    let site = Site::new("none");
    let body = code_body(&site.code(at(0)), &[]);
    let moved = of_moved_site(RecordKind::Client, 5, &site.client);
    for (client, reason, waits) in [
        (denied(Reason::RecordForged), Reason::RecordForged, false),
        (denied(Reason::KeysChanged), Reason::KeysChanged, false),
        (
            denied(Reason::RecordRolledBack),
            Reason::RecordRolledBack,
            true,
        ),
        (FoundRecord::Genuine(&moved), Reason::SiteMoved, true),
    ] {
        let token = |body: &str| {
            let sender = sender(&site.store, at(1));
            let asked =
                site.server
                    .token(&site.keyring, sender, body.as_bytes(), b"", client, None);
            *asked.err().unwrap()
        };
        let reply = token(&body);
        if waits {
            unavailable(&reply, reason);
        } else {
            refused(&reply, "invalid_client", reason);
        }
    }
}

/// What a lone client, the network and the host of the site do.
#[derive(Clone, Copy, Debug)]
enum Act {
    /// One refresh whose response arrives.
    Refresh,
    /// One refresh whose response is lost.
    Lose,
    /// Two refreshes at once. The second response arrives; the first one may be lost.
    Twice { first_lost: bool },
    /// Another backup of the database.
    Backup,
    /// The database is restored from a backup, which takes a second at least.
    Restore(usize),
}

const MOST_BACKUPS: usize = 3;

/// The state of server, client and backups. Times are seconds from now into the past, so that sequences that lead to the
/// same state are examined once.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
struct World {
    now: u64,
    state: FamilyState,
    client: PresentedToken,
    backups: Vec<FamilyState>,
}

impl World {
    const EPOCH: u64 = 1_800_000_000;

    fn new() -> Self {
        let begin = Timestamp::from_seconds(Self::EPOCH);
        Self {
            now: 0,
            state: FamilyState {
                latest: Position::FIRST,
                rotated_at: begin,
            },
            client: PresentedToken {
                position: Position::FIRST,
                issued: begin,
            },
            backups: Vec::new(),
        }
    }

    /// Returns the token that the client gets, if any. A person resumes a paused connection at once.
    fn present(&mut self) -> Option<PresentedToken> {
        let now = Timestamp::from_seconds(Self::EPOCH + self.now);
        match decide(self.state, self.client, now) {
            Rotation::Advance(state) | Rotation::Repeat(state) => {
                self.state = state;
                Some(PresentedToken {
                    position: state.latest,
                    issued: state.rotated_at,
                })
            }
            Rotation::CatchUp(state) => {
                self.state = state;
                None
            }
            Rotation::Revoke => panic!("a lone client was revoked: {self:?}"),
        }
    }

    /// Makes a step, if it is possible.
    fn step(&mut self, wait: u64, act: Act) -> bool {
        self.now += wait;
        match act {
            Act::Refresh => self.client = self.present().unwrap_or(self.client),
            Act::Lose => {
                self.present();
            }
            Act::Twice { first_lost } => {
                let first = self.present();
                let second = self.present();
                let first = first.filter(|_| !first_lost);
                self.client = second.or(first).unwrap_or(self.client);
            }
            Act::Backup if self.backups.len() < MOST_BACKUPS => self.backups.push(self.state),
            Act::Restore(number) if number < self.backups.len() => {
                self.now += 1;
                self.state = self.backups[number];
            }
            Act::Backup | Act::Restore(_) => return false,
        }
        true
    }

    /// Moves all times so that now is 0 again, which changes no decision.
    fn normal(mut self) -> Self {
        let shift = self.now;
        let back = |time: &mut Timestamp| *time = Timestamp::from_seconds(time.seconds() - shift);
        back(&mut self.state.rotated_at);
        back(&mut self.client.issued);
        for backup in &mut self.backups {
            back(&mut backup.rotated_at);
        }
        self.now = 0;
        self
    }
}

const ACTS: [Act; 8] = [
    Act::Refresh,
    Act::Lose,
    Act::Twice { first_lost: false },
    Act::Twice { first_lost: true },
    Act::Backup,
    Act::Restore(0),
    Act::Restore(1),
    Act::Restore(2),
];
const WAITS: [u64; 3] = [0, WINDOW, WINDOW + 1];

/// Every sequence of six steps.
#[test]
fn a_lone_client_is_never_revoked_whatever_is_restored() {
    let mut seen = HashSet::from([World::new()]);
    let mut edge = vec![World::new()];
    for _ in 0..6 {
        let mut next_edge = Vec::new();
        for world in &edge {
            for wait in WAITS {
                for act in ACTS {
                    let mut next = world.clone();
                    if next.step(wait, act) {
                        let next = next.normal();
                        if seen.insert(next.clone()) {
                            next_edge.push(next);
                        }
                    }
                }
            }
        }
        edge = next_edge;
    }
    assert!(seen.len() > 10_000, "{}", seen.len());
}

fn acts() -> impl Strategy<Value = Vec<(u64, Act)>> {
    let wait = prop::sample::select(vec![0, 1, 30, WINDOW, WINDOW + 1, 5000]);
    prop::collection::vec((wait, prop::sample::select(ACTS.to_vec())), 1..60)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn a_lone_client_is_never_revoked_in_long_sequences(acts in acts()) {
        let mut world = World::new();
        for (wait, act) in acts {
            world.step(wait, act);
        }
        // It gets a token in the end: at once, or after a person has resumed its connection.
        let got = world.present().or_else(|| world.present());
        prop_assert!(got.is_some());
    }

    /// After the database has caught up with the newest token, tokens that were replaced before the one that the newest
    /// follows from get nothing.
    #[test]
    fn older_tokens_are_dead_after_the_family_has_caught_up(acts in acts(), late in 0_u64..200) {
        let mut world = World::new();
        let mut held = vec![world.client];
        for (wait, act) in acts {
            world.step(wait, act);
            held.push(world.client);
        }
        let now = Timestamp::from_seconds(World::EPOCH + world.now);
        if let Rotation::CatchUp(state) = decide(world.state, world.client, now) {
            for old in held {
                let follows = old.position.generation + 1 >= state.latest.generation;
                let later = now.plus_seconds(late);
                prop_assert!(
                    follows || decide(state, old, later) == Rotation::Revoke,
                    "{old:?} {state:?}"
                );
            }
        }
    }
}
