//! Seals that are missing, doubled, changed or made later, and entries with times outside their epoch.

use super::super::support::{START, draft, key, usual, write};
use super::{Case, Log, SIZE, case};
use countersign::audit::verify::LogVerdict as V;

pub fn cases(log: &Log) -> Vec<Case> {
    let seal = log.lines.nth("{\"seal\"", 1);
    vec![
        case(
            "seal_missing",
            "a seal removed",
            log.changed(&|lines| drop(lines.0.remove(lines.nth("{\"seal\"", 0))))
                .reframed()
                .file(),
        )
        .is(V::SealGap)
        .at(18),
        case(
            "seal_last_missing",
            "the last seal removed, whose time is not over: the signature on the file",
            log.changed(&|lines| drop(lines.0.remove(seal)))
                .reframed()
                .file(),
        )
        .is(V::HeaderMismatch),
        case(
            "seals_missing",
            "all seals removed",
            log.changed(&|lines| lines.0.retain(|line| !line.starts_with(b"{\"seal\"")))
                .reframed()
                .file(),
        )
        .is(V::SealGap)
        .at(19),
        case(
            "seal_regressed",
            "an earlier seal in place of one",
            log.changed(&|lines| lines.0[seal] = lines.0[lines.nth("{\"seal\"", 0)].clone())
                .reframed()
                .file(),
        )
        .is(V::SealInvalid)
        .at(9),
        case(
            "seal_doubled",
            "a seal twice",
            log.changed(&|lines| {
                let line = lines.0[seal].clone();
                lines.0.insert(seal, line);
            })
            .reframed()
            .file(),
        )
        .is(V::SealInvalid)
        .at(18),
        case(
            "seal_edited",
            "a seal changed",
            log.changed(&|lines| {
                lines.replace(seal, "\"until\":1800000120000", "\"until\":1800000120001")
            })
            .reframed()
            .file(),
        )
        .is(V::SealInvalid)
        .at(18),
        case(
            "seal_newer_key",
            "an epoch sealed again with a later key",
            log.changed(&|lines| {
                let mut forged = log.site.seals[1].clone();
                forged.mac = [9; 32];
                lines.0[seal] = forged.to_text().into_bytes();
            })
            .reframed()
            .file(),
        )
        .is(V::SealInvalid)
        .at(18),
        case(
            "outside_epoch_early",
            "two entries dated back",
            dated(&[12, 13], START - 60_000),
        )
        .is(V::OutsideEpoch)
        .at(12),
        case(
            "outside_epoch_late",
            "two entries dated ahead of the epoch they are sealed in",
            dated(&[3, 4], START + 90_000),
        )
        .is(V::OutsideEpoch)
        .at(3),
        case(
            "inside_epoch_late",
            "the same, within what clocks may differ",
            dated(&[3, 4], START + 89_999),
        ),
        case(
            "inside_epoch_early",
            "entries dated back as far as clocks may differ",
            dated(&[12, 13], START + 30_000),
        ),
        case(
            "before_sealing",
            "an entry from long before sealing began",
            dated(&[2], START - 900_000),
        ),
        case(
            "outside_epoch",
            "an entry dated back before the epoch it is sealed in",
            dated(&[12], START - 60_000),
        )
        .is(V::OutsideEpoch)
        .at(12),
    ]
}

/// Returns the log with the times of `entries` changed to `time`.
fn dated(entries: &[u64], time: u64) -> Vec<u8> {
    let drafts = (0..SIZE).map(draft).collect();
    let mut site = write(
        drafts,
        |n| if entries.contains(&n) { time } else { usual(n) },
    );
    site.sign(&[5, SIZE], &key());
    site.export()
}
