//! One file of a session, and its parts.

use super::terms::UploadTerms;
use crate::decision::Decision;
use crate::reason::Reason;

/// The greatest length of a part, in bytes: less than the 1 MiB that nginx accepts unless it is told otherwise.
pub const MAX_PART: u64 = 768 * 1024;

/// How often a file can be begun in a session, beyond four times for each of its places: files that are refused or cancelled
/// leave a row each, and those that are refused two entries in the audit log.
const SPARE_ATTEMPTS: u64 = 20;

/// A part of a file that arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UploadPart {
    /// The size of the whole file, as it was announced.
    pub size: u64,
    /// The number of the part, from 1.
    pub number: u64,
    /// The length of the part.
    pub length: u64,
}

impl UploadPart {
    /// Returns the number of parts of a file of `size` bytes.
    #[must_use]
    pub const fn count(size: u64) -> u64 {
        size.div_ceil(MAX_PART)
    }

    /// Decides whether the part is one of the file: each has [`MAX_PART`] bytes, and the last one the rest. Otherwise
    /// [`Reason::UploadPartUnexpected`].
    pub fn decide(&self) -> Decision {
        let before = self
            .number
            .checked_sub(1)
            .and_then(|before| before.checked_mul(MAX_PART));
        let expected = before
            .and_then(|before| self.size.checked_sub(before))
            .map_or(0, |rest| rest.min(MAX_PART));
        if expected > 0 && self.length == expected {
            Decision::Allow
        } else {
            Reason::UploadPartUnexpected.into()
        }
    }
}

impl UploadTerms {
    /// Decides whether a file of `size` bytes and the media type `kind` is accepted.
    ///
    /// The refusal is [`Reason::UploadFileSize`] or [`Reason::UploadFileType`].
    pub fn decide_file(&self, size: u64, kind: &str) -> Decision {
        if !self.accepts_type(kind) {
            return Reason::UploadFileType.into();
        }
        if (1..=self.bytes()).contains(&size) {
            Decision::Allow
        } else {
            Reason::UploadFileSize.into()
        }
    }

    /// Returns the lowest place that is not taken, from 1, for a file that is begun. `attempts` is the number of files that
    /// were begun before.
    ///
    /// # Errors
    /// [`Reason::UploadSessionFull`] if every place is taken, [`Reason::UploadAttempts`] after too many attempts.
    pub fn free_place(&self, taken: &[u64], attempts: u64) -> Result<u64, Reason> {
        if attempts >= self.files() * 4 + SPARE_ATTEMPTS {
            return Err(Reason::UploadAttempts);
        }
        (1..=self.files())
            .find(|place| !taken.contains(place))
            .ok_or(Reason::UploadSessionFull)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms() -> UploadTerms {
        let json = r#"{"files":2,"bytes":10,"types":["image/png"],"title":"","note":""}"#;
        UploadTerms::parse(json).unwrap()
    }

    #[test]
    fn a_file_has_an_accepted_type_and_size() {
        let decide = |size, kind| terms().decide_file(size, kind);
        assert!(decide(1, "image/png").is_allowed());
        assert!(decide(10, "image/png").is_allowed());
        for size in [0, 11, u64::MAX] {
            assert_eq!(decide(size, "image/png"), Reason::UploadFileSize.into());
        }
        for kind in ["image/jpeg", "image/PNG", "image/png ", ""] {
            assert_eq!(decide(1, kind), Reason::UploadFileType.into(), "{kind}");
        }
    }

    #[test]
    fn each_place_is_given_once() {
        let place = |taken: &[u64], attempts| terms().free_place(taken, attempts);
        assert_eq!(place(&[], 0), Ok(1));
        assert_eq!(place(&[1], 1), Ok(2));
        assert_eq!(place(&[2], 27), Ok(1));
        assert_eq!(place(&[2, 1], 2), Err(Reason::UploadSessionFull));
        // Rows that another program wrote make no room.
        assert_eq!(place(&[1, 2, 7], 3), Err(Reason::UploadSessionFull));
        assert_eq!(place(&[], 28), Err(Reason::UploadAttempts));
    }

    #[test]
    fn each_part_has_the_length_that_its_number_gives() {
        let size = 2 * MAX_PART + 5;
        assert_eq!(UploadPart::count(size), 3);
        assert_eq!((UploadPart::count(1), UploadPart::count(0)), (1, 0));
        let decide = |number, length| {
            let part = UploadPart {
                size,
                number,
                length,
            };
            part.decide().is_allowed()
        };
        assert!(decide(1, MAX_PART) && decide(2, MAX_PART) && decide(3, 5));
        for (number, length) in [
            (0, MAX_PART),
            (1, MAX_PART - 1),
            (1, MAX_PART + 1),
            (3, 4),
            (3, MAX_PART),
            (4, 0),
            (4, 5),
            (u64::MAX, 5),
        ] {
            assert!(!decide(number, length), "{number} {length}");
        }
    }
}
