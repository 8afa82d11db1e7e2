//! `Countersign\Access`.

use ext_php_rs::prelude::*;
use ext_php_rs::types::ZendHashTable;

use super::convert::{PhpArray, assoc, number, string_list, strings};
use super::decision::PhpDecision;
use super::error::{BindingResult, misuse};
use crate::access::{self, ConnectionState, Group, Groups, Preset};

/// Capability groups, presets and the catalogue of tools. All methods are static.
#[php_class]
#[php(name = "Countersign\\Access")]
pub struct PhpAccess;

fn groups(list: &ZendHashTable) -> BindingResult<Groups> {
    Groups::parse(&string_list(list)?).ok_or_else(|| misuse("a group of that name does not exist"))
}

#[php_impl]
impl PhpAccess {
    pub fn groups() -> Vec<String> {
        strings(Group::ALL.iter().map(|group| group.word()))
    }

    pub fn presets() -> PhpArray {
        assoc(
            Preset::ALL
                .iter()
                .map(|preset| (preset.word().to_owned(), strings(preset.groups().words()))),
        )
    }

    pub fn default_preset() -> &'static str {
        Preset::DEFAULT.word()
    }

    #[php(optional = groups)]
    pub fn resolve(preset: &str, groups: Option<&ZendHashTable>) -> BindingResult<Vec<String>> {
        let custom = groups.map(string_list).transpose()?.unwrap_or_default();
        let groups = access::resolve(preset, &custom)
            .map_err(|_| misuse("a preset or group of that name does not exist"))?;
        Ok(strings(groups.words()))
    }

    pub fn change(
        from: &ZendHashTable,
        to: &ZendHashTable,
        allow_widening: bool,
    ) -> BindingResult<PhpDecision> {
        Ok(access::change(groups(from)?, groups(to)?, allow_widening).into())
    }

    pub fn may_act(
        state: Option<&str>,
        epoch: i64,
        token_epoch: i64,
        kill_switch: bool,
    ) -> BindingResult<PhpDecision> {
        const EPOCH: &str = "an epoch is a number from 0 to 4294967295";
        let epoch = number(epoch, EPOCH)?;
        let connection = match state {
            None => None,
            Some(state) => Some((
                ConnectionState::from_word(state)
                    .ok_or_else(|| misuse("the state is not active, paused or revoked"))?,
                epoch,
            )),
        };
        let token_epoch = number(token_epoch, EPOCH)?;
        Ok(access::may_act(kill_switch, connection, token_epoch).into())
    }

    pub fn catalogue() -> &'static str {
        access::catalogue_json()
    }
}
