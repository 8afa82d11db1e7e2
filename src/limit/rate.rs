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
