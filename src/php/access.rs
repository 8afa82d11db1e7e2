//! `Countersign\Access`.

use ext_php_rs::prelude::*;
use ext_php_rs::types::ZendHashTable;

use super::convert::{PhpArray, assoc, number, string_list, strings};
use super::decision::PhpDecision;
use super::error::{BindingError, BindingResult, misuse};
use super::found::FoundArgument;
use crate::access::{self, FieldRules, Group, Groups, Preset, SiteSettings};
use crate::call;

/// Capability groups, presets and the catalogue of tools. All methods are static.
#[php_class]
#[php(name = "Countersign\\Access")]
pub struct PhpAccess;

fn settings(json: &str) -> BindingResult<SiteSettings> {
    SiteSettings::from_json(json)
        .ok_or_else(|| misuse("the settings do not have the form that Access documents"))
}

fn groups(list: &ZendHashTable) -> BindingResult<Groups> {
    Groups::parse(&string_list(list)?).ok_or_else(|| misuse("a group of that name does not exist"))
}

fn field_rules(list: &ZendHashTable) -> BindingResult<FieldRules> {
    FieldRules::parse(&string_list(list)?)
        .map_err(|_| misuse("a rule for fields is none, or there are too many of them"))
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

    pub fn field_fault(field: &str) -> Option<&'static str> {
        FieldRules::parse(&[field])
            .err()
            .map(|(_, fault)| fault.word())
    }

    pub fn fields(fields: &ZendHashTable) -> BindingResult<Vec<String>> {
        Ok(strings(field_rules(fields)?.iter()))
    }

    pub fn change_fields(
        from: &ZendHashTable,
        to: &ZendHashTable,
        allow_widening: bool,
    ) -> BindingResult<PhpDecision> {
        Ok(access::change_fields(&field_rules(from)?, &field_rules(to)?, allow_widening).into())
    }

    pub fn change_settings(
        from: &str,
        to: &str,
        is_administrator: bool,
    ) -> BindingResult<PhpDecision> {
        Ok(access::change_settings(&settings(from)?, &settings(to)?, is_administrator).into())
    }

    pub fn may_act(
        connection: FoundArgument<'_>,
        token_epoch: Option<i64>,
        kill_switch: bool,
    ) -> BindingResult<PhpDecision> {
        let token_epoch = token_epoch
            .map(|epoch| number(epoch, "an epoch is a number from 0 to 4294967295"))
            .transpose()?;
        let decision = access::may_act(kill_switch, connection.0, token_epoch)
            .map_err(|error| BindingError::Misuse(error.to_string()))?;
        Ok(decision.into())
    }

    pub fn catalogue() -> &'static str {
        access::catalogue_json()
    }

    pub fn schema_fault(schema: &str) -> Option<String> {
        call::schema_fault(schema)
    }
}
