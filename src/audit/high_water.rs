//! The high-water mark: size and root of the largest log that was committed, kept outside the database.
//!
//! It is kept in the [`Store`] of the extension, which cannot be reached through the database. A log that is behind its
//! mark was set back or cut off. The mark is lost when the store is reset, such as after a reboot;
//! [checkpoints](super::checkpoint) that are kept elsewhere reach further back.

use super::append::{Head, check_high_water};
use super::tree::Hash;
use crate::bytes::{pae, sha256};
use crate::reason::Reason;
use crate::store::{Store, StoreError};

/// How often raising the mark is tried. A try fails only if another process raised the mark at the same time.
const TRIES: usize = 64;

/// Names the mark by the part of the origin that follows the host. A database can name another host for the log, and must not
/// begin it anew by that.
fn name(origin: &str) -> [u8; 32] {
    let log = origin.split_once('/').map_or(origin, |(_, log)| log);
    sha256(&pae(&[b"countersign/audit/high-water/v1", log.as_bytes()]))
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

/// Returns the mark of the log `origin` as size and root. Returns `None` if there is no mark yet.
///
/// # Errors
/// [`StoreError`] when the store fails or the stored mark is malformed.
pub fn read(store: &dyn Store, origin: &str) -> Result<Option<(u64, Hash)>, StoreError> {
    store.get(&name(origin))?.as_deref().map(decode).transpose()
}

/// Compares a head with the mark, before anything is appended to it.
///
/// # Errors
/// [`Reason::AuditRollback`] when the log is behind the mark, or has the size of the mark and another root; the reason of
/// the [`StoreError`] when the store fails.
pub fn check(store: &dyn Store, origin: &str, head: &Head) -> Result<(), Reason> {
    let mark = read(store, origin).map_err(StoreError::reason)?;
    check_high_water(head, mark).map_err(Reason::from)
}

/// Raises the mark to a head that was committed. A mark that is already higher is kept.
///
/// # Errors
/// [`StoreError`] when the store fails, or other processes raise the mark again and again. The log is intact then; only
/// the mark is too low.
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

/// Sets the mark to `head`, even if it is lower, because an administrator accepted this log.
///
/// # Errors
/// [`StoreError`] when the store fails.
pub fn reset(store: &dyn Store, origin: &str, head: &Head) -> Result<(), StoreError> {
    store.put(&name(origin), &encode(head))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::append::append;
    use crate::audit::draft::Draft;
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
    fn log_behind_its_mark_is_refused_until_acknowledged() {
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
        let renamed = "elsewhere.example/0101010101010101/audit";
        assert_eq!(check(&store, renamed, &one), Err(Reason::AuditRollback));
        let other_site = "example.org/0202020202020202/audit";
        assert_eq!(check(&store, other_site, &one), Ok(()));
        reset(&store, origin, &one).unwrap();
        assert_eq!(check(&store, origin, &one), Ok(()));
    }
}
