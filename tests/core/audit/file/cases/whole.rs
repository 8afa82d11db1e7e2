//! A file or a log that was cut off, rewritten history, and other files.

use super::super::support::{START, key, site};
use super::{Case, Known, Log, SIZE, case, rewritten};
use countersign::audit::verify::LogVerdict as V;

pub fn cases(log: &Log) -> Vec<Case> {
    let mut shorter = site(SIZE);
    shorter.rows.truncate(12);
    shorter.heads.truncate(13);
    shorter.notes.truncate(1);
    shorter.seals.retain(|seal| seal.size <= 12);
    vec![
        case(
            "cut",
            "the file ends after entry 9",
            log.changed(&|lines| {
                let at = lines.entry(10);
                lines.0.truncate(at);
            })
            .file(),
        )
        .is(V::TruncatedTail)
        .at(10),
        case(
            "cut_line",
            "the last line cut in the middle",
            log.file[..log.file.len() - 30].to_vec(),
        )
        .is(V::TruncatedTail)
        .at(20),
        case(
            "cut_newline",
            "the last newline cut",
            log.file[..log.file.len() - 1].to_vec(),
        )
        .is(V::TruncatedTail)
        .at(20),
        case(
            "cut_end",
            "the last line removed",
            log.changed(&|lines| drop(lines.0.pop())).file(),
        )
        .is(V::TruncatedTail)
        .at(20),
        case(
            "cut_log",
            "a shorter log, with head and all, against a known root",
            shorter.export(),
        )
        .knowing(Known {
            root: Some(17),
            ..Known::default()
        })
        .is(V::TruncatedTail)
        .at(12),
        case(
            "cut_log_seals",
            "the same, against the moment it was taken",
            shorter.export(),
        )
        .knowing(Known {
            taken: Some(START + 200_000),
            ..Known::default()
        })
        .is(V::SealGap),
        case(
            "rewritten",
            "history written anew with all hashes, old checkpoints kept",
            rewritten(7, SIZE).export(),
        )
        .knowing(Known {
            unsealed: true,
            ..Known::default()
        })
        .is(V::SealInvalid)
        .at(9),
        case(
            "rewritten_early",
            "the same from before the first checkpoint",
            {
                let mut site = rewritten(2, SIZE);
                site.seals.clear();
                site.export()
            },
        )
        .knowing(Known {
            unsealed: true,
            ..Known::default()
        })
        .is(V::Fork)
        .at(0),
        case(
            "rewritten_with_key",
            "history written anew by who holds the key, against a root kept outside",
            {
                let mut site = rewritten(7, SIZE);
                site.sign(&[5, SIZE], &key());
                site.seals.clear();
                site.export()
            },
        )
        .knowing(Known {
            unsealed: true,
            root: Some(17),
            ..Known::default()
        })
        .is(V::Fork)
        .at(5),
        case(
            "rewritten_with_key_sealed",
            "the same, against the sealing key: the past cannot be sealed again",
            {
                let mut site = rewritten(7, SIZE);
                site.sign(&[5, SIZE], &key());
                site.export()
            },
        )
        .is(V::SealInvalid)
        .at(9),
        case("wrong_key", "verified with another key", log.file.clone())
            .knowing(Known {
                key: 1,
                ..Known::default()
            })
            .is(V::UnknownKey)
            .at(5),
        case("nothing", "an empty file", Vec::new())
            .is(V::TruncatedTail)
            .at(0),
        case(
            "foreign",
            "a file of something else",
            b"{\"hello\":1}\n".to_vec(),
        )
        .is(V::FileMalformed),
    ]
}
