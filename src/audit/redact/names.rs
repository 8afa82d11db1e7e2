//! The names of secrets, and which values after such a name are secret.

use super::scan::{REDACTED, is_random};

/// What a name says about its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in super::super) enum Named {
    /// It may be a key: only a long and irregular value is a secret.
    Key,
    /// It is generated: every value is a secret, except ordinary words and short numbers.
    Token,
    /// A person may have chosen it: every value is a secret, except the words that describe a state.
    Password,
}

/// The ends of names, without separators, accents and the digits at the end.
const NAMES: &[(Named, &[&str])] = &[
    (
        Named::Password,
        &[
            "password",
            "passwords",
            "passwd",
            "passphrase",
            "passcode",
            "pwd",
            // German, French, Spanish, Portuguese, Dutch, Norwegian, Danish, Swedish, Finnish
            "passwort",
            "kennwort",
            "motdepasse",
            "contrasena",
            "senha",
            "palavrapasse",
            "wachtwoord",
            "passord",
            "adgangskode",
            "losenord",
            "salasana",
            // Polish, Czech, Hungarian, Turkish, Russian and Ukrainian, Bulgarian
            "haslo",
            "heslo",
            "jelszo",
            "sifre",
            "пароль",
            "парола",
            // Arabic, Hebrew, Japanese, Chinese, Korean
            "كلمةالمرور",
            "סיסמה",
            "パスワード",
            "密码",
            "密碼",
            "비밀번호",
        ],
    ),
    (
        Named::Token,
        &[
            "token",
            "tokens",
            "secret",
            "secrets",
            "apikey",
            "apikeys",
            "accesskey",
            "secretkey",
            "privatekey",
            "signingkey",
            "encryptionkey",
            "accountkey",
            "masterkey",
            "sharedkey",
            "authkey",
            "licensekey",
            "credential",
            "credentials",
            "authorization",
            "authorizationcode",
            "authcode",
            "nonce",
            "jwt",
        ],
    ),
    (
        Named::Key,
        &[
            "key",
            "keys",
            "auth",
            "authentication",
            "salt",
            "session",
            "sessionid",
            "sessid",
            "cookie",
            "signature",
            "private",
            "otp",
            "sid",
        ],
    ),
];
/// Last words of names that are too short to be looked for inside another word.
const SHORT: &[(Named, &str)] = &[
    (Named::Password, "mdp"),
    (Named::Token, "pass"),
    (Named::Token, "pw"),
    (Named::Token, "psk"),
    (Named::Key, "sig"),
];
/// Words after the name of a password that do not change its meaning.
const ADDITIONS: &[&str] = &[
    "confirm",
    "confirmation",
    "repeat",
    "again",
    "new",
    "old",
    "current",
    "plain",
    "hash",
];
/// Words that describe the state or type of a secret and cannot be one.
const STATES: &[&str] = &[
    "absent",
    "accepted",
    "active",
    "added",
    "array",
    "bad",
    "boolean",
    "changed",
    "correct",
    "created",
    "default",
    "deleted",
    "denied",
    "disabled",
    "empty",
    "enabled",
    "expired",
    "false",
    "forgotten",
    "given",
    "hidden",
    "inactive",
    "incorrect",
    "integer",
    "invalid",
    "mismatch",
    "missing",
    "new",
    "no",
    "none",
    "null",
    "number",
    "object",
    "off",
    "ok",
    "old",
    "on",
    "optional",
    "present",
    "protected",
    "refused",
    "rejected",
    "removed",
    "required",
    "reset",
    "revoked",
    "rotated",
    "same",
    "set",
    "string",
    "too",
    "true",
    "unchanged",
    "undefined",
    "unknown",
    "unset",
    "unused",
    "updated",
    "used",
    "valid",
    "was",
    "weak",
    "wrong",
    "yes",
];
/// The longest name, in bytes. Of a longer one only the end is read.
pub(super) const NAME: usize = 48;
/// How much of a value is read to find out whether it is a secret, in bytes.
pub(super) const SAMPLE: usize = 128;

/// Returns what a name says about its value, if it names a credential. Letter case, separators, accents and digits at the
/// end do not matter: `client_secret`, `X-Client-Secret` and `clientSecret2` are one name.
pub(in super::super) fn named(name: &str) -> Option<Named> {
    let mut buffer = [0_u8; NAME];
    let name = end_of(name.trim_end_matches(|c: char| c.is_ascii_digit() || "_-".contains(c)));
    let length = plain(name, &mut buffer);
    let plain = buffer.get(..length).unwrap_or_default();
    let last = *plain.last()?;
    let ends = |plain: &[u8], names: &[&str]| {
        names.iter().any(|known| {
            known.as_bytes().last() == Some(&last) && plain.ends_with(known.as_bytes())
        })
    };
    let whole = NAMES
        .iter()
        .find(|(_, names)| ends(plain, names))
        .map(|(named, _)| *named);
    if whole.is_some_and(|named| named >= Named::Token) {
        return whole;
    }
    if plain == b"code" {
        return Some(Named::Key);
    }
    let word = last_word(name.as_bytes());
    if let Some((named, _)) = SHORT
        .iter()
        .find(|(_, known)| word.eq_ignore_ascii_case(known.as_bytes()))
    {
        return Some(*named);
    }
    let (password, names) = NAMES.first()?;
    ADDITIONS
        .iter()
        .filter_map(|addition| plain.strip_suffix(addition.as_bytes()))
        .any(|before| names.iter().any(|known| before.ends_with(known.as_bytes())))
        .then_some(*password)
        .or(whole)
}

/// Returns the end of a name, which is at most [`NAME`] bytes long.
fn end_of(name: &str) -> &str {
    let from = name.len().saturating_sub(NAME);
    (from..name.len())
        .find_map(|from| name.get(from..))
        .unwrap_or_default()
}

/// Writes the letters and digits of a name to `buffer`, in lower case and without accents, and returns their length.
fn plain(name: &str, buffer: &mut [u8; NAME]) -> usize {
    let mut length = 0;
    for c in name
        .chars()
        .map(without_accent)
        .filter(|c| c.is_alphanumeric())
    {
        let lower = if c.is_ascii() {
            c.to_ascii_lowercase()
        } else {
            c.to_lowercase().next().unwrap_or(c)
        };
        let Some(rest) = buffer
            .get_mut(length..)
            .filter(|rest| rest.len() >= lower.len_utf8())
        else {
            break;
        };
        length += lower.encode_utf8(rest).len();
    }
    length
}

/// Returns the letter without its accent, and the ASCII letter of a full-width one.
fn without_accent(c: char) -> char {
    match c {
        '\0'..='\x7f' => c,
        'ñ' | 'Ñ' => 'n',
        'ó' | 'Ó' | 'ö' | 'Ö' => 'o',
        'ş' | 'Ş' => 's',
        'ł' | 'Ł' => 'l',
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        _ => c,
    }
}

/// Returns the last word of a name in any of the usual spellings: `pass` of `db_pass` and `Pass` of `smtpPass`.
fn last_word(name: &[u8]) -> &[u8] {
    let is_start = |place: usize| match (
        place.checked_sub(1).and_then(|b| name.get(b)),
        name.get(place),
    ) {
        (Some(before), Some(first)) => {
            !before.is_ascii_alphanumeric()
                || (before.is_ascii_lowercase() && first.is_ascii_uppercase())
        }
        _ => true,
    };
    let start = (0..name.len()).rev().find(|place| is_start(*place));
    name.get(start.unwrap_or(0)..).unwrap_or_default()
}

/// Whether a value with such a name is a secret.
pub(in super::super) fn hides(named: Named, value: &str) -> bool {
    let value = value.trim_end_matches(['.', '!', '?', ')', ']', '}']);
    let without = |label: &str| value.strip_prefix(label);
    let digest = without("sha256:").or_else(|| without("sha256-"));
    if value.is_empty()
        || value == REDACTED.trim_end_matches(']')
        || digest.is_some_and(|digest| digest.bytes().all(|byte| byte.is_ascii_hexdigit()))
        || value.bytes().all(|byte| b"*.-_/\\".contains(&byte))
    {
        return false;
    }
    match named {
        Named::Key => value
            .split(|c: char| !is_generated(c))
            .any(|word| is_random(word.get(..SAMPLE).unwrap_or(word).as_bytes())),
        Named::Token => {
            let is_short_number = value.len() <= 9 && value.bytes().all(|b| b.is_ascii_digit());
            !is_short_number && !is_word(value)
        }
        Named::Password => !STATES.iter().any(|state| value.eq_ignore_ascii_case(state)),
    }
}

/// Whether a character may be part of a generated word.
const fn is_generated(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '+' | '/' | '=' | '.' | '~')
}

/// Whether a text is an ordinary word or name: letters in words of one case or with a capital at the beginning, which `_`
/// or `-` may join.
fn is_word(text: &str) -> bool {
    text.chars().count() <= 24
        && text.split(['_', '-']).all(|word| {
            let mut rest = word.chars();
            let first = rest.next();
            let rest = rest.as_str();
            first.is_some_and(char::is_alphabetic)
                && (rest.chars().all(|c| c.is_alphabetic() && !c.is_uppercase())
                    || word.chars().all(|c| c.is_alphabetic() && !c.is_lowercase()))
        })
}
