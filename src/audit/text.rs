//! Texts that can be erased: what people and agents wrote, and addresses of clients.
//!
//! The bytes of an entry hold a commitment to each of these texts. The text and its salt are kept beside the entry, in a
//! table of their own. So a text can be erased for good while the entry, and with it the tree, stays as it is:
//!
//! * The commitment is a SHA-256 over a random salt of 16 bytes and the text. With the salt gone, nobody can find the text by
//!   trying likely ones.
//! * It covers the site, the position and the path, so a text belongs to one place of one entry.
//!
//! A text that is there must match its commitment. A text that is not there was erased, which is no fault.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::bytes::{array_from_base64url, base64url, pae, sha256_pae};
use crate::secret::{Secret, mac};

const DOMAIN: &[u8] = b"countersign/audit/text/v1";

/// The length of a salt, in bytes.
pub const SALT: usize = 16;

/// The largest number of texts of one entry.
pub const MAX_TEXTS: usize = 40;

/// The length of the longest path, in bytes.
pub const MAX_PATH: usize = 96;

/// The path of the address of the client.
pub const IP: &str = "actor.ip";

/// A text of an entry that is to be stored beside it.
#[derive(Clone, PartialEq, Eq)]
pub struct EntryText {
    /// Where the text belongs, such as `change.arguments.title`.
    pub path: String,
    /// The salt of the commitment.
    pub salt: [u8; SALT],
    /// The value, as JSON.
    pub value: String,
}

impl EntryText {
    /// Returns the text as it is found beside its entry later.
    #[must_use]
    pub fn stored(&self) -> StoredText<'_> {
        StoredText {
            path: &self.path,
            salt: &self.salt,
            value: &self.value,
        }
    }
}

// A salt is not shown, because with it an erased text can be guessed.
impl std::fmt::Debug for EntryText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EntryText")
            .field("path", &self.path)
            .field("value", &self.value)
            .finish_non_exhaustive()
    }
}

/// A text as it was found beside an entry. No field of it is trusted.
#[derive(Debug, Clone, Copy)]
pub struct StoredText<'a> {
    /// The path column.
    pub path: &'a str,
    /// The salt column, of any length.
    pub salt: &'a [u8],
    /// The value, as JSON.
    pub value: &'a str,
}

/// The commitments of an entry: path and digest. Serialised, the digests are base64url.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Commitments(BTreeMap<String, Commitment>);

/// A commitment to a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
struct Commitment([u8; 32]);

impl TryFrom<String> for Commitment {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        array_from_base64url(text.as_bytes())
            .map(Self)
            .ok_or("a commitment is 32 bytes as base64url")
    }
}

impl From<Commitment> for String {
    fn from(commitment: Commitment) -> Self {
        base64url(&commitment.0)
    }
}

/// What a comparison of texts with their commitments found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextsFound {
    /// Whether a text is not the one that the entry was written with, or belongs to no commitment.
    pub wrong: bool,
    /// The number of commitments without a text.
    pub erased: usize,
}

impl Commitments {
    /// Returns whether the entry has no texts.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the paths of the texts, in byte order.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// Reads the JSON object that an entry holds as its member `texts`.
    pub(in crate::audit) fn from_json(json: &str) -> Option<Self> {
        serde_json::from_str(json).ok()
    }

    pub(super) fn insert(&mut self, site: [u8; 8], seq: u64, text: &EntryText) {
        let commitment = Commitment(commit(&text.salt, site, seq, &text.path, &text.value));
        self.0.insert(text.path.clone(), commitment);
    }

    /// Compares the texts that were found beside the entry `seq` of `site` with the commitments.
    pub fn compare<'a>(
        &self,
        site: [u8; 8],
        seq: u64,
        texts: impl IntoIterator<Item = StoredText<'a>>,
    ) -> TextsFound {
        let mut found = BTreeSet::new();
        let mut wrong = false;
        for text in texts {
            let committed = self.0.get(text.path);
            let made = commit(text.salt, site, seq, text.path, text.value);
            let right = text.salt.len() == SALT
                && found.insert(text.path)
                && committed.is_some_and(|committed| committed.0 == made);
            wrong |= !right;
        }
        let erased = |path: &&String| !found.contains(path.as_str());
        TextsFound {
            wrong,
            erased: self.0.keys().filter(erased).count(),
        }
    }
}

/// Returns the salt of one text, from the secret of one append.
pub(super) fn salt(seed: &Secret<32>, seq: u64, path: &str) -> [u8; SALT] {
    let parts: [&[u8]; 4] = [DOMAIN, b"salt", &seq.to_be_bytes(), path.as_bytes()];
    let mut salt = [0; SALT];
    salt.copy_from_slice(&mac(seed, &pae(&parts))[..SALT]);
    salt
}

fn commit(salt: &[u8], site: [u8; 8], seq: u64, path: &str, value: &str) -> [u8; 32] {
    let parts: [&[u8]; 6] = [
        DOMAIN,
        salt,
        &site,
        &seq.to_be_bytes(),
        path.as_bytes(),
        value.as_bytes(),
    ];
    sha256_pae(&parts)
}

/// Returns whether a text may have this path: words of letters, digits, `_`, `.` and `-`.
pub(super) fn is_path(path: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte);
    (1..=MAX_PATH).contains(&path.len()) && path.bytes().all(plain)
}
