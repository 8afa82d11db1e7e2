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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(path: &str, salt: u8, value: &str) -> EntryText {
        EntryText {
            path: path.to_owned(),
            salt: [salt; SALT],
            value: value.to_owned(),
        }
    }

    fn commitments(texts: &[EntryText]) -> Commitments {
        let mut commitments = Commitments::default();
        for text in texts {
            commitments.insert([1; 8], 5, text);
        }
        commitments
    }

    fn compare(commitments: &Commitments, texts: &[EntryText]) -> (bool, usize) {
        let found = commitments.compare([1; 8], 5, texts.iter().map(EntryText::stored));
        (found.wrong, found.erased)
    }

    #[test]
    fn texts_match_their_commitments_and_may_be_erased() {
        let texts = [text("a", 1, "\"x\""), text("b", 2, "\"y\"")];
        let both = commitments(&texts);
        assert_eq!(compare(&both, &texts), (false, 0));
        assert_eq!(compare(&both, &texts[1..]), (false, 1));
        assert_eq!(compare(&both, &[]), (false, 2));
        assert_eq!(compare(&Commitments::default(), &texts[..1]), (true, 0));
        let exchanged = [text("a", 2, "\"y\""), text("b", 1, "\"x\"")];
        assert_eq!(compare(&both, &exchanged), (true, 0));
        assert_eq!(
            compare(&both, &[texts[0].clone(), texts[0].clone()]),
            (true, 1)
        );
        for (site, seq) in [([2; 8], 5), ([1; 8], 6)] {
            let found = both.compare(site, seq, texts.iter().map(EntryText::stored));
            assert!(found.wrong);
        }
        let short = StoredText {
            salt: &[1; SALT - 1],
            ..texts[0].stored()
        };
        assert!(both.compare([1; 8], 5, [short]).wrong);
    }

    #[test]
    fn commitments_are_read_in_one_spelling() {
        let one = commitments(&[text("a", 1, "1")]);
        let json = serde_json::to_string(&one).unwrap();
        assert_eq!(json.len(), r#"{"a":""}"#.len() + 43);
        assert_eq!(Commitments::from_json(&json), Some(one));
        for wrong in [
            json.replace("\"}", "=\"}"),
            json.replace("\"}", "A\"}"),
            "{\"a\":1}".to_owned(),
            "[]".to_owned(),
        ] {
            assert_eq!(Commitments::from_json(&wrong), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn any_change_of_a_text_is_found(path in "[a-z.]{1,20}", other in "[a-z.]{1,20}", value in ".{0,40}", changed in ".{0,40}", salt in any::<[u8; SALT]>(), bit in 0..SALT * 8) {
            let right = EntryText { path: path.clone(), salt, value: value.clone() };
            let one = commitments(std::slice::from_ref(&right));
            prop_assert_eq!(compare(&one, std::slice::from_ref(&right)), (false, 0));
            let mut salted = right.clone();
            salted.salt[bit / 8] ^= 1 << (bit % 8);
            prop_assert!(compare(&one, &[salted]).0);
            prop_assume!(path != other && value != changed);
            let moved = EntryText { path: other, ..right.clone() };
            prop_assert!(compare(&one, &[moved]).0);
            let edited = EntryText { value: changed, ..right };
            prop_assert!(compare(&one, &[edited]).0);
        }
    }
}
