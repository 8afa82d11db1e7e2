//! Files without faults.

use super::super::support::{pruned_site, site};
use super::{Case, Known, Log, SIZE, case};

pub fn cases(log: &Log) -> Vec<Case> {
    let pruned = pruned_site(SIZE, 12);
    vec![
        case(
            "small",
            "three entries, for changing every byte",
            site(3).export(),
        ),
        case(
            "whole",
            "a sealed log with two checkpoints",
            log.file.clone(),
        ),
        case(
            "whole_with_root",
            "the same, with a root kept outside",
            log.file.clone(),
        )
        .knowing(Known {
            root: Some(17),
            ..Known::default()
        }),
        case("whole_unknown", "the same, nothing known", log.file.clone()).knowing_nothing(),
        case(
            "range",
            "entries 6 to 12",
            log.site.export_of(6..13, None, &|_| true),
        ),
        case(
            "range_head",
            "entries 0 to 12",
            log.site.export_of(0..13, None, &|_| true),
        ),
        case(
            "range_tail",
            "entries 6 to 19",
            log.site.export_of(6..SIZE, None, &|_| true),
        ),
        case(
            "range_empty",
            "no entry",
            log.site.export_of(6..6, None, &|_| true),
        ),
        case(
            "filtered",
            "every third entry",
            log.site
                .export_of(0..SIZE, Some("connection 0"), &|seq| seq % 3 == 0),
        ),
        case(
            "pruned",
            "bodies before 12 pruned, leaf hashes kept",
            pruned.export(),
        ),
        case(
            "pruned_range",
            "pruned entries of a part that does not hold the record",
            pruned.export_of(0..13, None, &|_| true),
        ),
        case(
            "pruned_subtrees",
            "the same, only subtree hashes kept",
            pruned.export_of_subtrees(),
        ),
        case("empty", "a log without entries", site(0).export()),
    ]
}
