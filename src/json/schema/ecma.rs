//! The syntax of patterns: that of ECMA-262 with its Unicode flag.
//!
//! The crate `regex-lite` has another one, so patterns are translated: a pattern that means something else there, or
//! nothing, never reaches it. What needs backtracking (look-around, references to groups) and classes of Unicode
//! properties are refused.

use std::fmt;
use std::iter::Peekable;
use std::str::Chars;

/// The most groups in each other.
pub(super) const MAX_GROUPS: u32 = 40;

/// Why a pattern is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PatternFault {
    Large,
    LookAround,
    Reference,
    Property,
    Escape,
    Class,
    Group,
    Quantifier,
    Bracket,
}

impl fmt::Display for PatternFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Large => "is too large: it may have 4096 bytes, and counts such as {1,1000} make it larger",
            Self::LookAround => {
                "looks ahead or behind, as in (?=a): this needs backtracking, which is not supported"
            }
            Self::Reference => {
                "refers to a group, as in \\1: this needs backtracking, which is not supported"
            }
            Self::Property => {
                "has a Unicode property, as in \\p{L}: only \\d, \\w, \\s and lists of characters are supported"
            }
            Self::Escape => "has an escape that ECMA-262 does not define, or ends with a backslash",
            Self::Class => "has a faulty list of characters between [ and ]",
            Self::Group => "has a ( without ), a ) without (, too many groups in each other, or flags of a group",
            Self::Quantifier => {
                "has *, +, ? or {..} with nothing to repeat, or a { that begins no count: write \\{ for the character"
            }
            Self::Bracket => "has a ] or } without its counterpart: write \\] or \\} for the character",
        })
    }
}

type Input<'p> = Peekable<Chars<'p>>;

/// Characters from the first to the last.
type Range = (char, char);

const DIGITS: &[Range] = &[('0', '9')];
const WORD: &[Range] = &[('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')];
/// WhiteSpace and LineTerminator of ECMA-262.
const SPACE: &[Range] = &[
    ('\t', '\r'),
    (' ', ' '),
    ('\u{a0}', '\u{a0}'),
    ('\u{1680}', '\u{1680}'),
    ('\u{2000}', '\u{200a}'),
    ('\u{2028}', '\u{2029}'),
    ('\u{202f}', '\u{202f}'),
    ('\u{205f}', '\u{205f}'),
    ('\u{3000}', '\u{3000}'),
    ('\u{feff}', '\u{feff}'),
];
/// What `.` does not match.
const LINE_ENDS: &[Range] = &[('\n', '\n'), ('\r', '\r'), ('\u{2028}', '\u{2029}')];

/// What a backslash and the characters after it stand for.
enum Escaped {
    Character(char),
    Class(&'static [Range], bool),
}

/// Translates a pattern of ECMA-262 to the syntax of `regex-lite`.
pub(super) fn translate(pattern: &str) -> Result<String, PatternFault> {
    let mut out = String::with_capacity(pattern.len() * 2);
    let mut input = pattern.chars().peekable();
    let mut groups = 0_u32;
    // Whether the last thing can be repeated.
    let mut operand = false;
    while let Some(character) = input.next() {
        let repeatable = std::mem::replace(&mut operand, true);
        match character {
            '\\' => match input.peek() {
                Some(boundary @ ('b' | 'B')) => {
                    out.push('\\');
                    out.push(*boundary);
                    input.next();
                    operand = false;
                }
                _ => match escape(&mut input)? {
                    Escaped::Character(character) => literal(&mut out, character),
                    Escaped::Class(ranges, negated) => class(&mut out, ranges, negated),
                },
            },
            '[' => {
                let (ranges, negated) = read_class(&mut input)?;
                class(&mut out, &ranges, negated);
            }
            '.' => class(&mut out, LINE_ENDS, true),
            '(' => {
                open(&mut input)?;
                groups += 1;
                if groups > MAX_GROUPS {
                    return Err(PatternFault::Group);
                }
                out.push_str("(?:");
                operand = false;
            }
            ')' => {
                groups = groups.checked_sub(1).ok_or(PatternFault::Group)?;
                out.push(')');
            }
            '|' | '^' | '$' => {
                out.push(character);
                operand = false;
            }
            '*' | '+' | '?' | '{' => {
                if !repeatable {
                    return Err(PatternFault::Quantifier);
                }
                out.push(character);
                if character == '{' {
                    count(&mut input, &mut out)?;
                }
                // A lazy quantifier matches the same texts.
                let _ = input.next_if_eq(&'?');
                operand = false;
            }
            ']' | '}' => return Err(PatternFault::Bracket),
            other => literal(&mut out, other),
        }
    }
    if groups > 0 {
        return Err(PatternFault::Group);
    }
    Ok(out)
}

/// Reads what follows `(`: nothing, `?:` or a name.
fn open(input: &mut Input<'_>) -> Result<(), PatternFault> {
    if input.next_if_eq(&'?').is_none() {
        return Ok(());
    }
    match input.next() {
        Some(':') => Ok(()),
        Some('=' | '!') => Err(PatternFault::LookAround),
        Some('<') => {
            if input.next_if(|next| matches!(next, '=' | '!')).is_some() {
                return Err(PatternFault::LookAround);
            }
            for (length, character) in input.by_ref().enumerate() {
                let first = length == 0;
                match character {
                    '>' if !first => return Ok(()),
                    '0'..='9' if first => break,
                    _ if character.is_ascii_alphanumeric() || matches!(character, '_' | '$') => {}
                    _ => break,
                }
            }
            Err(PatternFault::Group)
        }
        _ => Err(PatternFault::Group),
    }
}

/// Reads the rest of `{2}`, `{2,}` or `{2,3}`.
fn count(input: &mut Input<'_>, out: &mut String) -> Result<(), PatternFault> {
    let least = number(input, out).ok_or(PatternFault::Quantifier)?;
    let mut most = Some(least);
    if input.next_if_eq(&',').is_some() {
        out.push(',');
        most = number(input, out);
    }
    if input.next() != Some('}') || most.is_some_and(|most| most < least) {
        return Err(PatternFault::Quantifier);
    }
    out.push('}');
    Ok(())
}

/// Copies the digits of a number. Returns `None` if there are none, or too many.
fn number(input: &mut Input<'_>, out: &mut String) -> Option<u32> {
    let mut digits = String::new();
    while let Some(digit) = input.next_if(char::is_ascii_digit) {
        digits.push(digit);
    }
    out.push_str(&digits);
    digits.parse().ok()
}

/// Reads what follows a backslash.
fn escape(input: &mut Input<'_>) -> Result<Escaped, PatternFault> {
    let character = input.next().ok_or(PatternFault::Escape)?;
    Ok(Escaped::Character(match character {
        'd' => return Ok(Escaped::Class(DIGITS, false)),
        'D' => return Ok(Escaped::Class(DIGITS, true)),
        'w' => return Ok(Escaped::Class(WORD, false)),
        'W' => return Ok(Escaped::Class(WORD, true)),
        's' => return Ok(Escaped::Class(SPACE, false)),
        'S' => return Ok(Escaped::Class(SPACE, true)),
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'f' => '\u{c}',
        'v' => '\u{b}',
        '0' if !input.peek().is_some_and(char::is_ascii_digit) => '\0',
        '0'..='9' | 'k' => return Err(PatternFault::Reference),
        'p' | 'P' => return Err(PatternFault::Property),
        'c' => {
            let letter = input.next_if(char::is_ascii_alphabetic);
            let letter = letter.ok_or(PatternFault::Escape)?;
            char::from(letter.to_ascii_uppercase() as u8 - b'@')
        }
        'x' => char::from_u32(hexadecimal(input, 2)?).ok_or(PatternFault::Escape)?,
        'u' => unicode(input)?,
        // Beyond what the Unicode flag allows, a backslash may precede every punctuation mark.
        other if other.is_ascii_punctuation() => other,
        _ => return Err(PatternFault::Escape),
    }))
}

/// Reads what follows `\u`: `{1f600}`, four digits, or two surrogates.
fn unicode(input: &mut Input<'_>) -> Result<char, PatternFault> {
    if input.next_if_eq(&'{').is_some() {
        let mut code = 0_u32;
        let mut length = 0;
        while let Some(digit) = input.next_if(char::is_ascii_hexdigit) {
            code = code.saturating_mul(16) + digit.to_digit(16).unwrap_or_default();
            length += 1;
        }
        let closed = input.next() == Some('}') && (1..=8).contains(&length);
        return char::from_u32(code)
            .filter(|_| closed)
            .ok_or(PatternFault::Escape);
    }
    let first = hexadecimal(input, 4)?;
    if !(0xd800..0xdc00).contains(&first) {
        return char::from_u32(first).ok_or(PatternFault::Escape);
    }
    if input.next() != Some('\\') || input.next() != Some('u') {
        return Err(PatternFault::Escape);
    }
    let second = hexadecimal(input, 4)?;
    if !(0xdc00..0xe000).contains(&second) {
        return Err(PatternFault::Escape);
    }
    char::from_u32(0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00))
        .ok_or(PatternFault::Escape)
}

fn hexadecimal(input: &mut Input<'_>, digits: usize) -> Result<u32, PatternFault> {
    let mut code = 0;
    for _ in 0..digits {
        let digit = input.next().and_then(|digit| digit.to_digit(16));
        code = code * 16 + digit.ok_or(PatternFault::Escape)?;
    }
    Ok(code)
}

/// Reads a list of characters, up to its `]`. Returns its ranges, and whether it matches all others instead.
fn read_class(input: &mut Input<'_>) -> Result<(Vec<Range>, bool), PatternFault> {
    let negated = input.next_if_eq(&'^').is_some();
    let mut ranges: Vec<Range> = Vec::new();
    // The single character before the place that is read: a range may begin with it.
    let mut first: Option<char> = None;
    loop {
        let item = class_item(input)?;
        let Some(item) = item else {
            return Ok((ranges, negated));
        };
        match item {
            ClassItem::Hyphen => {
                // A range, unless the hyphen is the last character or follows a class.
                let (Some(from), Some(next)) = (first.take(), input.peek()) else {
                    ranges.push(('-', '-'));
                    first = Some('-');
                    continue;
                };
                if *next == ']' {
                    ranges.push(('-', '-'));
                    continue;
                }
                match class_item(input)? {
                    Some(ClassItem::Character(to)) if from <= to => ranges.push((from, to)),
                    Some(ClassItem::Hyphen) if from <= '-' => ranges.push((from, '-')),
                    Some(ClassItem::Class(class, negated)) => {
                        ranges.push(('-', '-'));
                        add(&mut ranges, class, negated);
                    }
                    _ => return Err(PatternFault::Class),
                }
            }
            ClassItem::Character(character) => {
                ranges.push((character, character));
                first = Some(character);
            }
            ClassItem::Class(class, negated) => {
                add(&mut ranges, class, negated);
                first = None;
            }
        }
    }
}

enum ClassItem {
    Hyphen,
    Character(char),
    Class(&'static [Range], bool),
}

/// Reads one item of a list of characters. Returns `None` at its end.
fn class_item(input: &mut Input<'_>) -> Result<Option<ClassItem>, PatternFault> {
    Ok(Some(match input.next().ok_or(PatternFault::Class)? {
        ']' => return Ok(None),
        '-' => ClassItem::Hyphen,
        '\\' if input.next_if_eq(&'b').is_some() => ClassItem::Character('\u{8}'),
        '\\' => match escape(input)? {
            Escaped::Character(character) => ClassItem::Character(character),
            Escaped::Class(ranges, negated) => ClassItem::Class(ranges, negated),
        },
        other => ClassItem::Character(other),
    }))
}

/// Adds the characters of a class, or all others.
fn add(ranges: &mut Vec<Range>, class: &[Range], negated: bool) {
    if !negated {
        ranges.extend_from_slice(class);
        return;
    }
    let mut next = 0_u32;
    for (from, to) in class {
        let before = u32::from(*from).checked_sub(1).and_then(char::from_u32);
        if let (Some(start), Some(end)) = (char::from_u32(next), before)
            && start <= end
        {
            ranges.push((start, end));
        }
        next = u32::from(*to) + 1;
    }
    ranges.push((char::from_u32(next).unwrap_or(char::MAX), char::MAX));
}

/// Writes a list of characters.
fn class(out: &mut String, ranges: &[Range], negated: bool) {
    if ranges.is_empty() {
        // No character, or every character.
        out.push_str(if negated {
            "(?s:.)"
        } else {
            r"[^\x{0}-\x{10ffff}]"
        });
        return;
    }
    out.push_str(if negated { "[^" } else { "[" });
    for (from, to) in ranges {
        code(out, *from);
        if from != to {
            out.push('-');
            code(out, *to);
        }
    }
    out.push(']');
}

fn literal(out: &mut String, character: char) {
    if character.is_ascii_alphanumeric() || !character.is_ascii() {
        out.push(character);
    } else {
        code(out, character);
    }
}

fn code(out: &mut String, character: char) {
    if character.is_ascii_alphanumeric() {
        out.push(character);
    } else {
        out.push_str(&format!("\\x{{{:x}}}", u32::from(character)));
    }
}
