//! Texts of drafts: they are stored beside the entry, which commits to them.

use countersign::audit::AuditError;
use countersign::audit::draft::Draft;
use countersign::audit::text::MAX_TEXTS;
use countersign::clock::Timestamp;
use countersign::secret::Secret;

#[test]
fn texts_and_addresses_are_beside_the_entry() {
    let draft = Draft::from_json(
        r#"{"kind":"intent","actor":{"kind":"agent","ip":"192.0.2.1"},"action":"a","change":{"arguments":{"id":1}},
            "texts":{"change.arguments.title":"My \u202etitle","change.arguments.password":"hunter2 is mine"}}"#,
    )
    .unwrap();
    let entry = |seed: Option<[u8; 32]>| {
        let seed = seed.map(Secret::new);
        draft.entry(4, Timestamp::from_millis(1), [1; 8], seed.as_ref())
    };
    let (body, texts) = entry(Some([1; 32])).unwrap();
    let told: Vec<(&str, &str)> = texts
        .iter()
        .map(|text| (text.path.as_str(), text.value.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            ("actor.ip", r#""192.0.2.1""#),
            ("change.arguments.password", r#""[redacted]""#),
            ("change.arguments.title", r#""My title""#)
        ]
    );
    let body = String::from_utf8(body).unwrap();
    assert!(
        !body.contains("title\":\"My") && !body.contains("192.0.2.1"),
        "{body}"
    );
    assert!(
        body.contains(r#""ip":null"#) && body.ends_with("\"}}"),
        "{body}"
    );
    // Another seed gives other salts and commitments.
    let (other, salted) = entry(Some([2; 32])).unwrap();
    assert_ne!(other, body.as_bytes());
    assert_ne!(salted[0].salt, texts[0].salt);
    assert_ne!(texts[0].salt, texts[1].salt);
    // Without salts there is no place for texts.
    assert_eq!(entry(None).err(), Some(AuditError::Draft));
    assert!(
        Draft::from_json(
            r#"{"kind":"system","actor":{"kind":"agent","ip":"192.0.2.1"},"action":"a"}"#
        )
        .unwrap()
        .entry(4, Timestamp::from_millis(1), [1; 8], None)
        .is_ok()
    );
}

#[test]
fn largest_entry_with_texts_is_under_24_kib() {
    let long = "é\\\"".repeat(10_000);
    let texts: serde_json::Map<String, serde_json::Value> = (0..99)
        .map(|n| (format!("{}{n:02}", "p".repeat(94)), "x".into()))
        .collect();
    let json = serde_json::json!({ "kind": "refusal", "actor": { "kind": "agent", "ip": long }, "action": long, "target": long,
        "change": { "a": long }, "texts": texts });
    let draft = Draft::from_json(&json.to_string()).unwrap();
    let (body, texts) = draft
        .entry(
            u64::MAX,
            Timestamp::from_millis(u64::MAX),
            [0; 8],
            Some(&Secret::new([3; 32])),
        )
        .unwrap();
    assert_eq!(texts.len(), MAX_TEXTS);
    assert!(body.len() < 24 * 1024, "{}", body.len());
    for path in ["", "a b", "é", &"p".repeat(97)] {
        let json = serde_json::json!({ "kind": "system", "actor": { "kind": "system" }, "action": "a", "texts": { path: 1 } });
        assert_eq!(
            Draft::from_json(&json.to_string()).err(),
            Some(AuditError::Draft),
            "{path}"
        );
    }
}
