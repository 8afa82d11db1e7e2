//! Randomness as an argument.
//!
//! Code that needs unpredictable bytes takes an [`Entropy`]. The binding and the command line pass [`SystemEntropy`];
//! tests pass [`CountingEntropy`]. No generator is kept in a process or a thread: php-fpm forks its workers, and two
//! workers with a copy of the same state would produce the same keys.

#[cfg(has_os)]
use rand::TryRng as _;

/// The source of randomness failed. No operation that needs a secret may continue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the operating system's random number generator failed: try again, and check the host if it persists"
)]
pub struct EntropyError;

/// A source of unpredictable bytes.
pub trait Entropy: Send + Sync {
    /// Fills the whole `buffer` with unpredictable bytes.
    ///
    /// # Errors
    /// [`EntropyError`] if the source fails; the content of `buffer` must not be used then.
    fn fill(&self, buffer: &mut [u8]) -> Result<(), EntropyError>;

    /// Returns `N` unpredictable bytes.
    ///
    /// # Errors
    /// [`EntropyError`] if the source fails.
    fn bytes<const N: usize>(&self) -> Result<[u8; N], EntropyError>
    where
        Self: Sized,
    {
        let mut out = [0; N];
        self.fill(&mut out)?;
        Ok(out)
    }
}

/// The operating system's generator: `getrandom(2)` on Linux. It keeps no state in the process and is therefore safe
/// across `fork`.
///
/// ```
/// use countersign::entropy::{Entropy, SystemEntropy};
///
/// let nonce: [u8; 16] = SystemEntropy.bytes()?;
/// assert_ne!(nonce, SystemEntropy.bytes()?);
/// # Ok::<(), countersign::entropy::EntropyError>(())
/// ```
#[cfg(has_os)]
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemEntropy;

#[cfg(has_os)]
impl Entropy for SystemEntropy {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), EntropyError> {
        rand::rngs::SysRng
            .try_fill_bytes(buffer)
            .map_err(|_| EntropyError)
    }
}

/// A counter instead of randomness, so that tests and vectors produce the same bytes in each run. It must never be
/// used for real keys or tokens.
#[derive(Debug, Default)]
pub struct CountingEntropy(std::sync::atomic::AtomicU64);

impl Entropy for CountingEntropy {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), EntropyError> {
        for chunk in buffer.chunks_mut(8) {
            let count = self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1;
            for (to, from) in chunk.iter_mut().zip(count.to_be_bytes()) {
                *to = from;
            }
        }
        Ok(())
    }
}
