//! `Countersign\AuditExport`, `AuditCsv`, `AuditFile`, `AuditFileReport`.

use ed25519_dalek::SigningKey;
use ext_php_rs::binary::Binary;
use ext_php_rs::binary_slice::BinarySlice;
use ext_php_rs::boxed::ZBox;
use ext_php_rs::flags::ClassFlags;
use ext_php_rs::prelude::*;
use ext_php_rs::types::{ZendHashTable, Zval};

use super::convert::{int, number, string_list};
use super::error::{Answer, misuse};
use crate::audit::checkpoint::Checkpoint;
use crate::audit::file::{Csv, Expectations, Export, FileReport, FileVerifier};
use crate::audit::note::VerifierKey;
use crate::audit::seal::{FirstKey, Seal};
use crate::audit::verify::Verdict;
use crate::bytes;
use crate::clock::Timestamp;

type Row<'a> = (u64, &'a [u8], Option<&'a [u8]>);

/// The parts of a row as the database gives it back: `seq` may be a string of digits, `body` null.
fn row(row: &ZendHashTable) -> Answer<Row<'_>> {
    let bytes = |key: &str| {
        row.get(key)
            .and_then(Zval::zend_str)
            .map(|text| text.as_bytes())
    };
    let seq = row.get("seq").and_then(|value| {
        let number = value.long().or_else(|| value.str()?.parse().ok());
        number.and_then(|number| u64::try_from(number).ok())
    });
    Ok((
        seq.ok_or_else(|| misuse("a row needs its seq"))?,
        bytes("leaf").ok_or_else(|| misuse("a row needs its leaf"))?,
        bytes("body"),
    ))
}

/// An export in progress.
#[php_class]
#[php(name = "Countersign\\AuditExport", flags = ClassFlags::Final.union(ClassFlags::NoDynamicProperties))]
pub struct AuditExport {
    inner: Option<Export>,
    key: SigningKey,
}

impl AuditExport {
    pub(super) const fn new(inner: Export, key: SigningKey) -> Self {
        Self {
            inner: Some(inner),
            key,
        }
    }

    fn open(&mut self) -> Answer<&mut Export> {
        self.inner
            .as_mut()
            .ok_or_else(|| misuse("the export is finished"))
    }
}

#[php_impl]
impl AuditExport {
    /// Only the log makes one.
    #[php(vis = "private")]
    pub fn __construct() -> PhpResult<Self> {
        Err("use AuditLog::export()".into())
    }

    #[php(defaults(wanted = true))]
    pub fn row(&mut self, row: &ZendHashTable, wanted: bool) -> Answer<()> {
        let (seq, leaf, body) = self::row(row)?;
        Ok(self.open()?.row(seq, leaf, body, wanted)?)
    }

    pub fn checkpoint(&mut self, note: &str) -> Answer<()> {
        Ok(self.open()?.checkpoint(note)?)
    }

    pub fn seal(&mut self, seal: &str) -> Answer<()> {
        let seal = Seal::from_text(seal)?;
        self.open()?.seal(&seal);
        Ok(())
    }

    pub fn position(&mut self) -> Answer<i64> {
        Ok(int(self.open()?.position()))
    }

    pub fn take(&mut self) -> Answer<Binary<u8>> {
        Ok(Binary::from(self.open()?.take()))
    }

    pub fn finish(&mut self) -> Answer<Binary<u8>> {
        let export = self
            .inner
            .take()
            .ok_or_else(|| misuse("the export is finished"))?;
        Ok(Binary::from(export.finish(Some(&self.key))?))
    }
}

/// The log as a table for people.
#[php_class]
#[php(name = "Countersign\\AuditCsv", flags = ClassFlags::Final.union(ClassFlags::NoDynamicProperties))]
#[derive(Default)]
pub struct AuditCsv(Csv);

#[php_impl]
impl AuditCsv {
    pub fn __construct() -> Self {
        Self::default()
    }

    pub fn row(&mut self, row: &ZendHashTable) -> Answer<()> {
        let (seq, leaf, body) = self::row(row)?;
        self.0.row(seq, leaf, body);
        Ok(())
    }

    pub fn take(&mut self) -> String {
        self.0.take()
    }
}

/// The verification of a file.
#[php_class]
#[php(name = "Countersign\\AuditFile", flags = ClassFlags::Final.union(ClassFlags::NoDynamicProperties))]
pub struct AuditFile {
    expected: Expectations,
    verifier: Option<FileVerifier>,
}

impl AuditFile {
    fn before(&mut self) -> Answer<&mut Expectations> {
        if self.verifier.is_some() {
            return Err(misuse("what is known must be given before the first bytes"));
        }
        Ok(&mut self.expected)
    }

    fn verifier(&mut self) -> &mut FileVerifier {
        let expected = &self.expected;
        self.verifier
            .get_or_insert_with(|| FileVerifier::new(expected))
    }
}

#[php_impl]
impl AuditFile {
    #[php(optional = verifier_keys)]
    pub fn __construct(verifier_keys: Option<&ZendHashTable>) -> Answer<Self> {
        let texts = verifier_keys
            .map(string_list)
            .transpose()?
            .unwrap_or_default();
        let keys = texts
            .into_iter()
            .map(|text| VerifierKey::parse(text).map_err(|_| misuse("a verifier key is malformed")))
            .collect::<Answer<_>>()?;
        Ok(Self {
            expected: Expectations {
                keys,
                ..Expectations::default()
            },
            verifier: None,
        })
    }

    pub fn expect_root(&mut self, size: i64, root: &str) -> Answer<()> {
        let size = number(size, "a size is 0 or more")?;
        let root = bytes::from_hex(root)
            .ok_or_else(|| misuse("a root is 64 lower-case hexadecimal digits"))?;
        self.before()?.roots.push((size, root));
        Ok(())
    }

    pub fn expect_checkpoint(&mut self, note: &str) -> Answer<()> {
        let expected = self.before()?;
        let opened = expected
            .keys
            .iter()
            .find_map(|key| Checkpoint::open(note, std::slice::from_ref(key), key.name()).ok());
        let opened =
            opened.ok_or_else(|| misuse("the checkpoint is by none of the verifier keys"))?;
        expected.roots.push((opened.size, opened.root));
        Ok(())
    }

    #[php(optional = taken_at)]
    pub fn expect_seals(&mut self, first_key: &str, taken_at: Option<i64>) -> Answer<()> {
        let key =
            FirstKey::from_text(first_key).map_err(|_| misuse("the sealing key is malformed"))?;
        let taken = taken_at
            .map(|at| number(at, "times are Unix seconds, 0 or more").map(Timestamp::from_seconds))
            .transpose()?;
        let expected = self.before()?;
        expected.seal = Some(key);
        expected.taken = taken;
        Ok(())
    }

    pub fn push(&mut self, chunk: BinarySlice<u8>) {
        self.verifier().push(&chunk);
    }

    pub fn finish(&mut self) -> AuditFileReport {
        self.verifier();
        let expected = &self.expected;
        let verifier = self
            .verifier
            .take()
            .unwrap_or_else(|| FileVerifier::new(expected));
        AuditFileReport(verifier.finish())
    }
}

/// What a file's verification found.
#[php_class]
#[php(name = "Countersign\\AuditFileReport", flags = ClassFlags::Final.union(ClassFlags::NoDynamicProperties))]
pub struct AuditFileReport(FileReport);

#[php_impl]
impl AuditFileReport {
    /// Only a verification makes one.
    #[php(vis = "private")]
    pub fn __construct() -> PhpResult<Self> {
        Err("use AuditFile::finish()".into())
    }

    pub fn verdict(&self) -> &'static str {
        self.0.verdict.word()
    }

    pub fn is_ok(&self) -> bool {
        self.0.verdict == Verdict::Ok
    }

    pub fn is_proved(&self) -> bool {
        self.0.is_proved()
    }

    pub fn first_bad(&self) -> Option<i64> {
        self.0.first_bad.map(int)
    }

    pub fn line(&self) -> Option<i64> {
        self.0.line.map(int)
    }

    pub fn origin(&self) -> String {
        self.0.origin.clone()
    }

    pub fn filter(&self) -> Option<String> {
        self.0.filter.clone()
    }

    pub fn range(&self) -> Vec<i64> {
        vec![int(self.0.range.start), int(self.0.range.end)]
    }

    pub fn entries(&self) -> i64 {
        int(self.0.entries)
    }

    pub fn size(&self) -> i64 {
        int(self.0.size)
    }

    pub fn root(&self) -> String {
        bytes::hex(&self.0.root)
    }

    pub fn vouched(&self) -> i64 {
        int(self.0.vouched)
    }

    pub fn witnessed(&self) -> i64 {
        int(self.0.witnessed)
    }

    pub fn seals(&self) -> i64 {
        int(self.0.seals)
    }

    pub fn findings(&self) -> Answer<Vec<ZBox<ZendHashTable>>> {
        let finding = |found: &crate::audit::file::FileFinding| {
            let mut array = ZendHashTable::new();
            array.insert("verdict", found.verdict.word())?;
            array.insert("first_bad", found.first_bad.map(int))?;
            array.insert("until", found.until.map(int))?;
            array.insert("line", int(found.line))?;
            Ok(array)
        };
        self.0.findings.iter().map(finding).collect()
    }

    pub fn remarks(&self) -> Answer<Vec<ZBox<ZendHashTable>>> {
        let remark = |made: &crate::audit::file::Remarked| {
            let mut array = ZendHashTable::new();
            array.insert("remark", made.remark.word())?;
            array.insert("message", made.remark.message())?;
            array.insert("first", made.first.map(int))?;
            array.insert("until", made.until.map(int))?;
            array.insert("count", int(made.count))?;
            Ok(array)
        };
        self.0.remarks.iter().map(remark).collect()
    }
}
