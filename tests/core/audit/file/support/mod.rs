//! A sealed log with checkpoints, and its export, for the tests of files.

pub mod lines;

use countersign::audit::append::{EntryRow, Head, append_with_texts};
use countersign::audit::checkpoint::{Checkpoint, origin};
use countersign::audit::draft::Draft;
use countersign::audit::file::{Expectations, Export, FileReport, FileVerifier, Omission, verify};
use countersign::audit::note::VerifierKey;
use countersign::audit::prune;
use countersign::audit::seal::{FirstKey, Seal, Sealer};
use countersign::audit::span::Span;
use countersign::audit::text::{EntryText, StoredText};
use countersign::clock::Timestamp;
use countersign::secret::Secret;
use ed25519_dalek::SigningKey;

pub const SITE: [u8; 8] = [0x5a; 8];
pub const START: u64 = 1_800_000_000_000;
/// The length of an epoch in seconds.
pub const EPOCH: u32 = 60;

pub fn log_origin() -> String {
    origin("shop.example", SITE).unwrap()
}

pub fn key() -> SigningKey {
    SigningKey::from_bytes(&[1; 32])
}

pub fn first_key() -> FirstKey {
    sealer().1
}

fn sealer() -> (Sealer, FirstKey) {
    let start = Timestamp::from_millis(START);
    Sealer::enroll(&log_origin(), start, EPOCH, Secret::new([7; 32])).unwrap()
}

/// The log of a site: its rows, the head after each row, and its checkpoints and seals.
#[derive(Clone)]
pub struct Site {
    pub rows: Vec<EntryRow>,
    pub heads: Vec<Head>,
    pub notes: Vec<(u64, String)>,
    pub seals: Vec<Seal>,
    /// The number of entries at the beginning whose bodies are pruned.
    pub pruned: u64,
}

pub fn checkpoint(head: &Head, key: &SigningKey) -> String {
    let checkpoint = Checkpoint {
        origin: log_origin(),
        size: head.size(),
        root: *head.root(),
    };
    checkpoint.sign(key).unwrap()
}

pub fn draft(n: u64) -> Draft {
    let json = format!(
        r#"{{"kind":"intent","actor":{{"kind":"agent","connection":{}}},"action":"update_post","target":"post:{n}"}}"#,
        n % 3
    );
    Draft::from_json(&json).unwrap()
}

/// Writes a sealed log of `drafts`. Entry `n` has the time `when(n)`, in milliseconds since 1970.
pub fn write(drafts: Vec<Draft>, when: impl Fn(u64) -> u64) -> Site {
    assert!(drafts.iter().all(|draft| draft.texts.is_empty()));
    write_with_texts(drafts, when)
}

/// Writes a sealed log of drafts that may have texts.
pub fn write_with_texts(drafts: Vec<Draft>, when: impl Fn(u64) -> u64) -> Site {
    let mut site = Site {
        rows: Vec::new(),
        heads: vec![Head::default()],
        notes: Vec::new(),
        seals: Vec::new(),
        pruned: 0,
    };
    let mut sealer = sealer().0;
    for (n, draft) in drafts.into_iter().enumerate() {
        let now = Timestamp::from_millis(START + 7_000 * n as u64);
        let head = site.heads.last().unwrap();
        for seal in sealer.due(head, now) {
            sealer.advance(&seal).unwrap();
            site.seals.push(seal);
        }
        let stamp = Timestamp::from_millis(when(n as u64));
        let seed = Secret::new([n as u8; 32]);
        let appended = append_with_texts(head, &[draft], SITE, stamp, &seed).unwrap();
        site.rows.extend(appended.rows);
        site.heads.push(appended.head);
    }
    site
}

pub fn usual(n: u64) -> u64 {
    START + 7_000 * n
}

/// Returns a log of `size` entries, with a checkpoint after the fifth and the last entry.
pub fn site(size: u64) -> Site {
    let mut site = write((0..size).map(draft).collect(), usual);
    site.sign(&[5.min(size), size], &key());
    site
}

/// Returns a log whose first `pruned` bodies are deleted. Its last entry but one records the pruning.
pub fn pruned_site(size: u64, pruned: u64) -> Site {
    let mut drafts: Vec<Draft> = (0..size).map(draft).collect();
    drafts[size as usize - 2] = prune::pruning_draft(&(0..pruned)).unwrap();
    let mut site = write(drafts, usual);
    site.sign(&[5, size], &key());
    site.pruned = pruned;
    site
}

impl Site {
    pub fn size(&self) -> u64 {
        self.rows.len() as u64
    }

    pub fn head(&self) -> &Head {
        self.heads.last().unwrap()
    }

    pub fn sign(&mut self, sizes: &[u64], key: &SigningKey) {
        let mut sizes = sizes.to_vec();
        sizes.dedup();
        self.notes = sizes
            .iter()
            .map(|size| (*size, checkpoint(&self.heads[*size as usize], key)))
            .collect();
    }

    pub fn export(&self) -> Vec<u8> {
        self.export_of(0..self.size(), None, &|_| true)
    }

    pub fn export_of(
        &self,
        range: std::ops::Range<u64>,
        filter: Option<&str>,
        wanted: &dyn Fn(u64) -> bool,
    ) -> Vec<u8> {
        let mut export = Export::new(&log_origin(), SITE, self.head(), &range, filter).unwrap();
        let mut out = Vec::new();
        for row in &self.rows {
            self.between(&mut export);
            let body = (row.seq >= self.pruned).then_some(row.body.as_slice());
            let texts: Vec<StoredText<'_>> = row.texts.iter().map(EntryText::stored).collect();
            export
                .row_with_texts(row.seq, &row.leaf, body, &texts, wanted(row.seq))
                .unwrap();
            out.extend(export.take());
        }
        self.between(&mut export);
        out.extend(export.finish(Some(&key())).unwrap());
        out
    }

    /// Returns the export of a site that keeps only subtree hashes of pruned entries, and no leaf hashes.
    pub fn export_of_subtrees(&self) -> Vec<u8> {
        let range = 0..self.size();
        let mut export = Export::new(&log_origin(), SITE, self.head(), &range, None).unwrap();
        let mut span = Span::new(0);
        for row in &self.rows[..self.pruned as usize] {
            span.push_leaf(row.leaf).unwrap();
        }
        export.span(Omission::Pruned, &span).unwrap();
        for (size, note) in self.notes.iter().filter(|(size, _)| *size < self.pruned) {
            assert!(*size > 0);
            export.checkpoint_within(*size, note).unwrap();
        }
        for seal in self.seals.iter().filter(|seal| seal.size < self.pruned) {
            export.seal(seal);
        }
        for row in &self.rows[self.pruned as usize..] {
            self.between(&mut export);
            export
                .row(row.seq, &row.leaf, Some(&row.body), true)
                .unwrap();
        }
        self.between(&mut export);
        export.finish(Some(&key())).unwrap()
    }

    fn between(&self, export: &mut Export) {
        let at = export.position();
        for seal in self.seals.iter().filter(|seal| seal.size == at) {
            export.seal(seal);
        }
        for (_, note) in self.notes.iter().filter(|(size, _)| *size == at) {
            export.checkpoint(note).unwrap();
        }
    }
}

/// Returns what an auditor knows: the verifier key and the first sealing key.
pub fn expectations() -> Expectations {
    Expectations {
        keys: vec![VerifierKey::new(&log_origin(), key().verifying_key()).unwrap()],
        seal: Some(first_key()),
        ..Expectations::default()
    }
}

/// Verifies `file` as a whole and in chunks of a few bytes, and compares the results.
pub fn check(file: &[u8], expected: &Expectations) -> FileReport {
    let whole = verify(file, expected, &mut |_| ()).unwrap();
    let mut verifier = FileVerifier::new(expected);
    file.chunks(7).for_each(|chunk| verifier.push(chunk));
    assert_eq!(verifier.finish(), whole);
    whole
}
