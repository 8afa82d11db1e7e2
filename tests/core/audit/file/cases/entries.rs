//! Entries that were changed, removed, moved or added.

use super::super::support::lines::Lines;
use super::super::support::{SITE, draft, usual};
use super::{Case, Known, Log, case};
use countersign::audit::tree::leaf_hash;
use countersign::audit::verify::LogVerdict as V;
use countersign::clock::Timestamp;

pub fn cases(log: &Log) -> Vec<Case> {
    let edited = |lines: &mut Lines| {
        let at = lines.entry(7);
        lines.replace(at, "post:7", "post:8");
    };
    let relabelled = log
        .changed(&|lines| {
            edited(lines);
            let leaf = leaf_hash(&lines.0[lines.entry(7)]);
            lines.set_leaf(7, leaf);
        })
        .reframed();
    vec![
        case("edited", "an entry changed", log.changed(&edited).file())
            .is(V::EntryModified)
            .at(7),
        case(
            "edited_with_hash",
            "an entry and its recorded hash changed",
            relabelled.file(),
        )
        .is(V::SealInvalid)
        .at(9),
        case(
            "edited_with_hash_unsealed",
            "the same, without a sealing key: the checkpoint",
            {
                let mut lines = relabelled.clone();
                lines.0.retain(|line| !line.starts_with(b"{\"seal\""));
                lines.reframed().file()
            },
        )
        .knowing(Known {
            unsealed: true,
            ..Known::default()
        })
        .is(V::Fork)
        .at(5),
        case(
            "edited_time",
            "the time of an entry changed",
            log.changed(&|lines| {
                let at = lines.entry(2);
                lines.replace(at, "1800000014000", "1800000014001");
            })
            .file(),
        )
        .is(V::EntryModified)
        .at(2),
        case(
            "edited_seq",
            "an entry says another place",
            log.changed(&|lines| {
                let at = lines.entry(6);
                lines.replace(at, "\"seq\":6", "\"seq\":8");
            })
            .file(),
        )
        .is(V::Inserted)
        .at(6),
        case(
            "removed",
            "an entry removed",
            log.changed(&|lines| {
                let at = lines.entry(7);
                lines.0.remove(at);
            })
            .file(),
        )
        .is(V::MissingRange)
        .at(7),
        case(
            "removed_first",
            "the first entry removed",
            log.changed(&|lines| {
                let at = lines.entry(0);
                lines.0.remove(at);
            })
            .file(),
        )
        .is(V::MissingRange)
        .at(0),
        case(
            "removed_last",
            "the last entry removed",
            log.changed(&|lines| {
                let at = lines.entry(19);
                lines.0.remove(at);
            })
            .file(),
        )
        .is(V::MissingRange)
        .at(19),
        case(
            "removed_with_hash",
            "a stretch removed with its hashes",
            log.changed(&|lines| {
                let (from, to) = (lines.entry(5), lines.find("{\"leaves\":5"));
                lines.0.drain(from..=to);
            })
            .reframed()
            .file(),
        )
        .is(V::MissingRange)
        .at(5),
        case(
            "swapped",
            "two neighbours exchanged",
            log.changed(&|lines| {
                let at = lines.entry(6);
                lines.0.swap(at, at + 1);
            })
            .file(),
        )
        .is(V::Inserted)
        .at(6),
        case(
            "moved",
            "an entry moved to the front",
            log.changed(&|lines| {
                let (at, to) = (lines.entry(8), lines.entry(5));
                let line = lines.0.remove(at);
                lines.0.insert(to, line);
            })
            .file(),
        )
        .is(V::Inserted)
        .at(5),
        case(
            "doubled",
            "an entry twice",
            log.changed(&|lines| {
                let at = lines.entry(3);
                let line = lines.0[at].clone();
                lines.0.insert(at, line);
            })
            .file(),
        )
        .is(V::Inserted)
        .at(3),
        case(
            "inserted",
            "a line that is no entry put in",
            log.changed(&|lines| {
                let at = lines.entry(3);
                lines.0.insert(at, b"{\"v\":1}".to_vec());
            })
            .file(),
        )
        .is(V::Inserted)
        .at(3),
        case(
            "inserted_entry",
            "an entry made for the place put in before it",
            log.changed(&|lines| {
                let at = lines.entry(3);
                let line = draft(77)
                    .body(3, Timestamp::from_millis(usual(3)), SITE)
                    .unwrap();
                lines.0.insert(at, line);
            })
            .file(),
        )
        .is(V::EntryModified)
        .at(3),
        case(
            "inserted_last",
            "a line that is no entry put in behind the last of its hashes",
            log.changed(&|lines| {
                let at = lines.entry(8);
                lines.0.insert(at + 1, b"{\"v\":1}".to_vec());
            })
            .file(),
        )
        .is(V::Inserted)
        .at(9),
        case(
            "moved_early",
            "an entry moved among those of other hashes",
            log.changed(&|lines| {
                let (at, to) = (lines.entry(12), lines.entry(6));
                let line = lines.0.remove(at);
                lines.0.insert(to, line);
            })
            .file(),
        )
        .is(V::Inserted)
        .at(12),
        case(
            "removed_and_doubled",
            "an entry removed, the next twice",
            log.changed(&|lines| {
                let at = lines.entry(6);
                lines.0[at] = lines.0[at + 1].clone();
            })
            .file(),
        )
        .is(V::MissingRange)
        .at(6),
        case(
            "edited_and_doubled",
            "an entry changed, and twice",
            log.changed(&|lines| {
                edited(lines);
                let at = lines.entry(7);
                let line = lines.0[at].clone();
                lines.0.insert(at, line);
            })
            .file(),
        )
        .is(V::EntryModified)
        .at(7),
        case(
            "removed_with_hash_and_seal",
            "a stretch removed with its hashes and the seal behind it",
            log.changed(&|lines| {
                let (from, to) = (lines.entry(5), lines.find("{\"leaves\":5"));
                lines.0.drain(from..=to + 1);
            })
            .reframed()
            .file(),
        )
        .knowing(Known {
            unsealed: true,
            ..Known::default()
        })
        .is(V::MissingRange)
        .at(5),
        case(
            "foreign_site",
            "an entry of another site in place of one",
            log.changed(&|lines| {
                let at = lines.entry(4);
                lines.0[at] = draft(4)
                    .body(4, Timestamp::from_millis(usual(4)), [1; 8])
                    .unwrap();
            })
            .file(),
        )
        .is(V::Inserted)
        .at(4),
        case(
            "not_json",
            "an entry's first byte changed",
            log.changed(&|lines| {
                let at = lines.entry(4);
                lines.replace(at, "{", "[");
            })
            .file(),
        )
        .is(V::EntryModified)
        .at(4),
        case(
            "nul",
            "a NUL in an entry",
            log.changed(&|lines| {
                let at = lines.entry(4);
                lines.replace(at, "post:4", "post:4\0");
            })
            .file(),
        )
        .is(V::EntryModified)
        .at(4),
        case(
            "not_utf8",
            "a byte that is not UTF-8",
            log.changed(&|lines| {
                let at = lines.entry(4);
                lines.0[at][80] = 0xff;
            })
            .file(),
        )
        .is(V::EntryModified)
        .at(4),
        case(
            "spaces",
            "white space in an entry, which means the same",
            log.changed(&|lines| {
                let at = lines.entry(4);
                lines.replace(at, "\"v\":1,", "\"v\":1, ");
            })
            .file(),
        )
        .is(V::EntryModified)
        .at(4),
    ]
}
