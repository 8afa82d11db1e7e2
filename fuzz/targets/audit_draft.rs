//! Drafts of audit entries: an accepted draft becomes an entry that is read back with the same values, is bounded, contains
//! no control characters and no token, and always has the same bytes.
#![no_main]

use countersign::audit::draft::Draft;
use countersign::audit::entry::Entry;
use countersign::token::Kind;
use countersign_fuzz::{NOW, SITE};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|json: &str| {
    let Ok(draft) = Draft::from_json(json) else {
        return;
    };
    let Ok(body) = draft.body(9, NOW, *SITE.as_bytes()) else {
        return;
    };
    assert_eq!(draft.body(9, NOW, *SITE.as_bytes()).as_ref(), Ok(&body));
    assert!(body.len() < 16 * 1024, "an entry is bounded");
    let text = std::str::from_utf8(&body).expect("an entry is text");
    assert!(!text.chars().any(char::is_control));
    for kind in Kind::ALL {
        // A prefix, followed by as many characters as a real token has.
        for (at, _) in text.match_indices(kind.prefix()) {
            let behind = text[at + kind.prefix().len()..].bytes();
            let run = behind
                .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
                .count();
            assert!(run < 150, "a whole token is in an entry");
        }
    }
    let entry = Entry::parse(&body).expect("what was written can be read");
    assert_eq!((entry.seq, entry.site), (9, *SITE.as_bytes()));
    assert_eq!(entry.summary.kind, draft.kind);
    assert_eq!(entry.summary.actor, draft.actor.kind);
    assert_eq!(entry.summary.outcome, draft.outcome);
    assert_eq!(entry.summary.correlation, draft.correlation);
});
