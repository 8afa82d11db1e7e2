//! Recovery codes: 160 random bits that a person can write down and type in.
//!
//! A code has 32 characters of [Crockford's base 32](https://www.crockford.com/base32.html) and 4 checksum characters, in
//! groups of four. Case, hyphens and spaces do not matter, and `O`, `I` and `L` are read as `0`, `1` and `1`. With
//! 160 bits it cannot be guessed, so a slow key derivation is not needed.

use zeroize::Zeroizing;

use crate::bytes::sha256;
use crate::entropy::{Entropy, EntropyError};
use crate::secret::Secret;

const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const BYTES: usize = 20;
const CHECKSUM: usize = 4;

/// A recovery code. It is wiped from memory when dropped.
pub struct RecoveryCode(Secret<BYTES>);

impl RecoveryCode {
    /// Creates a random code.
    ///
    /// # Errors
    /// [`EntropyError`] if the operating system provides no random bytes.
    pub fn random(entropy: &impl Entropy) -> Result<Self, EntropyError> {
        Ok(Self(Secret::new(entropy.bytes()?)))
    }

    /// Reads a typed code. Returns `None` if it is not a code or if its checksum is wrong.
    #[must_use]
    pub fn parse(text: &[u8]) -> Option<Self> {
        let mut digits = Zeroizing::new(Vec::with_capacity(BYTES * 8 / 5 + CHECKSUM));
        for typed in text.iter().filter(|byte| !matches!(byte, b'-' | b' ')) {
            let plain = match typed.to_ascii_uppercase() {
                b'O' => b'0',
                b'I' | b'L' => b'1',
                other => other,
            };
            let value = DIGITS.iter().position(|digit| *digit == plain)?;
            if digits.len() == digits.capacity() {
                return None;
            }
            digits.push(u8::try_from(value).ok()?);
        }
        let (body, checksum) = digits.split_last_chunk::<CHECKSUM>()?;
        if body.len() != BYTES * 8 / 5 {
            return None;
        }
        let mut bytes = [0; BYTES];
        for (to, from) in bytes.chunks_mut(5).zip(body.chunks(8)) {
            let word = from
                .iter()
                .fold(0_u64, |word, digit| word << 5 | u64::from(*digit));
            for (byte, value) in to.iter_mut().zip(word.to_be_bytes().into_iter().skip(3)) {
                *byte = value;
            }
        }
        let code = Self(Secret::new(bytes));
        (code.checksum() == *checksum).then_some(code)
    }

    /// Returns the text that the person writes down.
    #[must_use]
    pub fn to_text(&self) -> Zeroizing<String> {
        let mut digits: Vec<u8> = Vec::with_capacity(BYTES * 8 / 5 + CHECKSUM);
        for five in self.0.expose().chunks(5) {
            let word = five
                .iter()
                .fold(0_u64, |word, byte| word << 8 | u64::from(*byte));
            digits.extend((0..8).rev().map(|place| (word >> (place * 5) & 31) as u8));
        }
        digits.extend(self.checksum());
        let mut text = Zeroizing::new(String::with_capacity(digits.len() * 5 / 4));
        for (place, digit) in Zeroizing::new(digits).iter().enumerate() {
            if place > 0 && place % 4 == 0 {
                text.push('-');
            }
            text.push(
                DIGITS
                    .get(usize::from(*digit))
                    .map_or('0', |digit| char::from(*digit)),
            );
        }
        text
    }

    /// Computes the checksum: four digits, 20 bits. It detects typing errors.
    fn checksum(&self) -> [u8; CHECKSUM] {
        let [a, b, c, d, ..] = sha256(self.0.expose());
        [a & 31, b & 31, c & 31, d & 31]
    }

    pub(super) fn expose(&self) -> &[u8] {
        self.0.expose()
    }
}
