//! The header and the last line.

use super::super::support::{lines::Lines, log_origin, site};
use super::{Case, Log, SIZE, case, other_key};
use countersign::audit::note::sign;
use countersign::audit::verify::LogVerdict as V;
use serde_json::{Value, json};

pub fn cases(log: &Log) -> Vec<Case> {
    let header = |from: &str, to: &str| {
        log.changed(&|lines| lines.replace(0, from, to))
            .reframed()
            .file()
    };
    let end = |from: &str, to: &str| {
        let last = log.lines.0.len() - 1;
        log.changed(&|lines| lines.replace(last, from, to)).file()
    };
    let last: Value = serde_json::from_slice(log.lines.0.last().unwrap()).unwrap();
    let note = last["note"].to_string();
    let signed = last["note"].as_str().unwrap();
    let text = &signed[..=signed.find("\n\n").unwrap()];
    let other_note = json!(sign(text, &log_origin(), &other_key()).unwrap()).to_string();
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
            other_root(&log.lines),
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
            "header_size_less",
            "the header says one entry less",
            header("\"size\":20", "\"size\":19"),
        )
        .is(V::Inserted)
        .at(19),
        case(
            "header_until_beyond",
            "the header's range goes beyond its size, nothing known",
            header("\"until\":20", "\"until\":21"),
        )
        .knowing_nothing()
        .is(V::HeaderMismatch),
        case(
            "header_origin_site",
            "the log's name is of another site than the header, nothing known",
            header("5a/audit", "5b/audit"),
        )
        .knowing_nothing()
        .is(V::HeaderMismatch),
        case(
            "header_root_unknown",
            "the header says another root, nothing known",
            other_root(&log.lines),
        )
        .knowing_nothing()
        .is(V::HeadMismatch)
        .at(0),
        case(
            "header_root_empty",
            "the same of a log without entries",
            other_root(&Lines::of(&site(0).export())),
        )
        .knowing_nothing()
        .is(V::HeadMismatch)
        .at(0),
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
            "end_count_unknown",
            "the last line counts one entry more, nothing known",
            end("\"entries\":20", "\"entries\":21"),
        )
        .knowing_nothing()
        .is(V::HeaderMismatch),
        case(
            "end_size_unknown",
            "the last line says another size, nothing known",
            end("{\"end\":20", "{\"end\":21"),
        )
        .knowing_nothing()
        .is(V::HeaderMismatch),
        case(
            "end_other_key",
            "the last line signed by another key",
            end(&note, &other_note),
        )
        .is(V::UnknownKey),
        case(
            "after_end_open",
            "a byte after the last line",
            [log.file.as_slice(), b"x"].concat(),
        )
        .is(V::FileMalformed),
        case(
            "after_end",
            "a line after the last",
            log.changed(&|lines| lines.0.push(b"{}".to_vec())).file(),
        )
        .is(V::FileMalformed),
    ]
}

/// The root with a digit added at its beginning and its last digit removed.
fn other_root(lines: &Lines) -> Vec<u8> {
    let mut lines = lines.clone();
    let text = String::from_utf8(lines.0[0].clone()).unwrap();
    let text = text.replacen("\"root\":\"", "\"root\":\"0", 1);
    lines.0[0] = format!("{}\"}}", &text[..text.len() - 3]).into_bytes();
    lines.reframed().file()
}
