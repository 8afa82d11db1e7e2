//! Signed notes: a text with signatures below it, as in [C2SP signed-note](https://c2sp.org/signed-note@v1.0.0).
//!
//! Only signature type `0x01` (Ed25519, [RFC 8032](https://www.rfc-editor.org/rfc/rfc8032)) is supported. The type is
//! part of the key, so another type can be added without changing existing notes. Signatures of other types and of
//! unknown keys, such as cosignatures of witnesses, are ignored, as the specification demands.
//!
//! This is written by hand although the crate `signed_note` exists. Version 0.2 of that crate verifies with the
//! permissive rule of Ed25519 and accepts verifier keys of small order; here both are refused, because one note must not
//! be valid for one verifier and invalid for another. It also depends on older major versions of `ed25519-dalek`,
//! `sha2`, `base64`, `rand_core` and `thiserror`, so that the extension would contain every primitive twice.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};

use super::AuditError;
use crate::bytes::{from_hex, hex, sha256};

/// The length of the longest note that is read, in bytes: room for sixteen post-quantum signatures.
pub const MAX_NOTE: usize = 128 * 1024;
/// The largest number of signatures on a note.
pub const MAX_SIGNATURES: usize = 64;

const ED25519: u8 = 1;
const DASH: &str = "— ";

/// A public key with the name it signs as.
///
/// Its text form is `<name>+<key id in 8 hexadecimal digits>+<base64 of type and key>`, as in Go's `sumdb/note`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    id: [u8; 4],
    key: VerifyingKey,
}

impl VerifierKey {
    /// Creates the verifier key of `key` with the name `name`.
    ///
    /// # Errors
    /// [`AuditError::Name`] when a note cannot carry the name; [`AuditError::Key`] for a key of small order, whose
    /// signatures prove nothing.
    pub fn new(name: &str, key: VerifyingKey) -> Result<Self, AuditError> {
        if !is_key_name(name) {
            return Err(AuditError::Name);
        }
        if key.is_weak() {
            return Err(AuditError::Key);
        }
        Ok(Self {
            name: name.to_owned(),
            id: key_id(name, &key),
            key,
        })
    }

    /// Reads the text form. The key id must match name and key.
    ///
    /// # Errors
    /// [`AuditError::Key`] for any other text.
    pub fn parse(text: &str) -> Result<Self, AuditError> {
        // The base64 is the last of three parts and may contain a plus sign.
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(AuditError::Key);
        };
        let id: [u8; 4] = from_hex(id).ok_or(AuditError::Key)?;
        let bytes: [u8; 33] = decode(key).ok_or(AuditError::Key)?;
        let (kind, key) = bytes.split_first_chunk::<1>().ok_or(AuditError::Key)?;
        let key = <[u8; 32]>::try_from(key).map_err(|_| AuditError::Key)?;
        let key = VerifyingKey::from_bytes(&key).map_err(|_| AuditError::Key)?;
        let verifier = Self::new(name, key).map_err(|_| AuditError::Key)?;
        if *kind == [ED25519] && verifier.id == id {
            Ok(verifier)
        } else {
            Err(AuditError::Key)
        }
    }

    /// Returns the name it signs as.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl std::fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut typed = vec![ED25519];
        typed.extend_from_slice(self.key.as_bytes());
        write!(
            f,
            "{}+{}+{}",
            self.name,
            hex(&self.id),
            STANDARD.encode(typed)
        )
    }
}

/// Computes the key id: the first four bytes of SHA-256 over name, newline, type and public key.
fn key_id(name: &str, key: &VerifyingKey) -> [u8; 4] {
    let mut input = name.as_bytes().to_vec();
    input.extend_from_slice(&[b'\n', ED25519]);
    input.extend_from_slice(key.as_bytes());
    let [a, b, c, d, ..] = sha256(&input);
    [a, b, c, d]
}

fn is_key_name(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= 512
        && !name
            .chars()
            .any(|c| c == '+' || c.is_whitespace() || c.is_control())
}

fn is_note_text(text: &str) -> bool {
    text.ends_with('\n') && !text.bytes().any(|byte| byte < b' ' && byte != b'\n')
}

fn decode<const N: usize>(text: &str) -> Option<[u8; N]> {
    STANDARD.decode(text).ok()?.try_into().ok()
}

/// Signs `text` as `name` and returns the note. The same input always gives the same note.
///
/// ```
/// use countersign::audit::note::{VerifierKey, open, sign};
/// use ed25519_dalek::SigningKey;
///
/// let key = SigningKey::from_bytes(&[7; 32]);
/// let note = sign("text\n", "shop.example", &key)?;
/// let verifier = VerifierKey::new("shop.example", key.verifying_key())?;
/// assert_eq!(open(&note, &[verifier])?, "text\n");
/// # Ok::<(), countersign::audit::AuditError>(())
/// ```
///
/// # Errors
/// [`AuditError::Note`] when `text` does not end with a newline or contains another control character;
/// [`AuditError::Name`] and [`AuditError::Key`] as [`VerifierKey::new`].
pub fn sign(text: &str, name: &str, key: &SigningKey) -> Result<String, AuditError> {
    if !is_note_text(text) {
        return Err(AuditError::Note);
    }
    let verifier = VerifierKey::new(name, key.verifying_key())?;
    let mut signature = verifier.id.to_vec();
    signature.extend_from_slice(&key.sign(text.as_bytes()).to_bytes());
    Ok(format!(
        "{text}\n{DASH}{name} {}\n",
        STANDARD.encode(signature)
    ))
}

/// Verifies `note` and returns its text, with its last newline. At least one of `keys` must have signed it, and every
/// signature that names one of `keys` must verify.
///
/// # Errors
/// [`AuditError::Note`] when it is not a signed note, [`AuditError::UnknownKey`] when no key of `keys` has signed it,
/// [`AuditError::Signature`] when a signature of one of `keys` does not verify.
pub fn open<'a>(note: &'a str, keys: &[VerifierKey]) -> Result<&'a str, AuditError> {
    if note.len() > MAX_NOTE || !is_note_text(note) {
        return Err(AuditError::Note);
    }
    // The last empty line separates the text from the signatures.
    let at = note.rfind("\n\n").ok_or(AuditError::Note)?;
    let (text, signatures) = note.split_at_checked(at + 1).ok_or(AuditError::Note)?;
    let lines = signatures
        .strip_prefix('\n')
        .and_then(|lines| lines.strip_suffix('\n'))
        .ok_or(AuditError::Note)?;
    let mut known = false;
    for (count, line) in lines.split('\n').enumerate() {
        let (name, signature) = line
            .strip_prefix(DASH)
            .and_then(|rest| rest.split_once(' '))
            .filter(|(name, _)| is_key_name(name) && count < MAX_SIGNATURES)
            .ok_or(AuditError::Note)?;
        let signature = STANDARD.decode(signature).map_err(|_| AuditError::Note)?;
        let (id, signature) = signature.split_first_chunk::<4>().ok_or(AuditError::Note)?;
        for key in keys.iter().filter(|key| key.name == name && key.id == *id) {
            let signature = Signature::from_slice(signature).map_err(|_| AuditError::Signature)?;
            // The strict rule accepts one encoding of a signature only, and no points of small order.
            key.key
                .verify_strict(text.as_bytes(), &signature)
                .map_err(|_| AuditError::Signature)?;
            known = true;
        }
    }
    if known {
        Ok(text)
    } else {
        Err(AuditError::UnknownKey)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // Key and note of another implementation: golang.org/x/mod/sumdb/note, note_test.go.
    const SEED: &str = "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
    const KEY: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    const NOTE: &str = "If you think cryptography is the answer to your problem,\n\
        then you don't know what your problem is.\n\n\
        — PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

    fn peter() -> SigningKey {
        let bytes: [u8; 33] = decode(SEED).unwrap();
        SigningKey::from_bytes(bytes[1..].try_into().unwrap())
    }

    #[test]
    fn notes_of_another_implementation_are_read_and_written() {
        let key = VerifierKey::parse(KEY).unwrap();
        assert_eq!(key.to_string(), KEY);
        assert_eq!(
            key,
            VerifierKey::new("PeterNeumann", peter().verifying_key()).unwrap()
        );
        let text = open(NOTE, &[key]).unwrap();
        assert_eq!(sign(text, "PeterNeumann", &peter()).unwrap(), NOTE);
    }

    #[test]
    fn malformed_or_weak_key_is_refused() {
        for other in [
            // The example key of C2SP signed-note, and a key whose base64 contains a plus sign.
            "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
            "TEST+7997405c+AQcC+FTVKf0jlTdHDY3rbevmnKxxPjigCXlVtGe6RIr6",
        ] {
            assert_eq!(VerifierKey::parse(other).unwrap().to_string(), other);
        }
        for at in 0..KEY.len() {
            assert!(VerifierKey::parse(&KEY[at + 1..]).is_err());
            assert!(VerifierKey::parse(&KEY[..at]).is_err());
            let mut changed = KEY.as_bytes().to_vec();
            changed[at] ^= 1;
            assert!(
                VerifierKey::parse(std::str::from_utf8(&changed).unwrap()).is_err(),
                "{at}"
            );
        }
        // A key of another signature type, under the id it would have as Ed25519.
        let other_type = KEY.replace("+ARpc", "+BBpc");
        assert_ne!(other_type, KEY);
        assert_eq!(VerifierKey::parse(&other_type), Err(AuditError::Key));
        // The point of order 1, for which one signature is valid for every text.
        let mut weak = [0; 32];
        weak[0] = 1;
        let weak = VerifyingKey::from_bytes(&weak).unwrap();
        assert_eq!(VerifierKey::new("a", weak), Err(AuditError::Key));
        let long = "n".repeat(513);
        for name in [
            "",
            "a b",
            "a+b",
            "a\u{2003}b",
            "a\nb",
            "a\u{1}b",
            "a\u{80}b",
            &long,
        ] {
            assert_eq!(
                VerifierKey::new(name, peter().verifying_key()),
                Err(AuditError::Name),
                "{name:?}"
            );
        }
        let longest = VerifierKey::new(&long[1..], peter().verifying_key()).unwrap();
        assert_eq!(VerifierKey::parse(&longest.to_string()), Ok(longest));
    }

    #[test]
    fn note_over_128_kib_or_64_signatures_is_refused() {
        let keys = [VerifierKey::parse(KEY).unwrap()];
        let note = |length: usize| {
            let text = format!("{}\n", "x".repeat(length));
            sign(&text, "PeterNeumann", &peter()).unwrap()
        };
        let around = note(0).len();
        assert!(open(&note(131_072 - around), &keys).is_ok());
        assert_eq!(open(&note(131_073 - around), &keys), Err(AuditError::Note));

        let other = sign("text\n", "other", &SigningKey::from_bytes(&[9; 32])).unwrap();
        let line = format!("{}\n", other.lines().last().unwrap());
        let by_peter = sign("text\n", "PeterNeumann", &peter()).unwrap();
        let signed = |others: usize| format!("{by_peter}{}", line.repeat(others));
        assert_eq!(open(&signed(63), &keys), Ok("text\n"));
        assert_eq!(open(&signed(64), &keys), Err(AuditError::Note));
    }

    #[test]
    fn text_with_control_characters_is_refused() {
        for byte in 0..=0x1f_u8 {
            let text = format!("a{}b\n", char::from(byte));
            let signed = sign(&text, "PeterNeumann", &peter());
            assert_eq!(signed.is_ok(), byte == b'\n', "{byte}");
        }
    }

    #[test]
    fn changed_note_is_refused() {
        let keys = [VerifierKey::parse(KEY).unwrap()];
        assert_eq!(
            open(&NOTE.replace("answer", "Answer"), &keys),
            Err(AuditError::Signature)
        );
        assert_eq!(
            open(&NOTE.replace("— PeterNeumann", "— Petra"), &keys),
            Err(AuditError::UnknownKey)
        );
        assert_eq!(open(NOTE, &[]), Err(AuditError::UnknownKey));
        for wrong in [
            NOTE.replace("\n\n", "\n"),
            NOTE.replace("— ", "- "),
            NOTE.replace("problem", "prob\tlem"),
            NOTE.trim_end().to_owned(),
            format!("{NOTE}\n"),
            format!("{NOTE}x\n"),
            NOTE.replace("nAM=\n", "nAN=\n"),
            NOTE.replace("nAM=\n", "nAM\n"),
            format!("{}{NOTE}", "x".repeat(MAX_NOTE)),
            String::new(),
        ] {
            assert_eq!(open(&wrong, &keys), Err(AuditError::Note), "{wrong:?}");
        }
    }

    #[test]
    fn signatures_of_unknown_keys_are_ignored_and_invalid_ones_are_refused() {
        let other = SigningKey::from_bytes(&[9; 32]);
        let text = "text\n";
        let by_peter = sign(text, "PeterNeumann", &peter()).unwrap();
        let by_other = sign(text, "other", &other).unwrap();
        let line = by_other.lines().last().unwrap();
        let both = format!("{by_peter}{line}\n");
        let keys = [VerifierKey::parse(KEY).unwrap()];
        assert_eq!(open(&both, &keys), Ok(text));
        // A key of the same name that is not the known key.
        let namesake = sign(text, "PeterNeumann", &other).unwrap();
        assert_eq!(open(&namesake, &keys), Err(AuditError::UnknownKey));
        let forged = sign("another\n", "PeterNeumann", &peter()).unwrap();
        let both = format!("{by_peter}{}\n", forged.lines().last().unwrap());
        assert_eq!(open(&both, &keys), Err(AuditError::Signature));
        assert_eq!(sign("no newline", "a", &other), Err(AuditError::Note));
    }
}
