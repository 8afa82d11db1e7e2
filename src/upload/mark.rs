//! Whether a session is open: the receipt of a one-time item in the store.
//!
//! The item is used when the session is made, with the receipt `open`. Closing writes `closed`, and nothing writes `open`
//! again. A session whose item the store does not know has lost its state, so it counts as closed.

use crate::clock::Timestamp;
use crate::keyring::SiteId;
use crate::reason::Reason;
use crate::replay::OneTimeItem;
use crate::store::{Insertion, Origin, Store, StoreError};

const OPEN: &[u8] = b"open";
const CLOSED: &[u8] = b"closed";

/// The mark of one session in the store.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mark {
    id: [u8; 20],
    issued: Timestamp,
    expires: Timestamp,
}

impl Mark {
    pub(super) fn new(site: SiteId, id: [u8; 12], issued: Timestamp, expires: Timestamp) -> Self {
        let mut whole = [0; 20];
        let parts = site.as_bytes().iter().chain(&id);
        whole
            .iter_mut()
            .zip(parts)
            .for_each(|(to, from)| *to = *from);
        Self {
            id: whole,
            issued,
            expires,
        }
    }

    const fn item(&self) -> OneTimeItem<'_> {
        OneTimeItem {
            domain: "upload session",
            id: &self.id,
            origin: Origin::Local,
            issued: self.issued,
            expires: self.expires,
        }
    }

    /// Opens the session. Nobody else has opened one with this id.
    ///
    /// # Errors
    /// The reason why the store could not keep it.
    pub(super) fn open(&self, store: &dyn Store, now: Timestamp) -> Result<(), Reason> {
        match self.insert(store, OPEN, now)? {
            Some(_) => Err(Reason::UploadSessionClosed),
            None => Ok(()),
        }
    }

    /// Closes the session. One that is not open stays as it is.
    ///
    /// # Errors
    /// The reason why the store could not keep it. A session that has expired, or that was made before the store was
    /// reset, is closed already.
    pub(super) fn close(&self, store: &dyn Store, now: Timestamp) -> Result<(), Reason> {
        let is_known = store
            .settle(&self.item().key(), CLOSED)
            .map_err(StoreError::reason)?;
        if is_known {
            return Ok(());
        }
        match self.insert(store, CLOSED, now) {
            Ok(_) | Err(Reason::UploadSessionExpired | Reason::StoreRestarted) => Ok(()),
            Err(reason) => Err(reason),
        }
    }

    /// Checks that the session is open.
    ///
    /// # Errors
    /// [`Reason::UploadSessionClosed`], [`Reason::UploadSessionExpired`], [`Reason::StoreRestarted`] for a session that was
    /// made before the store was reset, or the reason why the store could not answer.
    pub(super) fn check(&self, store: &dyn Store, now: Timestamp) -> Result<(), Reason> {
        match self.insert(store, CLOSED, now)? {
            Some(receipt) if receipt == OPEN => Ok(()),
            _ => Err(Reason::UploadSessionClosed),
        }
    }

    /// Returns the receipt that the item has; `None` if it had none and has `receipt` now.
    fn insert(
        &self,
        store: &dyn Store,
        receipt: &[u8],
        now: Timestamp,
    ) -> Result<Option<Vec<u8>>, Reason> {
        let once = self
            .item()
            .once(receipt, now)
            .ok_or(Reason::UploadSessionExpired)?;
        match store
            .insert_together(&[once], now)
            .map_err(StoreError::reason)?
        {
            Insertion::First => Ok(None),
            Insertion::Again { receipt, .. } => Ok(Some(receipt)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::MemoryStore;

    const START: Timestamp = Timestamp::from_seconds(1_800_000_000);

    fn mark() -> (Mark, Timestamp) {
        let now = START.plus_seconds(60);
        (
            Mark::new(SiteId::new([1; 8]), [7; 12], now, now.plus_seconds(3600)),
            now,
        )
    }

    #[test]
    fn a_session_is_open_until_it_is_closed() {
        let store = MemoryStore::new(START);
        let (mark, now) = mark();
        mark.open(&store, now).unwrap();
        assert_eq!(mark.check(&store, now), Ok(()));
        mark.close(&store, now).unwrap();
        assert_eq!(mark.check(&store, now), Err(Reason::UploadSessionClosed));
        assert_eq!(mark.open(&store, now), Err(Reason::UploadSessionClosed));
        assert_eq!(mark.close(&store, now), Ok(()));
        let other = Mark::new(SiteId::new([2; 8]), [7; 12], now, now.plus_seconds(3600));
        assert_eq!(other.open(&store, now), Ok(()), "another site");
    }

    #[test]
    fn a_session_that_the_store_does_not_know_is_closed() {
        let store = MemoryStore::new(START);
        let (mark, now) = mark();
        assert_eq!(mark.check(&store, now), Err(Reason::UploadSessionClosed));
        assert_eq!(mark.open(&store, now), Err(Reason::UploadSessionClosed));
        // The store was reset after the session was made.
        let reset = MemoryStore::new(now.plus_seconds(1));
        let later = now.plus_seconds(2);
        assert_eq!(mark.check(&reset, later), Err(Reason::StoreRestarted));
        assert_eq!(mark.close(&reset, later), Ok(()));
    }

    #[test]
    fn an_expired_session_can_be_closed_and_not_be_used() {
        let store = MemoryStore::new(START);
        let (mark, now) = mark();
        mark.open(&store, now).unwrap();
        let later = now.plus_seconds(5000);
        assert_eq!(mark.check(&store, later), Err(Reason::UploadSessionExpired));
        assert_eq!(mark.close(&store, later), Ok(()));
    }
}
