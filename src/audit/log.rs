//! One site's audit log: its keys, its name and its high-water mark in one place.

use std::sync::Arc;

use ed25519_dalek::SigningKey;
use zeroize::Zeroizing;

use super::AuditError;
use super::append::{Appended, Head, append_with_texts};
use super::checkpoint::{Checkpoint, origin};
use super::draft::Draft;
use super::file::Export;
use super::high_water;
use super::note::VerifierKey;
use super::verify::LogVerifier;
use crate::bytes;
use crate::clock::Timestamp;
use crate::entropy::{Entropy, EntropyError};
use crate::keyring::{Keyring, Purpose};
use crate::reason::Reason;
use crate::secret::Secret;
use crate::store::{Store, StoreError};

/// Why the log refused an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LogError {
    /// A draft, a head or a range that the log does not take.
    #[error(transparent)]
    Audit(#[from] AuditError),
    /// The head is behind the high-water mark ([`Reason::AuditRollback`]), or the mark cannot be read.
    #[error("{}", .0.message())]
    Refused(Reason),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There is no randomness for the salts of texts.
    #[error(transparent)]
    Entropy(#[from] EntropyError),
}

/// The audit log of one site.
///
/// The log itself is stored in the site's database. Every operation therefore takes the [`Head`] that the caller read there,
/// and [`Log::append`] and [`Log::checkpoint`] first compare it with the [high-water mark](high_water) in the store.
#[derive(Clone)]
pub struct Log {
    keyring: Arc<Keyring>,
    store: Arc<dyn Store>,
    origin: String,
}

impl Log {
    /// Returns the log of the site that `keyring` belongs to, under the name of `host`.
    ///
    /// # Errors
    /// [`AuditError::Name`] when `host` is not a host name with an optional port: see [`origin`].
    pub fn new(
        keyring: Arc<Keyring>,
        store: Arc<dyn Store>,
        host: &str,
    ) -> Result<Self, AuditError> {
        Ok(Self {
            origin: origin(host, *keyring.site().as_bytes())?,
            keyring,
            store,
        })
    }

    /// Returns the log's name, `<host>/<site id>/audit`.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Returns the key that signs checkpoints and exports.
    #[must_use]
    pub fn signer(&self) -> SigningKey {
        self.keyring.audit_signer()
    }

    /// Returns the public key that verifies them, under the log's name.
    ///
    /// # Errors
    /// [`AuditError::Name`] or [`AuditError::Key`] when a note cannot carry the key.
    pub fn verifier_key(&self) -> Result<VerifierKey, AuditError> {
        VerifierKey::new(&self.origin, self.signer().verifying_key())
    }

    /// Appends drafts (JSON texts, see [`Draft::from_json`]) after `head`: all of them or none. The caller stores rows and
    /// head in one transaction, and then calls [`Log::committed`]. `entropy` makes the salts of texts.
    ///
    /// # Errors
    /// [`LogError::Refused`] when `head` is behind the high-water mark; [`LogError::Audit`] for a draft that is not valid
    /// and for a full log; [`LogError::Entropy`] if `entropy` fails.
    pub fn append(
        &self,
        head: &Head,
        drafts: &[&str],
        now: Timestamp,
        entropy: &dyn Entropy,
    ) -> Result<Appended, LogError> {
        self.check(head)?;
        let drafts = drafts
            .iter()
            .map(|draft| Draft::from_json(draft))
            .collect::<Result<Vec<_>, _>>()?;
        let mut seed = Zeroizing::new([0; 32]);
        entropy.fill(&mut *seed)?;
        let site = *self.keyring.site().as_bytes();
        Ok(append_with_texts(
            head,
            &drafts,
            site,
            now,
            &Secret::new(*seed),
        )?)
    }

    /// Raises the high-water mark to a head that was committed to the database.
    ///
    /// # Errors
    /// [`StoreError`] when the store fails. The log is intact then; only the mark is too low.
    pub fn committed(&self, head: &Head) -> Result<(), StoreError> {
        high_water::raise(&*self.store, &self.origin, head)
    }

    /// Sets the high-water mark to `head`, after an administrator has confirmed that this is the true log.
    ///
    /// # Errors
    /// [`StoreError`] when the store fails.
    pub fn acknowledge_rollback(&self, head: &Head) -> Result<(), StoreError> {
        high_water::reset(&*self.store, &self.origin, head)
    }

    /// Signs a checkpoint of `head`.
    ///
    /// # Errors
    /// [`LogError::Refused`] when `head` is behind the high-water mark; [`LogError::Audit`] for a log that is too large.
    pub fn checkpoint(&self, head: &Head) -> Result<String, LogError> {
        self.check(head)?;
        let checkpoint = Checkpoint {
            origin: self.origin.clone(),
            size: head.size(),
            root: *head.root(),
        };
        Ok(checkpoint.sign(&self.signer())?)
    }

    /// Begins a verification of the log against `checkpoints` that were kept elsewhere, and against the high-water mark.
    ///
    /// # Errors
    /// [`LogError::Store`] when the store fails; [`LogError::Audit`] when the public key cannot be a verifier key.
    pub fn verifier(&self, checkpoints: &[&str]) -> Result<LogVerifier, LogError> {
        let mut verifier = LogVerifier::new(*self.keyring.site().as_bytes());
        let keys = [self.verifier_key()?];
        for note in checkpoints {
            verifier.expect_checkpoint(note, &keys, &self.origin, None)?;
        }
        if let Some((size, root)) = high_water::read(&*self.store, &self.origin)? {
            verifier.expect_root(size, root)?;
        }
        Ok(verifier)
    }

    /// Returns the state of a verification as text, authenticated, so that another process can continue it.
    #[must_use]
    pub fn suspend(&self, verifier: &LogVerifier) -> String {
        let key = self.keyring.purpose_key(Purpose::AuditVerification);
        bytes::base64url(&verifier.export(&key))
    }

    /// Continues a verification from the text of [`Log::suspend`].
    ///
    /// # Errors
    /// [`AuditError::State`] for any other text.
    pub fn resume(&self, state: &str) -> Result<LogVerifier, AuditError> {
        let key = self.keyring.purpose_key(Purpose::AuditVerification);
        let state = bytes::from_base64url(state.as_bytes()).ok_or(AuditError::State)?;
        LogVerifier::import(&state, &key)
    }

    /// Begins an export of the entries from position `from` (default 0) until `until` (exclusive; default the size of the
    /// log). `filter` describes in words which of them are wanted.
    ///
    /// # Errors
    /// As [`Export::new`].
    pub fn export(
        &self,
        head: &Head,
        from: Option<u64>,
        until: Option<u64>,
        filter: Option<&str>,
    ) -> Result<Export, AuditError> {
        let range = from.unwrap_or(0)..until.unwrap_or(head.size());
        let site = *self.keyring.site().as_bytes();
        Export::new(&self.origin, site, head, &range, filter)
    }

    fn check(&self, head: &Head) -> Result<(), LogError> {
        high_water::check(&*self.store, &self.origin, head).map_err(LogError::Refused)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::verify::LogVerdict;
    use crate::entropy::CountingEntropy;
    use crate::keyring::SiteId;
    use crate::store::MemoryStore;

    const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);
    const DRAFT: &str = r#"{"kind":"system","actor":{"kind":"system"},"action":"start"}"#;

    fn log_of(material: &[u8]) -> Log {
        let site = SiteId::new([1; 8]);
        let keyring = Keyring::open(site, material, &[]).unwrap();
        let store = Arc::new(MemoryStore::new(NOW));
        Log::new(Arc::new(keyring), store, "Shop.example:8443").unwrap()
    }

    fn log() -> Log {
        log_of(&[b'm'; 64])
    }

    #[test]
    fn log_behind_the_mark_is_refused_until_acknowledged() {
        let log = log();
        assert_eq!(log.origin(), "shop.example:8443/0101010101010101/audit");
        let empty = Head::default();
        let appended = log
            .append(&empty, &[DRAFT, DRAFT], NOW, &CountingEntropy::default())
            .unwrap();
        assert_eq!(appended.rows.len(), 2);
        log.committed(&appended.head).unwrap();
        let rollback = LogError::Refused(Reason::AuditRollback);
        assert_eq!(
            log.append(&empty, &[DRAFT], NOW, &CountingEntropy::default()),
            Err(rollback)
        );
        assert_eq!(log.checkpoint(&empty), Err(rollback));
        let invalid = log.append(&empty, &["no draft"], NOW, &CountingEntropy::default());
        assert_eq!(invalid, Err(rollback), "the mark is checked first");
        log.acknowledge_rollback(&empty).unwrap();
        assert!(
            log.append(&empty, &[DRAFT], NOW, &CountingEntropy::default())
                .is_ok()
        );
    }

    #[test]
    fn invalid_draft_is_refused_with_the_whole_batch() {
        let refused = log().append(
            &Head::default(),
            &[DRAFT, "{}"],
            NOW,
            &CountingEntropy::default(),
        );
        assert_eq!(refused, Err(LogError::Audit(AuditError::Draft)));
    }

    #[test]
    fn checkpoint_opens_with_the_verifier_key() {
        let log = log();
        let head = log
            .append(&Head::default(), &[DRAFT], NOW, &CountingEntropy::default())
            .unwrap()
            .head;
        let note = log.checkpoint(&head).unwrap();
        let keys = [log.verifier_key().unwrap()];
        let opened = Checkpoint::open(&note, &keys, log.origin()).unwrap();
        assert_eq!((opened.size, opened.root), (1, *head.root()));
    }

    #[test]
    fn verification_expects_checkpoints_and_the_mark() {
        let log = log();
        let head = log
            .append(&Head::default(), &[DRAFT], NOW, &CountingEntropy::default())
            .unwrap()
            .head;
        let note = log.checkpoint(&head).unwrap();
        let cut = |verifier: LogVerifier| verifier.finish(Some(&Head::default())).verdict;
        assert_eq!(cut(log.verifier(&[]).unwrap()), LogVerdict::Ok);
        assert_ne!(cut(log.verifier(&[&note]).unwrap()), LogVerdict::Ok);
        log.committed(&head).unwrap();
        assert_ne!(cut(log.verifier(&[]).unwrap()), LogVerdict::Ok);
    }

    #[test]
    fn suspended_verification_resumes_with_the_same_keys_only() {
        let log = log();
        let state = log.suspend(&log.verifier(&[]).unwrap());
        let report = log.resume(&state).unwrap().finish(None);
        assert_eq!((report.verdict, report.size), (LogVerdict::Ok, 0));
        assert!(matches!(log.resume("no state"), Err(AuditError::State)));
        assert!(matches!(log.resume(&state[1..]), Err(AuditError::State)));
        let other = log_of(&[b'n'; 64]);
        assert!(matches!(other.resume(&state), Err(AuditError::State)));
    }

    #[test]
    fn export_covers_the_whole_log_by_default() {
        let log = log();
        let head = log
            .append(&Head::default(), &[DRAFT], NOW, &CountingEntropy::default())
            .unwrap()
            .head;
        let mut export = log.export(&head, None, None, None).unwrap();
        let header = String::from_utf8(export.take()).unwrap();
        assert!(header.contains(r#""from":0,"until":1"#), "{header}");
        assert!(matches!(
            log.export(&head, Some(0), Some(2), None),
            Err(AuditError::Range)
        ));
    }
}
