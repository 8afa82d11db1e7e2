//! The vectors in `tests/vectors/audit`, which implementations in other languages run too. The tests generate them and
//! compare them with the files. `COUNTERSIGN_BLESS=1` writes the files, so that a changed format is visible in review.

use countersign::audit::append::{Head, append, append_with_texts};
use countersign::audit::checkpoint::{Checkpoint, origin};
use countersign::audit::draft::Draft;
use countersign::audit::entry::Summary;
use countersign::audit::note::{VerifierKey, open, sign};
use countersign::audit::tree::{Hash, leaf_hash, root_of_leaves};
use countersign::audit::verify::{Columns, LogVerifier, StoredRow};
use countersign::bytes::{from_hex, hex};
use countersign::clock::Timestamp;
use countersign::secret::Secret;
use ed25519_dalek::SigningKey;
use serde_json::{Value, json};

use crate::support::vectors::{Vectors, same_as_files};

const SITE: [u8; 8] = [0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77];
const SEED: [u8; 32] = [0x42; 32];

/// Compares `made` with the file `name`, or writes the file if `COUNTERSIGN_BLESS` is set.
fn golden(name: &str, made: &Value) {
    let path = format!("{}/tests/vectors/audit/{name}", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("COUNTERSIGN_BLESS").is_some() {
        std::fs::write(&path, serde_json::to_string_pretty(made).unwrap() + "\n").unwrap();
    }
    let there: Option<Value> = std::fs::read(&path)
        .ok()
        .and_then(|there| serde_json::from_slice(&there).ok());
    assert!(
        there.as_ref() == Some(made),
        "{name} differs from the generated file: COUNTERSIGN_BLESS=1 writes it"
    );
}

fn hashes(list: &[Hash]) -> Vec<String> {
    list.iter().map(|hash| hex(hash)).collect()
}

#[test]
fn tree() {
    let bodies: Vec<String> = (0..13).map(|n| format!("entry {n}")).collect();
    let leaves: Vec<Hash> = bodies
        .iter()
        .map(|body| leaf_hash(body.as_bytes()))
        .collect();
    let roots: Vec<Hash> = (0..=leaves.len())
        .map(|size| root_of_leaves(&leaves[..size]))
        .collect();
    golden(
        "tree.json",
        &json!({
            "about": "RFC 6962: leaf hash of each body, root of the first n bodies for n from 0; proofs are in proof/",
            "bodies": bodies, "leaves": hashes(&leaves), "roots": hashes(&roots),
        }),
    );
}

/// Returns drafts that use every field, and drafts with text that is cleaned.
fn drafts() -> Vec<Value> {
    let token = "csat_AbCdEfGhIjKlMnOpQrStUvWxYz0123456789";
    vec![
        json!({ "kind": "system", "actor": { "kind": "system" }, "action": "start" }),
        json!({ "kind": "intent", "actor": { "kind": "agent", "connection": 1, "user": 7, "client": "Example \"Agent\" é日🎉", "ip": "2001:db8::1" },
            "action": "update_post", "target": "post:12", "change": { "title": "sha256:00", "a": { "z": [1, -2, true, null], "b": {} } },
            "approval": "confirmed", "correlation": "00112233445566778899aabbccddeeff" }),
        json!({ "kind": "outcome", "actor": { "kind": "agent", "connection": 1, "user": 7 }, "action": "update_post", "target": "post:12",
            "outcome": "ok", "correlation": "00112233445566778899aabbccddeeff", "ref": 1 }),
        json!({ "kind": "refusal", "actor": { "kind": "anonymous", "ip": "192.0.2.1" }, "action": "tools/call", "outcome": "denied", "reason": "token_forged" }),
        json!({ "kind": "refusal", "actor": { "kind": "agent", "client": format!("x {token} y") }, "action": "a\u{0}b\u{202e}c\u{200b}d",
            "target": format!("Bearer {token}"), "outcome": "denied",
            "change": { "cs\u{200b}rt_AbCdEfGhIjKlMnOpQrSt": 1, "jwt": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl", "deep": [[{ "k": token }]] } }),
        json!({ "kind": "setting", "actor": { "kind": "admin", "user": 1 }, "action": "x".repeat(97), "target": "é".repeat(192),
            "change": { "long": "日".repeat(513) } }),
        json!({ "kind": "kill_switch", "actor": { "kind": "admin", "user": 1 }, "action": "kill_switch.on",
            "change": (0..30).map(|n| (format!("k{n:02}"), Value::from("y".repeat(400)))).collect::<serde_json::Map<_, _>>() }),
    ]
}

struct Log {
    rows: Vec<countersign::audit::append::EntryRow>,
    /// The heads: that of the empty log, and that after each entry.
    heads: Vec<Head>,
}

fn log() -> Log {
    let (mut rows, mut heads) = (Vec::new(), vec![Head::default()]);
    for (n, draft) in drafts().iter().enumerate() {
        let draft = Draft::from_json(&draft.to_string()).unwrap();
        let now = Timestamp::from_millis(1_700_000_000_000 + n as u64 * 250);
        let appended = append(heads.last().unwrap(), &[draft], SITE, now).unwrap();
        rows.extend(appended.rows);
        heads.push(appended.head);
    }
    Log { rows, heads }
}

#[test]
fn entries() {
    let log = log();
    let cases: Vec<Value> = drafts()
        .into_iter()
        .zip(&log.rows)
        .zip(log.heads.iter().skip(1))
        .map(|((draft, row), head)| {
            json!({
                "draft": draft, "seq": row.seq, "time": row.summary.time, "body": String::from_utf8(row.body.clone()).unwrap(),
                "columns": row.summary, "leaf": hex(&row.leaf),
                "head": { "size": head.size(), "frontier": hex(&head.frontier()), "root": hex(head.root()) },
            })
        })
        .collect();
    golden(
        "entries.json",
        &json!({
            "about": "What each draft becomes: exact bytes (UTF-8), columns, leaf hash, and the head row after it",
            "site": hex(&SITE), "entries": cases,
        }),
    );
}

/// What drafts with texts become. Salts come from the seed, so that other languages can compute the same bytes.
#[test]
fn texts() {
    let token = "csat_AbCdEfGhIjKlMnOpQrStUvWxYz0123456789";
    let seed = [0x5a; 32];
    let drafts = [
        json!({ "kind": "intent", "actor": { "kind": "agent", "connection": 1, "ip": "2001:db8::1" }, "action": "create_draft",
            "change": { "arguments": { "sticky": true } },
            "texts": { "change.arguments.title": "Über \"uns\" 🎉", "change.arguments.tags": ["a", "b"], "change.arguments.content": "x".repeat(300) } }),
        json!({ "kind": "outcome", "actor": { "kind": "agent", "connection": 1, "ip": "192.0.2.1" }, "action": "update_content", "outcome": "ok",
            "texts": { "change.fields.title": { "from": format!("old {token}"), "to": "new\u{202e}\n" }, "change.fields.meta": { "from": {}, "to": { "password": "hunter2" } } } }),
        json!({ "kind": "system", "actor": { "kind": "system" }, "action": "start" }),
    ];
    let parsed: Vec<Draft> = drafts
        .iter()
        .map(|draft| Draft::from_json(&draft.to_string()).unwrap())
        .collect();
    let now = Timestamp::from_millis(1_700_000_000_000);
    let made = append_with_texts(&Head::default(), &parsed, SITE, now, &Secret::new(seed)).unwrap();
    let cases: Vec<Value> = drafts
        .iter()
        .zip(&made.rows)
        .map(|(draft, row)| {
            let texts: Vec<Value> = row
                .texts
                .iter()
                .map(|text| json!({ "path": text.path, "salt": hex(&text.salt), "value": text.value }))
                .collect();
            json!({ "draft": draft, "seq": row.seq, "body": String::from_utf8(row.body.clone()).unwrap(), "leaf": hex(&row.leaf), "texts": texts })
        })
        .collect();
    golden(
        "texts.json",
        &json!({
            "about": "What drafts with texts become: the bytes of each entry with its commitments, and the texts beside it",
            "site": hex(&SITE), "seed": hex(&seed), "time": now, "entries": cases,
        }),
    );
}

fn checkpoint(head: &Head, seed: [u8; 32]) -> String {
    let checkpoint = Checkpoint {
        origin: origin("shop.example", SITE).unwrap(),
        size: head.size(),
        root: *head.root(),
    };
    checkpoint.sign(&SigningKey::from_bytes(&seed)).unwrap()
}

fn verifier_key() -> VerifierKey {
    let key = SigningKey::from_bytes(&SEED).verifying_key();
    VerifierKey::new(&origin("shop.example", SITE).unwrap(), key).unwrap()
}

#[test]
fn checkpoints() {
    let log = log();
    let (key, origin) = (verifier_key(), origin("shop.example", SITE).unwrap());
    let good = checkpoint(&log.heads[5], SEED);
    let foreign = checkpoint(&log.heads[5], [0x43; 32]);
    let resigned = |text: &str| sign(text, &origin, &SigningKey::from_bytes(&SEED)).unwrap();
    let text = open(&good, std::slice::from_ref(&key)).unwrap();
    let notes = [
        ("valid", "as_it_is", good.clone()),
        ("valid", "of_the_empty_log", checkpoint(&log.heads[0], SEED)),
        (
            "valid",
            "with_the_signature_of_a_witness",
            format!("{good}{}\n", foreign.lines().last().unwrap()),
        ),
        ("invalid", "size_changed", good.replace("\n5\n", "\n6\n")),
        ("invalid", "by_another_key", foreign),
        ("invalid", "no_signature", text.to_owned()),
        ("invalid", "signature_cut", good.trim_end().to_owned()),
        ("invalid", "carriage_returns", good.replace('\n', "\r\n")),
        (
            "invalid",
            "leading_zero",
            resigned(&text.replace("\n5\n", "\n05\n")),
        ),
        (
            "invalid",
            "extension_line",
            resigned(&format!("{text}more\n")),
        ),
        (
            "invalid",
            "another_log",
            resigned(&text.replace("shop", "other")),
        ),
    ];
    for folder in ["valid", "invalid"] {
        let made: Vectors = notes
            .iter()
            .filter(|note| note.0 == folder)
            .map(|(_, name, note)| {
                let opened = Checkpoint::open(note, std::slice::from_ref(&key), &origin);
                assert_eq!(opened.is_ok(), folder == "valid", "{name}");
                let vector = json!({
                    "verifier_key": key.to_string(), "origin": origin, "note": note,
                    "size": opened.as_ref().ok().map(|checkpoint| checkpoint.size),
                    "root": opened.as_ref().ok().map(|checkpoint| hex(&checkpoint.root)),
                    "error": opened.err().map(|error| format!("{error:?}")),
                });
                ((*name).to_owned(), vector)
            })
            .collect();
        same_as_files(&format!("checkpoint/{folder}"), &made);
    }
}

#[test]
fn logs() {
    let log = log();
    let rows: Vec<Value> = log
        .rows
        .iter()
        .map(|row| json!({ "seq": row.seq, "leaf": hex(&row.leaf), "body": String::from_utf8(row.body.clone()).unwrap(), "columns": row.summary }))
        .collect();
    let mark = json!({ "size": 7, "root": hex(log.heads[7].root()) });
    let base = json!({ "rows": rows, "head": 7, "marks": [mark], "checkpoints": [checkpoint(&log.heads[4], SEED)] });
    type Change = fn(&mut Value);
    let cases: [(&str, Change); 9] = [
        ("untouched", |_| ()),
        ("body changed", |l| {
            l["rows"][2]["body"] = l["rows"][2]["body"]
                .as_str()
                .unwrap()
                .replace("\"ok\"", "\"failed\"")
                .into()
        }),
        ("column changed", |l| {
            l["rows"][3]["columns"]["reason"] = Value::Null
        }),
        ("row removed", |l| {
            l["rows"].as_array_mut().unwrap().remove(3);
        }),
        ("rows exchanged", |l| {
            l["rows"].as_array_mut().unwrap().swap(3, 5)
        }),
        ("row doubled", |l| {
            let row = l["rows"][4].clone();
            l["rows"].as_array_mut().unwrap().insert(4, row);
        }),
        ("tail cut", |l| {
            l["rows"].as_array_mut().unwrap().pop();
            l["head"] = 6.into();
        }),
        ("another root outside", |l| {
            l["marks"][0]["root"] = "00".repeat(32).into()
        }),
        ("head set back", |l| l["head"] = 5.into()),
    ];
    let cases: Vec<Value> = cases
        .into_iter()
        .map(|(name, change)| {
            let mut made = base.clone();
            change(&mut made);
            let expected = verify(&made, &log.heads);
            json!({ "name": name, "log": made, "expected": expected })
        })
        .collect();
    let heads: Vec<Value> = log
        .heads
        .iter()
        .map(|head| json!({ "frontier": hex(&head.frontier()), "root": hex(head.root()) }))
        .collect();
    golden(
        "logs.json",
        &json!({
            "about": "Logs and their verdicts. head is an index into heads, which is also its size; marks are roots kept outside",
            "site": hex(&SITE), "verifier_key": verifier_key().to_string(), "origin": origin("shop.example", SITE).unwrap(),
            "heads": heads, "cases": cases,
        }),
    );
}

fn verify(log: &Value, heads: &[Head]) -> Value {
    let mut verifier = LogVerifier::new(SITE);
    for note in log["checkpoints"].as_array().unwrap() {
        let origin = origin("shop.example", SITE).unwrap();
        verifier
            .expect_checkpoint(note.as_str().unwrap(), &[verifier_key()], &origin, None)
            .unwrap();
    }
    for mark in log["marks"].as_array().unwrap() {
        let root: Hash = from_hex(mark["root"].as_str().unwrap()).unwrap();
        verifier
            .expect_root(mark["size"].as_u64().unwrap(), root)
            .unwrap();
    }
    for row in log["rows"].as_array().unwrap() {
        let leaf: Hash = from_hex(row["leaf"].as_str().unwrap()).unwrap();
        let columns: Option<Summary> = serde_json::from_value(row["columns"].clone()).ok();
        verifier.feed(&StoredRow {
            seq: row["seq"].as_u64().unwrap(),
            leaf: &leaf,
            body: row["body"].as_str().unwrap().as_bytes(),
            columns: columns.as_ref().map_or(Columns::Unreadable, Columns::Read),
        });
    }
    let head = &heads[usize::try_from(log["head"].as_u64().unwrap()).unwrap()];
    let report = verifier.finish(Some(head));
    json!({ "verdict": report.verdict, "first_bad": report.first_bad, "until": report.until, "vouched": report.vouched })
}
