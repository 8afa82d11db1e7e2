//! Cleaning of names that clients give themselves, before they are shown to a person.
//!
//! A name proves nothing: any client may call itself by the name of a well-known one, so names that look
//! alike are not searched for. What is removed are characters with which a name could pretend to be a
//! part of the page around it: line breaks, invisible characters, quotation marks that would end a
//! quotation of the name, marks that cover the text next to it, and symbols such as check marks and
//! locks, which a person could take for a judgement of the site.

use icu_normalizer::ComposingNormalizerBorrowed;
use icu_properties::props::{DefaultIgnorableCodePoint, GeneralCategory, QuotationMark};
use icu_properties::{CodePointMapData, CodePointSetData};

/// The longest client name that is kept, in characters.
pub const MAX_CHARACTERS: usize = 80;

/// The greatest number of marks of a script on one letter, such as vowel signs and tones. Burmese needs
/// four.
const MAX_MARKS: usize = 4;

/// Returns `text` on one line, in Unicode normalisation form C, with its visible letters, digits and
/// punctuation. The result has at most [`MAX_CHARACTERS`] characters and may be empty. Cleaning it again
/// does not change it.
///
/// * Each run of white space becomes one space.
/// * Control, bidirectional, zero-width and other invisible characters are removed.
/// * Quotation marks and characters that look like them are removed. An apostrophe or a Hebrew geresh
///   between two letters is kept, as `'`.
/// * Marks that fit any letter (accents, strokes) are kept only if Unicode has one character for the
///   letter with its mark. A letter keeps at most four marks of its script. Enclosing marks are removed.
/// * Symbols are removed, except those of ASCII and currency signs.
#[must_use]
pub fn clean(text: &str) -> String {
    let visible: String = text.chars().filter_map(visible).collect();
    let composed = ComposingNormalizerBorrowed::new_nfc().normalize(&visible);
    let mut name = NameBuilder::default();
    let mut characters = composed.chars().peekable();
    while let Some(character) = characters.next() {
        let fits = match character {
            ' ' => {
                name.gap = true;
                continue;
            }
            '\'' => {
                name.ends_with_letter() && characters.peek().is_some_and(|next| is_letter(*next))
            }
            other if is_mark(other) => name.takes_mark(other),
            _ => true,
        };
        if fits && !name.push(character) {
            break;
        }
    }
    name.text
}

/// A name while it is put together.
#[derive(Default)]
struct NameBuilder {
    text: String,
    characters: usize,
    /// Whether a space follows what was added last.
    gap: bool,
    /// The marks that follow the last letter.
    marks: usize,
}

impl NameBuilder {
    /// Adds a character, after the space if there is one. Returns `false` if the name is full.
    fn push(&mut self, character: char) -> bool {
        let gap = self.gap && self.characters > 0;
        if self.characters + usize::from(gap) >= MAX_CHARACTERS {
            return false;
        }
        if gap {
            self.text.push(' ');
            self.characters += 1;
        }
        self.text.push(character);
        self.characters += 1;
        self.gap = false;
        self.marks = if is_mark(character) {
            self.marks + 1
        } else {
            0
        };
        true
    }

    fn ends_with_letter(&self) -> bool {
        !self.gap && self.text.chars().next_back().is_some_and(is_letter)
    }

    /// Whether the mark of a script follows a letter that has fewer than [`MAX_MARKS`] of them.
    fn takes_mark(&self, mark: char) -> bool {
        let follows = self
            .text
            .chars()
            .next_back()
            .is_some_and(|last| is_letter(last) || is_mark(last));
        !self.gap && follows && self.marks < MAX_MARKS && !is_common_mark(mark)
    }
}

fn category(character: char) -> GeneralCategory {
    CodePointMapData::<GeneralCategory>::new().get(character)
}

/// Returns the character as it is kept, a space for white space, or `None` for what is removed wherever
/// it stands.
fn visible(character: char) -> Option<char> {
    use GeneralCategory as Class;
    if character.is_whitespace() {
        return Some(' ');
    }
    if matches!(
        character,
        '\'' | '\u{2019}' | '\u{2bb}' | '\u{2bc}' | '\u{5f3}' | '\u{ff07}'
    ) {
        return Some('\'');
    }
    if CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(character)
        || CodePointSetData::new::<QuotationMark>().contains(character)
        || looks_like_a_quotation_mark(character)
    {
        return None;
    }
    let kept = match category(character) {
        Class::Control
        | Class::Format
        | Class::Surrogate
        | Class::PrivateUse
        | Class::Unassigned
        | Class::LineSeparator
        | Class::ParagraphSeparator
        | Class::EnclosingMark
        | Class::InitialPunctuation
        | Class::FinalPunctuation => false,
        Class::MathSymbol | Class::ModifierSymbol | Class::OtherSymbol => {
            character.is_ascii() && character != '`'
        }
        _ => true,
    };
    kept.then_some(character)
}

/// Whether a letter or sign that is no quotation mark looks like one: primes, modifier letters, the angle
/// brackets that quote titles in Chinese, and the characters that Unicode's
/// [confusables.txt](https://www.unicode.org/Public/security/latest/confusables.txt) maps to `'` or to
/// two of them. The Hebrew letter yod, which is among those, is kept.
const fn looks_like_a_quotation_mark(character: char) -> bool {
    matches!(
        character,
        '\u{2b0}'..='\u{2ff}' | '\u{374}' | '\u{55a}'..='\u{55e}' | '\u{5f4}'
            | '\u{7f4}' | '\u{7f5}' | '\u{144a}' | '\u{16cc}' | '\u{1cd3}' | '\u{2032}'..='\u{2037}'
            | '\u{2057}' | '\u{2329}' | '\u{232a}' | '\u{276c}'..='\u{2771}' | '\u{27e8}'..='\u{27eb}'
            | '\u{3003}' | '\u{3008}'..='\u{300b}' | '\u{a78b}' | '\u{a78c}' | '\u{16f51}' | '\u{16f52}'
    )
}

fn is_letter(character: char) -> bool {
    character.is_alphanumeric() && !is_mark(character)
}

fn is_mark(character: char) -> bool {
    matches!(
        category(character),
        GeneralCategory::NonspacingMark | GeneralCategory::SpacingMark
    )
}

/// Whether a mark fits the letters of every script: the blocks of combining diacritical marks, and half
/// marks.
const fn is_common_mark(mark: char) -> bool {
    matches!(
        mark,
        '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}'
            | '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn visible_characters_are_kept() {
        for plain in [
            "Claude Code",
            "Zoë's agent (β)",
            "エージェント",
            "ガイド 1.0 – 東京",
            "सहायक ज़ीं",
            "ผู้ช่วย",
            "עוזר, وكيل",
            "Trợ lý tiếng Việt",
            "مُحَمَّد نُورَة",
            "프리야의 한국어 도우미",
            "श्रीमती प्रिया शर्मा",
            "สมชาย ใจดี เพื่อน",
            "မြန်မာ ကျွန်ုပ်",
            "தமிழ், বাংলা, ಕನ್ನಡ",
            "张伟的助手",
            "Ольга Шевченко",
            "a <b>&c^d~e|f=g+h $5 €5",
        ] {
            assert_eq!(clean(plain), plain);
        }
    }

    #[test]
    fn invisible_characters_are_removed() {
        for (text, cleaned) in [
            ("", ""),
            (" \t\r\n ", ""),
            ("  a \n\n b  ", "a b"),
            ("a\u{0}b\u{7f}c\u{85}d", "abc d"),
            ("\u{202e}evil\u{202c}", "evil"),
            ("\u{2066}a\u{2069}\u{61c}\u{200e}\u{200f}b", "ab"),
            ("a\u{200b}b\u{200d}c\u{feff}d\u{ad}e\u{2060}f", "abcdef"),
            ("a\u{e0041}\u{e007f}b\u{fe0f}c", "abc"),
            ("a\u{2028}b\u{2029}c\u{a0}d\u{3000}e", "a b c d e"),
            ("\u{3164}\u{115f}\u{2800}", ""),
            ("a\u{e000}b\u{fffff}c\u{378}d", "abcd"),
        ] {
            assert_eq!(clean(text), cleaned, "{text:?}");
        }
    }

    #[test]
    fn quotation_marks_and_their_likes_are_removed() {
        let marks =
            "\"'`´«»‹›“”„‟‘’‚‛〝〞〟「」『』＂＇｢｣❛❜❝❞❮❯〈〉《》⟨⟩🙶🙷🙸⹂⸂⸃⸌⸍ʹʺˈˊˋ˝ˮ′″‴‵‶‷⁗〃՚״׳ᑊᛌߴꞌ";
        assert_eq!(clean(marks), "");
        for mark in marks.chars() {
            assert_eq!(clean(&format!("Claude{mark} (x")), "Claude (x", "{mark}");
            assert_eq!(clean(&format!("{mark}Claude{mark}")), "Claude", "{mark}");
        }
        for (text, cleaned) in [
            ("Zoë’s", "Zoë's"),
            ("Oʻahu", "O'ahu"),
            ("ג׳ורג", "ג'ורג"),
            ("a''b", "a'b"),
            ("a' b", "a b"),
            ("a '", "a"),
            ("a'\u{301}b", "ab"),
        ] {
            assert_eq!(clean(text), cleaned, "{text:?}");
        }
    }

    #[test]
    fn symbols_that_look_like_a_judgement_are_removed() {
        for symbol in "✔✓✅☑🗸√🔒🔐🛡⚠★☆™®©🤖🏅".chars() {
            assert_eq!(clean(&format!("Claude {symbol}")), "Claude", "{symbol}");
        }
        assert_eq!(clean("Claude\" (verified ✔)"), "Claude (verified )");
    }

    #[test]
    fn sequences_of_emoji_leave_nothing_behind() {
        for emoji in ["👩‍💻", "🏳️‍🌈", "👍🏽", "1️⃣", "🇩🇪", "🏴󠁧󠁢󠁥󠁮󠁧󠁿"]
        {
            let rest = if emoji.starts_with('1') {
                "Ann 1 x"
            } else {
                "Ann x"
            };
            assert_eq!(clean(&format!("Ann {emoji} x")), rest, "{emoji}");
        }
    }

    #[test]
    fn marks_do_not_cover_what_stands_around_the_name() {
        for (text, cleaned) in [
            ("Zoe\u{308}", "Zoë"),
            ("C\u{337}l\u{337}a\u{337}", "Cla"),
            ("a\u{20dd}\u{20e3}\u{489}b", "ab"),
            ("\u{301}\u{e31}a", "a"),
            ("a \u{e31}b-\u{e31}", "a b-"),
            ("x\u{36f}\u{1dff}\u{1aff}\u{fe20}", "x"),
        ] {
            assert_eq!(clean(text), cleaned, "{text:?}");
        }
        let stacked = format!("ก{}", "\u{e48}".repeat(50));
        assert_eq!(clean(&stacked).chars().count(), 1 + MAX_MARKS);
    }

    #[test]
    fn names_are_cut_after_80_characters() {
        assert_eq!(clean(&"é".repeat(81)), "é".repeat(80));
        assert_eq!(clean(&"e\u{301}".repeat(81)), "é".repeat(80));
        assert_eq!(clean(&format!("{} b", "a".repeat(78))).chars().count(), 80);
        assert_eq!(clean(&format!("{} b", "a".repeat(79))), "a".repeat(79));
        assert_eq!(clean(&"a ".repeat(99)), "a ".repeat(40).trim_end());
    }

    proptest::proptest! {
        #[test]
        fn cleaning_twice_changes_nothing_more(text in "([a-z' \u{2019}\"\u{e31}\u{e48}\u{93c}\u{94d}\u{300}-\u{345}\u{3099}\u{1100}-\u{11ff}かक]|\\PC|.){0,100}") {
            let name = clean(&text);
            proptest::prop_assert_eq!(clean(&name), name.clone());
            proptest::prop_assert!(name.chars().count() <= MAX_CHARACTERS);
            let forbidden = name.contains(['"', '\u{201d}', '\u{202e}', '\n']);
            proptest::prop_assert!(!forbidden);
        }
    }
}
