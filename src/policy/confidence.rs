//! How sure an agent says it is, in basis points: the one place where that is read.
//!
//! **Rejected, not guessed.** Services write 82 percent as `0.82`, `82`, `"82%"` or `8200`. Taking one
//! for another would be wrong by a factor of a hundred, so only the last is read: a whole number from 0
//! to 10,000. Whole numbers from 1 to 100 are rejected too: nobody means 0.82 percent, and whoever
//! writes 82 hears at once that the unit is wrong. What is rejected is no confidence at all, and the
//! policy denies for that.

use serde_json::Value;

/// 100 percent.
const WHOLE: u16 = 10_000;

/// The least threshold, and the one a site has that sets none: 82 percent.
pub const MIN_THRESHOLD: u16 = 8200;

/// A share in basis points, hundredths of a percent: 0, or 101 to 10,000.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Confidence(u16);

impl Confidence {
    /// From a whole number; `None` for 1 to 100 and for what is outside 0 to 10,000.
    #[must_use]
    pub fn new(basis_points: i64) -> Option<Self> {
        let points = u16::try_from(basis_points).ok()?;
        (points == 0 || (101..=WHOLE).contains(&points)).then_some(Self(points))
    }

    /// From JSON: a number written without point and exponent, and what [`Confidence::new`] takes.
    #[must_use]
    pub fn from_json(value: &Value) -> Option<Self> {
        value.as_i64().and_then(Self::new)
    }

    /// The basis points.
    #[must_use]
    pub const fn basis_points(self) -> u16 {
        self.0
    }
}

/// The confidence from which on a proposal is more than a recommendation, inclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Threshold(u16);

impl Threshold {
    /// From basis points. A site may ask for more than [`MIN_THRESHOLD`] and never for less; `None`
    /// for less, and for more than 10,000.
    #[must_use]
    pub fn new(basis_points: i64) -> Option<Self> {
        let points = u16::try_from(basis_points).ok()?;
        (MIN_THRESHOLD..=WHOLE)
            .contains(&points)
            .then_some(Self(points))
    }

    /// The basis points.
    #[must_use]
    pub const fn basis_points(self) -> u16 {
        self.0
    }

    /// Whether `confidence` is enough.
    #[must_use]
    pub const fn is_met_by(self, confidence: Confidence) -> bool {
        confidence.0 >= self.0
    }
}

impl Default for Threshold {
    fn default() -> Self {
        Self(MIN_THRESHOLD)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_basis_points_are_read_and_nothing_else() {
        for points in -300..=10_300_i64 {
            let sound = points == 0 || (101..=10_000).contains(&points);
            let read = Confidence::new(points).map(|read| i64::from(read.basis_points()));
            assert_eq!(read, sound.then_some(points), "{points}");
        }
        for points in [i64::MIN, i64::MAX, 65_536 + 8200, -8200] {
            assert_eq!(Confidence::new(points), None, "{points}");
        }
    }

    #[test]
    fn a_threshold_goes_up_only() {
        for points in -300..=10_300_i64 {
            let read = Threshold::new(points).map(|read| i64::from(read.basis_points()));
            assert_eq!(read, (8200..=10_000).contains(&points).then_some(points));
        }
        assert_eq!(Threshold::default().basis_points(), 8200);
    }

    #[test]
    fn the_border_is_inclusive() {
        for threshold in [8200, 9000, 10_000] {
            for (confidence, met) in [(threshold - 1, false), (threshold, true)] {
                let confidence = Confidence::new(confidence).unwrap();
                let threshold = Threshold::new(threshold).unwrap();
                assert_eq!(threshold.is_met_by(confidence), met);
            }
        }
    }
}
