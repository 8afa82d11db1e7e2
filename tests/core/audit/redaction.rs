//! Random drafts: an entry never contains a token that was in its draft.

use countersign::audit::draft::Draft;
use countersign::audit::entry::Entry;
use countersign::clock::Timestamp;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

/// Generates a secret as it is written, and the part of it that must not appear in an entry.
fn secret() -> impl Strategy<Value = (String, String)> {
    let kinds = prop::sample::select(vec!["at", "rt", "ac", "cf", "pr", "ap", "up"]);
    prop_oneof![
        (kinds, "[A-Za-z0-9_-]{20,120}")
            .prop_map(|(kind, part)| (format!("cs{kind}_{part}"), part)),
        ("Bearer |bearer |BEARER  ", "[A-Za-z0-9._~+/-]{16,80}")
            .prop_map(|(scheme, part)| (format!("{scheme}{part}"), part)),
        (
            "eyJ[A-Za-z0-9_-]{8,40}",
            "[A-Za-z0-9_-]{16,60}",
            "[A-Za-z0-9_-]{16,60}"
        )
            .prop_map(|(head, body, tag)| (format!("{head}.{body}.{tag}"), body)),
    ]
}

/// Returns the secret with invisible characters inserted.
fn veiled(secret: &str, veil: &[(usize, char)]) -> String {
    let mut chars: Vec<char> = secret.chars().collect();
    for (at, c) in veil {
        chars.insert(at % (chars.len() + 1), *c);
    }
    chars.into_iter().collect()
}

fn invisible() -> impl Strategy<Value = char> {
    prop::sample::select(vec![
        '\0',
        '\n',
        '\u{7f}',
        '\u{9f}',
        '\u{ad}',
        '\u{200b}',
        '\u{200d}',
        '\u{202e}',
        '\u{2060}',
        '\u{2066}',
        '\u{feff}',
        '\u{e0020}',
        '\u{fe0f}',
    ])
}

/// Generates text to put before or after the secret: spaces and punctuation, so that the secret is a word of its own.
fn around() -> impl Strategy<Value = String> {
    "([a-z]{0,9}[ :=/?&\"'\\\\,;()é日]){0,4}"
}

/// Returns `leaf` nested in objects and arrays along `path`.
fn nested(mut leaf: Value, path: &[(bool, String)]) -> Value {
    for (array, key) in path {
        leaf = if *array {
            json!([1, leaf, key])
        } else {
            json!({ key.as_str(): leaf, "other": null })
        };
    }
    leaf
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn a_secret_never_appears(
        (secret, part) in secret(),
        veil in prop::collection::vec((any::<usize>(), invisible()), 0..4),
        (before, after) in (around(), around()),
        filler in 0_usize..600,
        path in prop::collection::vec((any::<bool>(), "[a-z]{1,5}"), 0..12),
        place in 0_usize..9,
    ) {
        let text = format!("{}{before}{}{after}", "- ".repeat(filler / 2), veiled(&secret, &veil));
        let mut draft = json!({ "kind": "intent", "actor": { "kind": "agent" }, "action": "tool" });
        let field = match place {
            0 => &mut draft["action"],
            1 => &mut draft["target"],
            2 => &mut draft["reason"],
            3 => &mut draft["approval"],
            4 => &mut draft["actor"]["client"],
            5 => &mut draft["actor"]["ip"],
            _ => &mut draft["change"],
        };
        *field = match place {
            0..=5 => text.into(),
            6 => json!({ "c": nested(text.into(), &path) }),
            // The secret is a key: the only one, or next to an equal one.
            7 => json!({ "c": nested(json!({ text.as_str(): 1 }), &path) }),
            _ => json!({ text.as_str(): { text.as_str(): [text.as_str()] }, format!("{text} "): text.as_str() }),
        };
        let body = Draft::from_json(&draft.to_string()).unwrap().body(0, Timestamp::from_millis(1), [1; 8]).unwrap();
        let body = String::from_utf8(body).unwrap();
        // No 12 characters of the secret may appear.
        for piece in part.as_bytes().windows(12) {
            let piece = std::str::from_utf8(piece).unwrap();
            prop_assert!(!body.contains(piece), "{piece} in {body}");
        }
        prop_assert!(body.chars().all(|c| !c.is_control()));
        Entry::parse(body.as_bytes()).unwrap();
    }

    #[test]
    fn entry_of_any_draft_is_read_back(
        action in "\\PC{1,200}",
        target in prop::option::of(".{0,300}"),
        user in any::<Option<u64>>(),
        members in prop::collection::btree_map(".{0,10}", ".{0,40}", 0..8),
        time in any::<u64>(),
    ) {
        let change: Map<String, Value> = members.into_iter().map(|(key, value)| (key, value.into())).collect();
        let json = json!({ "kind": "intent", "actor": { "kind": "agent", "user": user }, "action": format!("x{action}"), "target": target, "change": change });
        let draft = Draft::from_json(&json.to_string()).unwrap();
        let body = draft.body(9, Timestamp::from_millis(time), [2; 8]).unwrap();
        // The same draft always gives the same bytes.
        prop_assert_eq!(&body, &draft.body(9, Timestamp::from_millis(time), [2; 8]).unwrap());
        let entry = Entry::parse(&body).unwrap();
        prop_assert_eq!((entry.seq, entry.site, entry.summary.user), (9, [2; 8], user));
        prop_assert_eq!(entry.summary.time.millis(), time);
        prop_assert_eq!(entry.summary.target.is_some(), target.is_some());
        prop_assert!(entry.summary.action.chars().count() <= 96);
    }
}
