//! The argument `Record|Decision|null`: what `Records::open()` returned, or null for a record that does not exist.

use ext_php_rs::convert::FromZval;
use ext_php_rs::flags::DataType;
use ext_php_rs::types::{ZendHashTable, Zval};

use super::convert::ArrayRow;
use super::decision::PhpDecision;
use super::error::BindingResult;
use super::record::PhpRecord;
use crate::decision::Decision;
use crate::oauth::ApprovedGrant;
use crate::record::FoundRecord;

/// What was found, as an argument. A decision that allows says nothing about a record, so it is of the wrong type.
pub struct FoundArgument<'a>(pub(super) FoundRecord<'a>);

impl<'a> FromZval<'a> for FoundArgument<'a> {
    const TYPE: DataType = DataType::Mixed;

    fn from_zval(zval: &'a Zval) -> Option<Self> {
        let zval = zval.dereference();
        if zval.is_null() {
            return Some(Self(FoundRecord::Missing));
        }
        if let Some(record) = <&PhpRecord>::from_zval(zval) {
            return Some(Self(FoundRecord::Genuine(&record.0)));
        }
        match <&PhpDecision>::from_zval(zval)?.get() {
            Decision::Deny(denial) => Some(Self(FoundRecord::Denied(denial))),
            Decision::Allow => None,
        }
    }
}

/// Returns the record of an argument that may be left out.
pub(super) fn found<'a>(argument: Option<FoundArgument<'a>>) -> FoundRecord<'a> {
    argument.map_or(FoundRecord::Missing, |argument| argument.0)
}

/// Reads a list of grants, each with its connection.
pub(super) fn approved(list: &ZendHashTable) -> BindingResult<Vec<ApprovedGrant<'_>>> {
    ArrayRow::list(
        list,
        &["grant", "connection"],
        "an approved grant has the fields grant and connection",
    )?
    .iter()
    .map(|row| {
        Ok(ApprovedGrant {
            grant: found(row.any("grant")?),
            connection: found(row.any("connection")?),
        })
    })
    .collect()
}
