//! What ext-php-rs has no conversion for.

use ext_php_rs::boxed::ZBox;
use ext_php_rs::convert::IntoZval;
use ext_php_rs::error::Result;
use ext_php_rs::flags::DataType;
use ext_php_rs::types::{ZendHashTable, Zval};

use super::error::{Fault, misuse};

/// A return value of one class or another: PHP's `A|B`.
pub enum Either<A, B> {
    One(A),
    Other(B),
}

impl<A: IntoZval, B: IntoZval> IntoZval for Either<A, B> {
    const TYPE: DataType = DataType::Mixed;
    const NULLABLE: bool = false;

    fn set_zval(self, zval: &mut Zval, persistent: bool) -> Result<()> {
        match self {
            Self::One(value) => value.set_zval(zval, persistent),
            Self::Other(value) => value.set_zval(zval, persistent),
        }
    }
}

/// A PHP array with the given string keys, in order.
pub(super) fn assoc<V: IntoZval>(
    pairs: impl IntoIterator<Item = (String, V)>,
) -> Result<ZBox<ZendHashTable>> {
    let mut array = ZendHashTable::new();
    for (key, value) in pairs {
        array.insert(key.as_str(), value)?;
    }
    Ok(array)
}

/// HTTP headers as a PHP array.
pub(super) fn headers<'a>(
    headers: impl IntoIterator<Item = &'a (&'static str, String)>,
) -> Result<ZBox<ZendHashTable>> {
    assoc(
        headers
            .into_iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone())),
    )
}

/// A PHP list of strings.
pub(super) fn strings<'a>(list: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    list.into_iter().map(str::to_owned).collect()
}

/// The strings of a PHP list, in order.
pub(super) fn string_list(array: &ZendHashTable) -> std::result::Result<Vec<&str>, Fault> {
    array
        .values()
        .map(|value| {
            value
                .str()
                .ok_or_else(|| misuse("a list of strings is needed"))
        })
        .collect()
}

/// A number of PHP as the core's type, or misuse.
pub(super) fn number<T: TryFrom<i64>>(
    value: i64,
    what: &'static str,
) -> std::result::Result<T, Fault> {
    T::try_from(value).map_err(|_| misuse(what))
}

/// A number of the core as PHP's. What is larger than PHP can say stops at the largest.
pub(super) fn int<T: TryInto<i64>>(value: T) -> i64 {
    value.try_into().unwrap_or(i64::MAX)
}

/// A row of a list that PHP passes: named fields, of which `names` are all there may be. A field that is null
/// counts as missing.
pub(super) struct Row<'a> {
    fields: &'a ZendHashTable,
    expected: &'static str,
}

impl<'a> Row<'a> {
    /// The rows of a list; a row with a field of another name is misuse, told as `expected`.
    pub(super) fn list(
        list: &'a ZendHashTable,
        names: &[&str],
        expected: &'static str,
    ) -> std::result::Result<Vec<Self>, Fault> {
        list.values()
            .map(|value| {
                let fields = value.array().ok_or_else(|| misuse(expected))?;
                let named = names.iter().filter(|name| fields.get(**name).is_some());
                if named.count() != fields.len() {
                    return Err(misuse(expected));
                }
                Ok(Self { fields, expected })
            })
            .collect()
    }

    fn field<T>(
        &self,
        name: &str,
        read: impl FnOnce(&'a Zval) -> Option<T>,
    ) -> std::result::Result<Option<T>, Fault> {
        match self.fields.get(name).filter(|value| !value.is_null()) {
            Some(value) => Ok(Some(read(value).ok_or_else(|| misuse(self.expected))?)),
            None => Ok(None),
        }
    }

    fn needed<T>(&self, field: Option<T>) -> std::result::Result<T, Fault> {
        field.ok_or_else(|| misuse(self.expected))
    }

    /// Bytes that must be there.
    pub(super) fn bytes(&self, name: &str) -> std::result::Result<&'a [u8], Fault> {
        let bytes = self.field(name, |value| value.zend_str().map(|text| text.as_bytes()))?;
        self.needed(bytes)
    }

    /// A text that may be there.
    pub(super) fn text(&self, name: &str) -> std::result::Result<Option<&'a str>, Fault> {
        self.field(name, Zval::str)
    }

    /// A text that must be there, as `read` understands it.
    pub(super) fn word<T>(
        &self,
        name: &str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> std::result::Result<T, Fault> {
        let word = self.field(name, |value| read(value.str()?))?;
        self.needed(word)
    }

    /// A number of the core's type that must be there.
    pub(super) fn number<T: TryFrom<i64>>(&self, name: &str) -> std::result::Result<T, Fault> {
        let number = self.field(name, |value| T::try_from(value.long()?).ok())?;
        self.needed(number)
    }

    /// A yes or no; no if it is not there.
    pub(super) fn flag(&self, name: &str) -> std::result::Result<bool, Fault> {
        Ok(self.field(name, Zval::bool)?.unwrap_or(false))
    }
}
