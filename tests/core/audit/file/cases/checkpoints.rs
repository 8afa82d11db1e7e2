//! Checkpoints of another log, by another key, at another place, or missing.

use super::super::support::{checkpoint, key, log_origin};
use super::{Case, Known, Log, SIZE, case, other_key, other_origin, rewritten};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use countersign::audit::note::sign;
use countersign::audit::verify::LogVerdict as V;
use serde_json::json;

pub fn cases(log: &Log) -> Vec<Case> {
    let note = log.lines.find("{\"checkpoint\":5");
    let with_note = |size: u64, text: &str| {
        log.changed(&|lines| {
            lines.0[note] =
                format!(r#"{{"checkpoint":{size},"note":{}}}"#, json!(text)).into_bytes();
        })
        .reframed()
        .file()
    };
    let other_log = sign(
        &format!(
            "{}\n5\n{}\n",
            other_origin(),
            STANDARD.encode(log.site.heads[5].root())
        ),
        &log_origin(),
        &key(),
    )
    .unwrap();
    let own = checkpoint(&log.site.heads[5], &key());
    let text = &own[..=own.find("\n\n").unwrap()];
    let by_other_site = sign(text, &other_origin(), &other_key()).unwrap();
    vec![
        case(
            "checkpoint_other_log",
            "a checkpoint about another log",
            with_note(5, &other_log),
        )
        .is(V::CheckpointInvalid)
        .at(5),
        case(
            "checkpoint_other_size",
            "a checkpoint about another size",
            with_note(5, &checkpoint(&log.site.heads[6], &key())),
        )
        .is(V::CheckpointInvalid)
        .at(5),
        case(
            "checkpoint_other_root",
            "a signed checkpoint about another root",
            {
                let other = rewritten(2, SIZE);
                with_note(5, &checkpoint(&other.heads[5], &key()))
            },
        )
        .is(V::Fork)
        .at(0),
        case(
            "checkpoint_edited",
            "a checkpoint changed after signing",
            with_note(5, &log.site.notes[0].1.replacen('A', "B", 1)),
        )
        .is(V::CheckpointInvalid)
        .at(5),
        case(
            "checkpoint_other_key",
            "a checkpoint by another key",
            with_note(5, &checkpoint(&log.site.heads[5], &other_key())),
        )
        .is(V::UnknownKey)
        .at(5),
        case(
            "checkpoint_other_site",
            "a checkpoint by the key of another site, which was given too",
            with_note(5, &by_other_site),
        )
        .knowing(Known {
            key: 3,
            ..Known::default()
        })
        .is(V::UnknownKey)
        .at(5),
        case(
            "checkpoint_moved",
            "a checkpoint behind the next entry",
            log.changed(&|lines| {
                let line = lines.0.remove(note);
                let to = lines.find("{\"leaves\":5") + 1;
                lines.0.insert(to, line);
            })
            .reframed()
            .file(),
        )
        .is(V::CheckpointInvalid)
        .at(5),
        case(
            "checkpoint_removed",
            "a checkpoint removed: the signature on the file",
            log.changed(&|lines| drop(lines.0.remove(note)))
                .reframed()
                .file(),
        )
        .is(V::HeaderMismatch),
        case(
            "checkpoint_keys_twice",
            "a key twice in a checkpoint line",
            log.changed(&|lines| {
                lines.replace(
                    note,
                    "{\"checkpoint\":5,",
                    "{\"checkpoint\":5,\"checkpoint\":5,",
                )
            })
            .reframed()
            .file(),
        )
        .is(V::FileMalformed),
    ]
}
