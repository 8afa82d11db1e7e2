//! The head row of the audit log: a head that is read is written with the same spelling.
#![no_main]

use countersign::audit::append::Head;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(head) = Head::from_text(text) {
        assert_eq!(head.to_text(), text);
        let again = Head::decode(head.size(), &head.frontier(), head.root());
        assert_eq!(again.as_ref(), Ok(&head));
    }
});
