//! The macro behind every closed list of words: entry kinds, verdicts, risks, reason codes.
//!
//! Such words are part of the interface of the product. They appear in audit entries, in answers to clients
//! and in the documentation, so a word is never renamed after it was published.

/// Declares an enum whose variants are written as fixed words.
///
/// The enum gets `ALL` (every variant, in the order of declaration), `word()` and `from_word()`, and is
/// serialised as its word. Derives beyond the common ones are given as attributes.
///
/// ```text
/// words! {
///     /// How an action ended.
///     pub enum Outcome {
///         /// The action was done.
///         Ok = "ok",
///         /// The action was not allowed.
///         Denied = "denied",
///     }
/// }
/// assert_eq!(Outcome::Ok.word(), "ok");
/// assert_eq!(Outcome::from_word("denied"), Some(Outcome::Denied));
/// ```
macro_rules! words {
    ($(#[$about:meta])* $public:vis enum $name:ident {
        $($(#[$about_variant:meta])* $variant:ident = $word:literal,)*
    }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
        $public enum $name {
            $($(#[$about_variant])* #[serde(rename = $word)] $variant,)*
        }

        impl $name {
            /// Every variant, in the order of the documentation.
            $public const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// Returns the stable word of this variant, in snake_case.
            #[must_use]
            $public const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }

            /// Returns the variant with exactly this word; words are case-sensitive.
            #[must_use]
            $public fn from_word(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|variant| variant.word() == word)
            }
        }
    };
}

pub(crate) use words;

/// Compares two words at compile time. The binding uses it to prove that its enums have the same words as those of the
/// core.
#[cfg(any(feature = "php", test))]
pub(crate) const fn same_word(one: &str, other: &str) -> bool {
    let (mut one, mut other) = (one.as_bytes(), other.as_bytes());
    while let ([first, rest @ ..], [second, others @ ..]) = (one, other) {
        if *first != *second {
            return false;
        }
        (one, other) = (rest, others);
    }
    one.is_empty() && other.is_empty()
}

#[cfg(test)]
mod tests {
    words! {
        /// A list of words for these tests.
        #[derive(PartialOrd, Ord)]
        enum Size {
            /// The smaller one.
            Small = "small",
            /// The larger one.
            VeryLarge = "very_large",
        }
    }

    #[test]
    fn a_word_leads_to_its_variant_and_back() {
        assert_eq!(Size::ALL, [Size::Small, Size::VeryLarge]);
        assert!(Size::Small < Size::VeryLarge);
        for size in Size::ALL {
            assert_eq!(Size::from_word(size.word()), Some(*size));
            let json = format!("\"{}\"", size.word());
            assert_eq!(serde_json::to_string(size).unwrap(), json);
            assert_eq!(serde_json::from_str::<Size>(&json).unwrap(), *size);
        }
        assert_eq!(Size::VeryLarge.word(), "very_large");
        for word in ["", "Small", "small ", "VeryLarge", "smal"] {
            assert_eq!(Size::from_word(word), None, "{word:?}");
        }
    }

    #[test]
    fn words_are_compared_whole() {
        use super::same_word;
        assert!(same_word("", "") && same_word("low", "low"));
        for (one, other) in [("low", "lo"), ("lo", "low"), ("low", "lov"), ("", "a")] {
            assert!(!same_word(one, other), "{one} {other}");
        }
    }
}
