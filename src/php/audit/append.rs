//! `Countersign\AuditAppend`.

use ext_php_rs::binary::Binary;
use ext_php_rs::prelude::*;
use ext_php_rs::types::ZendHashTable;

use crate::audit::append::{Appended, EntryRow};
use crate::php::convert::{PhpArrays, int};

/// The rows and the head that an append has to store.
#[php_class]
#[php(name = "Countersign\\AuditAppend")]
pub struct PhpAuditAppend(pub(in crate::php) Appended);

#[php_impl]
impl PhpAuditAppend {
    pub fn rows(&self) -> PhpArrays {
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
                array.insert("outcome", summary.outcome.map(|outcome| outcome.word()))?;
                array.insert("reason", summary.reason.clone())?;
                array.insert("correlation", summary.correlation.clone())?;
                Ok(array)
            })
            .collect()
    }

    pub fn texts(&self) -> PhpArrays {
        let texts = |row: &'_ EntryRow| {
            let seq = row.seq;
            row.texts.clone().into_iter().map(move |text| (seq, text))
        };
        self.0
            .rows
            .iter()
            .flat_map(texts)
            .map(|(seq, text)| {
                let mut array = ZendHashTable::new();
                array.insert("seq", int(seq))?;
                array.insert("path", text.path)?;
                array.insert("salt", Binary::from(text.salt.to_vec()))?;
                array.insert("value", text.value)?;
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
