//! Lines that are spelled differently, doubled or missing.

use super::{Case, Log, case};
use countersign::audit::file::MAX_LINE;
use countersign::audit::verify::LogVerdict as V;

pub fn cases(log: &Log) -> Vec<Case> {
    let leaves = log.lines.find("{\"leaves\":5");
    vec![
        case(
            "leaves_removed",
            "recorded hashes removed",
            log.changed(&|lines| drop(lines.0.remove(leaves)))
                .reframed()
                .file(),
        )
        .is(V::FileMalformed),
        case(
            "leaves_empty",
            "recorded hashes of no entry",
            log.changed(&|lines| {
                let line = br#"{"leaves":9,"hashes":""}"#.to_vec();
                lines.0.insert(leaves + 1, line);
            })
            .reframed()
            .file(),
        )
        .is(V::FileMalformed),
        case(
            "leaves_doubled",
            "recorded hashes twice",
            log.changed(&|lines| {
                let line = lines.0[leaves].clone();
                lines.0.insert(leaves, line);
            })
            .reframed()
            .file(),
        )
        .is(V::FileMalformed),
        case(
            "crlf",
            "carriage returns before newlines",
            log.lines
                .0
                .iter()
                .flat_map(|line| [line.as_slice(), b"\r\n"].concat())
                .collect(),
        )
        .is(V::FileMalformed),
        case(
            "blank",
            "an empty line",
            log.changed(&|lines| lines.0.insert(3, Vec::new())).file(),
        )
        .is(V::Inserted)
        .at(2),
        case(
            "bom",
            "a byte order mark",
            [b"\xef\xbb\xbf", log.file.as_slice()].concat(),
        )
        .is(V::FileMalformed),
        case(
            "frame_spaces",
            "white space in a line of the frame",
            log.changed(&|lines| lines.replace(leaves, "5,\"", "5, \""))
                .reframed()
                .file(),
        )
        .is(V::FileMalformed),
        case(
            "huge_line",
            "a line longer than any",
            log.changed(&|lines| lines.0.insert(3, vec![b'x'; MAX_LINE + 1]))
                .file(),
        )
        .is(V::FileMalformed),
    ]
}
