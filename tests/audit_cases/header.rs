//! The header and the last line.

use super::audit_support::lines::Lines;
use super::{Case, Log, SIZE, case};
use countersign::audit::verify::Verdict as V;
use serde_json::Value;

pub fn cases(log: &Log) -> Vec<Case> {
    let header = |from: &str, to: &str| {
        log.changed(&|lines| lines.replace(0, from, to))
            .reframed()
            .file()
    };
    vec![
        case(
            "header_size",
            "the header says one entry more",
            header("\"size\":20", "\"size\":21"),
        )
        .is(V::TruncatedTail)
        .at(20),
        case(
            "header_until",
            "the header says another range",
            header("\"until\":20", "\"until\":19"),
        )
        .is(V::HeaderMismatch)
        .at(19),
        case(
            "header_root",
            "the header says another root",
            log.changed(&|lines| {
                // A digit put before the root, and its last taken away.
                let text = String::from_utf8(lines.0[0].clone()).unwrap();
                let text = text.replacen("\"root\":\"", "\"root\":\"0", 1);
                lines.0[0] = format!("{}\"}}", &text[..text.len() - 3]).into_bytes();
            })
            .reframed()
            .file(),
        )
        .is(V::HeaderMismatch),
        case(
            "header_origin",
            "the header names another host",
            header("shop.example", "shap.example"),
        )
        .is(V::SealInvalid)
        .at(9),
        case(
            "header_site",
            "the header names another site",
            header("5a5a5a5a5a5a5a5a\",\"from", "5a5a5a5a5a5a5a5b\",\"from"),
        )
        .is(V::Inserted)
        .at(0),
        case(
            "header_filter",
            "the header says the entries were picked",
            header("\"filter\":null", "\"filter\":\"all\""),
        )
        .is(V::HeaderMismatch),
        case(
            "header_version",
            "the header says another version",
            header("audit\":1", "audit\":2"),
        )
        .is(V::FileMalformed),
        case(
            "header_order",
            "the header's keys in another order",
            log.changed(&|lines| {
                lines.replace(0, "{\"countersign_audit\":1,", "{");
                lines.replace(0, "\"root\"", "\"countersign_audit\":1,\"root\"");
            })
            .reframed()
            .file(),
        )
        .is(V::FileMalformed),
        case(
            "header_twice",
            "the header twice",
            log.changed(&|lines| {
                let line = lines.0[0].clone();
                lines.0.insert(0, line);
            })
            .file(),
        )
        .is(V::Inserted)
        .at(0),
        case(
            "filter_hides",
            "an entry left out where everything was asked for",
            {
                let mut lines = Lines::of(&log.site.export_of(0..SIZE, Some("x"), &|seq| seq != 7));
                lines.replace(0, "\"filter\":\"x\"", "\"filter\":null");
                lines.reframed().file()
            },
        )
        .is(V::HeaderMismatch)
        .at(7),
        case(
            "end_count",
            "the last line counts one entry more",
            log.changed(&|lines| {
                let at = lines.find("{\"end\"");
                lines.replace(at, "\"entries\":20", "\"entries\":21");
            })
            .file(),
        )
        .is(V::HeaderMismatch),
        case(
            "end_frame",
            "the hash over the frame changed",
            log.changed(&|lines| {
                let at = lines.find("{\"end\"");
                let text = String::from_utf8(lines.0[at].clone()).unwrap();
                let frame = serde_json::from_str::<Value>(&text).unwrap()["frame"]
                    .as_str()
                    .unwrap()
                    .to_owned();
                lines.replace(at, &frame, &"0".repeat(64));
            })
            .file(),
        )
        .is(V::FileMalformed),
        case(
            "end_note",
            "the signature of another export",
            log.changed(&|lines| {
                let other = Lines::of(&log.site.export_of(6..13, None, &|_| true));
                let value: Value = serde_json::from_slice(other.0.last().unwrap()).unwrap();
                let end = lines.0.pop().unwrap();
                let mine: Value = serde_json::from_slice(&end).unwrap();
                let text = String::from_utf8(end)
                    .unwrap()
                    .replace(&mine["note"].to_string(), &value["note"].to_string());
                lines.0.push(text.into_bytes());
            })
            .file(),
        )
        .is(V::HeaderMismatch),
        case(
            "after_end",
            "a line after the last",
            log.changed(&|lines| lines.0.push(b"{}".to_vec())).file(),
        )
        .is(V::FileMalformed),
    ]
}
