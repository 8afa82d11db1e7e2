//! Appending: turns the head row and the drafts of one request into the rows and the head row to write.
//!
//! The caller keeps the head row locked (`SELECT … FOR UPDATE`) from reading it until writing it, and writes the rows and
//! the head in one transaction. This keeps the sequence without gaps and prevents forks of the log.

use super::AuditError;
use super::draft::Draft;
use super::entry::{Entry, Summary};
use super::text::EntryText;
use super::tree::{Frontier, Hash, leaf_hash};
use crate::bytes::{base64url, from_base64url, from_hex, hex};
use crate::clock::Timestamp;
use crate::reason::Reason;
use crate::secret::Secret;

/// The newest state of the log, as the head row stores it: size, root and frontier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    frontier: Frontier,
    root: Hash,
}

impl Default for Head {
    /// Returns the head of a log without entries.
    fn default() -> Self {
        Self::of(Frontier::default())
    }
}

impl Head {
    fn of(frontier: Frontier) -> Self {
        let root = frontier.root();
        Self { frontier, root }
    }

    /// Reads the columns of the head row.
    ///
    /// # Errors
    /// [`AuditError::Head`] when the frontier is damaged, or is not the frontier of this size and root.
    pub fn decode(size: u64, frontier: &[u8], root: &[u8]) -> Result<Self, AuditError> {
        let head = Self::of(Frontier::decode(frontier)?);
        if head.size() == size && head.root.as_slice() == root {
            Ok(head)
        } else {
            Err(AuditError::Head)
        }
    }

    /// Returns the number of entries in the log, which is the sequence number of the next entry.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.frontier.size()
    }

    /// Returns the root over all entries.
    #[must_use]
    pub const fn root(&self) -> &Hash {
        &self.root
    }

    /// Returns the bytes of the frontier: at most 1,736.
    #[must_use]
    pub fn frontier(&self) -> Vec<u8> {
        self.frontier.encode()
    }

    /// Returns the head as one line of text: size in decimal, root in hexadecimal and frontier in base64url, with a space
    /// between them.
    #[must_use]
    pub fn to_text(&self) -> String {
        format!(
            "{} {} {}",
            self.size(),
            hex(&self.root),
            base64url(&self.frontier())
        )
    }

    /// Reads [`Head::to_text`]. Size, root and frontier must agree.
    ///
    /// # Errors
    /// [`AuditError::Head`] for any other text.
    pub fn from_text(text: &str) -> Result<Self, AuditError> {
        let mut parts = text.split(' ');
        let (size, root, frontier) = (parts.next(), parts.next(), parts.next());
        let (Some(size), Some(root), Some(frontier), None) = (size, root, frontier, parts.next())
        else {
            return Err(AuditError::Head);
        };
        let root: Hash = from_hex(root).ok_or(AuditError::Head)?;
        let frontier = from_base64url(frontier.as_bytes()).ok_or(AuditError::Head)?;
        let head = Self::decode(
            size.parse().map_err(|_| AuditError::Head)?,
            &frontier,
            &root,
        )?;
        if head.to_text() == text {
            Ok(head)
        } else {
            Err(AuditError::Head)
        }
    }
}

/// A row to write to the entry table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryRow {
    /// The position in the log, from 0 without gaps.
    pub seq: u64,
    /// The RFC 6962 leaf hash of `body`.
    pub leaf: Hash,
    /// The exact bytes of the entry.
    pub body: Vec<u8>,
    /// Copies of fields of `body`, to filter by.
    pub summary: Summary,
    /// The texts of the entry, for a table of their own.
    pub texts: Vec<EntryText>,
}

/// The rows and the head that one append writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appended {
    /// The new rows, in order.
    pub rows: Vec<EntryRow>,
    /// The new head.
    pub head: Head,
}

/// Appends `drafts` after `head`: all of them or none.
///
/// Every entry carries the time `now` unchanged, even if the clock was set back since the previous entry. The order of
/// entries is their sequence, and the verifier remarks on steps of the clock.
///
/// ```
/// use countersign::audit::append::{Head, append};
/// use countersign::audit::draft::Draft;
/// use countersign::audit::entry::Entry;
/// use countersign::clock::Timestamp;
///
/// let draft = Draft::from_json(r#"{"kind":"system","actor":{"kind":"system"},"action":"start"}"#)?;
/// let now = Timestamp::from_seconds(1_800_000_000);
/// let appended = append(&Head::default(), &[draft], [1; 8], now)?;
/// assert_eq!(appended.head.size(), 1);
/// let row = &appended.rows[0];
/// assert_eq!((row.seq, row.summary.action.as_str()), (0, "start"));
/// assert_eq!(Entry::parse(&row.body)?.summary, row.summary);
/// # Ok::<(), countersign::audit::AuditError>(())
/// ```
///
/// # Errors
/// As [`Draft::body`], and [`AuditError::Full`] at [`MAX_SIZE`](super::tree::MAX_SIZE) entries.
pub fn append(
    head: &Head,
    drafts: &[Draft],
    site: [u8; 8],
    now: Timestamp,
) -> Result<Appended, AuditError> {
    append_all(head, drafts, site, now, None)
}

/// Appends drafts as [`append`] does, with texts that can be erased. Their salts come from `seed`, which must be random and
/// used for this append only.
///
/// # Errors
/// As [`append`].
pub fn append_with_texts(
    head: &Head,
    drafts: &[Draft],
    site: [u8; 8],
    now: Timestamp,
    seed: &Secret<32>,
) -> Result<Appended, AuditError> {
    append_all(head, drafts, site, now, Some(seed))
}

fn append_all(
    head: &Head,
    drafts: &[Draft],
    site: [u8; 8],
    now: Timestamp,
    seed: Option<&Secret<32>>,
) -> Result<Appended, AuditError> {
    let mut frontier = head.frontier.clone();
    let mut rows = Vec::with_capacity(drafts.len());
    for draft in drafts {
        let seq = frontier.size();
        let (body, texts) = draft.entry(seq, now, site, seed)?;
        let leaf = leaf_hash(&body);
        frontier.append(leaf)?;
        // The columns are read back from the bytes, because the verifier compares them with the bytes.
        let summary = Entry::parse(&body)?.summary;
        rows.push(EntryRow {
            seq,
            leaf,
            body,
            summary,
            texts,
        });
    }
    Ok(Appended {
        rows,
        head: Head::of(frontier),
    })
}

/// The log does not match its high-water mark outside the database: the database was set back, or the end of the log was
/// cut off or rewritten.
///
/// The usual cause is a restored backup. An administrator acknowledges it, and that is recorded as an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the log is shorter than its high-water mark, or differs from it")]
pub struct Rollback {
    /// The number of entries in the log when the mark was made.
    pub marked: u64,
    /// The number of entries in it now.
    pub found: u64,
}

impl From<Rollback> for Reason {
    fn from(_: Rollback) -> Self {
        Self::AuditRollback
    }
}

/// Compares the head with the mark that was written outside the database after the last append: the size and root at that
/// time, or `None` if there is no mark.
///
/// A longer log is accepted, because another web server may have appended to it. Whether it continues the marked log can
/// only be shown by [`verify`](super::verify) or by a [consistency proof](super::tree::verify_consistency).
///
/// # Errors
/// [`Rollback`] when the log is shorter than the mark, or has the same size and another root.
pub fn check_high_water(head: &Head, mark: Option<(u64, Hash)>) -> Result<(), Rollback> {
    let Some((marked, root)) = mark else {
        return Ok(());
    };
    let found = head.size();
    if found < marked || (found == marked && *head.root() != root) {
        return Err(Rollback { marked, found });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_000);

    fn draft(action: &str) -> Draft {
        let json =
            format!(r#"{{"kind":"system","actor":{{"kind":"system"}},"action":"{action}"}}"#);
        Draft::from_json(&json).unwrap()
    }

    fn reread(head: &Head) -> Head {
        Head::decode(head.size(), &head.frontier(), head.root()).unwrap()
    }

    #[test]
    fn one_batch_and_many_batches_give_the_same_log() {
        let drafts: Vec<Draft> = (0..20).map(|n| draft(&format!("a{n}"))).collect();
        let whole = append(&Head::default(), &drafts, [1; 8], NOW).unwrap();
        let mut head = Head::default();
        let mut rows = Vec::new();
        for part in drafts.chunks(3) {
            let appended = append(&reread(&head), part, [1; 8], NOW).unwrap();
            head = appended.head;
            rows.extend(appended.rows);
        }
        assert_eq!(head, whole.head);
        assert_eq!(rows, whole.rows);
        assert!(rows.iter().map(|row| row.seq).eq(0..20));
        assert_eq!(
            *head.root(),
            super::super::tree::root_of(rows.iter().map(|row| &row.body))
        );
    }

    #[test]
    fn bad_draft_refuses_the_whole_batch() {
        let mut bad = draft("b");
        bad.reference = Some(1);
        assert_eq!(
            append(&Head::default(), &[draft("a"), bad.clone()], [1; 8], NOW),
            Err(AuditError::Reference)
        );
        bad.reference = Some(0);
        assert!(append(&Head::default(), &[draft("a"), bad], [1; 8], NOW).is_ok());
    }

    #[test]
    fn entries_keep_their_time_when_the_clock_is_set_back() {
        let first = append(&Head::default(), &[draft("a")], [1; 8], NOW).unwrap();
        let second = append(
            &first.head,
            &[draft("b")],
            [1; 8],
            Timestamp::from_millis(5),
        )
        .unwrap();
        assert_eq!(
            (second.rows[0].seq, second.rows[0].summary.time.millis()),
            (1, 5)
        );
    }

    #[test]
    fn head_with_parts_that_disagree_is_refused() {
        let head = append(
            &Head::default(),
            &[draft("a"), draft("b"), draft("c")],
            [1; 8],
            NOW,
        )
        .unwrap()
        .head;
        let frontier = head.frontier();
        assert_eq!(reread(&head), head);
        assert_eq!(reread(&Head::default()), Head::default());
        let mut flipped = frontier.clone();
        flipped[20] ^= 1;
        let mut longer = frontier.clone();
        longer.extend([0; 32]);
        let mut trailing = frontier.clone();
        trailing.push(0);
        let mut huge = u64::MAX.to_be_bytes().to_vec();
        huge.extend([0; 64 * 32]);
        for (size, frontier, root) in [
            (2, frontier.clone(), *head.root()),
            (3, flipped, *head.root()),
            (3, frontier.clone(), [0; 32]),
            (3, frontier[..frontier.len() - 1].to_vec(), *head.root()),
            (3, longer, *head.root()),
            (3, trailing, *head.root()),
            (0, Vec::new(), *Head::default().root()),
            (u64::MAX, huge, [0; 32]),
        ] {
            assert_eq!(Head::decode(size, &frontier, &root), Err(AuditError::Head));
        }
    }

    #[test]
    fn head_has_one_spelling_as_text() {
        let drafts = [draft("a"), draft("b"), draft("c")];
        let head = append(&Head::default(), &drafts, [1; 8], NOW).unwrap().head;
        let text = head.to_text();
        let parts = [hex(head.root()), base64url(&head.frontier())];
        assert_eq!(text, format!("3 {} {}", parts[0], parts[1]));
        for head in [&head, &Head::default()] {
            assert_eq!(Head::from_text(&head.to_text()).as_ref(), Ok(head));
        }
        for wrong in [
            format!("+{text}"),
            format!("0{text}"),
            format!(" {text}"),
            format!("{text} "),
            format!("{text}\n"),
            text.replace("3 ", "2 "),
            text.replace("3 ", "3  "),
            text.replace(&parts[0], &"0".repeat(64)),
            text.replace(&parts[1], &base64url(&Head::default().frontier())),
            text.replace(&parts[1], ""),
            String::new(),
        ] {
            assert_ne!(wrong, text);
            assert_eq!(Head::from_text(&wrong), Err(AuditError::Head), "{wrong:?}");
        }
    }

    #[test]
    fn log_behind_its_mark_is_found() {
        let one = append(&Head::default(), &[draft("a")], [1; 8], NOW)
            .unwrap()
            .head;
        let two = append(&one, &[draft("b")], [1; 8], NOW).unwrap().head;
        let other = append(&one, &[draft("c")], [1; 8], NOW).unwrap().head;
        let mark = Some((two.size(), *two.root()));
        assert_eq!(check_high_water(&two, mark), Ok(()));
        assert_eq!(check_high_water(&two, None), Ok(()));
        assert_eq!(check_high_water(&two, Some((1, *one.root()))), Ok(()));
        assert_eq!(
            check_high_water(&one, mark),
            Err(Rollback {
                marked: 2,
                found: 1
            })
        );
        assert_eq!(
            check_high_water(&other, mark),
            Err(Rollback {
                marked: 2,
                found: 2
            })
        );
        assert_eq!(
            check_high_water(&Head::default(), mark),
            Err(Rollback {
                marked: 2,
                found: 0
            })
        );
    }
}
