//! Stretches without bodies.

use super::super::support::{lines::Lines, pruned_site, site};
use super::{Case, Log, SIZE, case};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use countersign::audit::verify::LogVerdict as V;
use serde_json::Value;

pub fn cases(_: &Log) -> Vec<Case> {
    let pruned = pruned_site(SIZE, 12);
    let pruned_lines = Lines::of(&pruned.export());
    let prunes = |change: &dyn Fn(&mut Lines)| {
        let mut lines = pruned_lines.clone();
        change(&mut lines);
        lines.reframed().file()
    };
    let stretch = pruned_lines.nth("{\"pruned\"", 1);
    let mut unrecorded = site(SIZE);
    unrecorded.pruned = 12;
    let mut exceeding = pruned_site(SIZE, 8);
    exceeding.pruned = 12;
    let mut split = Lines::of(&pruned.export_of_subtrees());
    let whole = split.find("{\"pruned\"");
    let value: Value = serde_json::from_slice(&split.0[whole]).unwrap();
    let hashes = STANDARD.decode(value["hashes"].as_str().unwrap()).unwrap();
    let line = |from: u64, until: u64, hash: &[u8]| {
        let hashes = STANDARD.encode(hash);
        format!(r#"{{"pruned":[{from},{until}],"hashes":"{hashes}"}}"#).into_bytes()
    };
    split.0[whole] = line(0, 8, &hashes[..32]);
    split.0.insert(whole + 1, line(8, 12, &hashes[32..]));
    let mut beheaded = split.clone();
    beheaded.0.remove(whole);
    vec![
        case(
            "pruned_split",
            "subtree hashes in two lines, a checkpoint inside the first",
            split.reframed().file(),
        )
        .knowing_nothing(),
        case(
            "pruned_first_half_removed",
            "subtree hashes in two lines, the first taken out",
            beheaded.reframed().file(),
        )
        .is(V::MissingRange)
        .at(0),
        case(
            "pruned_empty",
            "a pruned stretch of no entry",
            prunes(&|lines| lines.0.insert(1, line(0, 0, &[]))),
        )
        .is(V::FileMalformed),
        case(
            "pruned_doubled",
            "a pruned stretch twice",
            prunes(&|lines| {
                let line = lines.0[stretch].clone();
                lines.0.insert(stretch, line);
            }),
        )
        .is(V::FileMalformed),
        case(
            "pruned_more",
            "more bodies gone than the log says",
            exceeding.export(),
        )
        .is(V::MissingRange)
        .at(0),
        case(
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
        )
        .is(V::SealInvalid)
        .at(9),
        case(
            "pruned_widened",
            "a pruned stretch says more than its hashes",
            prunes(&|lines| lines.replace(stretch, "\"pruned\":[5,9]", "\"pruned\":[5,8]")),
        )
        .is(V::FileMalformed),
        case(
            "pruned_removed",
            "a pruned stretch left out",
            prunes(&|lines| drop(lines.0.remove(stretch))),
        )
        .is(V::MissingRange)
        .at(5),
        case(
            "pruned_unrecorded",
            "bodies gone, and no entry says so",
            unrecorded.export(),
        )
        .is(V::MissingRange)
        .at(0),
    ]
}
