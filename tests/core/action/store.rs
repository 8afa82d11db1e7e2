//! Signed actions with the embedded store: several processes at once, and restarts.
//!
//! The test [`child`] runs in each child process (see `crate::support::role`).

use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use crate::support::role;

use countersign::action::{
    ActionKey, ActionType, Channel, Domain, KEPT_MS, MAX_RECEIPT_BYTES, ReceivedAction,
    UnsignedAction, finish,
};
use countersign::clock::{Clock as _, SystemClock, Timestamp};
use countersign::keyring::SiteId;
use countersign::reason::Reason;
use countersign::store::{HostIdentity, LmdbStore};

use crate::store::child_process::open_as;

const ACTIONS: u64 = 500;

fn channel() -> Channel {
    let key = ActionKey::hmac(&[b's'; 32]).unwrap();
    Channel::new(Domain::Action, SiteId::new([1; 8]), &[&key]).unwrap()
}

fn open(folder: &Path, boot: &str, now: Timestamp) -> LmdbStore {
    let identity = HostIdentity::new(boot, "machine-1");
    open_as(folder, &identity, now).unwrap()
}

fn sign(id: u64, nonce: u64, issued: Timestamp) -> String {
    let wide = |n: u64| u128::from(n).to_be_bytes();
    channel()
        .sign(&UnsignedAction {
            id: wide(id),
            action_type: ActionType::parse("read_health").unwrap(),
            payload: b"",
            snapshot: None,
            issued,
            lifetime_ms: 300_000,
            nonce: wide(nonce),
        })
        .unwrap()
}

fn receive(store: &LmdbStore, text: &str, now: Timestamp) -> ReceivedAction {
    channel().receive(store, text.as_bytes(), b"", now)
}

fn reason(verdict: ReceivedAction) -> Reason {
    match verdict {
        ReceivedAction::Denied(denial) => denial.reason,
        other => panic!("{other:?}"),
    }
}

/// The test that child processes run. Without a role it does nothing.
#[test]
fn child() {
    let Some(role) = role::current() else {
        return;
    };
    let folder = PathBuf::from(std::env::var_os("COUNTERSIGN_TEST_FOLDER").unwrap());
    let now = std::env::var("COUNTERSIGN_TEST_NOW").unwrap();
    let now = Timestamp::from_millis(now.parse().unwrap());
    let player: u64 = role.parse().unwrap();
    let store = open(&folder, "boot-1", now);
    std::io::stdin().read_exact(&mut [0]).unwrap();
    let mut accepted = 0;
    for id in 0..ACTIONS {
        // Two processes each send the same bytes, and each pair signs the same action again.
        match receive(&store, &sign(id, id * 100 + player / 2, now), now) {
            ReceivedAction::Accepted(message) => {
                accepted += 1;
                assert_eq!(finish(&store, &message, b"done"), Ok(true));
            }
            ReceivedAction::Receipt(_, receipt) => assert_eq!(receipt, b"done"),
            ReceivedAction::Denied(denial) => assert_eq!(denial.reason, Reason::ActionInProgress),
        }
    }
    // The test harness writes to the same pipe, so the parent looks for the line with this mark.
    let mut out = std::io::stdout().lock();
    out.write_all(format!("\n@{accepted}\n").as_bytes())
        .unwrap();
}

#[test]
fn one_of_eight_processes_runs_each_action() {
    let dir = tempfile::tempdir().unwrap();
    let started = SystemClock.now().plus_seconds(3600);
    drop(open(dir.path(), "boot-1", started));
    let now = started.plus_seconds(60);
    let program = std::env::current_exe().unwrap();
    let mut children: Vec<_> = (0..8)
        .map(|player| {
            role::command(&program, module_path!(), "child", &player.to_string())
                .env("COUNTERSIGN_TEST_FOLDER", dir.path())
                .env("COUNTERSIGN_TEST_NOW", now.millis().to_string())
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .spawn()
                .unwrap()
        })
        .collect();
    for child in &mut children {
        child.stdin.as_mut().unwrap().write_all(b"!").unwrap();
    }
    let said: Vec<u64> = children
        .into_iter()
        .map(|child| {
            let output = child.wait_with_output().unwrap();
            assert!(output.status.success());
            let text = String::from_utf8(output.stdout).unwrap();
            let line = text.lines().find_map(|line| line.strip_prefix('@'));
            line.unwrap().parse().unwrap()
        })
        .collect();
    assert_eq!(said.iter().sum::<u64>(), ACTIONS, "{said:?}");
    assert!(
        said.iter().filter(|n| **n > 0).count() > 1,
        "no race: {said:?}"
    );
}

#[test]
fn receipts_survive_the_process_but_not_a_reboot() {
    let dir = tempfile::tempdir().unwrap();
    let started = SystemClock.now().plus_seconds(3600);
    let now = started.plus_seconds(60);
    let text = sign(1, 1, now);
    let receipt = [b'r'; MAX_RECEIPT_BYTES];
    {
        let store = open(dir.path(), "boot-1", started);
        let ReceivedAction::Accepted(message) = receive(&store, &text, now) else {
            panic!()
        };
        assert_eq!(
            reason(receive(&store, &text, now)),
            Reason::ActionInProgress
        );
        assert_eq!(finish(&store, &message, &receipt), Ok(true));
    }
    {
        let store = open(dir.path(), "boot-1", now);
        let later = now.plus_millis(KEPT_MS - 1000);
        for (text, now) in [(&text, now), (&sign(1, 2, later), later)] {
            match receive(&store, text, now) {
                ReceivedAction::Receipt(_, kept) => assert_eq!(kept, receipt),
                other => panic!("{other:?}"),
            }
        }
    }
    // After a reboot the store is reset. Messages that are older than the store are refused as long
    // as their times are valid.
    let dir = tempfile::tempdir().unwrap();
    let reboot = now.plus_seconds(10);
    let message = {
        let store = open(dir.path(), "boot-1", started);
        let ReceivedAction::Accepted(message) = receive(&store, &text, now) else {
            panic!()
        };
        message
    };
    let store = open(dir.path(), "boot-2", reboot);
    assert_eq!(finish(&store, &message, b"done"), Ok(false));
    for second in 0..=331 {
        let now = reboot.plus_seconds(second);
        let expected = if now <= message.expires().plus_millis(30_000) {
            Reason::StoreRestarted
        } else {
            Reason::ActionExpired
        };
        assert_eq!(reason(receive(&store, &text, now)), expected, "{second}");
    }
}
