//! Cases of tampering with an exported log, with the verdict and the place that verification must report.

mod checkpoints;
mod entries;
mod header;
mod lines;
mod pruned;
mod seals;
mod sound;
pub mod texts;
mod whole;

use super::support::lines::Lines;
use super::support::{SITE, Site, draft, first_key, key, log_origin, site, usual, write};
use countersign::audit::checkpoint::origin;
use countersign::audit::file::Expectations;
use countersign::audit::note::VerifierKey;
use countersign::audit::verify::LogVerdict;
use countersign::clock::Timestamp;
use ed25519_dalek::SigningKey;

/// The number of entries in the unchanged log.
pub const SIZE: u64 = 20;

/// What the auditor knows. The default is the verifier key of the site and the first sealing key.
#[derive(Default, Clone, Copy)]
pub struct Known {
    /// The verifier keys: 0 that of the site, 1 another key with the name of the site, 2 none, 3 that of the site and that
    /// of another site.
    pub key: u8,
    /// Whether the auditor has no sealing key.
    pub unsealed: bool,
    /// The size of the unchanged log whose root the auditor kept.
    pub root: Option<u64>,
    /// When the file was exported, in milliseconds since 1970.
    pub taken: Option<u64>,
}

impl Known {
    pub fn keys(self) -> Vec<VerifierKey> {
        let named =
            |key: &SigningKey| VerifierKey::new(&log_origin(), key.verifying_key()).unwrap();
        match self.key {
            0 => vec![named(&key())],
            1 => vec![named(&other_key())],
            3 => vec![
                named(&key()),
                VerifierKey::new(&other_origin(), other_key().verifying_key()).unwrap(),
            ],
            _ => Vec::new(),
        }
    }

    /// Returns the expectations, with the root that the unchanged `site` had.
    pub fn of(self, site: &Site) -> Expectations {
        Expectations {
            keys: self.keys(),
            roots: self
                .root
                .map(|size| (size, *site.heads[size as usize].root()))
                .into_iter()
                .collect(),
            seal: (!self.unsealed).then(first_key),
            taken: self.taken.map(Timestamp::from_millis),
        }
    }
}

/// The key of another signer.
pub fn other_key() -> SigningKey {
    SigningKey::from_bytes(&[2; 32])
}

/// The log of another site.
pub fn other_origin() -> String {
    origin("other.example", SITE).unwrap()
}

/// A file and the expected result of its verification.
pub struct Case {
    pub name: &'static str,
    pub about: &'static str,
    pub file: Vec<u8>,
    pub known: Known,
    pub verdict: LogVerdict,
    pub first_bad: Option<u64>,
}

/// Returns a case that expects the verdict `ok`.
fn case(name: &'static str, about: &'static str, file: Vec<u8>) -> Case {
    Case {
        name,
        about,
        file,
        known: Known::default(),
        verdict: LogVerdict::Ok,
        first_bad: None,
    }
}

impl Case {
    const fn knowing(mut self, known: Known) -> Self {
        self.known = known;
        self
    }

    /// The auditor has no key of this log.
    fn knowing_nothing(self) -> Self {
        self.knowing(Known {
            key: 2,
            unsealed: true,
            ..Known::default()
        })
    }

    const fn is(mut self, verdict: LogVerdict) -> Self {
        self.verdict = verdict;
        self
    }

    const fn at(mut self, first_bad: u64) -> Self {
        self.first_bad = Some(first_bad);
        self
    }
}

/// The unchanged log, its export, and the lines of the export.
pub struct Log {
    pub site: Site,
    pub file: Vec<u8>,
    pub lines: Lines,
}

impl Log {
    pub fn new() -> Self {
        let site = site(SIZE);
        let file = site.export();
        let lines = Lines::of(&file);
        Self { site, file, lines }
    }

    fn changed(&self, change: &dyn Fn(&mut Lines)) -> Lines {
        let mut lines = self.lines.clone();
        change(&mut lines);
        lines
    }
}

/// Returns a log that was rewritten from entry `seq` on, with all hashes and the head, but with the old checkpoints.
pub fn rewritten(seq: u64, size: u64) -> Site {
    let drafts = (0..size)
        .map(|n| draft(if n == seq { 999 } else { n }))
        .collect();
    let honest = site(SIZE);
    let mut made = write(drafts, usual);
    made.notes = honest
        .notes
        .into_iter()
        .filter(|(at, _)| *at <= size)
        .collect();
    made.seals = honest
        .seals
        .into_iter()
        .filter(|seal| seal.size <= size)
        .collect();
    made
}

/// All cases, in the order of the index of the vectors.
pub fn all(log: &Log) -> Vec<Case> {
    let topics: [fn(&Log) -> Vec<Case>; 9] = [
        sound::cases,
        entries::cases,
        whole::cases,
        header::cases,
        checkpoints::cases,
        seals::cases,
        pruned::cases,
        lines::cases,
        texts::cases,
    ];
    topics.iter().flat_map(|cases| cases(log)).collect()
}
