//! Measures the verification of an exported log of a million entries, compared with SHA-256 over the same bytes. Run it with
//! `cargo bench --bench audit`. With `AUDIT_LOG=FILE` it only writes the log to the file, and its verifier key to standard
//! output, for `benches/verifier.mjs`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout
)]

use std::io::{BufReader, Read as _, Seek as _, SeekFrom, Write as _};
use std::time::{Duration, Instant};

use countersign::audit::append::{Head, append};
use countersign::audit::checkpoint::{Checkpoint, origin};
use countersign::audit::draft::Draft;
use countersign::audit::file::{Expectations, Export, verify};
use countersign::audit::note::VerifierKey;
use countersign::clock::Timestamp;
use ed25519_dalek::SigningKey;
use sha2::{Digest as _, Sha256};

const ENTRIES: u64 = 1_000_000;
const BATCH: u64 = 1000;
const SITE: [u8; 8] = [0x5a; 8];

fn draft(n: u64) -> Draft {
    let json = format!(
        r#"{{"kind":"intent","actor":{{"kind":"agent","connection":{},"user":7,"client":"Example agent","ip":"192.0.2.1"}},"action":"update_post","target":"post:{n}","change":{{"title":"sha256:{n:064x}"}},"correlation":"{n:032x}"}}"#,
        n % 9
    );
    Draft::from_json(&json).unwrap()
}

fn origin_name() -> String {
    origin("shop.example", SITE).unwrap()
}

fn key() -> SigningKey {
    SigningKey::from_bytes(&[1; 32])
}

/// Writes the log twice: once for its head, and once as a file with that head.
fn write(file: &mut std::fs::File) {
    let mut head = Head::default();
    let grow = |head: &mut Head, batch: u64| {
        let drafts: Vec<Draft> = (batch * BATCH..(batch + 1) * BATCH).map(draft).collect();
        let now = Timestamp::from_millis(1_800_000_000_000 + batch);
        let made = append(head, &drafts, SITE, now).unwrap();
        *head = made.head;
        made.rows
    };
    for batch in 0..ENTRIES / BATCH {
        grow(&mut head, batch);
    }
    let whole = head.clone();
    let mut export = Export::new(&origin_name(), SITE, &whole, &(0..ENTRIES), None).unwrap();
    head = Head::default();
    for batch in 0..ENTRIES / BATCH {
        for row in grow(&mut head, batch) {
            export
                .row(row.seq, &row.leaf, Some(&row.body), true)
                .unwrap();
        }
        let checkpoint = Checkpoint {
            origin: origin_name(),
            size: head.size(),
            root: *head.root(),
        };
        export
            .checkpoint(&checkpoint.sign(&key()).unwrap())
            .unwrap();
        file.write_all(&export.take()).unwrap();
    }
    file.write_all(&export.finish(Some(&key())).unwrap())
        .unwrap();
}

/// Returns the highest memory use of this process so far, in megabytes.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.split_ascii_whitespace().next()?.parse::<u64>().ok());
    kilobytes.unwrap_or(0) / 1024
}

fn best(runs: u32, mut work: impl FnMut()) -> Duration {
    let timed = (0..runs).map(|_| {
        let start = Instant::now();
        work();
        start.elapsed()
    });
    timed.min().unwrap()
}

fn verifier_key() -> VerifierKey {
    VerifierKey::new(&origin_name(), key().verifying_key()).unwrap()
}

fn main() {
    if let Some(path) = std::env::var_os("AUDIT_LOG") {
        write(&mut std::fs::File::create(path).unwrap());
        println!("{}", verifier_key());
        return;
    }
    let mut file = tempfile::tempfile().unwrap();
    write(&mut file);
    let bytes = file.stream_position().unwrap();
    let rewound = || {
        let mut file = file.try_clone().unwrap();
        file.seek(SeekFrom::Start(0)).unwrap();
        file
    };
    let hashed = best(3, || {
        let mut file = rewound();
        let mut hash = Sha256::new();
        let mut buffer = vec![0; 1 << 16];
        loop {
            let read = file.read(&mut buffer).unwrap();
            if read == 0 {
                break;
            }
            hash.update(&buffer[..read]);
        }
        std::hint::black_box(hash.finalize());
    });
    let expected = Expectations {
        keys: vec![verifier_key()],
        ..Expectations::default()
    };
    let verified = best(3, || {
        let report = verify(
            BufReader::with_capacity(1 << 16, rewound()),
            &expected,
            &mut |_| (),
        )
        .unwrap();
        assert!(report.is_proved());
    });
    println!("{ENTRIES} entries, {} MB", bytes / 1_000_000);
    println!("SHA-256 over the bytes  {:7.3} s", hashed.as_secs_f64());
    println!("verification            {:7.3} s", verified.as_secs_f64());
    println!(
        "ratio                   {:7.2}",
        verified.as_secs_f64() / hashed.as_secs_f64()
    );
    println!("most memory             {:7} MB", peak());
}
