//! The line that a policy decision leaves in the audit log: one that is read has one spelling, and comes to its own end.
#![no_main]

use countersign::policy::record::PolicyRecord;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|line: &str| {
    if let Some(record) = PolicyRecord::reproduce(line) {
        assert_eq!(record.to_string(), line);
        assert_eq!(PolicyRecord::of(record.facts), record);
    }
});
