//! Upload sessions from their link to their end: which requests are accepted, whatever the database says.

use std::sync::Arc;

use countersign::clock::Timestamp;
use countersign::decision::{Decision, Denial};
use countersign::entropy::CountingEntropy;
use countersign::keyring::{Keyring, SiteId};
use countersign::limit::CallLimit;
use countersign::reason::Reason;
use countersign::record::{FoundRecord, Record, RecordKind};
use countersign::store::{MemoryStore, Store};
use countersign::token::{self, Kind, NewToken};
use countersign::upload::{
    MAX_OPEN, NewSession, SessionState, UploadMisuse, UploadSession, UploadSessions, UploadTerms,
};
use serde_json::json;

use crate::support::record;

const START: Timestamp = Timestamp::from_seconds(1_800_000_000);
const IP: &str = "192.0.2.1";
const FAILURES: CallLimit = CallLimit { max: 3, window: 60 };
const TERMS: &str =
    r#"{"files":2,"bytes":1000,"types":["image/png"],"title":"Photos","note":"Please"}"#;

struct Portal {
    sessions: UploadSessions,
    keyring: Arc<Keyring>,
    entropy: CountingEntropy,
    now: Timestamp,
}

impl Portal {
    fn new() -> Self {
        Self::on(Arc::new(MemoryStore::new(START)))
    }

    fn on(store: Arc<dyn Store>) -> Self {
        let keyring = Arc::new(Keyring::open(SiteId::new([1; 8]), &[b'k'; 64], &[]).unwrap());
        Self {
            sessions: UploadSessions::new(Arc::clone(&keyring), store),
            keyring,
            entropy: CountingEntropy::default(),
            now: START.plus_seconds(60),
        }
    }

    fn issue(&self, connection: FoundRecord<'_>, open: u64) -> Result<NewSession, Denial> {
        let terms = UploadTerms::parse(TERMS).unwrap();
        let from = (&self.entropy as _, self.now);
        self.sessions
            .issue(from, (connection, false), &terms, 3600, open)
            .unwrap()
    }

    fn made(&self) -> NewSession {
        let record = connection("active", 2);
        self.issue(FoundRecord::Genuine(&record), 0).ok().unwrap()
    }

    fn open(&self, session: &NewSession, record: &Record) -> Result<UploadSession, Denial> {
        self.open_with(session, Some(&session.terms), FoundRecord::Genuine(record))
    }

    fn open_with(
        &self,
        session: &NewSession,
        terms: Option<&str>,
        connection: FoundRecord<'_>,
    ) -> Result<UploadSession, Denial> {
        let link = self
            .sessions
            .verify(session.token.as_bytes(), IP, FAILURES, self.now)?;
        assert_eq!((link.id(), link.connection()), (session.id.clone(), 7));
        self.sessions
            .open(&link, terms, connection, false, self.now)
            .unwrap()
    }

    fn state(&self, session: &NewSession, taken: u64) -> SessionState {
        let NewSession {
            id,
            issued,
            expires,
            ..
        } = session;
        self.sessions
            .state(id, *issued, *expires, (taken, 2), self.now)
            .unwrap()
    }

    fn close(&self, session: &NewSession) {
        let NewSession {
            id,
            issued,
            expires,
            ..
        } = session;
        self.sessions
            .close(id, *issued, *expires, self.now)
            .unwrap();
    }
}

fn connection(state: &str, epoch: u64) -> Record {
    connection_of(7, state, epoch, &["read", "upload_portal"])
}

fn connection_of(id: u64, state: &str, epoch: u64, groups: &[&str]) -> Record {
    let data = json!({ "state": state, "epoch": epoch, "groups": groups });
    record::genuine(RecordKind::Connection, id, &data)
}

fn reason<T>(result: Result<T, Denial>) -> Reason {
    result.err().unwrap().reason
}

#[test]
fn a_session_opens_with_its_link_and_its_terms() {
    let portal = Portal::new();
    let made = portal.made();
    assert!(made.token.starts_with("csup_"));
    let session = portal.open(&made, &connection("active", 2)).ok().unwrap();
    assert_eq!(
        (session.terms().files(), session.terms().bytes()),
        (2, 1000)
    );
    assert_eq!(portal.state(&made, 0), SessionState::Open);
    assert_eq!(portal.state(&made, 2), SessionState::Full);
    let hidden = session.may_change(r#""none""#).unwrap();
    assert!(hidden.is_allowed());
    let visible = session.may_change(r#""unknown""#).unwrap();
    assert_eq!(visible, Reason::WriteRefused.into());
    assert_eq!(session.may_change("{}"), Err(UploadMisuse::Target));
}

#[test]
fn terms_that_were_changed_in_the_database_open_nothing() {
    let portal = Portal::new();
    let made = portal.made();
    let record = connection("active", 2);
    for changed in [
        made.terms.replace("\"files\":2", "\"files\":50"),
        made.terms.replace("image/png", "text/html"),
        made.terms.replace("Please", "Send your password"),
        format!("{} ", made.terms),
        String::new(),
    ] {
        let opened = portal.open_with(&made, Some(&changed), FoundRecord::Genuine(&record));
        assert_eq!(reason(opened), Reason::UploadSessionUnknown, "{changed}");
    }
    let missing = portal.open_with(&made, None, FoundRecord::Genuine(&record));
    assert_eq!(reason(missing), Reason::UploadSessionUnknown);
    // The terms of another session of the same connection.
    let other = portal.issue(FoundRecord::Genuine(&record), 1).ok().unwrap();
    assert_ne!(other.id, made.id);
    assert!(portal.open(&other, &record).is_ok());
}

#[test]
fn a_closed_session_stays_closed_whatever_the_database_says() {
    let portal = Portal::new();
    let (made, other) = (portal.made(), portal.made());
    let record = connection("active", 2);
    let opened = portal.open(&made, &record).ok().unwrap();
    portal.close(&made);
    portal.close(&made);
    // The row is as it was before: the mark lies outside the database.
    assert_eq!(
        reason(portal.open(&made, &record)),
        Reason::UploadSessionClosed
    );
    assert_eq!(portal.state(&made, 0), SessionState::Closed);
    let found = FoundRecord::Genuine(&record);
    let now = opened.may_go_on(found, false, portal.now).unwrap();
    assert_eq!(
        now,
        Reason::UploadSessionClosed.into(),
        "in the middle of an upload"
    );
    assert!(portal.open(&other, &record).is_ok());
}

#[test]
fn a_store_that_was_reset_ends_all_sessions() {
    let portal = Portal::new();
    let made = portal.made();
    let mut reset = Portal::on(Arc::new(MemoryStore::new(portal.now.plus_seconds(1))));
    reset.now = portal.now.plus_seconds(100);
    let opened = reset.open(&made, &connection("active", 2));
    assert_eq!(reason(opened), Reason::StoreRestarted);
    assert_eq!(reset.state(&made, 0), SessionState::Closed);
}

#[test]
fn a_session_ends_and_waits_with_its_connection() {
    let portal = Portal::new();
    let made = portal.made();
    for (record, expected) in [
        (connection("paused", 2), Reason::ConnectionPaused),
        (connection("revoked", 2), Reason::ConnectionRevoked),
        (connection("active", 3), Reason::TokenRevoked),
        (connection("active", 1), Reason::RecordRolledBack),
        (
            connection_of(7, "active", 2, &["read"]),
            Reason::ToolOutsideGroups,
        ),
    ] {
        assert_eq!(reason(portal.open(&made, &record)), expected);
    }
    let missing = portal.open_with(&made, Some(&made.terms), FoundRecord::Missing);
    assert_eq!(reason(missing), Reason::ConnectionUnknown);
    let forged = portal.open_with(
        &made,
        Some(&made.terms),
        record::denied(Reason::RecordForged),
    );
    assert_eq!(reason(forged), Reason::RecordForged);
    let record = connection("active", 2);
    let session = portal.open(&made, &record).ok().unwrap();
    let stopped = session.may_go_on(FoundRecord::Genuine(&record), true, portal.now);
    assert_eq!(stopped, Ok(Reason::KillSwitch.into()));
    let paused = connection("paused", 2);
    let now = session.may_go_on(FoundRecord::Genuine(&paused), false, portal.now);
    assert_eq!(now, Ok(Reason::ConnectionPaused.into()));
    let other = connection_of(8, "active", 2, &["upload_portal"]);
    let now = session.may_go_on(FoundRecord::Genuine(&other), false, portal.now);
    assert_eq!(now, Err(UploadMisuse::Connection));
    let fine = session.may_go_on(FoundRecord::Genuine(&record), false, portal.now);
    assert_eq!(fine, Ok(Decision::Allow));
}

#[test]
fn an_expired_link_is_told_from_one_that_was_guessed() {
    let mut portal = Portal::new();
    let made = portal.made();
    let verify = |portal: &Portal, text: &str, ip: &str| {
        portal
            .sessions
            .verify(text.as_bytes(), ip, FAILURES, portal.now)
            .map(|link| link.id())
    };
    let access = token::issue(
        &portal.keyring,
        &NewToken {
            kind: Kind::Access,
            subject: 7,
            epoch: 2,
            binding: [0; 32],
            lifetime: 3600,
            id: [1; 12],
            issued: portal.now,
        },
    );
    let forged = made.token.replace('A', "B");
    for text in [&access, &forged, ""] {
        let refused = verify(&portal, text, IP);
        assert_eq!(reason(refused), Reason::UploadSessionUnknown);
    }
    // The failures of the address are counted, and a genuine link works nevertheless.
    let fourth = verify(&portal, "csup_x", IP).err().unwrap();
    assert_eq!(fourth.reason, Reason::RateLimitedIp);
    assert!(fourth.retry_after.is_some());
    let first = |ip| {
        let unknown = Reason::UploadSessionUnknown;
        portal.sessions.is_first_refusal(unknown, ip, portal.now)
    };
    assert_eq!(
        (first(IP), first(IP), first("192.0.2.9")),
        (true, false, true)
    );
    assert_eq!(
        reason(verify(&portal, "csup_x", "192.0.2.2")),
        Reason::UploadSessionUnknown
    );
    assert_eq!(verify(&portal, &made.token, IP), Ok(made.id.clone()));
    portal.now = portal.now.plus_seconds(3600);
    assert_eq!(
        reason(verify(&portal, &made.token, IP)),
        Reason::UploadSessionExpired
    );
    assert_eq!(portal.state(&made, 0), SessionState::Expired);
}

#[test]
fn requests_to_a_session_are_limited_for_each_address_and_in_all() {
    let portal = Portal::new();
    let made = portal.made();
    let record = connection("active", 2);
    let open = |ip: &str| {
        let link = portal
            .sessions
            .verify(made.token.as_bytes(), ip, FAILURES, portal.now)
            .unwrap();
        let found = FoundRecord::Genuine(&record);
        portal
            .sessions
            .open(&link, Some(&made.terms), found, false, portal.now)
            .unwrap()
            .map(|_| ())
    };
    for _ in 0..240 {
        assert!(open(IP).is_ok());
    }
    let refused = open(IP).err().unwrap();
    assert_eq!(refused.reason, Reason::RateLimited);
    assert!(refused.retry_after.is_some());
    for _ in 0..10 {
        assert!(open("192.0.2.2").is_ok());
    }
    assert_eq!(reason(open("192.0.2.3")), Reason::RateLimited);
}

#[test]
fn only_an_active_connection_with_the_group_makes_sessions_and_not_too_many() {
    let portal = Portal::new();
    for (record, expected) in [
        (connection("paused", 2), Reason::ConnectionPaused),
        (connection("revoked", 2), Reason::ConnectionRevoked),
        (
            connection_of(7, "active", 2, &["read", "media_manage"]),
            Reason::ToolOutsideGroups,
        ),
    ] {
        assert_eq!(
            reason(portal.issue(FoundRecord::Genuine(&record), 0)),
            expected
        );
    }
    assert_eq!(
        reason(portal.issue(FoundRecord::Missing, 0)),
        Reason::ConnectionUnknown
    );
    let record = connection("active", 2);
    let found = FoundRecord::Genuine(&record);
    assert!(portal.issue(found, MAX_OPEN - 1).is_ok());
    assert_eq!(
        reason(portal.issue(found, MAX_OPEN)),
        Reason::UploadSessionsMany
    );
    let terms = UploadTerms::parse(TERMS).unwrap();
    let from = || (&portal.entropy as _, portal.now);
    let stopped = portal.sessions.issue(from(), (found, true), &terms, 300, 0);
    assert_eq!(reason(stopped.unwrap()), Reason::KillSwitch);
    for seconds in [0, 299, 604_801] {
        let refused = portal
            .sessions
            .issue(from(), (found, false), &terms, seconds, 0);
        assert_eq!(refused.err(), Some(UploadMisuse::Terms));
    }
}
