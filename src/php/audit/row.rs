//! Arguments that several classes of the audit log take.

use ext_php_rs::types::{ZendHashTable, Zval};

use crate::audit::append::Head;
use crate::audit::text::StoredText;
use crate::audit::tree::Hash;
use crate::bytes;
use crate::php::convert::{number, string_list};
use crate::php::error::{BindingResult, misuse};

/// A row of the entry table: `seq`, `leaf` and `body`. The body is `None` if it was deleted.
pub(super) type ExportRow<'a> = (u64, &'a [u8], Option<&'a [u8]>);

/// Reads a row as a database driver returns it: `seq` may be a string of digits, `body` may be null.
pub(super) fn stored_row(row: &ZendHashTable) -> BindingResult<ExportRow<'_>> {
    let seq = column_number(row, "seq").ok_or_else(|| misuse("a row needs its seq"))?;
    let leaf = column_bytes(row, "leaf").ok_or_else(|| misuse("a row needs its leaf"))?;
    Ok((seq, leaf, column_bytes(row, "body")))
}

/// Reads the member `texts` of a row, if it has one: a list of rows of the table of texts.
pub(super) fn stored_texts(row: &ZendHashTable) -> BindingResult<Vec<StoredText<'_>>> {
    let Some(texts) = row.get("texts") else {
        return Ok(Vec::new());
    };
    let wrong = || misuse("texts is a list of arrays with path, salt and value");
    let texts = texts.array().ok_or_else(wrong)?;
    texts
        .values()
        .map(|text| {
            let text = text.array().ok_or_else(wrong)?;
            let string = |name: &str| text.get(name).and_then(Zval::str);
            Ok(StoredText {
                path: string("path").ok_or_else(wrong)?,
                salt: column_bytes(text, "salt").ok_or_else(wrong)?,
                value: string("value").ok_or_else(wrong)?,
            })
        })
        .collect()
}

/// The bytes of a column; `None` if it is missing or not a string.
pub(super) fn column_bytes<'a>(row: &'a ZendHashTable, name: &str) -> Option<&'a [u8]> {
    row.get(name)
        .and_then(Zval::zend_str)
        .map(|text| text.as_bytes())
}

/// The number in a column, given as an integer or as a string of digits.
pub(super) fn column_number(row: &ZendHashTable, name: &str) -> Option<u64> {
    let value = row.get(name)?;
    let number = value.long().or_else(|| value.str()?.parse().ok())?;
    u64::try_from(number).ok()
}

/// Reads the text of a head row; null is the head of an empty log.
pub(super) fn head(text: Option<&str>) -> BindingResult<Head> {
    Ok(text.map(Head::from_text).transpose()?.unwrap_or_default())
}

/// Reads a count of entries.
pub(super) fn size(value: i64) -> BindingResult<u64> {
    number(value, "a size is 0 or more")
}

/// Reads the position of an entry.
pub(super) fn position(value: i64) -> BindingResult<u64> {
    number(value, "a position is 0 or more")
}

/// Reads a hash in hexadecimal digits.
pub(super) fn hash(text: &str) -> BindingResult<Hash> {
    bytes::from_hex(text).ok_or_else(|| misuse("a hash is 64 lower-case hexadecimal digits"))
}

/// Reads a list of hashes in hexadecimal digits.
pub(super) fn hashes(list: &ZendHashTable) -> BindingResult<Vec<Hash>> {
    string_list(list)?.into_iter().map(hash).collect()
}
