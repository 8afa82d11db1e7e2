//! Text of agents that is shown inside other text: titles and excerpts.

/// How often references are removed. Only text that is made to resist needs more than one pass.
const PASSES: usize = 4;

/// Returns a title or an excerpt without the embeddings, overrides and isolates of the bidirectional algorithm (UAX #9 §2),
/// also without those that are written as numeric character references of HTML.
///
/// They reorder the text around them, so a title with one makes a page or a terminal show something else than what is
/// stored. The marks U+200E, U+200F and U+061C stay, because right-to-left titles need them and they affect only their
/// neighbours; so do joiners and zero-width spaces, which several scripts and emoji need.
///
/// ```
/// assert_eq!(countersign::mcp::plain_title("invoice\u{202e}fdp.exe"), "invoicefdp.exe");
/// ```
#[must_use]
pub fn plain_title(text: &str) -> String {
    let mut plain: String = text.chars().filter(|one| !is_control(*one)).collect();
    // Removing one reference can join the parts of another.
    for _ in 0..PASSES {
        match without_references(&plain) {
            Some(shorter) => plain = shorter,
            None => return plain,
        }
    }
    plain.replace("&#", "&amp;#")
}

/// Returns `text` without references to controls, or `None` if it has none.
fn without_references(text: &str) -> Option<String> {
    let mut out = String::new();
    let mut rest = text;
    let mut found = false;
    while let Some(at) = rest.find("&#") {
        let (before, reference) = rest.split_at(at);
        out.push_str(before);
        let length = control_reference(reference);
        found |= length.is_some();
        let (kept, later) = reference.split_at(length.unwrap_or("&#".len()));
        if length.is_none() {
            out.push_str(kept);
        }
        rest = later;
    }
    out.push_str(rest);
    found.then_some(out)
}

/// Returns the length of the character reference at the beginning of `text`, if it refers to a control. The semicolon may
/// be missing, as browsers do not need it.
fn control_reference(text: &str) -> Option<usize> {
    let digits = text.strip_prefix("&#")?;
    let (digits, radix) = match digits.strip_prefix(['x', 'X']) {
        Some(digits) => (digits, 16),
        None => (digits, 10),
    };
    let count = digits
        .chars()
        .take_while(|digit| digit.is_digit(radix))
        .count();
    let (number, later) = digits.split_at_checked(count)?;
    let code = u32::from_str_radix(number, radix).ok()?;
    let semicolon = usize::from(later.starts_with(';'));
    is_control(char::from_u32(code)?).then_some(text.len() - later.len() + semicolon)
}

const fn is_control(character: char) -> bool {
    matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn controls_are_removed_and_marks_are_kept() {
        for (text, expected) in [
            ("invoice\u{202e}fdp.exe", "invoicefdp.exe"),
            (
                "\u{2066}a\u{2067}b\u{2068}c\u{2069}\u{202a}\u{202b}\u{202c}\u{202d}d",
                "abcd",
            ),
            ("a&#8238;b&#x202E;c&#X202e d&#0008297;", "abc d"),
            ("&#&#8238;8238;", ""),
            ("&#00000000000000000000000000000000000000000000008238;", ""),
            ("&\u{202e}#8238;", ""),
            // What right-to-left texts, other scripts and emoji need.
            (
                "\u{5e9}\u{200f}!\u{200e}\u{61c}",
                "\u{5e9}\u{200f}!\u{200e}\u{61c}",
            ),
            (
                "\u{645}\u{200c}\u{62e} \u{1f469}\u{200d}\u{1f4bb}\u{200b}",
                "\u{645}\u{200c}\u{62e} \u{1f469}\u{200d}\u{1f4bb}\u{200b}",
            ),
            (
                "R&amp;D &#39;x&#39; &# &#x; &#99999999999;",
                "R&amp;D &#39;x&#39; &# &#x; &#99999999999;",
            ),
        ] {
            assert_eq!(plain_title(text), expected, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn the_result_has_no_controls(text in "([a&#x2068;\u{202e}\u{2069}]|&#8238;|&#x2069)*") {
            let plain = plain_title(&text);
            prop_assert_eq!(plain_title(&plain), plain.clone());
            prop_assert!(!plain.contains(is_control));
            prop_assert!(without_references(&plain).is_none());
        }
    }
}
