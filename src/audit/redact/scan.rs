//! A text that is searched for secrets, by the positions of its bytes.

/// The text that replaces a secret.
pub const REDACTED: &str = "[redacted]";

/// A text and the places in it where a word begins.
pub(super) struct Scan<'a> {
    text: &'a str,
    /// Places where a line break was removed, in ascending order.
    breaks: &'a [usize],
    /// The end of the last secret that was found.
    after: usize,
}

impl<'a> Scan<'a> {
    pub(super) const fn new(text: &'a str, breaks: &'a [usize]) -> Self {
        Self {
            text,
            breaks,
            after: 0,
        }
    }

    /// Returns the byte at a place, and 0 behind the end.
    pub(super) fn byte(&self, at: usize) -> u8 {
        self.text.as_bytes().get(at).copied().unwrap_or(0)
    }

    /// Returns the byte before a place, and 0 at the beginning.
    pub(super) fn before(&self, at: usize) -> u8 {
        at.checked_sub(1).map_or(0, |before| self.byte(before))
    }

    pub(super) const fn len(&self) -> usize {
        self.text.len()
    }

    /// Returns the text from `start` to `end`. Places outside the text or inside a character are moved outwards.
    pub(super) fn text(&self, start: usize, end: usize) -> &'a str {
        let (mut start, mut end) = (start.min(self.len()), end.min(self.len()));
        while !self.text.is_char_boundary(start) {
            start -= 1;
        }
        while !self.text.is_char_boundary(end) {
            end += 1;
        }
        self.text.get(start..end).unwrap_or_default()
    }

    /// Returns the end of the run of bytes from `at` for which `is` holds, at most `most` bytes away.
    pub(super) fn run(&self, at: usize, most: usize, is: impl Fn(u8) -> bool) -> usize {
        let bytes = self.text.as_bytes().get(at..).unwrap_or_default();
        at + bytes
            .iter()
            .take(most)
            .take_while(|byte| is(**byte))
            .count()
    }

    /// Notes that a secret ends at `at`: what follows begins a word.
    pub(super) const fn found_until(&mut self, at: usize) {
        self.after = at;
    }

    /// Whether the last secret ends at `at`.
    pub(super) const fn is_after_secret(&self, at: usize) -> bool {
        at == self.after
    }

    /// Whether nothing of the text before `at` can be part of a word that continues there: `at` is the beginning, follows
    /// a character that is not an ASCII letter or digit, or follows a removed line break, the last secret or an escaped
    /// character (`%3D`, `\n`, `\u0022`).
    pub(super) fn starts_word(&self, at: usize) -> bool {
        let back = |count: usize| at.checked_sub(count).map_or(0, |place| self.byte(place));
        let plain = |byte: u8| byte != b'%' && byte != b'\\';
        if back(1).is_ascii_alphanumeric()
            && plain(back(2))
            && plain(back(3))
            && plain(back(6))
            && at != self.after
            && self.breaks.is_empty()
        {
            // Within a word, as most places are.
            return false;
        }
        let hex = |from: usize, to: usize| (from..=to).all(|n| back(n).is_ascii_hexdigit());
        let escape = (back(1) == b'%' && self.byte(at).is_ascii_hexdigit())
            || (back(2) == b'%' && hex(1, 1) && self.byte(at).is_ascii_hexdigit());
        if escape && at != self.after {
            return false;
        }
        at == 0
            || at == self.after
            || !back(1).is_ascii_alphanumeric()
            || (back(3) == b'%' && hex(1, 2))
            || back(2) == b'\\'
            || (back(6) == b'\\' && back(5) == b'u' && hex(1, 4))
            || self.breaks.binary_search(&at).is_ok()
    }

    /// Returns the end of `expected` if the text from `at` has it. Letter case is ignored. A character that is neither
    /// letter nor digit may be percent-encoded or stand behind a backslash.
    pub(super) fn text_end(&self, mut at: usize, expected: &str) -> Option<usize> {
        for byte in expected.bytes() {
            let (found, length) = if byte.is_ascii_alphanumeric() {
                (self.byte(at), 1)
            } else {
                self.decoded(at)
            };
            if !found.eq_ignore_ascii_case(&byte) {
                return None;
            }
            at += length;
        }
        Some(at)
    }

    /// Returns the character at `at` as software would decode it, and its length in the text: `%40` and `\/` are one
    /// character.
    pub(super) fn decoded(&self, at: usize) -> (u8, usize) {
        let digit = |at: usize| char::from(self.byte(at)).to_digit(16);
        match self.byte(at) {
            b'%' => match (digit(at + 1), digit(at + 2)) {
                (Some(high), Some(low)) => (u8::try_from(high * 16 + low).unwrap_or(0), 3),
                _ => (b'%', 1),
            },
            b'\\' if self.byte(at + 1).is_ascii_punctuation() => (self.byte(at + 1), 2),
            byte => (byte, 1),
        }
    }
}

/// Whether a byte may be part of base64url.
pub(super) const fn is_base64url(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'
}

/// Computes the Shannon entropy of the bytes of `word`, in bits for each byte:
/// log2 n − (Σ c · log2 c) / n, where n is the number of bytes and c how often each one occurs.
pub(super) fn entropy(word: &[u8]) -> f64 {
    let mut counts = [0_u32; 256];
    for byte in word {
        if let Some(count) = counts.get_mut(usize::from(*byte)) {
            *count += 1;
        }
    }
    let total = f64::from(u32::try_from(word.len()).unwrap_or(u32::MAX));
    let sum: f64 = counts
        .iter()
        .filter(|count| **count > 0)
        .map(|count| f64::from(*count) * f64::from(*count).log2())
        .sum();
    if word.is_empty() {
        0.0
    } else {
        total.log2() - sum / total
    }
}

/// Whether a word is long and irregular, as generated keys are: at least 16 bytes, and either letters and digits with at
/// least 3 bits of entropy for each byte, or small and capital letters with at least 4.
pub(super) fn is_random(word: &[u8]) -> bool {
    let has = |is: fn(&u8) -> bool| word.iter().any(is);
    let (small, capital) = (has(u8::is_ascii_lowercase), has(u8::is_ascii_uppercase));
    let bits = entropy(word);
    word.len() >= 16
        && (bits >= 3.0 && has(u8::is_ascii_digit) && (small || capital)
            || bits >= 4.0 && small && capital)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entropy_is_that_of_shannon() {
        for (word, bits) in [("", 0.0), ("aaaa", 0.0), ("abab", 1.0), ("abcd", 2.0)] {
            assert!((entropy(word.as_bytes()) - bits).abs() < 1e-9, "{word}");
        }
    }

    #[test]
    fn generated_words_are_random_and_names_are_not() {
        for random in ["d0f3a1b2c4e5968778", "Xk3vTq9Lw2Zr7Bn1", "aZbYcXdWeVfUgThS"] {
            assert!(is_random(random.as_bytes()), "{random}");
        }
        for plain in [
            "Xk3vTq9Lw2Zr7Bn",
            "my-first-post-about-nothing",
            "aaaaaaaaaaaaaaaa1",
            "CountersignPluginAudit",
            "1234567890123456",
        ] {
            assert!(!is_random(plain.as_bytes()), "{plain}");
        }
    }

    #[test]
    fn words_start_behind_separators_escapes_and_removed_line_breaks() {
        let mut scan = Scan::new("ab c%3Dd\\ne\\u0022fg", &[10]);
        for at in [0, 3, 7, 10, 17] {
            assert!(scan.starts_word(at), "{at}");
        }
        for at in [1, 5, 6, 18] {
            assert!(!scan.starts_word(at), "{at}");
        }
        scan.found_until(18);
        assert!(scan.starts_word(18));
    }
}
