//! Exported logs: verification of any bytes ends with a verdict, which does not depend on the size of the chunks. No file is
//! proved without a key, and with a key only as far as that key has signed.
#![no_main]

use countersign::audit::file::{Expectations, FileReport, FileVerifier};
use countersign::audit::note::VerifierKey;
use countersign::audit::verify::LogVerdict;
use countersign_fuzz::signer;
use libfuzzer_sys::fuzz_target;

fn judge(data: &[u8], chunk: usize, expected: &Expectations) -> FileReport {
    let mut verifier = FileVerifier::new(expected);
    for part in data.chunks(chunk) {
        verifier.push(part);
    }
    verifier.finish()
}

fuzz_target!(|data: &[u8]| {
    let nothing = Expectations::default();
    let whole = judge(data, data.len().max(1), &nothing);
    assert_eq!(whole, judge(data, 7, &nothing));
    assert_eq!((whole.vouched, whole.witnessed, whole.seals), (0, 0, 0));
    assert!(!whole.is_proved());
    if whole.verdict == LogVerdict::Ok {
        assert!(data.ends_with(b"\n") && whole.entries <= whole.size);
        // The last line distinguishes a complete file from a truncated one.
        let cut = data[..data.len() - 1]
            .iter()
            .rposition(|byte| *byte == b'\n');
        let cut = cut.map_or(0, |at| at + 1);
        assert_ne!(judge(&data[..cut], 64, &nothing).verdict, LogVerdict::Ok);
    }

    let stranger = Expectations {
        keys: vec![
            VerifierKey::new(
                "shop.example/0011223344556677/audit",
                signer().verifying_key(),
            )
            .expect("a valid key"),
        ],
        ..Expectations::default()
    };
    let report = judge(data, 1 << 12, &stranger);
    assert_eq!(
        report.vouched, 0,
        "the author of the input does not have this key"
    );
    let rewritten = Expectations {
        roots: vec![(1, [0x5a; 32])],
        ..Expectations::default()
    };
    let report = judge(data, 1 << 12, &rewritten);
    assert_eq!(report.witnessed, 0);
});
