//! Checkpoints: the signed head of the log, as in [C2SP tlog-checkpoint](https://c2sp.org/tlog-checkpoint).
//!
//! A checkpoint is a signed note with the name of the log, its size and its root. The holder of a checkpoint can later
//! prove whether a log is the same log.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::SigningKey;

use super::tree::{Hash, MAX_SIZE};
use super::{AuditError, note};
use crate::audit::note::VerifierKey;
use crate::bytes::hex;

/// Returns the name of the log of a site: `<host>/<site id>/audit`, with the host in lower case and with its port, if any,
/// and the site id in hexadecimal.
///
/// # Errors
/// [`AuditError::Name`] unless `host` is 1 to 253 ASCII letters, digits, `.`, `-`, `:`, `[` and `]`.
pub fn origin(host: &str, site: [u8; 8]) -> Result<String, AuditError> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte);
    if host.is_empty() || host.len() > 253 || !host.bytes().all(allowed) {
        return Err(AuditError::Name);
    }
    Ok(format!(
        "{}/{}/audit",
        host.to_ascii_lowercase(),
        hex(&site)
    ))
}

/// Size and root of a log at one moment.
///
/// ```
/// use countersign::audit::checkpoint::{Checkpoint, origin};
/// use countersign::audit::note::VerifierKey;
/// use ed25519_dalek::SigningKey;
///
/// let key = SigningKey::from_bytes(&[7; 32]);
/// let origin = origin("Shop.example", [1; 8])?;
/// assert_eq!(origin, "shop.example/0101010101010101/audit");
/// let checkpoint = Checkpoint { origin: origin.clone(), size: 256, root: [9; 32] };
/// let note = checkpoint.sign(&key)?;
///
/// let verifier = VerifierKey::new(&origin, key.verifying_key())?;
/// assert_eq!(Checkpoint::open(&note, &[verifier], &origin)?, checkpoint);
/// # Ok::<(), countersign::audit::AuditError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// The name of the log: see [`origin`].
    pub origin: String,
    /// The number of entries in the log.
    pub size: u64,
    /// The root over those entries.
    pub root: Hash,
}

impl Checkpoint {
    /// Returns the signed note, with the origin as key name.
    ///
    /// # Errors
    /// [`AuditError::Name`] when the origin cannot be a key name; [`AuditError::Range`] for a size over [`MAX_SIZE`];
    /// [`AuditError::Key`] for a key of small order.
    pub fn sign(&self, key: &SigningKey) -> Result<String, AuditError> {
        if self.size > MAX_SIZE {
            return Err(AuditError::Range);
        }
        let text = format!(
            "{}\n{}\n{}\n",
            self.origin,
            self.size,
            STANDARD.encode(self.root)
        );
        note::sign(&text, &self.origin, key)
    }

    /// Verifies a note that one of `keys` must have signed, and reads the checkpoint of the log `origin` in it.
    ///
    /// Stricter than the specification: extension lines are refused, because Countersign writes none and no monitor could
    /// check them.
    ///
    /// # Errors
    /// As [`note::open`]; [`AuditError::Checkpoint`] when the signed text is not a checkpoint of this log.
    pub fn open(note: &str, keys: &[VerifierKey], origin: &str) -> Result<Self, AuditError> {
        let checkpoint = Self::parse(note::open(note, keys)?)?;
        if checkpoint.origin == origin {
            Ok(checkpoint)
        } else {
            Err(AuditError::Checkpoint)
        }
    }

    fn parse(text: &str) -> Result<Self, AuditError> {
        let mut lines = text
            .strip_suffix('\n')
            .ok_or(AuditError::Checkpoint)?
            .split('\n');
        let (Some(origin), Some(size), Some(root), None) =
            (lines.next(), lines.next(), lines.next(), lines.next())
        else {
            return Err(AuditError::Checkpoint);
        };
        let parsed: u64 = size.parse().map_err(|_| AuditError::Checkpoint)?;
        // Only one spelling is accepted: no plus sign, no leading zeros.
        if origin.is_empty() || parsed > MAX_SIZE || parsed.to_string() != size {
            return Err(AuditError::Checkpoint);
        }
        let root = STANDARD
            .decode(root)
            .ok()
            .and_then(|root| root.try_into().ok());
        Ok(Self {
            origin: origin.to_owned(),
            size: parsed,
            root: root.ok_or(AuditError::Checkpoint)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORIGIN: &str = "shop.example:8443/0102030405060708/audit";

    fn key() -> SigningKey {
        SigningKey::from_bytes(&[7; 32])
    }

    fn keys() -> [VerifierKey; 1] {
        [VerifierKey::new(ORIGIN, key().verifying_key()).unwrap()]
    }

    #[test]
    fn signed_checkpoint_is_read_back() {
        let checkpoint = Checkpoint {
            origin: origin("Shop.Example:8443", [1, 2, 3, 4, 5, 6, 7, 8]).unwrap(),
            size: 256,
            root: [0xfe; 32],
        };
        let note = checkpoint.sign(&key()).unwrap();
        assert!(note.starts_with(&format!(
            "{ORIGIN}\n256\n/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v4=\n\n— {ORIGIN} "
        )));
        assert_eq!(Checkpoint::open(&note, &keys(), ORIGIN), Ok(checkpoint));
        assert_eq!(
            Checkpoint::open(&note, &keys(), "shop.example/0102030405060708/audit"),
            Err(AuditError::Checkpoint)
        );
        assert_eq!(
            Checkpoint::open(&note.replace("256", "257"), &keys(), ORIGIN),
            Err(AuditError::Signature)
        );
        assert_eq!(
            Checkpoint::open(&note, &[], ORIGIN),
            Err(AuditError::UnknownKey)
        );
    }

    #[test]
    fn signed_text_that_is_not_a_checkpoint_is_refused() {
        let root = STANDARD.encode([0; 32]);
        for wrong in [
            format!("{ORIGIN}\n0256\n{root}\n"),
            format!("{ORIGIN}\n+256\n{root}\n"),
            format!("{ORIGIN}\n\n{root}\n"),
            format!("{ORIGIN}\n-1\n{root}\n"),
            format!("{ORIGIN}\n9007199254740993\n{root}\n"),
            format!("{ORIGIN}\n256\n{root}\nextension\n"),
            format!("{ORIGIN}\n256\n{}\n", root.trim_end_matches('=')),
            format!("{ORIGIN}\n256\n{}\n", STANDARD.encode([0; 31])),
            format!("{ORIGIN}\n256\n"),
            format!("\n256\n{root}\n"),
            "\n".to_owned(),
        ] {
            let note = note::sign(&wrong, ORIGIN, &key()).unwrap();
            assert_eq!(
                Checkpoint::open(&note, &keys(), ORIGIN),
                Err(AuditError::Checkpoint),
                "{wrong:?}"
            );
        }
        let long = "h".repeat(254);
        for host in ["", "a b", "a/b", "a+b", "müller.example", "a\n", &long] {
            assert_eq!(origin(host, [0; 8]), Err(AuditError::Name), "{host:?}");
        }
        assert!(origin(&long[1..], [0; 8]).is_ok());
        assert!(origin("[2001:db8::1]:8443", [0; 8]).is_ok());
    }

    #[test]
    fn checkpoint_over_the_largest_size_is_refused() {
        let mut checkpoint = Checkpoint {
            origin: ORIGIN.to_owned(),
            size: 1 << 53,
            root: [0; 32],
        };
        let note = checkpoint.sign(&key()).unwrap();
        assert_eq!(
            Checkpoint::open(&note, &keys(), ORIGIN).as_ref(),
            Ok(&checkpoint)
        );
        checkpoint.size += 1;
        assert_eq!(checkpoint.sign(&key()), Err(AuditError::Range));
    }
}
