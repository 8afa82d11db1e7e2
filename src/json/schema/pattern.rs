//! Regular expressions of `pattern` and `patternProperties`, matched in time linear in the text.
//!
//! The crate `regex-lite` matches; it has no tables of Unicode.

use regex_lite::{Regex, RegexBuilder};

use super::ecma::{self, MAX_GROUPS, PatternFault};

/// The sizes that a compiled pattern may have, in bytes, and the work that it takes for each byte of a text.
const SIZES: [(usize, u64); 3] = [(4 << 10, 1), (32 << 10, 8), (256 << 10, 64)];

/// The longest pattern, in bytes.
const MAX_PATTERN: usize = 4096;

/// A compiled pattern.
#[derive(Debug)]
pub(super) struct Pattern {
    source: String,
    regex: Regex,
    work: u64,
}

impl Pattern {
    /// Compiles a pattern.
    pub(super) fn new(source: &str) -> Result<Self, PatternFault> {
        if source.len() > MAX_PATTERN {
            return Err(PatternFault::Large);
        }
        let translated = ecma::translate(source)?;
        for (size, work) in SIZES {
            let mut builder = RegexBuilder::new(&translated);
            builder.size_limit(size).nest_limit(MAX_GROUPS * 4);
            if let Ok(regex) = builder.build() {
                return Ok(Self {
                    source: source.to_owned(),
                    regex,
                    work,
                });
            }
        }
        Err(PatternFault::Large)
    }

    /// Returns the pattern as it was written.
    pub(super) fn source(&self) -> &str {
        &self.source
    }

    /// Returns whether the pattern matches a part of `text`.
    pub(super) fn matches(&self, text: &str) -> bool {
        self.regex.is_match(text)
    }

    /// Returns about how much work [`matches`](Self::matches) takes.
    pub(super) fn work(&self, text: &str) -> u64 {
        (1 + text.len() as u64).saturating_mul(self.work)
    }

    /// Returns the work for each byte of a text: the larger the compiled pattern, the more.
    pub(super) fn weight(&self) -> u64 {
        self.work
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, text: &str) -> bool {
        Pattern::new(pattern).unwrap().matches(text)
    }

    #[test]
    fn patterns_mean_what_they_mean_in_ecmascript() {
        for (pattern, yes, no) in [
            ("b", "abc", "ac"),
            ("^b$", "b", "b\n"),
            ("^.$", "é", "\u{2028}"),
            (r"^\d$", "7", "७"),
            (r"^\w$", "_", "é"),
            (r"^\W$", "é", "a"),
            (r"^\s$", "\u{feff}", "a"),
            (r"^\S$", "a", "\u{3000}"),
            (r"^[^\S ]$", "\t", " "),
            (r"^[\w-]+$", "a-b", "a b"),
            (r"^[\w-.]+$", "a-.b", "a,b"),
            (r"^[a-c-e]+$", "b-e", "d"),
            (r"^[--/]$", ".", "+"),
            (r"^[\]^]$", "^", "["),
            (r"^[[&&~~]$", "&", "x"),
            ("^[^]$", "\n", ""),
            ("^[]|a$", "a", "b"),
            (r"^[\b]$", "\u{8}", "b"),
            (r"\bfoo\b", "a foo", "afoo"),
            (r"^\cJ\0\x41\u0042\u{43}\ud83d\ude00$", "\n\0ABC😀", "ABC"),
            (r"^\/\-\@$", "/-@", "/-"),
            ("^(?<year>[0-9]{4})-(?:a|b)?$", "2026-", "26-"),
            ("^a{2,}?b{0,1}c{2}$", "aacc", "acc"),
            ("^(|a)$", "", "b"),
            ("^#x y$", "#x y", "xy"),
        ] {
            assert!(matches(pattern, yes), "{pattern} {yes}");
            assert!(!matches(pattern, no), "{pattern} {no}");
        }
    }

    #[test]
    fn patterns_that_mean_something_else_are_refused() {
        use PatternFault as Fault;
        for (pattern, fault) in [
            ("(?=a)", Fault::LookAround),
            ("(?!a)", Fault::LookAround),
            ("(?<=a)", Fault::LookAround),
            ("(?<!a)", Fault::LookAround),
            (r"(a)\1", Fault::Reference),
            (r"(?<n>a)\k<n>", Fault::Reference),
            (r"\01", Fault::Reference),
            (r"\p{L}", Fault::Property),
            (r"[\P{L}]", Fault::Property),
            (r"\A", Fault::Escape),
            (r"\z", Fault::Escape),
            ("a\\", Fault::Escape),
            (r"\x4", Fault::Escape),
            (r"\u{110000}", Fault::Escape),
            (r"\ud83d", Fault::Escape),
            (r"\ud83d\u0041", Fault::Escape),
            (r"\c1", Fault::Escape),
            ("[a", Fault::Class),
            ("[b-a]", Fault::Class),
            ("[a-", Fault::Class),
            ("(a", Fault::Group),
            ("a)", Fault::Group),
            ("(?i)a", Fault::Group),
            ("(?i:a)", Fault::Group),
            ("(?P<n>a)", Fault::Group),
            ("(?<1>a)", Fault::Group),
            ("(?<>a)", Fault::Group),
            ("*", Fault::Quantifier),
            ("a**", Fault::Quantifier),
            ("^*", Fault::Quantifier),
            ("a|+", Fault::Quantifier),
            ("a{,2}", Fault::Quantifier),
            ("a{2,1}", Fault::Quantifier),
            ("a{99999999999}", Fault::Quantifier),
            ("a{b}", Fault::Quantifier),
            ("{a}", Fault::Quantifier),
            ("a]", Fault::Bracket),
            ("a}", Fault::Bracket),
            ("((a{1000}){1000}){1000}", Fault::Large),
        ] {
            assert_eq!(Pattern::new(pattern).err(), Some(fault), "{pattern}");
        }
        let nested = "(".repeat(50) + &")".repeat(50);
        assert_eq!(Pattern::new(&nested).err(), Some(Fault::Group));
        let long = "a".repeat(MAX_PATTERN + 1);
        assert_eq!(Pattern::new(&long).err(), Some(Fault::Large));
    }

    #[test]
    fn larger_patterns_cost_more_work() {
        let work = |pattern: &str| Pattern::new(pattern).unwrap().weight();
        assert_eq!(work("^[a-z]+$"), 1);
        assert_eq!(work("^[a-z]{1,100}$"), 8);
        assert_eq!(work("^([a-z]{1,20},){1,40}$"), 64);
    }
}
