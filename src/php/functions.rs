//! The functions of the namespace `Countersign`.

use ext_php_rs::boxed::ZBox;
use ext_php_rs::prelude::*;
use ext_php_rs::types::ZendHashTable;
use ext_php_rs::wrap_function;

use super::convert::assoc;
use super::error::BindingResult;
use crate::reason::Reason;
use crate::selftest;

/// Adds the functions to the module.
pub(super) fn register(module: ModuleBuilder) -> ModuleBuilder {
    module
        .function(wrap_function!(version))
        .function(wrap_function!(self_test))
        .function(wrap_function!(reasons))
}

#[php_function]
#[php(name = "Countersign\\version")]
fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}

#[php_function]
#[php(name = "Countersign\\self_test")]
fn self_test() -> BindingResult<ZBox<ZendHashTable>> {
    Ok(assoc(
        selftest::run()
            .into_iter()
            .map(|(name, passed)| (name.to_owned(), passed)),
    )?)
}

#[php_function]
#[php(name = "Countersign\\reasons")]
fn reasons() -> BindingResult<ZBox<ZendHashTable>> {
    Ok(assoc(Reason::ALL.iter().map(|reason| {
        (reason.code().to_owned(), reason.message().to_owned())
    }))?)
}
