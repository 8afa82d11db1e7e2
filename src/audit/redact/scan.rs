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
    /// Whether a word may begin directly behind a letter or digit: behind an escaped character or a removed line break.
    escapes: bool,
}

/// How many times a percent sign may have been percent-encoded again.
const LEVELS: usize = 3;
/// The longest escaped character, in bytes.
const LONGEST: usize = 10;

impl<'a> Scan<'a> {
    pub(super) fn new(text: &'a str, breaks: &'a [usize]) -> Self {
        let is_escape = |byte: &u8| matches!(byte, b'%' | b'\\');
        Self {
            text,
            breaks,
            after: 0,
            escapes: !breaks.is_empty() || text.as_bytes().iter().any(is_escape),
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
    pub(super) fn run(&self, at: usize, most: usize, mut is: impl FnMut(u8) -> bool) -> usize {
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
        if !self.escapes {
            return !back(1).is_ascii_alphanumeric() || at == self.after;
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

    /// Returns the character at `at` as software would decode it, and its length in the text: `%40`, `%2540`, `\/`,
    /// `\u002f` and `&quot;` are one character. Typographic quotes are returned as straight ones, full-width signs as those
    /// of ASCII, and the spaces of typography as a space.
    pub(super) fn decoded(&self, at: usize) -> (u8, usize) {
        let byte = self.byte(at);
        match byte {
            b'%' => self.percent(at),
            b'\\' => self.backslash(at),
            b'&' => self.entity(at),
            0xc2 | 0xe2 | 0xe3 | 0xef => self.typographic(at),
            _ => None,
        }
        .unwrap_or((byte, 1))
    }

    /// Returns the character that ends at `end` as software would decode it, and where it begins.
    pub(super) fn decoded_before(&self, end: usize) -> (u8, usize) {
        let last = self.before(end);
        if last.is_ascii_hexdigit() || last == b';' || !last.is_ascii() {
            for length in (2..=LONGEST.min(end)).rev() {
                let (byte, found) = self.decoded(end - length);
                if found == length {
                    return (byte, end - length);
                }
            }
        }
        (last, end.saturating_sub(1))
    }

    /// Reads hexadecimal digits.
    fn hex(&self, start: usize, end: usize) -> Option<u8> {
        let digits = self.text.get(start..end)?;
        let is_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        u8::from_str_radix(digits, 16).ok().filter(|_| is_hex)
    }

    fn percent(&self, at: usize) -> Option<(u8, usize)> {
        let mut digits = at + 1;
        // A percent sign that was encoded again is `%25`.
        for _ in 0..LEVELS {
            if self.byte(digits) == b'2'
                && self.byte(digits + 1) == b'5'
                && self.hex(digits + 2, digits + 4).is_some()
            {
                digits += 2;
            }
        }
        Some((self.hex(digits, digits + 2)?, digits + 2 - at))
    }

    /// Reads an escape of JSON, which may have been escaped again.
    fn backslash(&self, at: usize) -> Option<(u8, usize)> {
        let end = self.run(at, LONGEST, |byte| byte == b'\\');
        let next = self.byte(end);
        if (end - at).is_multiple_of(2) {
            // Escaped backslashes.
            Some((b'\\', 2))
        } else if next == b'u' && self.byte(end + 1) == b'0' && self.byte(end + 2) == b'0' {
            Some((self.hex(end + 3, end + 5)?, end + 5 - at))
        } else {
            (next.is_ascii_punctuation()).then_some((next, end + 1 - at))
        }
    }

    /// Reads a character reference of HTML.
    fn entity(&self, at: usize) -> Option<(u8, usize)> {
        let end = self.run(at, LONGEST, |byte| byte != b';');
        let name = self
            .text
            .get(at + 1..end)
            .filter(|_| self.byte(end) == b';')?;
        let byte = match name {
            "quot" | "ldquo" | "rdquo" | "bdquo" | "laquo" | "raquo" => b'"',
            "apos" | "lsquo" | "rsquo" | "sbquo" => b'\'',
            "amp" => b'&',
            "lt" => b'<',
            "gt" => b'>',
            "equals" => b'=',
            "colon" => b':',
            "nbsp" => b' ',
            _ => {
                let number = name.strip_prefix('#')?;
                let number = match number.strip_prefix(['x', 'X']) {
                    Some(digits) => u32::from_str_radix(digits, 16).ok()?,
                    None => number.parse().ok()?,
                };
                plain(char::from_u32(number)?)?
            }
        };
        Some((byte, end + 1 - at))
    }

    fn typographic(&self, at: usize) -> Option<(u8, usize)> {
        let c = self.text.get(at..)?.chars().next()?;
        Some((plain(c)?, c.len_utf8()))
    }
}

/// Returns the ASCII character that a character stands for: quotes, spaces, and the full-width forms of ASCII.
fn plain(c: char) -> Option<u8> {
    match c {
        '\0'..='\x7f' => u8::try_from(c).ok(),
        '\u{a0}' | '\u{2002}'..='\u{200a}' | '\u{202f}' | '\u{3000}' => Some(b' '),
        '«' | '»' | '“' | '”' | '„' | '‟' | '「' | '」' => Some(b'"'),
        '‘' | '’' | '‚' | '‛' | '‹' | '›' => Some(b'\''),
        '\u{ff01}'..='\u{ff5e}' => u8::try_from(u32::from(c) - 0xfee0).ok(),
        _ => None,
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
    let total = u32::try_from(word.len()).unwrap_or(u32::MAX);
    let sum: f64 = counts
        .iter()
        .filter(|count| **count > 0)
        .map(|count| f64::from(*count) * log2(*count))
        .sum();
    if word.is_empty() {
        0.0
    } else {
        log2(total) - sum / f64::from(total)
    }
}

/// Computes the binary logarithm of a number that is not 0, to 40 binary places. `f64::log2` is that of the platform: its last
/// digit differs, and the PHP.wasm of browsers has none.
fn log2(number: u32) -> f64 {
    let whole = number.checked_ilog2().unwrap_or_default();
    // From 1 to below 2. Squaring it doubles its logarithm, whose next digit is then the whole part.
    let mut rest = f64::from(number) / f64::from(1_u32 << whole);
    let (mut places, mut weight) = (0.0, 0.5);
    for _ in 0..40 {
        if rest <= 1.0 {
            break;
        }
        rest *= rest;
        if rest >= 2.0 {
            rest /= 2.0;
            places += weight;
        }
        weight /= 2.0;
    }
    f64::from(whole) + places
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
    fn logarithm_is_that_of_the_platform_and_exact_for_powers_of_two() {
        for number in (1..5000).chain([u32::MAX - 1, u32::MAX]) {
            assert!(
                (log2(number) - f64::from(number).log2()).abs() < 1e-9,
                "{number}"
            );
        }
        assert!((0_u32..32).all(|power| log2(1 << power).to_bits() == f64::from(power).to_bits()));
    }

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

    #[test]
    fn escaped_characters_are_decoded_in_both_directions() {
        for (text, byte) in [
            ("%3D", b'='),
            ("%253d", b'='),
            ("%2525253D", b'='),
            ("\\\"", b'"'),
            ("\\\\\\\"", b'"'),
            ("\\u0022", b'"'),
            ("\\\\\\u0022", b'"'),
            ("&quot;", b'"'),
            ("&#34;", b'"'),
            ("&#x27;", b'\''),
            ("&#8220;", b'"'),
            ("”", b'"'),
            ("»", b'"'),
            ("’", b'\''),
            ("：", b':'),
            ("\u{a0}", b' '),
        ] {
            let text = format!("a{text}b");
            let scan = Scan::new(&text, &[]);
            assert_eq!(scan.decoded(1), (byte, text.len() - 2), "{text}");
            let escaped = text.contains('\\');
            if !escaped {
                assert_eq!(scan.decoded_before(text.len() - 1), (byte, 1), "{text}");
            }
        }
        for text in [
            "%", "%3", "%3x", "%+1", "\\", "\\n", "\\u00", "&", "&amp", "&none;", "é", "日",
        ] {
            let scan = Scan::new(text, &[]);
            assert_eq!(scan.decoded(0), (text.as_bytes()[0], 1), "{text}");
        }
        assert_eq!(Scan::new("\\\\\"", &[]).decoded(0), (b'\\', 2));
    }
}
