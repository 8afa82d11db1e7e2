//! What a person may upload in a session, and what the agent tells them.

use serde::{Deserialize, Serialize};

use crate::json;

/// The largest number of files of a session.
pub const MAX_FILES: u64 = 50;

/// The greatest size of a file, in bytes: 2 GiB.
pub const MAX_FILE: u64 = 2 << 30;

const MAX_TYPES: usize = 200;
const MAX_TYPE: usize = 127;
const MAX_TITLE: usize = 120;
const MAX_NOTE: usize = 2000;

/// The calling program broke the contract of the API. A client cannot cause this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UploadMisuse {
    /// The terms are not a JSON object of the documented form, or a value is out of range.
    #[error("the terms do not have the documented form: compare them with UploadSessions::issue()")]
    Terms,
    /// The record is not that of the connection of the session, or its data do not have the documented form.
    #[error("the record is not that of the connection of the session")]
    Connection,
    /// The report of an item does not have the documented form.
    #[error("the target does not have the documented form: compare it with McpCall::consider()")]
    Target,
}

/// What a person may upload in a session. The link is bound to all of it.
///
/// ```
/// use countersign::upload::UploadTerms;
///
/// let json = r#"{"files":2,"bytes":1000,"types":["image/png"],"title":"Photos","note":""}"#;
/// let terms = UploadTerms::parse(json)?;
/// assert!(terms.accepts_type("image/png"));
/// # Ok::<(), countersign::upload::UploadMisuse>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UploadTerms {
    /// The greatest size of a file, in bytes.
    bytes: u64,
    /// The number of files.
    files: u64,
    /// Text of the agent for the person.
    note: String,
    /// Text of the agent for the person, one line.
    title: String,
    /// The media types of the files, such as `image/png`.
    types: Vec<String>,
}

impl UploadTerms {
    /// Reads terms from JSON.
    ///
    /// # Errors
    /// [`UploadMisuse::Terms`] unless it has exactly the documented members: 1 to [`MAX_FILES`] files of 1 to [`MAX_FILE`]
    /// bytes, 1 to 200 media types in lower case, a title of at most 120 and a note of at most 2,000 characters.
    pub fn parse(text: &str) -> Result<Self, UploadMisuse> {
        let terms: Self = json::check(text)
            .ok()
            .and_then(|()| serde_json::from_str(text).ok())
            .ok_or(UploadMisuse::Terms)?;
        let is_usable = (1..=MAX_FILES).contains(&terms.files)
            && (1..=MAX_FILE).contains(&terms.bytes)
            && (1..=MAX_TYPES).contains(&terms.types.len())
            && terms.types.iter().all(|kind| is_media_type(kind))
            && terms.title.chars().count() <= MAX_TITLE
            && terms.note.chars().count() <= MAX_NOTE;
        is_usable.then_some(terms).ok_or(UploadMisuse::Terms)
    }

    /// Returns the number of files.
    #[must_use]
    pub const fn files(&self) -> u64 {
        self.files
    }

    /// Returns the greatest size of a file, in bytes.
    #[must_use]
    pub const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Returns whether files of this media type are accepted.
    #[must_use]
    pub fn accepts_type(&self, kind: &str) -> bool {
        self.types.iter().any(|accepted| accepted == kind)
    }

    /// Returns the canonical text, to which the link is bound.
    #[must_use]
    pub fn to_json(&self) -> String {
        json::canonical(&json::raw(self))
    }
}

/// Returns whether `text` has the form of a media type without parameters, in lower case (RFC 6838, section 4.2).
fn is_media_type(text: &str) -> bool {
    let is_name = |name: &str| {
        name.starts_with(|first: char| first.is_ascii_lowercase() || first.is_ascii_digit())
            && name.bytes().all(|byte| {
                byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"!#$&-^_.+".contains(&byte)
            })
    };
    text.len() <= MAX_TYPE
        && text
            .split_once('/')
            .is_some_and(|(kind, subtype)| is_name(kind) && is_name(subtype))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(member: &str, value: &str) -> Result<UploadTerms, UploadMisuse> {
        let mut all = vec![
            ("files", "3"),
            ("bytes", "1000"),
            ("types", r#"["image/png"]"#),
            ("title", r#""Photos""#),
            ("note", r#""Two lines\nof text""#),
        ];
        all.retain(|(name, _)| *name != member);
        if !value.is_empty() {
            all.push((member, value));
        }
        let members: Vec<String> = all
            .iter()
            .map(|(name, value)| format!("\"{name}\":{value}"))
            .collect();
        UploadTerms::parse(&format!("{{{}}}", members.join(",")))
    }

    #[test]
    fn terms_have_one_canonical_text() {
        let terms = with("files", "3").unwrap();
        let text = r#"{"bytes":1000,"files":3,"note":"Two lines\nof text","title":"Photos","types":["image/png"]}"#;
        assert_eq!(terms.to_json(), text);
        assert_eq!(UploadTerms::parse(text), Ok(terms));
    }

    #[test]
    fn values_out_of_range_are_refused() {
        for (member, good) in [
            ("files", "1"),
            ("files", "50"),
            ("bytes", "1"),
            ("bytes", "2147483648"),
        ] {
            assert!(with(member, good).is_ok(), "{member}: {good}");
        }
        let long = format!("\"{}\"", "é".repeat(121));
        for (member, bad) in [
            ("files", "0"),
            ("files", "51"),
            ("files", "-1"),
            ("files", "\"3\""),
            ("files", ""),
            ("bytes", "0"),
            ("bytes", "2147483649"),
            ("types", "[]"),
            ("types", r#"["image/*"]"#),
            ("types", r#"["IMAGE/PNG"]"#),
            ("types", r#"["image/png; charset=x"]"#),
            ("types", r#"["image"]"#),
            ("title", &long),
            ("title", "null"),
            ("folder", "\"x\""),
        ] {
            assert_eq!(
                with(member, bad),
                Err(UploadMisuse::Terms),
                "{member}: {bad}"
            );
        }
        assert_eq!(UploadTerms::parse("[]"), Err(UploadMisuse::Terms));
    }
}
