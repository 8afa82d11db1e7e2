//! Lines of policy decisions: a line that is read is canonical, and deciding again gives its verdict.
#![no_main]

use countersign::policy::record::PolicyRecord;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|line: &str| {
    if let Some(record) = PolicyRecord::reproduce(line) {
        assert_eq!(record.to_string(), line);
        assert_eq!(PolicyRecord::of(record.facts), record);
    }
});
