//! Appending: from the head row and the drafts of one request to the rows and the head row to write.
//!
//! The caller holds the head row locked (`SELECT … FOR UPDATE`) from reading it to writing it, and writes
//! rows and head in one transaction: that is what keeps the sequence dense and the log from forking.

use super::AuditError;
use super::entry::{Draft, Entry, Summary};
use super::tree::{Frontier, Hash, leaf_hash};
use crate::bytes::{base64url, from_base64url, from_hex, hex};
use crate::clock::Timestamp;
use crate::reason::Reason;

/// The newest state of the log, as the head row keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    frontier: Frontier,
    root: Hash,
}

impl Default for Head {
    /// The head of a log without entries.
    fn default() -> Self {
        Self::of(Frontier::default())
    }
}

impl Head {
    fn of(frontier: Frontier) -> Self {
        let root = frontier.root();
        Self { frontier, root }
    }

    /// Reads the columns of the head row, which must agree with each other.
    ///
    /// # Errors
    /// [`AuditError::Head`] when the frontier is not of this size or its root is another one.
    pub fn decode(size: u64, frontier: &[u8], root: &[u8]) -> Result<Self, AuditError> {
        let head = Self::of(Frontier::decode(frontier)?);
        if head.size() == size && head.root.as_slice() == root {
            Ok(head)
        } else {
            Err(AuditError::Head)
        }
    }

    /// How many entries the log has, which is also the sequence number of the next one.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.frontier.size()
    }

    /// The root over all entries.
    #[must_use]
    pub const fn root(&self) -> &Hash {
        &self.root
    }

    /// The bytes of the frontier: at most 1,736.
    #[must_use]
    pub fn frontier(&self) -> Vec<u8> {
        self.frontier.encode()
    }

    /// One line of text for the head row: size, root and frontier.
    #[must_use]
    pub fn to_text(&self) -> String {
        format!(
            "{} {} {}",
            self.size(),
            hex(&self.root),
            base64url(&self.frontier())
        )
    }

    /// Reads [`Head::to_text`], whose parts must agree with each other.
    ///
    /// # Errors
    /// [`AuditError::Head`] for anything else.
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

/// One row of the entry table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryRow {
    /// Position in the log, from 0 without gaps.
    pub seq: u64,
    /// The RFC 6962 leaf hash of `body`.
    pub leaf: Hash,
    /// The exact bytes of the entry.
    pub body: Vec<u8>,
    /// Copies of fields of `body` to filter by.
    pub summary: Summary,
}

/// What one append has to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appended {
    /// The new rows, in order.
    pub rows: Vec<EntryRow>,
    /// The new head.
    pub head: Head,
}

/// Appends `drafts` behind `head`, all or none.
///
/// Every entry carries `now` as it is, even when the clock went back since the entry before: the order of
/// entries is their sequence, and a corrected time would be a false one. The verifier mentions steps back
/// as a remark.
///
/// # Errors
/// What [`Draft::body`] refuses; [`AuditError::Full`].
pub fn append(
    head: &Head,
    drafts: &[Draft],
    site: [u8; 8],
    now: Timestamp,
) -> Result<Appended, AuditError> {
    let mut frontier = head.frontier.clone();
    let mut rows = Vec::with_capacity(drafts.len());
    for draft in drafts {
        let seq = frontier.size();
        let body = draft.body(seq, now, site)?;
        let leaf = leaf_hash(&body);
        frontier.append(leaf)?;
        // Read back from the bytes rather than copied from the draft: the columns are what the verifier will read.
        let summary = Entry::parse(&body)?.summary;
        rows.push(EntryRow {
            seq,
            leaf,
            body,
            summary,
        });
    }
    Ok(Appended {
        rows,
        head: Head::of(frontier),
    })
}

/// The log is behind what it has been: the database was set back, or somebody cut or rewrote its end.
///
/// Restoring a backup is the common cause. An administrator acknowledges it, which is an entry itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the log is not the one that was marked outside the database")]
pub struct Rollback {
    /// Entries the log had when the mark was made.
    pub marked: u64,
    /// Entries it has.
    pub found: u64,
}

impl From<Rollback> for Reason {
    fn from(_: Rollback) -> Self {
        Self::AuditRollback
    }
}

/// Compares the head with the size and root that were written outside the database after the last append;
/// `None` where there never was one.
///
/// A longer log passes: another web head may have appended. Whether it continues the marked one only
/// [`verify`](super::verify) or a [consistency proof](super::tree::verify_consistency) can say.
///
/// # Errors
/// [`Rollback`] when the log is shorter than the mark, or as long with another root.
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
    fn one_batch_or_many_give_the_same_log() {
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
    fn a_bad_draft_stops_the_whole_batch() {
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
    fn the_clock_may_go_back_and_the_sequence_may_not() {
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
    fn a_head_that_contradicts_itself_is_refused() {
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
    fn a_head_is_one_line_with_one_spelling() {
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
    fn high_water_finds_a_log_set_back() {
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
