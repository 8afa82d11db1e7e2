//! Encodings and hashes that the formats of the crate have in common.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

/// Returns the pre-authentication encoding of `parts`. Each part is preceded by its length, so no two different lists
/// of parts have the same encoding.
///
/// Layout: the number of parts, then for each part its length and its bytes. Numbers are 64-bit little-endian, as in
/// the [PASETO
/// specification](https://github.com/paseto-standard/paseto-spec/blob/master/docs/01-Protocol-Versions/Common.md#pae-definition).
///
/// ```
/// use countersign::bytes::pae;
///
/// assert_ne!(pae(&[b"ab", b"c"]), pae(&[b"a", b"bc"]));
/// ```
#[must_use]
pub fn pae(parts: &[&[u8]]) -> Vec<u8> {
    let size = parts.iter().map(|part| part.len() + 8).sum::<usize>() + 8;
    let mut out = Vec::with_capacity(size);
    pae_into(parts.iter().copied(), |bytes| out.extend_from_slice(bytes));
    out
}

/// Passes the [`pae`] of `parts` to `take` in pieces, so that a hash needs no copy of the whole.
pub fn pae_into<'a>(parts: impl Iterator<Item = &'a [u8]> + Clone, mut take: impl FnMut(&[u8])) {
    take(&(parts.clone().count() as u64).to_le_bytes());
    for part in parts {
        take(&(part.len() as u64).to_le_bytes());
        take(part);
    }
}

/// Returns the SHA-256 of the [`pae`] of `parts`.
#[must_use]
pub fn sha256_pae(parts: &[&[u8]]) -> [u8; 32] {
    sha256_pae_of(parts.iter().copied())
}

/// Returns the SHA-256 of the [`pae`] of the parts that an iterator yields.
#[must_use]
pub fn sha256_pae_of<'a>(parts: impl Iterator<Item = &'a [u8]> + Clone) -> [u8; 32] {
    let mut hash = Sha256::new();
    pae_into(parts, |bytes| hash.update(bytes));
    hash.finalize().into()
}

/// The part of a binary format that was not read yet. Each function returns `None` if too few bytes are left.
pub(crate) struct ByteReader<'a>(pub(crate) &'a [u8]);

impl<'a> ByteReader<'a> {
    /// Reads the next `N` bytes.
    pub(crate) fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (head, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*head)
    }

    /// Reads the next `length` bytes.
    pub(crate) fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (head, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(head)
    }
}

/// Returns the SHA-256 of `data` ([FIPS 180-4](https://csrc.nist.gov/pubs/fips/180-4/upd1/final)).
#[must_use]
pub fn sha256(data: &[u8]) -> [u8; 32] {
    Sha256::digest(data).into()
}

/// Returns the CRC-32 of `data` in six base62 digits (`0-9A-Za-z`, the most significant first), as GitHub and npm end
/// their tokens.
#[must_use]
pub fn crc32_base62(data: &[u8]) -> [u8; 6] {
    const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut rest = crc32fast::hash(data);
    let mut out = [b'0'; 6];
    for digit in out.iter_mut().rev() {
        *digit = DIGITS.get((rest % 62) as usize).copied().unwrap_or(b'0');
        rest /= 62;
    }
    out
}

/// Returns `data` as base64url without padding ([RFC 4648 §5](https://www.rfc-editor.org/rfc/rfc4648#section-5)).
#[must_use]
pub fn base64url(data: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(data)
}

/// Writes the [`base64url`] of `data` to the beginning of `to` and returns its length in bytes. Returns `None` if `to` is
/// too short.
pub fn base64url_at(to: &mut [u8], data: &[u8]) -> Option<usize> {
    URL_SAFE_NO_PAD.encode_slice(data, to).ok()
}

/// Appends the [`base64url`] of `data` to `text`.
pub fn base64url_into(text: &mut String, data: &[u8]) {
    URL_SAFE_NO_PAD.encode_string(data, text);
}

/// Decodes base64url strictly: without padding, white space or non-zero trailing bits, so that every byte string has
/// exactly one accepted spelling. Returns `None` for any other text.
#[must_use]
pub fn from_base64url(text: &[u8]) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

/// Decodes base64url like [`from_base64url`], without an allocation. Returns `None` unless the result has `N` bytes.
#[must_use]
pub fn array_from_base64url<const N: usize>(text: &[u8]) -> Option<[u8; N]> {
    let mut out = [0; N];
    (URL_SAFE_NO_PAD.decode_slice(text, &mut out) == Ok(N)).then_some(out)
}

/// Returns `data` as lower-case hexadecimal digits.
#[must_use]
pub fn hex(data: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    data.iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|nibble| char::from(DIGITS.get(usize::from(nibble)).copied().unwrap_or(b'0')))
        .collect()
}

/// Decodes exactly `N` bytes from lower-case hexadecimal digits; `None` for any other text.
#[must_use]
pub fn from_hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digits = text.as_bytes();
    if digits.len() != N * 2 {
        return None;
    }
    let mut out = [0_u8; N];
    for (byte, pair) in out.iter_mut().zip(digits.chunks_exact(2)) {
        for digit in pair {
            let value = match digit {
                b'0'..=b'9' => digit - b'0',
                b'a'..=b'f' => digit - b'a' + 10,
                _ => return None,
            };
            *byte = (*byte << 4) | value;
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pae_distinguishes_where_parts_are_split() {
        assert_ne!(pae(&[b"ab", b"c"]), pae(&[b"a", b"bc"]));
        assert_ne!(pae(&[b"ab"]), pae(&[b"ab", b""]));
        assert_eq!(pae(&[b"a"]), b"\x01\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0a");
    }

    #[test]
    fn base64url_accepts_one_spelling_only() {
        assert_eq!(from_base64url(b"AA").as_deref(), Some(&[0_u8][..]));
        for wrong in [&b"AB"[..], b"AA==", b"A", b"A A", b"+/", b"AA\n"] {
            assert_eq!(from_base64url(wrong), None, "{wrong:?}");
            assert_eq!(array_from_base64url::<1>(wrong), None, "{wrong:?}");
        }
        for length in 0..10 {
            let text = base64url(&vec![7; length]);
            let five = (length == 5).then_some([7; 5]);
            assert_eq!(array_from_base64url::<5>(text.as_bytes()), five, "{length}");
        }
    }

    #[test]
    fn the_hash_of_pieces_equals_the_hash_of_pae() {
        let parts: [&[u8]; 3] = [b"ab", b"", b"c"];
        assert_eq!(sha256_pae(&parts), sha256(&pae(&parts)));
    }

    #[test]
    fn hex_is_encoded_and_decoded() {
        assert_eq!(hex(&[0, 0x9f, 0xff]), "009fff");
        assert_eq!(from_hex::<3>("009fff"), Some([0, 0x9f, 0xff]));
        assert_eq!(from_hex::<3>("009fFF"), None);
        assert_eq!(from_hex::<3>("009ff"), None);
    }
}
