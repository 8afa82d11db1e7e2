//! What an export accepts and refuses.

use super::support::{SITE, Site, log_origin, site};
use countersign::audit::AuditError;
use countersign::audit::file::{Export, MAX_LINE, Omission};
use countersign::audit::note::MAX_NOTE;
use countersign::audit::span::Span;

const SIZE: u64 = 8;

fn export(site: &Site) -> Export {
    Export::new(&log_origin(), SITE, site.head(), &(0..SIZE), None).unwrap()
}

#[test]
fn rows_out_of_order_or_after_the_head_are_refused() {
    let site = site(SIZE);
    let mut export = export(&site);
    let leaf = &site.rows[0].leaf[..];
    assert_eq!(export.row(SIZE, leaf, None, true), Err(AuditError::Range));
    assert_eq!(export.row(0, &leaf[1..], None, true), Err(AuditError::Body));
    assert_eq!(export.row(0, leaf, Some(b"{}"), true), Ok(()));
    assert_eq!(
        export.row(0, leaf, Some(b"{}"), true),
        Err(AuditError::Range)
    );
    // A row that is missing in the table is missing in the file, and the next row has its usual place.
    assert_eq!(export.row(SIZE - 1, leaf, Some(b"{}"), true), Ok(()));
    assert_eq!(export.position(), SIZE);
    let text = String::from_utf8(export.finish(None).unwrap()).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!((lines[1], lines[3]), ("{}", "{}"));
    assert!(lines[2].starts_with("{\"leaves\":0,"));
    assert!(lines[4].starts_with("{\"leaves\":7,"));
    assert!(lines[5].starts_with("{\"end\":8,\"entries\":2,"));
}

#[test]
fn body_with_a_newline_or_over_the_longest_line_is_refused() {
    let site = site(SIZE);
    let mut export = export(&site);
    let leaf = &site.rows[0].leaf[..];
    let longest = vec![b'x'; MAX_LINE];
    for wrong in [&b"{\n}"[..], b"\n", &[longest.as_slice(), b"x"].concat()] {
        assert_eq!(
            export.row(0, leaf, Some(wrong), true),
            Err(AuditError::Body)
        );
    }
    assert_eq!(export.row(0, leaf, Some(&longest), true), Ok(()));
}

#[test]
fn stretch_must_begin_at_the_next_entry_and_end_in_the_log() {
    let site = site(SIZE);
    let span = |from: u64, until: u64| {
        let mut span = Span::new(from);
        for _ in from..until {
            span.push_leaf([1; 32]).unwrap();
        }
        span
    };
    let mut export = export(&site);
    let mut add = |from, until| export.span(Omission::Pruned, &span(from, until));
    assert_eq!(add(1, 2), Err(AuditError::Range));
    assert_eq!(add(0, SIZE + 1), Err(AuditError::Range));
    assert_eq!(add(0, 3), Ok(()));
    assert_eq!(add(0, 3), Err(AuditError::Range));
    assert_eq!(add(3, SIZE), Ok(()));
}

#[test]
fn overlong_notes_and_descriptions_are_refused() {
    let site = site(SIZE);
    let mut export = export(&site);
    assert_eq!(export.checkpoint(&"x".repeat(MAX_NOTE)), Ok(()));
    assert_eq!(
        export.checkpoint(&"x".repeat(MAX_NOTE + 1)),
        Err(AuditError::Note)
    );
    let text = String::from_utf8(export.take()).unwrap();
    assert!(text.contains("\n{\"checkpoint\":0,"));
    let made = |until: u64, filter: &str| {
        let range = 2..until;
        Export::new(&log_origin(), SITE, site.head(), &range, Some(filter)).err()
    };
    assert_eq!(made(SIZE, &"f".repeat(1024)), None);
    assert_eq!(made(SIZE, &"f".repeat(1025)), Some(AuditError::Name));
    assert_eq!(made(2, ""), None);
    assert_eq!(made(1, ""), Some(AuditError::Range));
    assert_eq!(made(SIZE + 1, ""), Some(AuditError::Range));
}

#[test]
fn unwanted_entries_are_outside_with_or_without_a_body() {
    let site = site(SIZE);
    let filter = Some("what was asked for");
    let mut export = Export::new(&log_origin(), SITE, site.head(), &(0..SIZE), filter).unwrap();
    let leaf = &site.rows[0].leaf[..];
    // A wanted and an unwanted entry without bodies, then the same with bodies.
    for (seq, body, wanted) in [
        (0, None, true),
        (1, None, false),
        (2, Some(&b"{}"[..]), true),
        (3, Some(&b"{}"[..]), false),
    ] {
        export.row(seq, leaf, body, wanted).unwrap();
    }
    let text = String::from_utf8(export.finish(None).unwrap()).unwrap();
    let starts: Vec<&str> = text
        .lines()
        .map(|line| line.split_inclusive(']').next().unwrap())
        .filter(|start| start.starts_with("{\"pruned") || start.starts_with("{\"outside"))
        .collect();
    assert_eq!(
        starts,
        [
            "{\"pruned\":[0,1]",
            "{\"outside\":[1,2]",
            "{\"outside\":[3,4]"
        ]
    );
}
