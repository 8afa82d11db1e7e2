//! Drafts of audit entries: an accepted draft becomes an entry that is read back with the same values and commits to its
//! texts; both are bounded, contain no control characters and no token, and always have the same bytes.
#![no_main]

use countersign::audit::draft::Draft;
use countersign::audit::entry::Entry;
use countersign::audit::text::{EntryText, MAX_TEXTS};
use countersign::secret::Secret;
use countersign::token::Kind;
use countersign_fuzz::{NOW, SITE};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|json: &str| {
    let Ok(draft) = Draft::from_json(json) else {
        return;
    };
    let made = || draft.entry(9, NOW, *SITE.as_bytes(), Some(&Secret::new([7; 32])));
    let Ok((body, texts)) = made() else {
        return;
    };
    assert_eq!(made(), Ok((body.clone(), texts.clone())));
    assert!(body.len() < 24 * 1024, "an entry is bounded");
    assert!(texts.len() <= MAX_TEXTS);
    let mut text = String::from_utf8(body.clone()).expect("an entry is text");
    for told in &texts {
        assert!(told.value.len() < 8 * 1024, "a text is bounded");
        text.push_str(&told.value);
    }
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
    let found = entry
        .texts
        .compare(entry.site, 9, texts.iter().map(EntryText::stored));
    assert_eq!((found.wrong, found.erased), (false, 0));
    assert_eq!((entry.seq, entry.site), (9, *SITE.as_bytes()));
    assert_eq!(entry.summary.kind, draft.kind);
    assert_eq!(entry.summary.actor, draft.actor.kind);
    assert_eq!(entry.summary.outcome, draft.outcome);
    assert_eq!(entry.summary.correlation, draft.correlation);
});
