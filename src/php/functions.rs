//! The functions of the namespace `Countersign`.

use ext_php_rs::prelude::*;
use ext_php_rs::wrap_function;

use super::convert::{PhpArray, assoc};
use crate::network;
use crate::reason::Reason;
use crate::selftest;

/// Adds the functions to the module.
pub(super) fn register(module: ModuleBuilder) -> ModuleBuilder {
    module
        .function(wrap_function!(version))
        .function(wrap_function!(self_test))
        .function(wrap_function!(reasons))
        .function(wrap_function!(is_public_address))
}

#[php_function]
#[php(name = "Countersign\\version")]
fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}

#[php_function]
#[php(name = "Countersign\\self_test")]
fn self_test() -> PhpArray {
    assoc(
        selftest::run()
            .into_iter()
            .map(|(name, passed)| (name.to_owned(), passed)),
    )
}

#[php_function]
#[php(name = "Countersign\\reasons")]
fn reasons() -> PhpArray {
    assoc(
        Reason::ALL
            .iter()
            .map(|reason| (reason.code().to_owned(), reason.message().to_owned())),
    )
}

#[php_function]
#[php(name = "Countersign\\is_public_address")]
fn is_public_address(ip: &str) -> bool {
    ip.parse().is_ok_and(network::is_public)
}
