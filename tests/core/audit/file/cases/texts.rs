//! Texts beside entries that were changed, exchanged, added or erased.

use super::super::support::lines::Lines;
use super::super::support::{Site, draft, key, usual, write_with_texts};
use super::{Case, Known, Log, SIZE, case};
use countersign::audit::draft::Draft;
use countersign::audit::verify::LogVerdict as V;

/// Returns a log of `size` entries in which every one with an even number, except the first, has an address and a title.
pub fn told(size: u64) -> Site {
    let draft = |n: u64| {
        let mut draft = draft(n);
        if n > 0 && n.is_multiple_of(2) {
            let told = format!(
                r#"{{"kind":"intent","actor":{{"kind":"agent","ip":"192.0.2.{n}"}},"action":"update_post","texts":{{"change.arguments.title":"Title \"{n}\" é"}}}}"#
            );
            draft = Draft::from_json(&told).unwrap();
        }
        draft
    };
    let mut site = write_with_texts((0..size).map(draft).collect(), usual);
    site.sign(&[5.min(size), size], &key());
    site
}

pub fn cases(_: &Log) -> Vec<Case> {
    let lines = Lines::of(&told(SIZE).export());
    // Without the signature of the site, which covers every line that is no entry.
    let nothing = Known {
        key: 2,
        ..Known::default()
    };
    let changed = |change: &dyn Fn(&mut Lines)| {
        let mut lines = lines.clone();
        change(&mut lines);
        lines.reframed().file()
    };
    let texts = |lines: &Lines, seq: u64| lines.find(&format!("{{\"texts\":{seq},"));
    let values = |lines: &Lines, seq: u64| -> String {
        let line = String::from_utf8(lines.0[texts(lines, seq)].clone()).unwrap();
        line.split_once("\"values\":").unwrap().1.to_owned()
    };
    let with_values = |lines: &mut Lines, seq: u64, values: &str| {
        let at = texts(lines, seq);
        lines.0[at] = format!("{{\"texts\":{seq},\"values\":{values}").into_bytes();
    };
    let wrong = |name, about, change: &dyn Fn(&mut Lines)| {
        case(name, about, changed(change))
            .knowing(nothing)
            .is(V::TextModified)
            .at(6)
    };
    vec![
        case(
            "texts",
            "entries with texts beside them",
            lines.clone().file(),
        ),
        case(
            "texts_erased",
            "all texts of an entry were erased before the export",
            changed(&|lines| {
                lines.0.remove(texts(lines, 6));
            }),
        )
        .knowing(nothing),
        case(
            "texts_erased_in_part",
            "one text of an entry was erased before the export",
            changed(&|lines| {
                let values = values(lines, 6);
                let rest = values.split_once("],[").unwrap().1.to_owned();
                with_values(lines, 6, &format!("[[{rest}"));
            }),
        )
        .knowing(nothing),
        case(
            "texts_removed_after_the_export",
            "the texts of an entry were removed from a signed file",
            {
                let mut lines = lines.clone();
                lines.0.remove(texts(&lines, 6));
                lines.file()
            },
        )
        .is(V::FileMalformed),
        wrong("text_changed", "a text changed", &|lines| {
            let at = texts(lines, 6);
            lines.replace(at, "Title", "Other");
        }),
        wrong(
            "text_salt_changed",
            "the salt of a text changed",
            &|lines| {
                let values = values(lines, 6);
                let salt = values.split('"').nth(3).unwrap().to_owned();
                with_values(lines, 6, &values.replace(&salt, &"0".repeat(32)));
            },
        ),
        wrong(
            "text_salt_removed",
            "the salt of a text is missing",
            &|lines| {
                let values = values(lines, 6);
                let salt = values.split('"').nth(3).unwrap().to_owned();
                with_values(lines, 6, &values.replace(&salt, ""));
            },
        ),
        wrong("text_moved", "a text at another path", &|lines| {
            let at = texts(lines, 6);
            lines.replace(at, "actor.ip", "change.ip");
        }),
        wrong("text_doubled", "a text twice", &|lines| {
            let values = values(lines, 6);
            let first = values.split_once("],[").unwrap().0.to_owned();
            with_values(lines, 6, &format!("{first}],{}", &values[1..]));
        }),
        wrong(
            "texts_exchanged",
            "the texts of two entries exchanged",
            &|lines| {
                let (six, eight) = (values(lines, 6), values(lines, 8));
                with_values(lines, 6, &eight);
                with_values(lines, 8, &six);
            },
        ),
        wrong("texts_renamed", "texts that name another entry", &|lines| {
            let at = texts(lines, 8);
            lines.replace(at, "\"texts\":8", "\"texts\":6");
        }),
        wrong(
            "texts_twice",
            "texts after those of the same entry",
            &|lines| {
                let at = texts(lines, 6);
                let again = lines.0[at].clone();
                lines.0.insert(at, again);
            },
        ),
        wrong(
            "texts_of_none",
            "texts for an entry that has none",
            &|lines| {
                let (seven, values) = (lines.entry(7), values(lines, 6));
                lines.0.insert(
                    seven + 1,
                    format!("{{\"texts\":7,\"values\":{values}").into_bytes(),
                );
            },
        )
        .at(7),
        case(
            "texts_spelled_otherwise",
            "texts with white space",
            changed(&|lines| {
                let at = texts(lines, 6);
                lines.replace(at, "{\"texts\":6,", "{\"texts\": 6,");
            }),
        )
        .knowing(nothing)
        .is(V::FileMalformed),
        case(
            "commitment_changed",
            "a commitment in an entry changed",
            changed(&|lines| {
                let at = lines.entry(6);
                lines.replace(at, "\"actor.ip\":\"", "\"actor.iq\":\"");
            }),
        )
        .knowing(nothing)
        .is(V::TextModified)
        .at(6),
    ]
}
