//! The confidence that an agent claims, in basis points (hundredths of a percent).
//!
//! Services write 82 percent as `0.82`, `82`, `"82%"` or `8200`. Confusing two of these would be wrong by
//! a factor of a hundred, so this module does not guess: only the last form, a whole number from 0 to 10,000, is
//! accepted. Numbers from 1 to 100 are rejected as well, because they are almost certainly percentages
//! in the wrong unit. The policy denies an action with a rejected confidence.

use serde_json::Value;

/// 100 percent.
const WHOLE: u16 = 10_000;

/// The least threshold, which is also the default, in basis points: 82 percent.
pub const MIN_THRESHOLD: u16 = 8200;

/// A confidence in basis points: 0, or 101 to 10,000.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Confidence(u16);

impl Confidence {
    /// Returns the confidence of `basis_points`; `None` if it is neither 0 nor within 101 to 10,000.
    #[must_use]
    pub fn new(basis_points: i64) -> Option<Self> {
        let points = u16::try_from(basis_points).ok()?;
        (points == 0 || (101..=WHOLE).contains(&points)).then_some(Self(points))
    }

    /// Reads a confidence from JSON: a number without point and exponent that [`Confidence::new`]
    /// accepts.
    #[must_use]
    pub fn from_json(value: &Value) -> Option<Self> {
        value.as_i64().and_then(Self::new)
    }

    /// Returns the basis points.
    #[must_use]
    pub const fn basis_points(self) -> u16 {
        self.0
    }
}

/// The least confidence with which an action is more than a recommendation, inclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Threshold(u16);

impl Threshold {
    /// Returns the threshold of `basis_points`; `None` if it is not within [`MIN_THRESHOLD`] to 10,000.
    #[must_use]
    pub fn new(basis_points: i64) -> Option<Self> {
        let points = u16::try_from(basis_points).ok()?;
        (MIN_THRESHOLD..=WHOLE)
            .contains(&points)
            .then_some(Self(points))
    }

    /// Returns the basis points.
    #[must_use]
    pub const fn basis_points(self) -> u16 {
        self.0
    }

    /// Whether `confidence` reaches the threshold.
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
    fn only_0_and_101_to_10000_basis_points_are_accepted() {
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
    fn thresholds_below_8200_are_refused() {
        for points in -300..=10_300_i64 {
            let read = Threshold::new(points).map(|read| i64::from(read.basis_points()));
            assert_eq!(read, (8200..=10_000).contains(&points).then_some(points));
        }
        assert_eq!(Threshold::default().basis_points(), 8200);
    }

    #[test]
    fn a_confidence_equal_to_the_threshold_is_enough() {
        for threshold in [8200, 9000, 10_000] {
            for (confidence, met) in [(threshold - 1, false), (threshold, true)] {
                let confidence = Confidence::new(confidence).unwrap();
                let threshold = Threshold::new(threshold).unwrap();
                assert_eq!(threshold.is_met_by(confidence), met);
            }
        }
    }
}
