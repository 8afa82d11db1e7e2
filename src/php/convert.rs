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
