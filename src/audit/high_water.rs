//! The high-water mark: the largest log ever committed, kept outside the database.
//!
//! It lies in the extension's [`Store`], which nobody reaches through the database. A log that is
//! behind it was set back or cut off. The mark is lost when the store starts anew (a reboot);
//! [checkpoints](super::checkpoint) kept elsewhere reach further back.

use super::append::{Head, check_high_water};
use super::tree::Hash;
use crate::bytes::{pae, sha256};
use crate::reason::Reason;
use crate::store::{Store, StoreError};

/// Tries of one raise: each lost try means that another process raised the mark meanwhile.
const TRIES: usize = 64;

fn name(origin: &str) -> [u8; 32] {
    sha256(&pae(&[
        b"countersign/audit/high-water/v1",
        origin.as_bytes(),
    ]))
}

fn encode(head: &Head) -> Vec<u8> {
    let mut out = head.size().to_be_bytes().to_vec();
    out.extend_from_slice(head.root());
    out
}

fn decode(value: &[u8]) -> Result<(u64, Hash), StoreError> {
    let (size, root) = value.split_first_chunk().ok_or(StoreError::Corrupt)?;
    let root = root.try_into().map_err(|_| StoreError::Corrupt)?;
    Ok((u64::from_be_bytes(*size), root))
}

/// The mark of the log `origin`; `None` when there is none yet.
///
/// # Errors
/// When the store fails.
pub fn read(store: &dyn Store, origin: &str) -> Result<Option<(u64, Hash)>, StoreError> {
    store.get(&name(origin))?.as_deref().map(decode).transpose()
}

/// Holds a head against the mark before anything is appended to it.
///
/// # Errors
/// [`Reason::AuditRollback`] when the log is behind the mark or another log of the same size; the
/// store's reason when the store fails.
pub fn check(store: &dyn Store, origin: &str, head: &Head) -> Result<(), Reason> {
    let mark = read(store, origin).map_err(StoreError::reason)?;
    check_high_water(head, mark).map_err(Reason::from)
}

/// Raises the mark to a head that was committed. One that is already further stays.
///
/// # Errors
/// When the store fails. The log is sound then, only the mark is behind.
pub fn raise(store: &dyn Store, origin: &str, head: &Head) -> Result<(), StoreError> {
    let name = name(origin);
    for _ in 0..TRIES {
        let present = store.get(&name)?;
        if let Some(value) = &present
            && decode(value)?.0 >= head.size()
        {
            return Ok(());
        }
        if store.replace(&name, present.as_deref(), &encode(head))? {
            return Ok(());
        }
    }
    Err(StoreError::Busy)
}

/// Sets the mark to `head`, lower or not: an administrator said that this is the true log.
///
/// # Errors
/// When the store fails.
pub fn reset(store: &dyn Store, origin: &str, head: &Head) -> Result<(), StoreError> {
    store.put(&name(origin), &encode(head))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::append::append;
    use crate::audit::entry::Draft;
    use crate::clock::Timestamp;
    use crate::store::MemoryStore;

    const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

    fn grown(head: &Head, action: &str) -> Head {
        let draft =
            format!(r#"{{"kind":"system","actor":{{"kind":"system"}},"action":"{action}"}}"#);
        append(head, &[Draft::from_json(&draft).unwrap()], [1; 8], NOW)
            .unwrap()
            .head
    }

    #[test]
    fn a_log_behind_the_mark_is_refused_until_acknowledged() {
        let store = MemoryStore::new(NOW);
        let (empty, origin) = (Head::default(), "example.org/0101010101010101/audit");
        check(&store, origin, &empty).unwrap();
        let one = grown(&empty, "one");
        let two = grown(&one, "two");
        let other = grown(&one, "other");
        raise(&store, origin, &two).unwrap();
        raise(&store, origin, &one).unwrap();
        assert_eq!(check(&store, origin, &one), Err(Reason::AuditRollback));
        assert_eq!(check(&store, origin, &other), Err(Reason::AuditRollback));
        assert_eq!(check(&store, origin, &two), Ok(()));
        assert_eq!(check(&store, origin, &grown(&two, "three")), Ok(()));
        assert_eq!(check(&store, "elsewhere", &one), Ok(()));
        reset(&store, origin, &one).unwrap();
        assert_eq!(check(&store, origin, &one), Ok(()));
    }
}
