//! `Countersign\Record`.

use ext_php_rs::binary::Binary;
use ext_php_rs::binary_slice::BinarySlice;
use ext_php_rs::convert::IntoZval as _;
use ext_php_rs::prelude::*;

use crate::php::convert::{PhpArray, assoc, int};
use crate::record;

/// A record that is as it was sealed.
#[php_class]
#[php(name = "Countersign\\Record")]
pub struct PhpRecord(pub(in crate::php) record::Record);

#[php_impl]
impl PhpRecord {
    pub fn kind(&self) -> &'static str {
        self.0.kind().word()
    }

    pub fn id(&self) -> i64 {
        int(self.0.id())
    }

    pub fn version(&self) -> i64 {
        int(self.0.version())
    }

    pub fn data(&self) -> &str {
        self.0.data()
    }

    pub fn entry(&self) -> PhpArray {
        let entry = self.0.entry();
        assoc([
            ("sequence".to_owned(), int(entry.sequence).into_zval(false)?),
            (
                "leaf".to_owned(),
                Binary::from(entry.leaf.to_vec()).into_zval(false)?,
            ),
        ])
    }

    pub fn site_epoch(&self) -> i64 {
        int(self.0.site_epoch())
    }

    pub fn is_explained_by(&self, entry: BinarySlice<u8>) -> bool {
        self.0.is_explained_by(&entry)
    }
}
