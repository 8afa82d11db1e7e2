//! Exports, and every way of tampering with one that came to mind: `tests/vectors/audit/file`, a file for each, with
//! the verdict and place it must get. Other languages run the same files. `COUNTERSIGN_BLESS=1` writes them.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

mod audit_support;

use audit_support::{
    EPOCH, SITE, START, Site, checkpoint, draft, expectations, first_key, key, log_origin,
    pruned_site, site, usual, write,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use countersign::audit::append::Head;
use countersign::audit::file::{Expectations, FileReport, MAX_LINE, Remark, verify};
use countersign::audit::note::{VerifierKey, sign};
use countersign::audit::tree::{Hash, leaf_hash};
use countersign::audit::verify::Verdict;
use countersign::bytes::{hex, sha256};
use countersign::clock::Timestamp;
use ed25519_dalek::SigningKey;
use serde_json::{Value, json};

fn check(file: &[u8], expected: &Expectations) -> FileReport {
    let whole = verify(file, expected, &mut |_| ()).unwrap();
    // In chunks of a few bytes the result is the same.
    let mut verifier = countersign::audit::file::FileVerifier::new(expected);
    file.chunks(7).for_each(|chunk| verifier.push(chunk));
    assert_eq!(verifier.finish(), whole);
    whole
}

/// A file as lines, without their newlines.
#[derive(Clone)]
struct Lines(Vec<Vec<u8>>);

impl Lines {
    fn of(file: &[u8]) -> Self {
        let mut lines: Vec<Vec<u8>> = file
            .split(|byte| *byte == b'\n')
            .map(<[u8]>::to_vec)
            .collect();
        assert_eq!(lines.pop(), Some(Vec::new()));
        Self(lines)
    }

    fn find(&self, start: &str) -> usize {
        self.nth(start, 0)
    }

    fn nth(&self, start: &str, nth: usize) -> usize {
        let at = |line: &Vec<u8>| line.starts_with(start.as_bytes());
        self.0
            .iter()
            .enumerate()
            .filter(|(_, line)| at(line))
            .nth(nth)
            .unwrap()
            .0
    }

    fn entry(&self, seq: u64) -> usize {
        self.find(&format!("{{\"v\":1,\"seq\":{seq},"))
    }

    fn replace(&mut self, line: usize, from: &str, to: &str) {
        let text = String::from_utf8(self.0[line].clone()).unwrap();
        assert!(text.contains(from), "{text}");
        self.0[line] = text.replacen(from, to, 1).into_bytes();
    }

    /// As somebody would who knows the format: the hash over the frame is made to fit again.
    fn reframed(mut self) -> Self {
        let mut frame = Vec::new();
        let (end, lines) = self.0.split_last_mut().unwrap();
        let mut entries = 0;
        for line in lines.iter() {
            if line.starts_with(b"{\"v\":") {
                entries += 1;
            } else {
                frame.extend_from_slice(line);
                frame.push(b'\n');
            }
        }
        let mut value: Value = serde_json::from_slice(end).unwrap();
        value["frame"] = hex(&sha256(&frame)).into();
        *end = format!(
            r#"{{"end":{},"entries":{entries},"frame":{},"note":{}}}"#,
            value["end"], value["frame"], value["note"]
        )
        .into_bytes();
        self
    }

    fn file(&self) -> Vec<u8> {
        self.0
            .iter()
            .flat_map(|line| [line.as_slice(), b"\n"].concat())
            .collect()
    }
}

#[derive(Default, Clone, Copy)]
struct Known {
    /// Which verifier key: 0 the site's, 1 another's, 2 none.
    key: u8,
    /// No sealing key.
    unsealed: bool,
    /// The size of a root kept outside, of the log as it was.
    root: Option<u64>,
    /// Milliseconds.
    taken: Option<u64>,
}

struct Case {
    name: &'static str,
    about: &'static str,
    file: Vec<u8>,
    known: Known,
    verdict: Verdict,
    first_bad: Option<u64>,
}

const SIZE: u64 = 20;

fn key_for(known: Known) -> Vec<VerifierKey> {
    let named = |key: &SigningKey| VerifierKey::new(&log_origin(), key.verifying_key()).unwrap();
    match known.key {
        0 => vec![named(&key())],
        1 => vec![named(&SigningKey::from_bytes(&[2; 32]))],
        _ => Vec::new(),
    }
}

fn expect(known: Known, site: &Site) -> Expectations {
    Expectations {
        keys: key_for(known),
        roots: known
            .root
            .map(|size| (size, *site.heads[size as usize].root()))
            .into_iter()
            .collect(),
        seal: (!known.unsealed).then(first_key),
        taken: known.taken.map(Timestamp::from_millis),
    }
}

/// The leaf hash in a `leaves` line exchanged.
fn with_leaf(lines: &mut Lines, seq: u64, leaf: Hash) {
    for line in &mut lines.0 {
        let Ok(value) = serde_json::from_slice::<Value>(line) else {
            continue;
        };
        let Some(from) = value["leaves"].as_u64() else {
            continue;
        };
        let mut bytes = STANDARD.decode(value["hashes"].as_str().unwrap()).unwrap();
        if (from..from + bytes.len() as u64 / 32).contains(&seq) {
            let at = (seq - from) as usize * 32;
            bytes[at..at + 32].copy_from_slice(&leaf);
            *line = format!(
                r#"{{"leaves":{from},"hashes":"{}"}}"#,
                STANDARD.encode(bytes)
            )
            .into_bytes();
            return;
        }
    }
    panic!("no leaf {seq}");
}

/// History written anew from entry `seq` on, with every hash and head; checkpoints as they were.
fn rewritten(seq: u64, size: u64) -> Site {
    let drafts = (0..size)
        .map(|n| draft(if n == seq { 999 } else { n }))
        .collect();
    let honest = site(SIZE);
    let mut made = write(drafts, usual);
    made.notes = honest
        .notes
        .into_iter()
        .filter(|(at, _)| *at <= size)
        .collect();
    made.seals = honest
        .seals
        .into_iter()
        .filter(|seal| seal.size <= size)
        .collect();
    made
}

fn cases() -> Vec<Case> {
    let honest = site(SIZE);
    let file = honest.export();
    let lines = Lines::of(&file);
    let mut cases: Vec<Case> = Vec::new();
    let plain = Known::default();
    let mut add = |name, about, file: Vec<u8>, known, verdict, first_bad| {
        cases.push(Case {
            name,
            about,
            file,
            known,
            verdict,
            first_bad,
        });
    };
    let changed = |change: &dyn Fn(&mut Lines)| {
        let mut lines = lines.clone();
        change(&mut lines);
        lines
    };
    use Verdict as V;

    // Sound
    add(
        "small",
        "three entries, for changing every byte",
        site(3).export(),
        plain,
        V::Ok,
        None,
    );
    add(
        "whole",
        "a sealed log with two checkpoints",
        file.clone(),
        plain,
        V::Ok,
        None,
    );
    add(
        "whole_with_root",
        "the same, with a root kept outside",
        file.clone(),
        Known {
            root: Some(17),
            ..plain
        },
        V::Ok,
        None,
    );
    add(
        "whole_unknown",
        "the same, nothing known",
        file.clone(),
        Known {
            key: 2,
            unsealed: true,
            ..plain
        },
        V::Ok,
        None,
    );
    add(
        "range",
        "entries 6 to 12",
        honest.export_of(6..13, None, &|_| true),
        plain,
        V::Ok,
        None,
    );
    add(
        "filtered",
        "every third entry",
        honest.export_of(0..SIZE, Some("connection 0"), &|seq| seq % 3 == 0),
        plain,
        V::Ok,
        None,
    );
    let pruned = pruned_site(SIZE, 12);
    add(
        "pruned",
        "bodies before 12 pruned, leaf hashes kept",
        pruned.export(),
        plain,
        V::Ok,
        None,
    );
    add(
        "pruned_subtrees",
        "the same, only subtree hashes kept",
        pruned.export_of_subtrees(),
        plain,
        V::Ok,
        None,
    );
    add(
        "empty",
        "a log without entries",
        site(0).export(),
        plain,
        V::Ok,
        None,
    );

    // Entries
    let edited = |lines: &mut Lines| {
        let at = lines.entry(7);
        lines.replace(at, "post:7", "post:8");
    };
    add(
        "edited",
        "an entry changed",
        changed(&edited).file(),
        plain,
        V::EntryModified,
        Some(7),
    );
    let relabelled = changed(&|lines| {
        edited(lines);
        let leaf = leaf_hash(&lines.0[lines.entry(7)]);
        with_leaf(lines, 7, leaf);
    })
    .reframed();
    add(
        "edited_with_hash",
        "an entry and its recorded hash changed",
        relabelled.file(),
        plain,
        V::SealInvalid,
        Some(9),
    );
    add(
        "edited_with_hash_unsealed",
        "the same, without a sealing key: the checkpoint",
        {
            let mut lines = relabelled.clone();
            lines.0.retain(|line| !line.starts_with(b"{\"seal\""));
            lines.reframed().file()
        },
        Known {
            unsealed: true,
            ..plain
        },
        V::Fork,
        Some(5),
    );
    add(
        "edited_time",
        "the time of an entry changed",
        changed(&|lines| {
            let at = lines.entry(2);
            lines.replace(at, "1800000014000", "1800000014001");
        })
        .file(),
        plain,
        V::EntryModified,
        Some(2),
    );
    add(
        "edited_seq",
        "an entry says another place",
        changed(&|lines| {
            let at = lines.entry(6);
            lines.replace(at, "\"seq\":6", "\"seq\":8");
        })
        .file(),
        plain,
        V::Inserted,
        Some(6),
    );
    add(
        "removed",
        "an entry removed",
        changed(&|lines| {
            let at = lines.entry(7);
            lines.0.remove(at);
        })
        .file(),
        plain,
        V::MissingRange,
        Some(7),
    );
    add(
        "removed_first",
        "the first entry removed",
        changed(&|lines| {
            let at = lines.entry(0);
            lines.0.remove(at);
        })
        .file(),
        plain,
        V::MissingRange,
        Some(0),
    );
    add(
        "removed_last",
        "the last entry removed",
        changed(&|lines| {
            let at = lines.entry(19);
            lines.0.remove(at);
        })
        .file(),
        plain,
        V::MissingRange,
        Some(19),
    );
    add(
        "removed_with_hash",
        "a stretch removed with its hashes",
        changed(&|lines| {
            let (from, to) = (lines.entry(5), lines.find("{\"leaves\":5"));
            lines.0.drain(from..=to);
        })
        .reframed()
        .file(),
        plain,
        V::MissingRange,
        Some(5),
    );
    add(
        "swapped",
        "two neighbours exchanged",
        changed(&|lines| {
            let at = lines.entry(6);
            lines.0.swap(at, at + 1);
        })
        .file(),
        plain,
        V::Inserted,
        Some(6),
    );
    add(
        "moved",
        "an entry moved to the front",
        changed(&|lines| {
            let (at, to) = (lines.entry(8), lines.entry(5));
            let line = lines.0.remove(at);
            lines.0.insert(to, line);
        })
        .file(),
        plain,
        V::Inserted,
        Some(5),
    );
    add(
        "doubled",
        "an entry twice",
        changed(&|lines| {
            let at = lines.entry(3);
            let line = lines.0[at].clone();
            lines.0.insert(at, line);
        })
        .file(),
        plain,
        V::Inserted,
        Some(3),
    );
    add(
        "inserted",
        "a line that is no entry put in",
        changed(&|lines| {
            let at = lines.entry(3);
            lines.0.insert(at, b"{\"v\":1}".to_vec());
        })
        .file(),
        plain,
        V::Inserted,
        Some(3),
    );
    add(
        "inserted_entry",
        "an entry made for the place put in before it",
        changed(&|lines| {
            let at = lines.entry(3);
            let line = draft(77)
                .body(3, Timestamp::from_millis(usual(3)), SITE)
                .unwrap();
            lines.0.insert(at, line);
        })
        .file(),
        plain,
        V::EntryModified,
        Some(3),
    );
    add(
        "foreign_site",
        "an entry of another site in place of one",
        changed(&|lines| {
            let at = lines.entry(4);
            lines.0[at] = draft(4)
                .body(4, Timestamp::from_millis(usual(4)), [1; 8])
                .unwrap();
        })
        .file(),
        plain,
        V::Inserted,
        Some(4),
    );
    add(
        "not_json",
        "an entry's first byte changed",
        changed(&|lines| {
            let at = lines.entry(4);
            lines.replace(at, "{", "[");
        })
        .file(),
        plain,
        V::EntryModified,
        Some(4),
    );
    add(
        "nul",
        "a NUL in an entry",
        changed(&|lines| {
            let at = lines.entry(4);
            lines.replace(at, "post:4", "post:4\0");
        })
        .file(),
        plain,
        V::EntryModified,
        Some(4),
    );
    add(
        "not_utf8",
        "a byte that is not UTF-8",
        changed(&|lines| {
            let at = lines.entry(4);
            lines.0[at][80] = 0xff;
        })
        .file(),
        plain,
        V::EntryModified,
        Some(4),
    );
    add(
        "spaces",
        "white space in an entry, which means the same",
        changed(&|lines| {
            let at = lines.entry(4);
            lines.replace(at, "\"v\":1,", "\"v\":1, ");
        })
        .file(),
        plain,
        V::EntryModified,
        Some(4),
    );

    // The whole
    add(
        "cut",
        "the file ends after entry 9",
        changed(&|lines| {
            let at = lines.entry(10);
            lines.0.truncate(at);
        })
        .file(),
        plain,
        V::TruncatedTail,
        Some(10),
    );
    add(
        "cut_line",
        "the last line cut in the middle",
        file[..file.len() - 30].to_vec(),
        plain,
        V::TruncatedTail,
        Some(20),
    );
    add(
        "cut_newline",
        "the last newline cut",
        file[..file.len() - 1].to_vec(),
        plain,
        V::TruncatedTail,
        Some(20),
    );
    add(
        "cut_end",
        "the last line removed",
        changed(&|lines| drop(lines.0.pop())).file(),
        plain,
        V::TruncatedTail,
        Some(20),
    );
    let mut shorter = site(SIZE);
    shorter.rows.truncate(12);
    shorter.heads.truncate(13);
    shorter.notes.truncate(1);
    shorter.seals.retain(|seal| seal.size <= 12);
    add(
        "cut_log",
        "a shorter log, with head and all, against a known root",
        shorter.export(),
        Known {
            root: Some(17),
            ..plain
        },
        V::TruncatedTail,
        Some(12),
    );
    add(
        "cut_log_seals",
        "the same, against the moment it was taken",
        shorter.export(),
        Known {
            taken: Some(START + 200_000),
            ..plain
        },
        V::SealGap,
        None,
    );
    add(
        "rewritten",
        "history written anew with all hashes, old checkpoints kept",
        rewritten(7, SIZE).export(),
        Known {
            unsealed: true,
            ..plain
        },
        V::SealInvalid,
        Some(9),
    );
    add(
        "rewritten_early",
        "the same from before the first checkpoint",
        {
            let mut site = rewritten(2, SIZE);
            site.seals.clear();
            site.export()
        },
        Known {
            unsealed: true,
            ..plain
        },
        V::Fork,
        Some(0),
    );
    add(
        "rewritten_with_key",
        "history written anew by who holds the key, against a root kept outside",
        {
            let mut site = rewritten(7, SIZE);
            site.sign(&[5, SIZE], &key());
            site.seals.clear();
            site.export()
        },
        Known {
            unsealed: true,
            root: Some(17),
            ..plain
        },
        V::Fork,
        Some(5),
    );
    add(
        "rewritten_with_key_sealed",
        "the same, against the sealing key: the past cannot be sealed again",
        {
            let mut site = rewritten(7, SIZE);
            site.sign(&[5, SIZE], &key());
            site.export()
        },
        plain,
        V::SealInvalid,
        Some(9),
    );
    add(
        "wrong_key",
        "verified with another key",
        file.clone(),
        Known { key: 1, ..plain },
        V::UnknownKey,
        Some(5),
    );
    add(
        "nothing",
        "an empty file",
        Vec::new(),
        plain,
        V::TruncatedTail,
        Some(0),
    );
    add(
        "foreign",
        "a file of something else",
        b"{\"hello\":1}\n".to_vec(),
        plain,
        V::FileMalformed,
        None,
    );

    // Header and end
    let header = |from: &str, to: &str| {
        changed(&|lines| lines.replace(0, from, to))
            .reframed()
            .file()
    };
    add(
        "header_size",
        "the header says one entry more",
        header("\"size\":20", "\"size\":21"),
        plain,
        V::TruncatedTail,
        Some(20),
    );
    add(
        "header_until",
        "the header says another range",
        header("\"until\":20", "\"until\":19"),
        plain,
        V::HeaderMismatch,
        Some(19),
    );
    add(
        "header_root",
        "the header says another root",
        header("\"root\":\"", "\"root\":\"0").replace_hash(),
        plain,
        V::HeaderMismatch,
        None,
    );
    add(
        "header_origin",
        "the header names another host",
        header("shop.example", "shap.example"),
        plain,
        V::SealInvalid,
        Some(9),
    );
    add(
        "header_site",
        "the header names another site",
        header("5a5a5a5a5a5a5a5a\",\"from", "5a5a5a5a5a5a5a5b\",\"from"),
        plain,
        V::Inserted,
        Some(0),
    );
    add(
        "header_filter",
        "the header says the entries were picked",
        header("\"filter\":null", "\"filter\":\"all\""),
        plain,
        V::HeaderMismatch,
        None,
    );
    add(
        "header_version",
        "the header says another version",
        header("audit\":1", "audit\":2"),
        plain,
        V::FileMalformed,
        None,
    );
    add(
        "header_order",
        "the header's keys in another order",
        header("{\"countersign_audit\":1,", "{")
            .replace_all("\"root\"", "\"countersign_audit\":1,\"root\""),
        plain,
        V::FileMalformed,
        None,
    );
    add(
        "header_twice",
        "the header twice",
        changed(&|lines| {
            let line = lines.0[0].clone();
            lines.0.insert(0, line);
        })
        .file(),
        plain,
        V::Inserted,
        Some(0),
    );
    add(
        "filter_hides",
        "an entry left out where everything was asked for",
        {
            let lines = Lines::of(&honest.export_of(0..SIZE, Some("x"), &|seq| seq != 7));
            let mut lines = lines;
            lines.replace(0, "\"filter\":\"x\"", "\"filter\":null");
            lines.reframed().file()
        },
        plain,
        V::HeaderMismatch,
        Some(7),
    );
    add(
        "end_count",
        "the last line counts one entry more",
        changed(&|lines| {
            let at = lines.find("{\"end\"");
            lines.replace(at, "\"entries\":20", "\"entries\":21");
        })
        .file(),
        plain,
        V::HeaderMismatch,
        None,
    );
    add(
        "end_frame",
        "the hash over the frame changed",
        changed(&|lines| {
            let at = lines.find("{\"end\"");
            let text = String::from_utf8(lines.0[at].clone()).unwrap();
            let frame = serde_json::from_str::<Value>(&text).unwrap()["frame"]
                .as_str()
                .unwrap()
                .to_owned();
            lines.replace(at, &frame, &"0".repeat(64));
        })
        .file(),
        plain,
        V::FileMalformed,
        None,
    );
    add(
        "end_note",
        "the signature of another export",
        changed(&|lines| {
            let other = Lines::of(&honest.export_of(6..13, None, &|_| true));
            let value: Value = serde_json::from_slice(other.0.last().unwrap()).unwrap();
            let end = lines.0.pop().unwrap();
            let mine: Value = serde_json::from_slice(&end).unwrap();
            let text = String::from_utf8(end)
                .unwrap()
                .replace(&mine["note"].to_string(), &value["note"].to_string());
            lines.0.push(text.into_bytes());
        })
        .file(),
        plain,
        V::HeaderMismatch,
        None,
    );
    add(
        "after_end",
        "a line after the last",
        changed(&|lines| lines.0.push(b"{}".to_vec())).file(),
        plain,
        V::FileMalformed,
        None,
    );

    // Checkpoints
    let note = lines.find("{\"checkpoint\":5");
    let with_note = |size: u64, text: &str| {
        changed(&|lines| {
            lines.0[note] =
                format!(r#"{{"checkpoint":{size},"note":{}}}"#, json!(text)).into_bytes();
        })
        .reframed()
        .file()
    };
    let other_log = sign(
        &format!(
            "other.example/{}/audit\n5\n{}\n",
            hex(&SITE),
            STANDARD.encode(honest.heads[5].root())
        ),
        &log_origin(),
        &key(),
    )
    .unwrap();
    add(
        "checkpoint_other_log",
        "a checkpoint about another log",
        with_note(5, &other_log),
        plain,
        V::CheckpointInvalid,
        Some(5),
    );
    add(
        "checkpoint_other_size",
        "a checkpoint about another size",
        with_note(5, &checkpoint(&honest.heads[6], &key())),
        plain,
        V::CheckpointInvalid,
        Some(5),
    );
    add(
        "checkpoint_other_root",
        "a signed checkpoint about another root",
        {
            let other = rewritten(2, SIZE);
            with_note(5, &checkpoint(&other.heads[5], &key()))
        },
        plain,
        V::Fork,
        Some(0),
    );
    add(
        "checkpoint_edited",
        "a checkpoint changed after signing",
        with_note(5, &honest.notes[0].1.replacen('A', "B", 1)),
        plain,
        V::CheckpointInvalid,
        Some(5),
    );
    add(
        "checkpoint_other_key",
        "a checkpoint by another key",
        with_note(
            5,
            &checkpoint(&honest.heads[5], &SigningKey::from_bytes(&[2; 32])),
        ),
        plain,
        V::UnknownKey,
        Some(5),
    );
    add(
        "checkpoint_moved",
        "a checkpoint behind the next entry",
        changed(&|lines| {
            let line = lines.0.remove(note);
            let to = lines.find("{\"leaves\":5") + 1;
            lines.0.insert(to, line);
        })
        .reframed()
        .file(),
        plain,
        V::CheckpointInvalid,
        Some(5),
    );
    add(
        "checkpoint_removed",
        "a checkpoint removed: the signature on the file",
        changed(&|lines| drop(lines.0.remove(note)))
            .reframed()
            .file(),
        plain,
        V::HeaderMismatch,
        None,
    );
    add(
        "checkpoint_keys_twice",
        "a key twice in a checkpoint line",
        changed(&|lines| {
            lines.replace(
                note,
                "{\"checkpoint\":5,",
                "{\"checkpoint\":5,\"checkpoint\":5,",
            )
        })
        .reframed()
        .file(),
        plain,
        V::FileMalformed,
        None,
    );

    // Seals
    let seal = lines.nth("{\"seal\"", 1);
    add(
        "seal_missing",
        "a seal removed",
        changed(&|lines| drop(lines.0.remove(lines.nth("{\"seal\"", 0))))
            .reframed()
            .file(),
        plain,
        V::SealGap,
        Some(18),
    );
    add(
        "seal_last_missing",
        "the last seal removed, whose time is not over: the signature on the file",
        changed(&|lines| drop(lines.0.remove(seal)))
            .reframed()
            .file(),
        plain,
        V::HeaderMismatch,
        None,
    );
    add(
        "seals_missing",
        "all seals removed",
        changed(&|lines| lines.0.retain(|line| !line.starts_with(b"{\"seal\"")))
            .reframed()
            .file(),
        plain,
        V::SealGap,
        Some(19),
    );
    add(
        "seal_regressed",
        "an earlier seal in place of one",
        changed(&|lines| lines.0[seal] = lines.0[lines.nth("{\"seal\"", 0)].clone())
            .reframed()
            .file(),
        plain,
        V::SealInvalid,
        Some(9),
    );
    add(
        "seal_doubled",
        "a seal twice",
        changed(&|lines| {
            let line = lines.0[seal].clone();
            lines.0.insert(seal, line);
        })
        .reframed()
        .file(),
        plain,
        V::SealInvalid,
        Some(18),
    );
    add(
        "seal_edited",
        "a seal changed",
        changed(&|lines| lines.replace(seal, "\"until\":1800000120000", "\"until\":1800000120001"))
            .reframed()
            .file(),
        plain,
        V::SealInvalid,
        Some(18),
    );
    add(
        "seal_newer_key",
        "an epoch sealed again with a later key",
        changed(&|lines| {
            let mut forged = honest.seals[1].clone();
            forged.mac = [9; 32];
            lines.0[seal] = forged.to_text().into_bytes();
        })
        .reframed()
        .file(),
        plain,
        V::SealInvalid,
        Some(18),
    );
    let mut early = write((0..SIZE).map(draft).collect(), |n| {
        if n == 12 { START - 60_000 } else { usual(n) }
    });
    early.sign(&[5, SIZE], &key());
    add(
        "outside_epoch",
        "an entry dated back before the epoch it is sealed in",
        early.export(),
        plain,
        V::OutsideEpoch,
        Some(12),
    );

    // Pruned
    let pruned_lines = Lines::of(&pruned.export());
    let prunes = |change: &dyn Fn(&mut Lines)| {
        let mut lines = pruned_lines.clone();
        change(&mut lines);
        lines.reframed().file()
    };
    let stretch = pruned_lines.nth("{\"pruned\"", 1);
    add(
        "pruned_altered",
        "a hash of a pruned stretch changed",
        prunes(&|lines| {
            let value: Value = serde_json::from_slice(&lines.0[stretch]).unwrap();
            let mut bytes = STANDARD.decode(value["hashes"].as_str().unwrap()).unwrap();
            bytes[3] ^= 1;
            lines.0[stretch] = format!(
                r#"{{"pruned":{},"hashes":"{}"}}"#,
                value["pruned"],
                STANDARD.encode(bytes)
            )
            .into_bytes();
        }),
        plain,
        V::SealInvalid,
        Some(9),
    );
    add(
        "pruned_widened",
        "a pruned stretch says more than its hashes",
        prunes(&|lines| lines.replace(stretch, "\"pruned\":[5,9]", "\"pruned\":[5,8]")),
        plain,
        V::FileMalformed,
        None,
    );
    add(
        "pruned_removed",
        "a pruned stretch left out",
        prunes(&|lines| drop(lines.0.remove(stretch))),
        plain,
        V::MissingRange,
        Some(5),
    );
    let mut unrecorded = site(SIZE);
    unrecorded.pruned = 12;
    add(
        "pruned_unrecorded",
        "bodies gone, and no entry says so",
        unrecorded.export(),
        plain,
        V::MissingRange,
        Some(0),
    );

    // Lines
    let leaves = lines.find("{\"leaves\":5");
    add(
        "leaves_removed",
        "recorded hashes removed",
        changed(&|lines| drop(lines.0.remove(leaves)))
            .reframed()
            .file(),
        plain,
        V::FileMalformed,
        None,
    );
    add(
        "leaves_doubled",
        "recorded hashes twice",
        changed(&|lines| {
            let line = lines.0[leaves].clone();
            lines.0.insert(leaves, line);
        })
        .reframed()
        .file(),
        plain,
        V::FileMalformed,
        None,
    );
    add(
        "crlf",
        "carriage returns before newlines",
        lines
            .0
            .iter()
            .flat_map(|line| [line.as_slice(), b"\r\n"].concat())
            .collect(),
        plain,
        V::FileMalformed,
        None,
    );
    add(
        "blank",
        "an empty line",
        changed(&|lines| lines.0.insert(3, Vec::new())).file(),
        plain,
        V::Inserted,
        Some(2),
    );
    add(
        "bom",
        "a byte order mark",
        [b"\xef\xbb\xbf", file.as_slice()].concat(),
        plain,
        V::FileMalformed,
        None,
    );
    add(
        "frame_spaces",
        "white space in a line of the frame",
        changed(&|lines| lines.replace(leaves, "5,\"", "5, \""))
            .reframed()
            .file(),
        plain,
        V::FileMalformed,
        None,
    );
    add(
        "huge_line",
        "a line longer than any",
        changed(&|lines| lines.0.insert(3, vec![b'x'; MAX_LINE + 1])).file(),
        plain,
        V::FileMalformed,
        None,
    );
    cases
}

trait Text {
    fn replace_hash(self) -> Self;
    fn replace_all(self, from: &str, to: &str) -> Self;
}

impl Text for Vec<u8> {
    /// A root that got a digit too many loses its last.
    fn replace_hash(self) -> Self {
        let mut lines = Lines::of(&self);
        let text = String::from_utf8(lines.0[0].clone()).unwrap();
        lines.0[0] = format!("{}\"}}", &text[..text.len() - 3]).into_bytes();
        lines.reframed().file()
    }

    fn replace_all(self, from: &str, to: &str) -> Self {
        let mut lines = Lines::of(&self);
        lines.replace(0, from, to);
        lines.reframed().file()
    }
}

fn folder() -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/audit/file")
}

#[test]
fn every_way_of_tampering_gets_its_verdict() {
    let bless = std::env::var_os("COUNTERSIGN_BLESS").is_some();
    let honest = site(SIZE);
    let mut wrong = Vec::new();
    let mut index = Vec::new();
    let mut names = std::collections::HashSet::new();
    for case in cases() {
        assert!(names.insert(case.name));
        let report = check(&case.file, &expect(case.known, &honest));
        let found = (report.verdict, report.first_bad);
        if found != (case.verdict, case.first_bad) {
            wrong.push(format!(
                "{}: {:?}, wanted {:?}; {:?}",
                case.name,
                found,
                (case.verdict, case.first_bad),
                report.findings
            ));
        }
        // A quarter of a megabyte of one letter is described, not kept.
        let huge = case.file.len() > MAX_LINE;
        let path = folder().join(format!("{}.ndjson", case.name));
        if bless && !huge {
            std::fs::create_dir_all(folder()).unwrap();
            std::fs::write(&path, &case.file).unwrap();
        }
        if !huge {
            assert!(
                std::fs::read(&path).ok().as_ref() == Some(&case.file),
                "{} differs from what the code makes: see COUNTERSIGN_BLESS",
                case.name
            );
        }
        index.push(json!({
            "name": case.name, "about": case.about,
            "insert": huge.then(|| json!({ "into": "whole", "before_line": 4, "byte": "x", "count": MAX_LINE + 1 })),
            "keys": key_for(case.known).iter().map(ToString::to_string).collect::<Vec<_>>(),
            "roots": case.known.root.map(|size| vec![json!([size, hex(honest.heads[size as usize].root())])]).unwrap_or_default(),
            "seal_key": (!case.known.unsealed).then(|| first_key().to_text()),
            "taken": case.known.taken,
            "verdict": report.verdict, "first_bad": report.first_bad, "line": report.line,
            "vouched": report.vouched, "witnessed": report.witnessed, "entries": report.entries, "size": report.size,
            "remarks": report.remarks.iter().map(|made| made.remark).collect::<Vec<_>>(),
        }));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(index.len() >= 70);
    let text = format!(
        "[\n{}\n]\n",
        index
            .iter()
            .map(Value::to_string)
            .collect::<Vec<_>>()
            .join(",\n")
    );
    let path = folder().join("index.json");
    if bless {
        std::fs::write(&path, &text).unwrap();
    }
    assert_eq!(
        std::fs::read_to_string(&path).unwrap_or_default(),
        text,
        "see COUNTERSIGN_BLESS"
    );
}

#[test]
fn a_report_says_what_was_not_proved() {
    let honest = site(SIZE);
    let file = honest.export();
    let report = check(&file, &expectations());
    assert!(report.is_proved());
    assert_eq!(
        (
            report.vouched,
            report.witnessed,
            report.seals,
            report.entries
        ),
        (SIZE, 0, 2, SIZE)
    );
    assert_eq!(
        report
            .remarks
            .iter()
            .map(|made| made.remark)
            .collect::<Vec<_>>(),
        [Remark::UnsealedTail]
    );
    let blind = check(&file, &Expectations::default());
    assert!(!blind.is_proved());
    assert_eq!(blind.verdict, Verdict::Ok);
    for remark in [
        Remark::SelfConsistent,
        Remark::HeaderUnsigned,
        Remark::SealsUnchecked,
    ] {
        assert!(blind.remark(remark).is_some(), "{remark:?}");
    }
    let root = Expectations {
        roots: vec![(17, *honest.heads[17].root())],
        ..Expectations::default()
    };
    let report = check(&file, &root);
    assert_eq!((report.vouched, report.witnessed), (17, 17));
    assert_eq!(report.remark(Remark::UnsignedTail).unwrap().first, Some(17));
    let part = check(&honest.export_of(6..13, None, &|_| true), &expectations());
    assert!(part.remark(Remark::Selection).is_some() && part.is_proved());
    assert_eq!((part.range.clone(), part.entries), (6..13, 7));
    let pruned = check(&pruned_site(SIZE, 12).export(), &expectations());
    assert_eq!(pruned.remark(Remark::Pruned).unwrap().until, Some(12));
    let mut drafts: Vec<_> = (0..SIZE).map(draft).collect();
    drafts[4] = countersign::audit::entry::Draft::from_json(
        r#"{"kind":"system","actor":{"kind":"admin"},"action":"audit.rollback_acknowledged"}"#,
    )
    .unwrap();
    let odd = write(drafts, |n| if n == 3 { usual(1) } else { usual(n) });
    let report = check(&odd.export(), &expectations());
    assert_eq!(
        report.remark(Remark::RollbackAcknowledged).unwrap().first,
        Some(4)
    );
    assert_eq!(
        report.remark(Remark::ClockRegression).unwrap().first,
        Some(3)
    );
    for made in &report.remarks {
        assert!(made.remark.message().ends_with('.'));
    }
    assert!(EPOCH == 60 && Head::default().size() == 0);
}

#[test]
fn no_byte_can_be_changed_or_cut() {
    let file = site(3).export();
    let expected = expectations();
    assert_eq!(check(&file, &expected).verdict, Verdict::Ok);
    for at in 0..file.len() {
        let mut changed = file.clone();
        changed[at] ^= 1 << (at % 8);
        for wrong in [&changed[..], &file[..at]] {
            let report = verify(wrong, &expected, &mut |_| ()).unwrap();
            assert_ne!(report.verdict, Verdict::Ok, "{at}");
        }
    }
}

/// Larger than what is examined at once, so that lines lie across the border.
#[test]
fn a_long_file_is_verified_like_a_short_one() {
    let mut site = write((0..2000).map(draft).collect(), usual);
    site.sign(&[700, 2000], &key());
    let file = site.export();
    assert!(file.len() > 1 << 18);
    let mut done = Vec::new();
    let report = verify(&file[..], &expectations(), &mut |bytes| done.push(bytes)).unwrap();
    assert!(report.is_proved(), "{:?}", report.findings);
    assert!(done.len() > 1 && done.is_sorted());
    assert_eq!(done.last(), Some(&(file.len() as u64)));
    assert_eq!(check(&file, &expectations()), report);
    let border = (1 << 18) - 40;
    for at in border..border + 80 {
        let mut changed = file.clone();
        changed[at] ^= 1;
        let report = verify(&changed[..], &expectations(), &mut |_| ()).unwrap();
        assert_ne!(report.verdict, Verdict::Ok, "{at}");
    }
}
