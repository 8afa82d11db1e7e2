//! Conversions between PHP's values and the core's that ext-php-rs does not have.

use ext_php_rs::boxed::ZBox;
use ext_php_rs::convert::{FromZval, IntoZval};
use ext_php_rs::error::Result;
use ext_php_rs::flags::DataType;
use ext_php_rs::types::{ZendHashTable, Zval};

use super::error::{BindingResult, misuse};
use crate::clock::Timestamp;

/// A return value of one of two classes: PHP's `A|B`.
pub enum Either<A, B> {
    /// The first class.
    One(A),
    /// The second class.
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

/// A PHP array. Only PHP itself can fail to make one, so a method that returns this type documents no exception.
pub(super) type PhpArray = Result<ZBox<ZendHashTable>>;

/// A PHP list of arrays, as [`PhpArray`].
pub(super) type PhpArrays = Result<Vec<ZBox<ZendHashTable>>>;

/// Returns a PHP array with these string keys, in order.
pub(super) fn assoc<V: IntoZval>(pairs: impl IntoIterator<Item = (String, V)>) -> PhpArray {
    let mut array = ZendHashTable::new();
    for (key, value) in pairs {
        array.insert(key.as_str(), value)?;
    }
    Ok(array)
}

/// Returns HTTP headers as a PHP array from name to value.
pub(super) fn headers<'a>(
    headers: impl IntoIterator<Item = &'a (&'static str, String)>,
) -> PhpArray {
    assoc(
        headers
            .into_iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone())),
    )
}

/// Returns a PHP list of strings.
pub(super) fn strings<'a>(list: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    list.into_iter().map(str::to_owned).collect()
}

/// Reads a PHP list of strings, in order. Any other value in it is misuse.
pub(super) fn string_list(array: &ZendHashTable) -> BindingResult<Vec<&str>> {
    array
        .values()
        .map(|value| {
            value
                .str()
                .ok_or_else(|| misuse("a list of strings is needed"))
        })
        .collect()
}

/// Reads a PHP int as a number type of the core. A number out of range is misuse with the message `expected`.
pub(super) fn number<T: TryFrom<i64>>(value: i64, expected: &'static str) -> BindingResult<T> {
    T::try_from(value).map_err(|_| misuse(expected))
}

/// Reads a time in Unix seconds. A negative number is misuse.
pub(super) fn timestamp(seconds: i64) -> BindingResult<Timestamp> {
    number(seconds, "times are Unix seconds, 0 or more").map(Timestamp::from_seconds)
}

/// Returns a number of the core as a PHP int; a larger one becomes the largest int.
pub(super) fn int<T: TryInto<i64>>(value: T) -> i64 {
    value.try_into().unwrap_or(i64::MAX)
}

/// One array of a PHP list of arrays with named fields. A field that is null counts as missing.
pub(super) struct ArrayRow<'a> {
    fields: &'a ZendHashTable,
    expected: &'static str,
}

impl<'a> ArrayRow<'a> {
    /// Reads the rows of a list. A row with a field that is not in `names` is misuse, with the message `expected`.
    pub(super) fn list(
        list: &'a ZendHashTable,
        names: &[&str],
        expected: &'static str,
    ) -> BindingResult<Vec<Self>> {
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
    ) -> BindingResult<Option<T>> {
        match self.fields.get(name).filter(|value| !value.is_null()) {
            Some(value) => Ok(Some(read(value).ok_or_else(|| misuse(self.expected))?)),
            None => Ok(None),
        }
    }

    fn needed<T>(&self, field: Option<T>) -> BindingResult<T> {
        field.ok_or_else(|| misuse(self.expected))
    }

    /// Reads an optional field of a type that PHP's value converts to.
    pub(super) fn any<T: FromZval<'a>>(&self, name: &str) -> BindingResult<Option<T>> {
        self.field(name, T::from_zval)
    }

    /// Reads a required field of bytes.
    pub(super) fn bytes(&self, name: &str) -> BindingResult<&'a [u8]> {
        let bytes = self.field(name, |value| value.zend_str().map(|text| text.as_bytes()))?;
        self.needed(bytes)
    }

    /// Reads an optional field of text.
    pub(super) fn text(&self, name: &str) -> BindingResult<Option<&'a str>> {
        self.field(name, Zval::str)
    }

    /// Reads a required field of text with `read`.
    pub(super) fn word<T>(
        &self,
        name: &str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> BindingResult<T> {
        let word = self.field(name, |value| read(value.str()?))?;
        self.needed(word)
    }

    /// Reads a required field with a number that fits the core's type.
    pub(super) fn number<T: TryFrom<i64>>(&self, name: &str) -> BindingResult<T> {
        let number = self.field(name, |value| T::try_from(value.long()?).ok())?;
        self.needed(number)
    }

    /// Reads an optional field of type bool; false if it is missing.
    pub(super) fn flag(&self, name: &str) -> BindingResult<bool> {
        Ok(self.field(name, Zval::bool)?.unwrap_or(false))
    }
}
