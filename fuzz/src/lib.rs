//! Helpers for the fuzz targets: keys, a moment, and fields that are read from an input.

use std::sync::Arc;

use countersign::clock::Timestamp;
use countersign::keyring::{Keyring, SiteId};
use countersign::record::sealed::{RecordEntry, Sealed};
use countersign::record::{Record, RecordKind, RecordName, Records};
use countersign::store::MemoryStore;
use ed25519_dalek::SigningKey;

/// The moment of every run.
pub const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

/// The site of every run.
pub const SITE: SiteId = SiteId::new([1; 8]);

/// The settings of the authorization server of every run.
pub const SETTINGS: &str = r#"{"issuer":"https://example.org","resource":"https://example.org/mcp",
    "resource_metadata":"https://example.org/m","authorization_endpoint":"https://example.org/a",
    "token_endpoint":"https://example.org/t","registration_endpoint":"https://example.org/g",
    "revocation_endpoint":"https://example.org/r","secure":true,"allow_http":false,"scopes":["mcp:read"]}"#;

/// Returns keys that the author of an input does not have. An input that verifies under them is a forgery.
#[must_use]
pub fn stranger() -> Keyring {
    Keyring::open(SITE, &[0x5a; 64], &[]).expect("valid material")
}

/// Returns a record with these data, of a site in order.
#[must_use]
pub fn opened(kind: RecordKind, id: u64, data: &str) -> Record {
    let (keys, store) = (Arc::new(stranger()), Arc::new(MemoryStore::new(NOW)));
    let seal = |kind, id, data: &str| {
        let sealed = Sealed {
            name: RecordName::new(kind, id).expect("a name"),
            version: 1,
            data: data.to_owned(),
            entry: Some(RecordEntry {
                sequence: 0,
                leaf: [7; 32],
            }),
            lineage: None,
        };
        sealed.seal(&keys).expect("valid data")
    };
    let site = seal(
        RecordKind::Site,
        0,
        r#"{"address":"example.org/","epoch":0}"#,
    );
    let text = seal(kind, id, data);
    let mut records =
        Records::new(Arc::clone(&keys), store, Some(&site), "example.org/").expect("an address");
    records.committed(&[&site], None).expect("a witness");
    let name = RecordName::new(kind, id).expect("a name");
    records.open(name, Some(&text)).expect("a genuine record")
}

/// Returns the key with which targets sign.
#[must_use]
pub fn signer() -> SigningKey {
    SigningKey::from_bytes(&[7; 32])
}

/// Reads fields from the beginning of an input. Missing bytes are zero.
pub struct Fields<'a>(pub &'a [u8]);

impl<'a> Fields<'a> {
    /// Reads the next `N` bytes.
    pub fn array<const N: usize>(&mut self) -> [u8; N] {
        let mut out = [0; N];
        let length = N.min(self.0.len());
        let (head, tail) = self.0.split_at(length);
        out[..length].copy_from_slice(head);
        self.0 = tail;
        out
    }

    /// Reads the next eight bytes as a big-endian number.
    pub fn number(&mut self) -> u64 {
        u64::from_be_bytes(self.array())
    }

    /// Reads a length of one byte, and that many bytes but at most `most`.
    pub fn bytes(&mut self, most: usize) -> &'a [u8] {
        let [length] = self.array();
        let length = usize::from(length).min(most).min(self.0.len());
        let (head, tail) = self.0.split_at(length);
        self.0 = tail;
        head
    }
}

/// Returns `text` with bit `at` inverted, counted from the first byte; `None` for an empty text.
#[must_use]
pub fn flipped(text: &[u8], at: u64) -> Option<Vec<u8>> {
    let place = usize::try_from(at / 8).ok()?.checked_rem(text.len())?;
    let mut out = text.to_vec();
    out[place] ^= 1 << (at % 8);
    Some(out)
}
