//! The vectors in `tests/vectors/audit/file`: one exported file for each case of tampering, with the verdict and the place
//! that verification must report. Other languages run the same files. `COUNTERSIGN_BLESS=1` writes them.

use super::cases::{Log, all};
use super::support::{check, first_key};
use countersign::audit::file::MAX_LINE;
use countersign::audit::verify::LogVerdict;
use countersign::bytes::hex;
use serde_json::{Value, json};

fn folder() -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/audit/file")
}

#[test]
fn every_case_of_tampering_gets_its_verdict() {
    let bless = std::env::var_os("COUNTERSIGN_BLESS").is_some();
    let log = Log::new();
    let mut wrong = Vec::new();
    let mut index = Vec::new();
    let mut names = std::collections::HashSet::new();
    for case in all(&log) {
        assert!(names.insert(case.name));
        let report = check(&case.file, &case.known.of(&log.site));
        let found = (report.verdict, report.first_bad);
        if found != (case.verdict, case.first_bad) {
            wrong.push(format!(
                "{}: {:?}, expected {:?}; {:?}",
                case.name,
                found,
                (case.verdict, case.first_bad),
                report.findings
            ));
        }
        // If one entry is concerned, the report names exactly this entry.
        if report.verdict == LogVerdict::EntryModified
            || case.about.starts_with("a line that is no entry")
        {
            assert_eq!(
                report.until,
                report.first_bad.map(|seq| seq + 1),
                "{}",
                case.name
            );
        }
        // A file of one very long line is described in the index and not stored.
        let huge = case.file.len() > MAX_LINE;
        let path = folder().join(format!("{}.ndjson", case.name));
        if bless && !huge {
            std::fs::create_dir_all(folder()).unwrap();
            std::fs::write(&path, &case.file).unwrap();
        }
        if !huge {
            assert!(
                std::fs::read(&path).ok().as_ref() == Some(&case.file),
                "{} differs from the generated file: COUNTERSIGN_BLESS=1 writes it",
                case.name
            );
        }
        index.push(json!({
            "name": case.name, "about": case.about,
            "insert": huge.then(|| json!({ "into": "whole", "before_line": 4, "byte": "x", "count": MAX_LINE + 1 })),
            "keys": case.known.keys().iter().map(ToString::to_string).collect::<Vec<_>>(),
            "roots": case.known.root.map(|size| vec![json!([size, hex(log.site.heads[size as usize].root())])]).unwrap_or_default(),
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
        "the index differs from the generated one: COUNTERSIGN_BLESS=1 writes it"
    );
}
