//! Making text of strangers fit to be shown to a person.

/// The longest client name that is kept, in characters.
pub const MAX_CHARACTERS: usize = 80;

/// `text` on one line, without anything that is not seen: control, bidirectional and zero-width
/// characters, tags, variation selectors and blank letters are dropped, runs of white space become one
/// space, and no more than [`MAX_CHARACTERS`] characters are kept. May be empty.
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

/// Characters that show nothing or change how others are shown.
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
