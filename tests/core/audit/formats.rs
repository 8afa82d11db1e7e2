//! The table of credential formats and the vectors of redaction, which implementations in other languages run too.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use countersign::audit::draft::Draft;
use countersign::audit::redact::{REDACTED, redact};
use countersign::clock::Timestamp;
use proptest::prelude::*;
use serde::Deserialize;
use serde_json::{Value, json};

/// A text in pieces, so that no file contains what looks like a credential.
type Pieces = Vec<String>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Redactions {
    formats: Vec<Samples>,
    secrets: Vec<Secret>,
    plain: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Samples {
    name: String,
    #[serde(rename = "match")]
    matches: Vec<Pieces>,
    near_miss: Vec<Pieces>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Secret {
    what: String,
    dirty: Pieces,
    clean: String,
}

#[derive(Deserialize)]
struct Row {
    name: String,
    what: String,
    start: Vec<String>,
    rest: Vec<Value>,
}

fn vectors() -> Redactions {
    let file = include_str!("../../vectors/audit/redaction.json");
    serde_json::from_str(file).unwrap()
}

fn rows() -> Vec<Row> {
    serde_json::from_str(include_str!("../../../src/audit/redact/formats.json")).unwrap()
}

/// Returns the text of `change.t` in the entry of a draft with `text` there.
fn recorded(text: &str) -> String {
    let json = json!({ "kind": "system", "actor": { "kind": "system" }, "action": "a", "change": { "t": text } });
    let draft = Draft::from_json(&json.to_string()).unwrap();
    let body = draft.body(0, Timestamp::from_millis(1), [1; 8]).unwrap();
    let entry: Value = serde_json::from_slice(&body).unwrap();
    entry["change"]["t"].as_str().unwrap().to_owned()
}

#[test]
fn every_format_has_matches_and_near_misses() {
    let samples = vectors().formats;
    let named: Vec<&str> = samples.iter().map(|sample| sample.name.as_str()).collect();
    let rows = rows();
    let table: Vec<&str> = rows.iter().map(|row| row.name.as_str()).collect();
    assert_eq!(named, table);
    for (sample, row) in samples.iter().zip(&rows) {
        for start in &row.start {
            let found = sample.matches.iter().any(|m| m.concat().starts_with(start));
            assert!(found, "{start} has no match");
        }
        assert!(!sample.matches.is_empty() && !sample.near_miss.is_empty());
    }
}

#[test]
fn matches_are_redacted_and_near_misses_are_kept() {
    let mut wrong = Vec::new();
    for sample in vectors().formats {
        for text in sample.matches.iter().map(|pieces| pieces.concat()) {
            for (dirty, clean) in [
                (text.clone(), REDACTED.to_owned()),
                (format!("é {text}, b"), format!("é {REDACTED}, b")),
                (format!("a=\"{text}\""), format!("a=\"{REDACTED}\"")),
                (format!("{text} {text}"), format!("{REDACTED} {REDACTED}")),
                (format!("%22{text}"), format!("%22{REDACTED}")),
            ] {
                // With the right checksum a credential is found inside a word, whose beginning is kept.
                let clean = clean.replace(
                    REDACTED,
                    if text.starts_with("thesite") {
                        "thesite[redacted]"
                    } else {
                        REDACTED
                    },
                );
                if recorded(&dirty) != clean {
                    wrong.push(format!(
                        "{}: {dirty:?} became {:?}",
                        sample.name,
                        recorded(&dirty)
                    ));
                }
            }
        }
        for text in sample.matches.iter().map(|pieces| pieces.concat()) {
            let after_a_line = recorded(&format!("a\n{text}"));
            if after_a_line.contains(&text[text.len() - 9..]) {
                wrong.push(format!(
                    "{}: {after_a_line:?} after a line break",
                    sample.name
                ));
            }
        }
        for text in sample.near_miss.iter().map(|pieces| pieces.concat()) {
            let text = format!("x {text} y");
            if recorded(&text) != text {
                wrong.push(format!(
                    "{}: {text:?} became {:?}",
                    sample.name,
                    recorded(&text)
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn secrets_are_redacted_and_ordinary_text_is_kept() {
    let vectors = vectors();
    let mut wrong = Vec::new();
    for secret in vectors.secrets {
        let made = recorded(&secret.dirty.concat());
        if made != secret.clean {
            wrong.push(format!(
                "{}: {made:?} instead of {:?}",
                secret.what, secret.clean
            ));
        }
    }
    for text in vectors.plain {
        if recorded(&text) != text {
            wrong.push(format!("{text:?} became {:?}", recorded(&text)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn members_with_the_name_of_a_secret_are_redacted() {
    let change = json!({
        "api_key": "dummy1", "apiKey": ["dummy1", { "any": "dummy1" }], "X-Api-Key": "dummy1", "pass\u{200b}word": "letmein",
        "client_secret": { "old": "dummy 1", "new": "dummy 2" }, "key": "dummy0k3vtq9lw2zr7", "db_pass": "dummy1",
        "Contraseña": "dummy1", "пароль": "dummy1", "mot de passe": "dummy1", "password2": "dummy1", "pin_password": 12345678,
        "options": [{ "name": "api_key", "value": "Dummy1" }, { "meta_key": "smtp_pass", "meta_value": 1234567890 }],
        "arguments": ["--password", "dummy1", "--verbose", "dummy1"],
        "settings": { "name": "smtp_password", "from": "dummy1", "to": "dummy2", "by": "anna1" },
    });
    let kept = json!({
        "token": "missing", "max_tokens": 4096, "password": { "type": "string", "sha256": "0123456789abcdef" },
        "secret": true, "api_keys": null, "key": "post_title", "passwords": ["changed", ""], "author": "anna1",
        "tokens": ["sha256:0123456789abcdef"], "fields": ["name", "password", "email"],
        "options": [{ "name": "blogname", "value": "Dummy1" }, { "key": "color", "value": "Red" }],
        "arguments": ["--path", "/var/www"], "password_fields": { "minimum": 12 },
    });
    let entry = |change: &Value| {
        let json = json!({ "kind": "system", "actor": { "kind": "system" }, "action": "a", "change": change });
        let draft = Draft::from_json(&json.to_string()).unwrap();
        let body = draft.body(0, Timestamp::from_millis(1), [1; 8]).unwrap();
        serde_json::from_slice::<Value>(&body).unwrap()["change"].take()
    };
    assert_eq!(
        entry(&change),
        json!({
            "api_key": REDACTED, "apiKey": [REDACTED, { "any": REDACTED }], "X-Api-Key": REDACTED, "password": REDACTED,
            "client_secret": { "old": REDACTED, "new": REDACTED }, "key": REDACTED, "db_pass": REDACTED,
            "Contraseña": REDACTED, "пароль": REDACTED, "mot de passe": REDACTED, "password2": REDACTED,
            "pin_password": REDACTED,
            "options": [{ "name": "api_key", "value": REDACTED }, { "meta_key": "smtp_pass", "meta_value": REDACTED }],
            "arguments": ["--password", REDACTED, "--verbose", "dummy1"],
            "settings": { "name": "smtp_password", "from": REDACTED, "to": REDACTED, "by": "anna1" },
        })
    );
    assert_eq!(entry(&kept), kept);
}

#[test]
fn documentation_names_every_format() {
    let page = include_str!("../../../docs/audit.md");
    let words: Vec<&str> = page.split_whitespace().collect();
    let page = words.join(" ");
    for row in rows() {
        assert!(
            page.contains(&row.what),
            "docs/audit.md does not contain: {}",
            row.what
        );
        for start in &row.start {
            let start = format!("`{start}`");
            assert!(
                page.contains(&start),
                "docs/audit.md does not contain {start}"
            );
        }
    }
}

/// The names in the table of the documentation do what their row states.
#[test]
fn documented_names_are_those_of_the_code() {
    let page = include_str!("../../../docs/audit.md");
    let names = page
        .lines()
        .skip_while(|line| !line.contains("| end of the name |"))
        .skip(2)
        .take(3)
        .map(|line| {
            line.split('|')
                .nth(1)
                .unwrap()
                .split('`')
                .skip(1)
                .step_by(2)
        });
    let random = "dummy0k3vtq9lw2zr7";
    for (row, names) in names.enumerate() {
        for name in names {
            let kept = |value: &str| redact(&format!("{name}={value}"), &[]).ends_with(value);
            let expected = [
                [false, true, false, false],
                [false, true, true, false],
                [true, true, true, false],
            ];
            let found = [
                kept("dummy1"),
                kept("missing"),
                kept("letmein"),
                kept(random),
            ];
            assert_eq!(found, expected[row], "{name}");
        }
    }
}

/// Each piece makes a search that reads the rest of the text again at every place take minutes.
#[test]
fn long_input_is_read_in_one_pass() {
    let mut pieces: BTreeSet<String> = rows().into_iter().flat_map(|row| row.start).collect();
    for sample in vectors().formats {
        pieces.extend(sample.near_miss.iter().map(|near| near.concat()));
    }
    for piece in [
        "=",
        ":",
        "\"",
        "\\\"",
        "%22",
        "%3D",
        "key=",
        "key:",
        "password=\"",
        "password=missing ",
        "token=x",
        "token: ",
        "token='",
        "a: b: ",
        "--token ",
        "--",
        "-----BEGIN ",
        "-----BEGIN CERTIFICATE-----",
        "-----BEGIN PRIVATE KEY-----",
        "//",
        "//a:b/",
        "//a:",
        "//a@",
        "a@",
        "://x:y?",
        "%2F%2Fa%3Ab",
        "\\/\\/",
        "abcd ",
        "Ab1d ",
        "basic ",
        "basic YWJj",
        "<key>",
        "'key','",
        "authorization: ",
        "eaaa-",
        "sk-",
        "0123456789:",
        "key=a,",
        " = ",
        "]=",
        "key ",
        "bearer",
        "-----BEGIN PRIVATE KEY-----x-----END PRIVATE KEY-----",
        "-u a:",
        "mysql -p",
        "&quot;=",
        "\\u0022",
        "%2525",
        "“=",
        "：",
        "value=",
        "</b> >",
        "</b>:",
        "key[0]=",
        "$2y$10$",
    ] {
        pieces.insert(piece.to_owned());
    }
    for piece in pieces {
        // Long enough that more than one pass would take minutes.
        let text = piece.repeat(30_000 / piece.len());
        assert!(
            redact(&text, &[]).len() <= 5 * text.len() + REDACTED.len(),
            "{piece}"
        );
    }
}

/// Returns a strategy for the characters of a run.
fn run(set: &str, least: usize, most: usize) -> BoxedStrategy<String> {
    let class = match set {
        "digit" => "[0-9]",
        "hex" => "[0-9a-f]",
        "alnum" => "[A-Za-z0-9]",
        "word" => "[A-Za-z0-9_]",
        "base32" => "[A-Z2-7]",
        "bech32" => "[02-9AC-HJ-NP-Z]",
        "base64" => "[A-Za-z0-9+/]",
        "base64url" => "[A-Za-z0-9_-]",
        "dotted" => "[A-Za-z0-9_.-]",
        "tilde" => "[A-Za-z0-9_.~-]",
        "escaped" => "[A-Za-z0-9%_-]",
        "path" => "[A-Za-z0-9/]",
        "cookie" => "[A-Za-z0-9%|]",
        other => unreachable!("{other}"),
    };
    proptest::string::string_regex(&format!("{class}{{{least},{most}}}"))
        .unwrap()
        .boxed()
}

static ROWS: LazyLock<Vec<Row>> = LazyLock::new(rows);

/// Generates a credential of any format of the table, and its last run, which must not appear.
fn credential() -> impl Strategy<Value = (String, String)> {
    (0..ROWS.len(), any::<prop::sample::Index>()).prop_flat_map(|(index, start)| {
        let row = &ROWS[index];
        let first = if row.start.is_empty() {
            ""
        } else {
            start.get(&row.start).as_str()
        };
        let parts: Vec<BoxedStrategy<String>> = row
            .rest
            .iter()
            .map(|part| match part {
                Value::String(text) => Just(text.clone()).boxed(),
                run_of => {
                    let least = usize::try_from(run_of[1].as_u64().unwrap()).unwrap();
                    let most = run_of[2]
                        .as_u64()
                        .map_or(least + 20, |most| usize::try_from(most).unwrap());
                    run(run_of[0].as_str().unwrap(), least, most)
                }
            })
            .collect();
        (Just(first), parts).prop_map(|(first, parts)| {
            let last = parts.last().unwrap().clone();
            (format!("{first}{}", parts.concat()), last)
        })
    })
}

/// Generates ordinary text without digits, so that no part of a secret is in it by accident.
fn ordinary() -> impl Strategy<Value = String> {
    "([a-zé日]{1,9}[ ,.;:!?()/\"'\\\\-]{1,2}){0,8}"
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn a_credential_in_ordinary_text_is_redacted((secret, last) in credential(), before in ordinary(), after in ordinary()) {
        let text = format!("{before}{secret} {after}");
        let clean = redact(&text, &[]);
        for piece in last.as_bytes().windows(10) {
            let piece = std::str::from_utf8(piece).unwrap();
            prop_assert!(!clean.contains(piece), "{clean} has {piece} of {text}");
        }
        prop_assert!(clean.contains(REDACTED));
    }

    #[test]
    fn credentials_without_a_space_are_all_redacted((one, _) in credential(), (two, last) in credential()) {
        let clean = redact(&format!("{one}{two}"), &[]);
        for piece in last.as_bytes().windows(16) {
            let piece = std::str::from_utf8(piece).unwrap();
            prop_assert!(!clean.contains(piece), "{clean} has {piece} of {one} {two}");
        }
    }

    #[test]
    fn redaction_is_idempotent(
        pieces in prop::collection::vec(prop_oneof![
            ordinary(),
            credential().prop_map(|(secret, _)| secret),
            prop::sample::select(vec![
                "password", "token", "key", "api_key", "=", ": ", "\"", "'", "\\\"", "%3D", "%22", " ", "--", "//", "@", "Bearer ",
                "Basic ", "Authorization: ", "[redacted]", "[", "]", "…", "missing", "Dummy1", "&", ">", "<", ",", "-----BEGIN PRIVATE KEY-----",
            ]).prop_map(str::to_owned),
            "\\PC{0,12}",
        ], 0..12),
    ) {
        let clean = redact(&pieces.concat(), &[]);
        prop_assert_eq!(&redact(&clean, &[]), &clean);
    }

    #[test]
    fn ordinary_text_is_kept(words in prop::collection::vec("[a-z]{1,12}|[A-Z][a-z]{1,12}|[0-9]{1,6}|[0-9a-f]{40}|[0-9a-f]{64}|[A-Z][a-z]{2,8}([A-Z][a-z]{2,8}){1,3}", 0..20)) {
        let text = words.join(" ");
        prop_assert_eq!(redact(&text, &[]), text);
    }

    #[test]
    fn any_text_is_redacted_without_a_fault(text in any::<String>(), breaks in prop::collection::vec(0_usize..40, 0..4)) {
        let mut breaks = breaks;
        breaks.sort_unstable();
        let clean = redact(&text, &breaks);
        prop_assert!(clean.len() <= 5 * text.len() + REDACTED.len());
    }
}
