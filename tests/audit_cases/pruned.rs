//! Stretches without bodies.

use super::audit_support::lines::Lines;
use super::audit_support::{pruned_site, site};
use super::{Case, Log, SIZE, case};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use countersign::audit::verify::Verdict as V;
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
    vec![
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
