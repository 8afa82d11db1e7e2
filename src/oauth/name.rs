//! Cleaning of names that clients give themselves, before they are shown to a user.

/// The longest client name that is kept, in characters.
pub const MAX_CHARACTERS: usize = 80;

/// Returns `text` on one line and without invisible characters. Control, bidirectional and zero-width
/// characters, tags, variation selectors and blank letters are removed. Each run of white space becomes
/// one space. The result has at most [`MAX_CHARACTERS`] characters and may be empty.
#[must_use]
pub fn clean(text: &str) -> String {
    let mut out = String::new();
    let mut kept = 0;
    let mut gap = false;
    for character in text.chars() {
        if character.is_whitespace() {
            gap = kept > 0;
        } else if !is_unseen(character) {
            if kept + usize::from(gap) >= MAX_CHARACTERS {
                break;
            }
            if gap {
                out.push(' ');
                kept += 1;
                gap = false;
            }
            out.push(character);
            kept += 1;
        }
    }
    out
}

/// Whether `character` is invisible or changes how other characters are shown.
fn is_unseen(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
                | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
                | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}'
                | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}'
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
            "agent 🤖",
            "a\"<b>&c",
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
        ] {
            assert_eq!(clean(text), cleaned, "{text:?}");
        }
    }

    #[test]
    fn names_are_cut_after_80_characters() {
        assert_eq!(clean(&"é".repeat(81)), "é".repeat(80));
        assert_eq!(clean(&format!("{} b", "a".repeat(78))).chars().count(), 80);
        assert_eq!(clean(&format!("{} b", "a".repeat(79))), "a".repeat(79));
        assert_eq!(clean(&"a ".repeat(99)), "a ".repeat(40).trim_end());
    }
}
