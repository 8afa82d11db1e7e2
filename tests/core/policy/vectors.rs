//! Policy vectors for all languages in `tests/vectors/policy/`: decisions as lines of audit entries
//! (`decisions.json`), confidences (`confidence.json`) and invalid lines (`lines.json`). To write them again:
//! `COUNTERSIGN_BLESS=1 cargo test --test core policy::vectors`.

use std::collections::BTreeMap;

use countersign::policy::{
    ApprovalState, Confidence, Facts, KeyRight, Mode, Risk, SnapshotState, Threshold,
    record::PolicyRecord,
};
use serde_json::{Value, json};

/// The generator (xorshift64) that selects the decisions of the vectors. The vectors are stored in the repository, so
/// the generator must never change; a generator of the crate `rand` may, with a new version.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % bound
    }
}

fn pick<T: Copy>(random: &mut Random, all: &[T]) -> T {
    all[usize::try_from(random.below(all.len() as u64)).unwrap()]
}

fn decisions() -> Value {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let mut by_end: BTreeMap<(&str, &str), Vec<String>> = BTreeMap::new();
    let mut picks = 0;
    // Until each verdict has occurred twenty times.
    while picks < 200_000 {
        picks += 1;
        let record = PolicyRecord::of(Facts {
            risk: pick(&mut random, Risk::ALL),
            confidence: Confidence::new(pick(
                &mut random,
                &[-1, 0, 101, 8199, 8200, 8201, 9000, 10_000],
            )),
            threshold: Threshold::new(pick(&mut random, &[8200, 8200, 8201, 9000])).unwrap(),
            snapshot: pick(&mut random, SnapshotState::ALL),
            mode: pick(&mut random, Mode::ALL),
            right: pick(&mut random, KeyRight::ALL),
            approval: pick(&mut random, ApprovalState::ALL),
            always_ask: pick(&mut random, &[false, false, true]),
            frozen: pick(&mut random, &[false, false, false, true]),
            proven: pick(&mut random, &[false, true]),
        });
        let end = (record.verdict.effect.word(), record.verdict.rule.id());
        let lines = by_end.entry(end).or_default();
        let line = record.to_string();
        if lines.len() < 20 && !lines.contains(&line) {
            lines.push(line);
        }
    }
    assert_eq!(by_end.len(), 15);
    let mut lines: Vec<String> = by_end.into_values().flatten().collect();
    assert_eq!(lines.len(), 300);
    lines.sort();
    json!(lines)
}

/// JSON texts with their basis points, or null for an invalid confidence.
fn confidence() -> Value {
    let cases = [
        ("0", Some(0)),
        ("101", Some(101)),
        ("8199", Some(8199)),
        ("8200", Some(8200)),
        ("8201", Some(8201)),
        ("10000", Some(10_000)),
        ("1", None),
        ("82", None),
        ("100", None),
        ("-1", None),
        ("-8200", None),
        ("10001", None),
        ("73736", None),
        ("18446744073709551615", None),
        ("99999999999999999999999", None),
        ("0.0", None),
        ("0.82", None),
        ("82.5", None),
        ("8200.0", None),
        ("8.2e3", None),
        ("1e999", None),
        ("\"8200\"", None),
        ("\"82%\"", None),
        ("\"NaN\"", None),
        ("\"high\"", None),
        ("\"\"", None),
        ("null", None),
        ("true", None),
        ("false", None),
        ("[8200]", None),
        ("{\"value\":8200}", None),
    ];
    let cases = cases.map(|(text, points)| json!({ "json": text, "basis_points": points }));
    json!(cases.to_vec())
}

/// Invalid lines, with the names of their faults.
fn lines() -> Value {
    let good = "policy/1 risk=high confidence=9000 threshold=8200 snapshot=verified mode=autonomous right=dispatch approval=pending checkpoint=no frozen=no proven=yes approve approval_pending";
    let changed = |from: &str, to: &str| {
        assert!(good.contains(from), "{from}");
        good.replacen(from, to, 1)
    };
    let cases = [
        ("empty", String::new()),
        ("version_2", changed("policy/1", "policy/2")),
        ("without_version", changed("policy/1 ", "")),
        ("outcome_widened", changed(" approve ", " allow ")),
        ("outcome_narrowed", changed(" approve ", " deny ")),
        ("rule_changed", changed("approval_pending", "approved")),
        ("rule_missing", changed(" approval_pending", "")),
        ("risk_lowered", changed("risk=high", "risk=medium")),
        ("risk_unknown", changed("risk=high", "risk=severe")),
        ("risk_in_capitals", changed("risk=high", "risk=HIGH")),
        (
            "approval_made_up",
            changed("approval=pending", "approval=granted"),
        ),
        ("frozen_then", changed("frozen=no", "frozen=yes")),
        (
            "confidence_lowered",
            changed("confidence=9000", "confidence=8199"),
        ),
        (
            "confidence_in_percent",
            changed("confidence=9000", "confidence=90"),
        ),
        (
            "confidence_as_fraction",
            changed("confidence=9000", "confidence=0.9"),
        ),
        (
            "confidence_with_zero_before",
            changed("confidence=9000", "confidence=09000"),
        ),
        (
            "confidence_with_sign",
            changed("confidence=9000", "confidence=+9000"),
        ),
        (
            "threshold_below_the_least",
            changed("threshold=8200", "threshold=8199"),
        ),
        (
            "threshold_above_the_whole",
            changed("threshold=8200", "threshold=10001"),
        ),
        ("two_spaces", changed(" mode=", "  mode=")),
        ("white_space_behind", format!("{good} ")),
        ("line_end_behind", format!("{good}\n")),
        ("fact_missing", changed(" proven=yes", "")),
        (
            "fact_twice",
            changed(" proven=yes", " proven=yes proven=yes"),
        ),
        (
            "facts_in_another_order",
            changed("frozen=no proven=yes", "proven=yes frozen=no"),
        ),
        ("flag_as_number", changed("checkpoint=no", "checkpoint=0")),
        ("words_behind", format!("{good} really")),
    ];
    let cases = cases.map(|(name, line)| json!({ "name": name, "line": line }));
    json!({ "good": good, "cases": cases.to_vec() })
}

fn same_as_file(name: &str, made: &Value) {
    let path = format!("{}/tests/vectors/policy/{name}", env!("CARGO_MANIFEST_DIR"));
    let text = serde_json::to_string_pretty(made).unwrap() + "\n";
    if std::env::var_os("COUNTERSIGN_BLESS").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    assert!(
        std::fs::read_to_string(&path).unwrap() == text,
        "{name} differs: the policy changed"
    );
}

#[test]
fn the_vectors_match_the_current_policy() {
    same_as_file("decisions.json", &decisions());
    same_as_file("confidence.json", &confidence());
    same_as_file("lines.json", &lines());
}

#[test]
fn every_vector_has_its_result() {
    for line in decisions().as_array().unwrap() {
        assert!(
            PolicyRecord::reproduce(line.as_str().unwrap()).is_some(),
            "{line}"
        );
    }
    for case in confidence().as_array().unwrap() {
        // Invalid JSON is not a confidence.
        let value = serde_json::from_str(case["json"].as_str().unwrap()).unwrap_or(Value::Null);
        let points = Confidence::from_json(&value).map(Confidence::basis_points);
        assert_eq!(json!(points), case["basis_points"], "{case}");
    }
    let lines = lines();
    assert!(PolicyRecord::reproduce(lines["good"].as_str().unwrap()).is_some());
    for case in lines["cases"].as_array().unwrap() {
        assert_eq!(
            PolicyRecord::reproduce(case["line"].as_str().unwrap()),
            None,
            "{case}"
        );
    }
}
