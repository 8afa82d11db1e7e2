//! `Countersign\AuditLog`, `AuditAppend`, `AuditVerifier`, `AuditReport`.

use std::sync::Arc;

use ext_php_rs::binary::Binary;
use ext_php_rs::binary_slice::BinarySlice;
use ext_php_rs::boxed::ZBox;
use ext_php_rs::flags::ClassFlags;
use ext_php_rs::prelude::*;
use ext_php_rs::types::{ZendHashTable, Zval};

use super::audit_file::AuditExport;
use super::audit_proof::{self, AuditProof};
use super::convert::{int, number, string_list};
use super::error::{Answer, Fault, misuse};
use super::keyring::Keyring;
use super::store::Store;
use crate::audit::append::{self, Head};
use crate::audit::checkpoint::{self, Checkpoint};
use crate::audit::entry::{Draft, Summary};
use crate::audit::file::Export;
use crate::audit::note::VerifierKey;
use crate::audit::prove::Prover;
use crate::audit::tree::Hash;
use crate::audit::verify::{Columns, Finding, Report, Row, Verifier};
use crate::audit::{self, high_water, prune};
use crate::clock::{Clock as _, SystemClock};
use crate::keyring::{self, Purpose};
use crate::reason::Reason;
use crate::{bytes, store};

impl From<audit::Error> for Fault {
    fn from(error: audit::Error) -> Self {
        match error {
            audit::Error::Draft
            | audit::Error::Action
            | audit::Error::Correlation
            | audit::Error::Reference
            | audit::Error::Range
            | audit::Error::Body
            | audit::Error::Note
            | audit::Error::Seal
            | audit::Error::Name => Self::Misuse(error.to_string()),
            _ => Self::Broken {
                reason: Reason::AuditUnavailable,
                detail: error.to_string(),
            },
        }
    }
}

fn head_of(text: Option<&str>) -> Answer<Head> {
    Ok(text.map(Head::from_text).transpose()?.unwrap_or_default())
}

/// Computes the audit log.
#[php_class]
#[php(name = "Countersign\\AuditLog", flags = ClassFlags::Final.union(ClassFlags::NoDynamicProperties))]
pub struct AuditLog {
    keyring: Arc<keyring::Keyring>,
    store: Arc<dyn store::Store>,
    origin: String,
}

#[php_impl]
impl AuditLog {
    pub fn __construct(keyring: &Keyring, store: &Store, host: &str) -> Answer<Self> {
        Ok(Self {
            origin: checkpoint::origin(host, *keyring.0.site().as_bytes())
                .map_err(|_| misuse("the host must be a host name, with its port if it has one"))?,
            keyring: Arc::clone(&keyring.0),
            store: Arc::clone(&store.0),
        })
    }

    #[php(name = "append")]
    pub fn append(&self, head: Option<&str>, drafts: &ZendHashTable) -> Answer<AuditAppend> {
        let head = head_of(head)?;
        high_water::check(&*self.store, &self.origin, &head)?;
        let drafts = string_list(drafts)?
            .into_iter()
            .map(Draft::from_json)
            .collect::<Result<Vec<_>, _>>()?;
        let site = *self.keyring.site().as_bytes();
        Ok(AuditAppend(append::append(
            &head,
            &drafts,
            site,
            SystemClock.now(),
        )?))
    }

    pub fn committed(&self, head: &str) -> Answer<()> {
        Ok(high_water::raise(
            &*self.store,
            &self.origin,
            &head_of(Some(head))?,
        )?)
    }

    pub fn acknowledge_rollback(&self, head: Option<&str>) -> Answer<()> {
        Ok(high_water::reset(
            &*self.store,
            &self.origin,
            &head_of(head)?,
        )?)
    }

    pub fn checkpoint(&self, head: &str) -> Answer<String> {
        let head = head_of(Some(head))?;
        high_water::check(&*self.store, &self.origin, &head)?;
        let checkpoint = Checkpoint {
            origin: self.origin.clone(),
            size: head.size(),
            root: *head.root(),
        };
        Ok(checkpoint.sign(&self.keyring.audit_signer())?)
    }

    pub fn verifier_key(&self) -> Answer<String> {
        Ok(self.key()?.to_string())
    }

    #[php(optional = checkpoints)]
    pub fn verifier(&self, checkpoints: Option<&ZendHashTable>) -> Answer<AuditVerifier> {
        let mut inner = Verifier::new(*self.keyring.site().as_bytes());
        let keys = [self.key()?];
        for note in checkpoints
            .map(string_list)
            .transpose()?
            .unwrap_or_default()
        {
            inner.expect_checkpoint(note, &keys, &self.origin, None)?;
        }
        if let Some((size, root)) = high_water::read(&*self.store, &self.origin)? {
            inner.expect_root(size, root)?;
        }
        Ok(AuditVerifier {
            inner,
            keyring: Arc::clone(&self.keyring),
        })
    }

    #[php(optional = from)]
    pub fn export(
        &self,
        head: Option<&str>,
        from: Option<i64>,
        until: Option<i64>,
        filter: Option<&str>,
    ) -> Answer<AuditExport> {
        let head = head_of(head)?;
        let place = |value: i64| number(value, "a position is 0 or more");
        let from = from.map(place).transpose()?.unwrap_or_default();
        let until = until.map(place).transpose()?.unwrap_or(head.size());
        let site = *self.keyring.site().as_bytes();
        let export = Export::new(&self.origin, site, &head, &(from..until), filter)?;
        Ok(AuditExport::new(export, self.keyring.audit_signer()))
    }

    pub fn prove_continued(&self, head: Option<&str>, size: i64, root: &str) -> Answer<AuditProof> {
        let size = number(size, "a size is 0 or more")?;
        let root = audit_proof::hash(root)?;
        Ok(AuditProof(Prover::continues(size, root, &head_of(head)?)))
    }

    pub fn prove_entry(&self, head: &str, seq: i64, leaf: BinarySlice<u8>) -> Answer<AuditProof> {
        let seq = number(seq, "a position is 0 or more")?;
        let leaf = Hash::try_from(&leaf[..]).map_err(|_| misuse("a leaf is 32 bytes"))?;
        Ok(AuditProof(Prover::holds(seq, leaf, &head_of(Some(head))?)?))
    }

    pub fn pruning_draft(&self, until: i64) -> Answer<String> {
        let until = number(until, "a position is 0 or more")?;
        Ok(prune::record_json(&(0..until))?)
    }
}

impl AuditLog {
    fn key(&self) -> Answer<VerifierKey> {
        let public = self.keyring.audit_signer().verifying_key();
        Ok(VerifierKey::new(&self.origin, public)?)
    }
}

/// What one append has to store.
#[php_class]
#[php(name = "Countersign\\AuditAppend", flags = ClassFlags::Final.union(ClassFlags::NoDynamicProperties))]
pub struct AuditAppend(append::Appended);

#[php_impl]
impl AuditAppend {
    /// Only an append makes one.
    #[php(vis = "private")]
    pub fn __construct() -> PhpResult<Self> {
        Err("use AuditLog::append()".into())
    }

    pub fn rows(&self) -> Answer<Vec<ZBox<ZendHashTable>>> {
        self.0
            .rows
            .iter()
            .map(|row| {
                let summary = &row.summary;
                let mut array = ZendHashTable::new();
                array.insert("seq", int(row.seq))?;
                array.insert("leaf", Binary::from(row.leaf.to_vec()))?;
                array.insert("body", Binary::from(row.body.clone()))?;
                array.insert("time", int(summary.time.millis()))?;
                array.insert("kind", summary.kind.word())?;
                array.insert("actor", summary.actor.word())?;
                array.insert("connection", summary.connection.map(int))?;
                array.insert("user", summary.user.map(int))?;
                array.insert("client", summary.client.clone())?;
                array.insert("action", summary.action.clone())?;
                array.insert("target", summary.target.clone())?;
                array.insert("outcome", summary.outcome.map(|word| word.word()))?;
                array.insert("reason", summary.reason.clone())?;
                array.insert("correlation", summary.correlation.clone())?;
                Ok(array)
            })
            .collect()
    }

    pub fn head(&self) -> String {
        self.0.head.to_text()
    }

    pub fn size(&self) -> i64 {
        int(self.0.head.size())
    }
}

/// A verification in progress.
#[php_class]
#[php(name = "Countersign\\AuditVerifier", flags = ClassFlags::Final.union(ClassFlags::NoDynamicProperties))]
pub struct AuditVerifier {
    inner: Verifier,
    keyring: Arc<keyring::Keyring>,
}

#[php_impl]
impl AuditVerifier {
    /// Only the log makes one.
    #[php(vis = "private")]
    pub fn __construct() -> PhpResult<Self> {
        Err("use AuditLog::verifier()".into())
    }

    pub fn feed(&mut self, row: &ZendHashTable) -> Answer<()> {
        let bytes = |key: &str| {
            row.get(key)
                .and_then(Zval::zend_str)
                .map(|text| text.as_bytes())
        };
        let number = |key: &str| {
            let value = row.get(key)?;
            value
                .long()
                .or_else(|| value.str()?.parse().ok())
                .and_then(|number| u64::try_from(number).ok())
        };
        let text = |key: &str| row.get(key).and_then(Zval::str);
        let summary = Summary::from_columns(&number, &text);
        self.inner.feed(&Row {
            seq: number("seq").ok_or_else(|| misuse("a row needs its seq"))?,
            leaf: bytes("leaf").ok_or_else(|| misuse("a row needs its leaf"))?,
            body: bytes("body").ok_or_else(|| misuse("a row needs its body"))?,
            columns: summary.as_ref().map_or(Columns::Unreadable, Columns::Read),
        });
        Ok(())
    }

    pub fn suspend(&self) -> String {
        let key = self.keyring.purpose_key(Purpose::AuditVerification);
        bytes::base64url(&self.inner.export(&key))
    }

    pub fn resume(&mut self, state: &str) -> Answer<()> {
        let key = self.keyring.purpose_key(Purpose::AuditVerification);
        let state = bytes::from_base64url(state.as_bytes()).ok_or(audit::Error::State)?;
        self.inner = Verifier::import(&state, &key)?;
        Ok(())
    }

    #[php(optional = head)]
    pub fn finish(&self, head: Option<&str>) -> Answer<AuditReport> {
        let head = head_of(head)?;
        Ok(AuditReport(self.inner.clone().finish(Some(&head))))
    }
}

/// What a verification found.
#[php_class]
#[php(name = "Countersign\\AuditReport", flags = ClassFlags::Final.union(ClassFlags::NoDynamicProperties))]
pub struct AuditReport(Report);

#[php_impl]
impl AuditReport {
    /// Only a verification makes one.
    #[php(vis = "private")]
    pub fn __construct() -> PhpResult<Self> {
        Err("use AuditVerifier::finish()".into())
    }

    pub fn verdict(&self) -> &'static str {
        self.0.verdict.word()
    }

    pub fn is_ok(&self) -> bool {
        self.0.verdict == audit::verify::Verdict::Ok
    }

    pub fn first_bad(&self) -> Option<i64> {
        self.0.first_bad.map(int)
    }

    pub fn until(&self) -> Option<i64> {
        self.0.until.map(int)
    }

    pub fn findings(&self) -> Answer<Vec<ZBox<ZendHashTable>>> {
        let finding = |found: &Finding| {
            let mut array = ZendHashTable::new();
            array.insert("verdict", found.verdict.word())?;
            array.insert("first_bad", found.first_bad.map(int))?;
            array.insert("until", found.until.map(int))?;
            Ok(array)
        };
        self.0.findings.iter().map(finding).collect()
    }

    pub fn clock_regressions(&self) -> i64 {
        int(self.0.clock.regressions)
    }

    pub fn size(&self) -> i64 {
        int(self.0.size)
    }

    pub fn checked(&self) -> i64 {
        int(self.0.checked)
    }

    pub fn vouched(&self) -> i64 {
        int(self.0.vouched)
    }

    pub fn root(&self) -> String {
        bytes::hex(&self.0.root)
    }
}
