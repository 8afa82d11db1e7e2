//! The official cases of JSON Schema (`tests/vectors/json_schema`), and a second opinion on random schemas.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use countersign::json::schema::Schema;
use proptest::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::support::schemas::{self, Choices};

#[derive(Deserialize)]
struct Group {
    description: String,
    schema: Value,
    tests: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    description: String,
    data: Value,
    valid: bool,
}

/// File, group of cases, and what is said about the group.
type Refused = BTreeMap<String, BTreeMap<String, String>>;

/// `exceptions.json`: every case of the suite that does not pass.
#[derive(Default, Deserialize, Serialize)]
struct Exceptions {
    /// The groups whose schema is refused, with the message.
    refused: Refused,
    /// The cases with another verdict, with the reason.
    different: BTreeMap<String, Refused>,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/json_schema")
}

/// Returns the files of the suite by their path in it.
fn files(folder: &Path, prefix: &str, found: &mut BTreeMap<String, Vec<Group>>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if path.is_dir() {
            files(&path, &format!("{prefix}{name}/"), found);
        } else if name.ends_with(".json") {
            let text = std::fs::read_to_string(&path).unwrap();
            let groups = serde_json::from_str(&text).unwrap();
            found.insert(format!("{prefix}{name}"), groups);
        }
    }
}

#[test]
fn every_case_of_the_official_suite_passes_or_is_listed() {
    let mut suite = BTreeMap::new();
    files(&folder().join("suite"), "", &mut suite);
    let mut found = Exceptions::default();
    let mut passed = 0;
    for (file, groups) in suite {
        for group in groups {
            let schema = match Schema::compile(&group.schema) {
                Ok(schema) => schema,
                Err(fault) => {
                    let groups = found.refused.entry(file.clone()).or_default();
                    groups.insert(group.description, fault.to_string());
                    continue;
                }
            };
            for case in group.tests {
                let violations = schema.violations(&case.data);
                let verdict = schema.is_valid(&case.data);
                assert_eq!(
                    verdict,
                    violations.is_empty(),
                    "{file}: {}",
                    group.description
                );
                if verdict == case.valid {
                    passed += 1;
                } else {
                    let groups = found.different.entry(file.clone()).or_default();
                    let cases = groups.entry(group.description.clone()).or_default();
                    cases.insert(case.description, String::new());
                }
            }
        }
    }
    let path = folder().join("exceptions.json");
    let listed = std::fs::read_to_string(&path).unwrap();
    let listed: Exceptions = serde_json::from_str(&listed).unwrap();
    for (file, groups) in &mut found.different {
        for (group, cases) in groups {
            for (case, reason) in cases {
                let known = listed
                    .different
                    .get(file)
                    .and_then(|groups| groups.get(group));
                let known = known.and_then(|cases| cases.get(case));
                reason.clone_from(known.unwrap_or(&String::new()));
            }
        }
    }
    let text = serde_json::to_string_pretty(&found).unwrap() + "\n";
    if std::env::var_os("COUNTERSIGN_BLESS").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    assert!(
        std::fs::read_to_string(&path).unwrap() == text,
        "exceptions.json does not list exactly the cases that do not pass"
    );
    let mut reasons = found
        .different
        .values()
        .flat_map(BTreeMap::values)
        .flat_map(BTreeMap::values);
    assert!(
        reasons.all(|reason| !reason.is_empty()),
        "a difference needs a reason"
    );
    assert!(passed > 1200, "{passed}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn another_validator_gives_the_same_verdict(
        schema in prop::collection::vec(any::<u8>(), 0..60),
        values in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..20), 1..8),
    ) {
        let schema = schemas::schema(&mut Choices(&schema));
        for bytes in &values {
            let value = schemas::value(&mut Choices(bytes), 3);
            if let Some((ours, theirs)) = schemas::verdicts(&schema, &value) {
                prop_assert_eq!(ours, theirs, "{} {}", schema, value);
            }
        }
    }
}
