//! Tests of `countersign audit verify`.

use countersign::audit::append::{Head, append};
use countersign::audit::checkpoint::{Checkpoint, origin};
use countersign::audit::draft::Draft;
use countersign::audit::file::Export;
use countersign::audit::note::VerifierKey;
use countersign::audit::seal::Sealer;
use countersign::clock::Timestamp;

use std::process::Output;

use super::{SITE, err, fits_a_terminal, keys, out, run, run_in, shows};

/// The export of a log of nine entries, and what its auditor kept: the verifier key, a checkpoint of the first four
/// entries and the first sealing key.
struct Log {
    export: Vec<u8>,
    key: String,
    checkpoint: String,
    seal_key: String,
}

fn log() -> Log {
    log_of(None, true, &|_| true)
}

/// Returns the log with an export of the entries that are `wanted`, under the description `filter`. The export is signed
/// if `signed` is true.
fn log_of(filter: Option<&str>, signed: bool, wanted: &dyn Fn(u64) -> bool) -> Log {
    let (site, signer) = (*SITE.as_bytes(), keys().audit_signer());
    let name = origin("shop.example", site).unwrap();
    let start = Timestamp::from_seconds(1_800_000_000);
    let (sealer, first) = Sealer::enroll(
        &name,
        start,
        3600,
        countersign::secret::Secret::new([3; 32]),
    )
    .unwrap();
    let (mut head, mut rows, mut checkpoint) = (Head::default(), Vec::new(), String::new());
    for number in 0..9_u64 {
        let json =
            format!(r#"{{"kind":"system","actor":{{"kind":"system"}},"action":"step{number}"}}"#);
        let draft = Draft::from_json(&json).unwrap();
        let appended = append(&head, &[draft], site, start.plus_seconds(number)).unwrap();
        rows.extend(appended.rows);
        head = appended.head;
        if head.size() == 4 {
            checkpoint = sign(&name, &head);
        }
    }
    let mut export = Export::new(&name, site, &head, &(0..9), filter).unwrap();
    for row in &rows {
        export
            .row(row.seq, &row.leaf, Some(&row.body), wanted(row.seq))
            .unwrap();
        if export.position() == 4 {
            export.checkpoint(&checkpoint).unwrap();
        }
    }
    for seal in sealer.due(&head, start.plus_seconds(3600)) {
        export.seal(&seal);
    }
    export.checkpoint(&sign(&name, &head)).unwrap();
    Log {
        export: export.finish(signed.then_some(&signer)).unwrap(),
        key: VerifierKey::new(&name, signer.verifying_key())
            .unwrap()
            .to_string(),
        checkpoint,
        seal_key: first.to_text().clone(),
    }
}

fn sign(name: &str, head: &Head) -> String {
    let checkpoint = Checkpoint {
        origin: name.to_owned(),
        size: head.size(),
        root: *head.root(),
    };
    checkpoint.sign(&keys().audit_signer()).unwrap()
}

#[test]
fn sound_log_passes_and_unproved_parts_are_listed() {
    let log = log();
    let bare = run(&["audit", "verify", "-"], &log.export);
    assert_eq!(bare.status.code(), Some(0), "{}", out(&bare));
    assert!(out(&bare).starts_with("SOUND IN ITSELF: "));
    assert!(out(&bare).contains("9 checked, of 9 in the log"));
    assert!(out(&bare).contains("nothing, except that the file is consistent with itself"));
    let words: Vec<_> = out(&bare).split_whitespace().map(str::to_owned).collect();
    assert!(
        words
            .join(" ")
            .contains("give the verifier key of the site")
    );
    assert_eq!(
        err(&bare),
        "",
        "there is no progress bar without a terminal"
    );

    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    std::fs::write(here.join("log.ndjson"), &log.export).unwrap();
    std::fs::write(here.join("kept.txt"), &log.checkpoint).unwrap();
    std::fs::write(here.join("seal.key"), format!("{}\n", log.seal_key)).unwrap();
    let output = run_in(
        here,
        &[
            "audit",
            "verify",
            "log.ndjson",
            "--key",
            &log.key,
            "--checkpoint",
            "kept.txt",
            "--seal-key",
            "seal.key",
            "--taken",
            "1800003700",
        ],
        b"",
    );
    let text = out(&output);
    assert_eq!(output.status.code(), Some(0), "{text}{}", err(&output));
    assert!(
        text.contains("the first 9 entries, by the signature of the site"),
        "{text}"
    );
    assert!(
        text.contains("4 of them also by a checkpoint that you kept"),
        "{text}"
    );
    assert!(text.contains("seals      1 checked"), "{text}");
    for text in [&text, &out(&bare)] {
        fits_a_terminal(text);
        assert!(!shows(text, &log.seal_key));
    }
    let json = run_in(
        here,
        &["audit", "verify", "log.ndjson", "--key", &log.key, "--json"],
        b"",
    );
    let value: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(
        (&value["verdict"], &value["proved"], &value["vouched"]),
        (&"ok".into(), &true.into(), &9.into())
    );
    // The last seal is much older than the file.
    let late = run_in(
        here,
        &[
            "audit",
            "verify",
            "log.ndjson",
            "--seal-key",
            "seal.key",
            "--taken",
            "1800900000",
        ],
        b"",
    );
    assert_eq!(late.status.code(), Some(13), "{}", out(&late));
}

#[test]
fn tampered_log_exits_with_13() {
    let log = log();
    let text = String::from_utf8(log.export.clone()).unwrap();
    let without = |part: &str| -> String {
        text.split_inclusive('\n')
            .filter(|line| !line.contains(part))
            .collect()
    };
    let half = text.len() / 2;
    for (tampered, verdict, first) in [
        (text.replace("step5", "step6"), "entry_modified", "entry 5"),
        (without("step5"), "missing_range", "entry 5"),
        (without("\"end\":"), "truncated_tail", "from entry 9"),
        (text[..half].to_owned(), "", ""),
        (String::new(), "", ""),
        ("hello\n".to_owned(), "file_malformed", "no single entry"),
        ("\u{1b}[31m\u{202e}\0\n".to_owned(), "file_malformed", ""),
    ] {
        let output = run(
            &["audit", "verify", "-", "--key", &log.key],
            tampered.as_bytes(),
        );
        let text = out(&output);
        assert_eq!(output.status.code(), Some(13), "{text}");
        assert!(text.starts_with("NOT SOUND: "), "{text}");
        assert!(
            text.contains(verdict) && text.contains(first),
            "{verdict} in {text}"
        );
        assert!(
            text.chars().all(|c| c == '\n' || !c.is_control()),
            "{text:?}"
        );
        assert!(
            !text.contains("entries, by") && !text.contains("consistent"),
            "{text}"
        );
        assert!(!text.contains("line 0"), "{text}");
        fits_a_terminal(&text);
        let json = run(&["audit", "verify", "-", "--json"], tampered.as_bytes());
        let value: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
        assert_eq!(json.status.code(), Some(13));
        assert_eq!(value["weight"], 3);
    }
    // A consistent log of another writer, whose key is not the given one.
    let other = VerifierKey::new(
        &log.key[..log.key.find('+').unwrap()],
        ed25519_dalek::SigningKey::from_bytes(&[9; 32]).verifying_key(),
    );
    let other = other.unwrap().to_string();
    let output = run(&["audit", "verify", "-", "--key", &other], &log.export);
    assert_eq!(output.status.code(), Some(12), "{}", out(&output));
    assert!(out(&output).contains("unknown_key"));
}

#[test]
fn malformed_keys_and_checkpoints_are_refused() {
    let log = log();
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    std::fs::write(
        here.join("kept.txt"),
        log.checkpoint.replace("\n4\n", "\n5\n"),
    )
    .unwrap();
    std::fs::write(here.join("seal.key"), &log.seal_key[1..]).unwrap();
    for arguments in [
        &["--key", &log.key, "--checkpoint", "kept.txt"][..],
        &["--key", &log.key, "--checkpoint", "nowhere"],
        &["--seal-key", "seal.key"],
        &["--seal-key", "nowhere"],
        &["--key", &log.key[1..]],
    ] {
        let all = [&["audit", "verify", "-"], arguments].concat();
        let output = run_in(here, &all, &log.export);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert_eq!(err(&output).lines().count(), 1);
        assert!(!shows(&err(&output), &log.seal_key));
    }
    for path in ["nowhere", "."] {
        let output = run_in(here, &["audit", "verify", path], b"");
        assert_eq!(output.status.code(), Some(2));
    }
}

/// Every signature can be removed from a file. The rest is consistent with itself, whatever it contains.
#[test]
fn unsigned_file_exits_with_10_if_a_key_was_given() {
    let log = log();
    let unsigned = log_of(None, false, &|_| true);
    let part = log_of(Some("connection 7"), false, &|seq| seq != 5);
    let whole_part = log_of(Some("connection 7"), true, &|seq| seq != 5);
    for (export, code, headline) in [
        // The checkpoint covers every entry, so the missing signature cannot hide one.
        (&unsigned.export, 0, "SOUND: "),
        (&part.export, 10, "NOT SIGNED: "),
        (&whole_part.export, 0, "SOUND: no entry in this part"),
    ] {
        let output = run(&["audit", "verify", "-", "--key", &log.key], export);
        let text = out(&output);
        assert_eq!(output.status.code(), Some(code), "{text}");
        assert!(text.starts_with(headline), "{text}");
        fits_a_terminal(&text);
    }
    let forged = forged(None, false);
    let asked = run(&["audit", "verify", "-", "--key", &log.key], &forged);
    assert_eq!(asked.status.code(), Some(10), "{}", out(&asked));
    assert!(out(&asked).starts_with("NOT SIGNED: "));
    let unasked = run(&["audit", "verify", "-"], &forged);
    assert_eq!(unasked.status.code(), Some(0));
    assert!(out(&unasked).starts_with("SOUND IN ITSELF: "));
}

/// The key of another site is a mistake that people make. It must not look like an attack, and not like a proof either.
#[test]
fn key_of_another_site_is_named_as_the_cause() {
    let log = log();
    let key = ed25519_dalek::SigningKey::from_bytes(&[9; 32]).verifying_key();
    let other = VerifierKey::new(&origin("other.example", [2; 8]).unwrap(), key)
        .unwrap()
        .to_string();
    let verify = |keys: &[&str]| run(&[&["audit", "verify", "-"], keys].concat(), &log.export);
    let words = |output: &Output| {
        let text = out(output);
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let cause = "No key that you gave belongs to the log that this file names.";
    let foreign = verify(&["--key", &other]);
    assert_eq!(foreign.status.code(), Some(12), "{}", out(&foreign));
    assert!(words(&foreign).contains(cause), "{}", out(&foreign));
    let both = verify(&["--key", &other, "--key", &log.key]);
    assert_eq!(both.status.code(), Some(0), "{}", out(&both));
    assert!(!words(&both).contains(cause), "{}", out(&both));
}

/// An attacker with the site's keys can rewrite the log and export only entries after the kept checkpoint.
#[test]
fn checkpoint_that_cannot_be_compared_exits_with_10() {
    let log = log();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("kept.txt"), &log.checkpoint).unwrap();
    let forged = forged(Some("the last three"), true);
    let verify = |more: &[&str]| {
        let all = [&["audit", "verify", "-", "--key", &log.key], more].concat();
        run_in(folder.path(), &all, &forged)
    };
    assert_eq!(verify(&[]).status.code(), Some(0), "{}", out(&verify(&[])));
    let kept = verify(&["--checkpoint", "kept.txt"]);
    assert_eq!(kept.status.code(), Some(10), "{}", out(&kept));
    assert!(out(&kept).starts_with("NOT COMPARED: "));
    let json = verify(&["--checkpoint", "kept.txt", "--json"]);
    let value: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(
        (&value["verdict"], &value["proved"]),
        (&"ok".into(), &false.into())
    );
}

/// Returns the export of another log in the name of the same site: its last three entries if there is a `filter`, or all
/// entries. It is signed with the site's key if `signed` is true.
fn forged(filter: Option<&str>, signed: bool) -> Vec<u8> {
    let (site, signer) = (*SITE.as_bytes(), keys().audit_signer());
    let name = origin("shop.example", site).unwrap();
    let draft = r#"{"kind":"system","actor":{"kind":"system"},"action":"nothing happened"}"#;
    let drafts = vec![Draft::from_json(draft).unwrap(); 9];
    let made = append(&Head::default(), &drafts, site, Timestamp::from_millis(1)).unwrap();
    let mut export = Export::new(&name, site, &made.head, &(0..9), filter).unwrap();
    for row in &made.rows {
        let wanted = filter.is_none() || row.seq > 5;
        export
            .row(row.seq, &row.leaf, Some(&row.body), wanted)
            .unwrap();
    }
    if signed {
        export.checkpoint(&sign(&name, &made.head)).unwrap();
    }
    export.finish(signed.then_some(&signer)).unwrap()
}

/// That the last seals were removed can be detected only if the time of the export is known.
#[test]
fn seals_without_the_time_of_the_file_are_remarked_on() {
    let log = log();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("seal.key"), &log.seal_key).unwrap();
    let verify = |more: &[&str]| {
        let all = [&["audit", "verify", "-", "--seal-key", "seal.key"], more].concat();
        let output = run_in(folder.path(), &all, &log.export);
        assert_eq!(output.status.code(), Some(0), "{}", out(&output));
        out(&output)
    };
    let text = verify(&[]);
    assert!(
        text.starts_with("SOUND: nothing is wrong; 1 seal was made with the given key"),
        "{text}"
    );
    assert!(
        text.contains("The time of the export was not given"),
        "{text}"
    );
    fits_a_terminal(&text);
    assert!(!verify(&["--taken", "1800003700"]).contains("The time of the export"));
}

/// Control characters in the file and in its name must not reach the terminal.
#[test]
fn untrusted_text_is_escaped_for_the_terminal() {
    let odd = "\u{9b}31m\u{202e}\u{85}\u{7f}\u{1f389}";
    let log = log_of(Some(odd), true, &|seq| seq % 2 == 0);
    for more in [&[][..], &["--json"]] {
        let all = [&["audit", "verify", "-", "--key", &log.key], more].concat();
        let output = run(&all, &log.export);
        let text = out(&output);
        assert_eq!(output.status.code(), Some(0), "{text:?}");
        assert!(
            text.chars()
                .all(|c| c == '\n' || !c.is_control() && c != '\u{202e}'),
            "{text:?}"
        );
        if let Ok(value) = serde_json::from_str::<serde_json::Value>(&text) {
            assert_eq!(value["filter"], odd);
        }
    }
    let output = run(&["audit", "verify", "no\u{1b}[31m\u{202e}file's"], b"");
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(
        err(&output),
        "error: cannot read no\\u{1b}[31m\\u{202e}file's: the file or folder does not exist\n"
    );
}

#[test]
fn standard_input_can_be_given_once_only() {
    let log = log();
    for arguments in [
        &["--checkpoint", "-"][..],
        &["--seal-key", "-"],
        &["--checkpoint", "-", "--seal-key", "-"],
    ] {
        let file = if arguments.len() > 2 { "nowhere" } else { "-" };
        let all = [&["audit", "verify", file, "--key", &log.key], arguments].concat();
        let output = run(&all, &log.export);
        assert_eq!(output.status.code(), Some(2), "{}", out(&output));
        assert!(err(&output).contains("standard input"), "{}", err(&output));
    }
}
