//! Locks that a forked child may find locked for ever.
//!
//! A fork copies the calling thread only. If another thread held a lock at that moment, nobody releases it in the child.

use std::sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockWriteGuard, TryLockError};
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::error::StoreError;

/// How long another thread of this process may hold a lock: opening a store waits 5 seconds for other processes at most.
const PATIENCE: Duration = Duration::from_secs(6);

/// Takes the lock. Its content must be usable after a panic of another thread.
///
/// # Errors
/// [`StoreError::Forked`] if it is not released, which happens only in a child of a process with several threads.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> Result<MutexGuard<'_, T>, StoreError> {
    attempt(PATIENCE, || mutex.try_lock())
}

/// Takes the lock for writing, under the conditions of [`lock`].
///
/// # Errors
/// Those of [`lock`], after `patience`.
pub(super) fn write<T>(
    lock: &RwLock<T>,
    patience: Duration,
) -> Result<RwLockWriteGuard<'_, T>, StoreError> {
    attempt(patience, || lock.try_write())
}

fn attempt<G>(
    patience: Duration,
    once: impl Fn() -> Result<G, TryLockError<G>>,
) -> Result<G, StoreError> {
    let start = Instant::now();
    loop {
        match once() {
            Ok(guard) => return Ok(guard),
            Err(TryLockError::Poisoned(error)) => return Ok(PoisonError::into_inner(error)),
            Err(TryLockError::WouldBlock) if start.elapsed() < patience => {
                sleep(Duration::from_millis(1));
            }
            Err(TryLockError::WouldBlock) => return Err(StoreError::Forked),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_that_is_never_released_is_refused() {
        let rwlock = RwLock::new(());
        let held = rwlock.read().unwrap();
        let refused = write(&rwlock, Duration::from_millis(2)).err();
        assert_eq!(refused, Some(StoreError::Forked));
        drop(held);
        assert!(write(&rwlock, Duration::ZERO).is_ok());
        assert!(lock(&Mutex::new(())).is_ok());
    }
}
