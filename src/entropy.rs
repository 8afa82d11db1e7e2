//! Randomness as an argument.

/// The source failed: nothing that needs a secret may go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the operating system gave no randomness")]
pub struct EntropyError;

/// A source of unpredictable bytes.
pub trait Entropy: Send + Sync {
    /// Fills `buffer` wholly with unpredictable bytes.
    ///
    /// # Errors
    /// [`EntropyError`] when the source fails; `buffer` is then not to be used.
    fn fill(&self, buffer: &mut [u8]) -> Result<(), EntropyError>;

    /// `N` unpredictable bytes.
    ///
    /// # Errors
    /// As [`Entropy::fill`].
    fn bytes<const N: usize>(&self) -> Result<[u8; N], EntropyError>
    where
        Self: Sized,
    {
        let mut out = [0; N];
        self.fill(&mut out)?;
        Ok(out)
    }
}

/// The operating system's generator: safe across `fork`, unlike a generator kept in the process.
#[cfg(not(target_family = "wasm"))]
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemEntropy;

#[cfg(not(target_family = "wasm"))]
impl Entropy for SystemEntropy {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), EntropyError> {
        getrandom::fill(buffer).map_err(|_| EntropyError)
    }
}

/// A counter in place of randomness, so that tests and vectors give the same bytes each time.
/// Never for anything real.
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
