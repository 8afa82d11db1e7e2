//! Seals gone, doubled, changed or made later, and entries dated outside their epoch.

use super::audit_support::{START, draft, key, usual, write};
use super::{Case, Log, SIZE, case};
use countersign::audit::verify::Verdict as V;

pub fn cases(log: &Log) -> Vec<Case> {
    let seal = log.lines.nth("{\"seal\"", 1);
    let mut early = write((0..SIZE).map(draft).collect(), |n| {
        if n == 12 { START - 60_000 } else { usual(n) }
    });
    early.sign(&[5, SIZE], &key());
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
            "outside_epoch",
            "an entry dated back before the epoch it is sealed in",
            early.export(),
        )
        .is(V::OutsideEpoch)
        .at(12),
    ]
}
