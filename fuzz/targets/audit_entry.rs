//! Stored audit entries: verification of any row ends with a verdict, which is `ok` only if the row is an entry of this site
//! at its place and with its own leaf hash.
#![no_main]

use countersign::audit::entry::Entry;
use countersign::audit::tree::leaf_hash;
use countersign::audit::verify::{Columns, LogVerdict, LogVerifier, StoredRow};
use countersign_fuzz::SITE;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| {
    let entry = Entry::parse(body);
    let leaf = leaf_hash(body);
    let judge = |leaf: &[u8], columns| {
        let mut verifier = LogVerifier::new(*SITE.as_bytes());
        verifier.feed(&StoredRow {
            seq: 0,
            leaf,
            body,
            columns,
        });
        verifier.finish(None).verdict
    };
    let valid = entry
        .as_ref()
        .is_ok_and(|entry| entry.seq == 0 && entry.site == *SITE.as_bytes());
    assert_eq!(judge(&leaf, Columns::Absent) == LogVerdict::Ok, valid);
    if let Ok(entry) = &entry {
        let verdict = judge(&leaf, Columns::Read(&entry.summary));
        assert_eq!(verdict == LogVerdict::Ok, valid);
    }
    assert_ne!(judge(&leaf[1..], Columns::Absent), LogVerdict::Ok);
    assert_ne!(judge(&[0; 32], Columns::Absent), LogVerdict::Ok);
});
