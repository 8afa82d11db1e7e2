//! `Countersign\Access`.

use ext_php_rs::boxed::ZBox;
use ext_php_rs::flags::ClassFlags;
use ext_php_rs::prelude::*;
use ext_php_rs::types::ZendHashTable;

use super::convert::{assoc, string_list, strings};
use super::decision::Decision;
use super::error::{Answer, misuse};
use crate::access::{self, Group, Groups, Preset};

/// Capability groups, presets and the catalogue of tools.
#[php_class]
#[php(name = "Countersign\\Access", flags = ClassFlags::Final.union(ClassFlags::NoDynamicProperties))]
pub struct Access;

fn groups(list: &ZendHashTable) -> Answer<Groups> {
    Groups::parse(&string_list(list)?).ok_or_else(|| misuse("a group of that name does not exist"))
}

#[php_impl]
impl Access {
    /// Nothing to make: everything is static.
    #[php(vis = "private")]
    pub fn __construct() -> PhpResult<Self> {
        Err("Access has only static methods".into())
    }

    pub fn groups() -> Vec<String> {
        strings(Group::ALL.iter().map(|group| group.code()))
    }

    pub fn presets() -> Answer<ZBox<ZendHashTable>> {
        Ok(assoc(Preset::ALL.iter().map(|preset| {
            (preset.code().to_owned(), strings(preset.groups().codes()))
        }))?)
    }

    pub fn default_preset() -> &'static str {
        Preset::DEFAULT.code()
    }

    #[php(optional = groups)]
    pub fn resolve(preset: &str, groups: Option<&ZendHashTable>) -> Answer<Vec<String>> {
        let custom = groups.map(string_list).transpose()?.unwrap_or_default();
        let groups = access::resolve(preset, &custom)
            .map_err(|_| misuse("a preset or group of that name does not exist"))?;
        Ok(strings(groups.codes()))
    }

    pub fn change(
        from: &ZendHashTable,
        to: &ZendHashTable,
        allow_widening: bool,
    ) -> Answer<Decision> {
        Ok(access::change(groups(from)?, groups(to)?, allow_widening).into())
    }

    pub fn catalogue() -> &'static str {
        access::catalogue_json()
    }
}
