//! The definition of a rate limit.

/// The largest number of admissions per window, and the number of moments that are kept for each limit.
pub const MAX_ADMISSIONS: u16 = 256;

/// The longest window: 31 days, in milliseconds.
pub const MAX_WINDOW_MS: u64 = 31 * 24 * 60 * 60 * 1000;

/// The values given to [`Limit::new`] are out of range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LimitError {
    /// The number of admissions is not within 1 to [`MAX_ADMISSIONS`].
    #[error("a limit must allow 1 to 256 calls")]
    Max,
    /// The window is not within 1 to [`MAX_WINDOW_MS`] milliseconds.
    #[error("the window of a limit must be 1 millisecond to 31 days long")]
    Window,
}

/// A rate limit as settings and connections state it: at most `max` calls in any `window` seconds. It is not checked yet:
/// [`Limit`] is what can be counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
pub struct CallLimit {
    /// The number of calls.
    pub max: u32,
    /// The length of the window, in seconds.
    pub window: u32,
}

impl CallLimit {
    /// Returns a limit that is ten times as wide, and its exact window in milliseconds.
    ///
    /// A history keeps no more than [`MAX_ADMISSIONS`] moments. If ten times `max` are more, the window is divided into
    /// equal parts, and the limit is that of one part: 60 in 60 seconds become 200 in 20 seconds. As many parts cover the
    /// whole window, so that no window admits more than ten times `max`.
    ///
    /// ```
    /// use countersign::limit::CallLimit;
    ///
    /// let wide = |max, window| CallLimit { max, window }.tenfold();
    /// assert_eq!(wide(20, 60), (CallLimit { max: 200, window: 60 }, 60_000));
    /// assert_eq!(wide(60, 60), (CallLimit { max: 200, window: 20 }, 20_000));
    /// assert_eq!(wide(256, 1), (CallLimit { max: 256, window: 1 }, 100));
    /// ```
    #[must_use]
    pub fn tenfold(self) -> (Self, u64) {
        let tenfold = u64::from(self.max) * 10;
        let parts = tenfold.div_ceil(u64::from(MAX_ADMISSIONS)).max(1);
        let window_ms = (u64::from(self.window) * 1000).div_ceil(parts);
        let narrow = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
        let shown = Self {
            max: narrow(tenfold / parts),
            window: narrow(window_ms.div_ceil(1000)),
        };
        (shown, window_ms)
    }
}

/// A rate limit: at most `max` admissions in any stretch of time as long as the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    key: [u8; 32],
    max: u16,
    window_ms: u64,
}

impl Limit {
    /// Returns a limit of `max` admissions per `window_ms` milliseconds.
    ///
    /// `key` identifies what is counted: a digest of its kind and its identity, so that two kinds never share a
    /// history. The history belongs to the key alone. `max` and the window may differ from call to call; each call
    /// applies its own values to the existing history.
    ///
    /// # Errors
    /// [`LimitError::Max`] if `max` is not within 1 to [`MAX_ADMISSIONS`]; [`LimitError::Window`] if `window_ms` is not
    /// within 1 to [`MAX_WINDOW_MS`].
    pub const fn new(key: [u8; 32], max: u16, window_ms: u64) -> Result<Self, LimitError> {
        if max == 0 || max > MAX_ADMISSIONS {
            return Err(LimitError::Max);
        }
        if window_ms == 0 || window_ms > MAX_WINDOW_MS {
            return Err(LimitError::Window);
        }
        Ok(Self {
            key,
            max,
            window_ms,
        })
    }

    /// Returns the key of the history that the limit counts in.
    #[must_use]
    pub const fn key(&self) -> &[u8; 32] {
        &self.key
    }

    /// Returns the maximum number of admissions per window.
    #[must_use]
    pub const fn max(&self) -> u16 {
        self.max
    }

    /// Returns the length of the window in milliseconds.
    #[must_use]
    pub const fn window_ms(&self) -> u64 {
        self.window_ms
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_that_is_ten_times_as_wide_admits_no_more_than_that() {
        for max in 1..=256_u32 {
            for window in [1, 7, 60, 3600, 2_678_400] {
                let (wide, window_ms) = CallLimit { max, window }.tenfold();
                assert!(
                    Limit::new([7; 32], u16::try_from(wide.max).unwrap(), window_ms).is_ok(),
                    "{max} in {window}"
                );
                let parts = (u64::from(window) * 1000).div_ceil(window_ms);
                assert!(parts * u64::from(wide.max) <= u64::from(max) * 10);
                assert!(wide.max >= max, "{max} in {window}");
            }
        }
        let (none, _) = CallLimit { max: 0, window: 60 }.tenfold();
        assert_eq!(none.max, 0);
    }

    #[test]
    fn limits_out_of_range_are_refused() {
        let new = |max, window_ms| Limit::new([7; 32], max, window_ms).map(|_| ());
        for (max, window_ms) in [(1, 1), (256, 1), (1, 2_678_400_000), (256, 2_678_400_000)] {
            let limit = Limit::new([7; 32], max, window_ms).unwrap();
            assert_eq!((limit.max(), limit.window_ms()), (max, window_ms));
            assert_eq!(limit.key(), &[7; 32]);
        }
        for max in [0, 257, u16::MAX] {
            assert_eq!(new(max, 1), Err(LimitError::Max), "{max}");
        }
        for window_ms in [0, 2_678_400_001, u64::MAX] {
            assert_eq!(new(1, window_ms), Err(LimitError::Window), "{window_ms}");
        }
    }
}
