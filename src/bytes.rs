//! The few encodings that every format of the crate is made of.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

/// Pre-authentication encoding: every part behind its length, so that no two lists of parts encode
/// to the same bytes.
///
/// Layout: count, then for each part its length and its bytes; count and lengths are 64-bit
/// little-endian, as in the [PASETO specification](https://github.com/paseto-standard/paseto-spec/blob/master/docs/01-Protocol-Versions/Common.md#pae-definition).
#[must_use]
pub fn pae(parts: &[&[u8]]) -> Vec<u8> {
    let size = parts.iter().map(|part| part.len() + 8).sum::<usize>() + 8;
    let mut out = Vec::with_capacity(size);
    pae_into(parts.iter().copied(), |bytes| out.extend_from_slice(bytes));
    out
}

/// [`pae`] handed to `take` piece by piece: for a hash, which needs no copy of the whole.
pub fn pae_into<'a>(parts: impl Iterator<Item = &'a [u8]> + Clone, mut take: impl FnMut(&[u8])) {
    take(&(parts.clone().count() as u64).to_le_bytes());
    for part in parts {
        take(&(part.len() as u64).to_le_bytes());
        take(part);
    }
}

/// SHA-256 of the [`pae`] of `parts`.
#[must_use]
pub fn sha256_pae(parts: &[&[u8]]) -> [u8; 32] {
    sha256_pae_of(parts.iter().copied())
}

/// [`sha256_pae`] of parts that stand in no slice.
#[must_use]
pub fn sha256_pae_of<'a>(parts: impl Iterator<Item = &'a [u8]> + Clone) -> [u8; 32] {
    let mut hash = Sha256::new();
    pae_into(parts, |bytes| hash.update(bytes));
    hash.finalize().into()
}

/// SHA-256 of `data` (FIPS 180-4).
#[must_use]
pub fn sha256(data: &[u8]) -> [u8; 32] {
    Sha256::digest(data).into()
}

/// base64url without padding (RFC 4648 §5).
#[must_use]
pub fn base64url(data: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(data)
}

/// [`base64url`] at the beginning of `to`; how much of it that is, `None` where it has no room.
pub fn base64url_at(to: &mut [u8], data: &[u8]) -> Option<usize> {
    URL_SAFE_NO_PAD.encode_slice(data, to).ok()
}

/// [`base64url`] behind what is in `text` already.
pub fn base64url_into(text: &mut String, data: &[u8]) {
    URL_SAFE_NO_PAD.encode_string(data, text);
}

/// Decodes base64url strictly: no padding, no white space, no non-zero trailing bits. Every byte
/// string has exactly one accepted spelling.
#[must_use]
pub fn from_base64url(text: &[u8]) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

/// [`from_base64url`] of what is exactly `N` bytes, with no allocation.
#[must_use]
pub fn array_from_base64url<const N: usize>(text: &[u8]) -> Option<[u8; N]> {
    let mut out = [0; N];
    (URL_SAFE_NO_PAD.decode_slice(text, &mut out) == Ok(N)).then_some(out)
}

/// Lower-case hexadecimal.
#[must_use]
pub fn hex(data: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    data.iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|nibble| char::from(DIGITS.get(usize::from(nibble)).copied().unwrap_or(b'0')))
        .collect()
}

/// Decodes lower-case hexadecimal of exactly `N` bytes.
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
    fn pae_keeps_the_border_between_parts() {
        assert_ne!(pae(&[b"ab", b"c"]), pae(&[b"a", b"bc"]));
        assert_ne!(pae(&[b"ab"]), pae(&[b"ab", b""]));
        assert_eq!(pae(&[b"a"]), b"\x01\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0a");
    }

    #[test]
    fn base64url_has_one_spelling() {
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
    fn pae_in_pieces_is_pae() {
        let parts: [&[u8]; 3] = [b"ab", b"", b"c"];
        assert_eq!(sha256_pae(&parts), sha256(&pae(&parts)));
    }

    #[test]
    fn hex_goes_both_ways() {
        assert_eq!(hex(&[0, 0x9f, 0xff]), "009fff");
        assert_eq!(from_hex::<3>("009fff"), Some([0, 0x9f, 0xff]));
        assert_eq!(from_hex::<3>("009fFF"), None);
        assert_eq!(from_hex::<3>("009ff"), None);
    }
}
