//! The PHP binding: a file per PHP class, no logic. Each method borrows its arguments, calls the core
//! and turns the answer into PHP's types.
//!
//! What runs when: [`get_module`] and [`startup`] run once per process start-up, under php-fpm in the
//! master before it forks. So they open nothing, start nothing and derive nothing; the store is opened
//! by the first request that needs it, in the worker.

mod access;
mod actions;
mod arguments;
mod audit;
mod audit_file;
mod audit_proof;
mod budgets;
mod convert;
mod decision;
mod error;
mod functions;
mod handles;
mod info;
mod keyring;
mod limits;
mod mcp;
mod oauth;
mod policy;
mod secret;
mod store;
mod tokens;
mod vault;

use ext_php_rs::prelude::*;

use handles::Handles as _;

/// Registers the INI entries and quietens panics: once per process start-up, before any fork.
fn startup(_type: i32, module: i32) -> i32 {
    info::register_ini(module);
    // A panic's message could quote what it was working on; the log gets the place alone.
    std::panic::set_hook(Box::new(|panic| {
        if let Some(at) = panic.location() {
            info::log(&format!(
                "countersign: internal error at {}:{}",
                at.file(),
                at.line()
            ));
        }
    }));
    0
}

/// The module's functions and classes.
#[php_module]
#[php(startup = "startup")]
pub fn get_module(module: ModuleBuilder) -> ModuleBuilder {
    functions::register(module)
        .name("countersign")
        .version(env!("CARGO_PKG_VERSION"))
        .info_function(info::phpinfo)
        .class::<error::CountersignException>()
        .class::<error::KeyException>()
        .class::<error::StoreException>()
        .enumeration::<tokens::TokenKind>()
        .handle::<decision::Decision>()
        .handle::<keyring::Keyring>()
        .handle::<secret::Secret>()
        .handle::<vault::Vault>()
        .handle::<tokens::Tokens>()
        .handle::<tokens::Claims>()
        .handle::<actions::ActionKey>()
        .handle::<actions::Actions>()
        .handle::<actions::Action>()
        .handle::<actions::ActionReceipt>()
        .handle::<actions::Heartbeats>()
        .handle::<actions::Heartbeat>()
        .handle::<store::Store>()
        .handle::<limits::Limits>()
        .handle::<limits::Admission>()
        .handle::<budgets::Budgets>()
        .handle::<budgets::Spending>()
        .handle::<access::Access>()
        .enumeration::<policy::Risk>()
        .enumeration::<policy::Mode>()
        .enumeration::<policy::SnapshotState>()
        .enumeration::<policy::KeyRight>()
        .enumeration::<policy::ApprovalState>()
        .handle::<policy::Policy>()
        .handle::<policy::PolicyVerdict>()
        .handle::<audit::AuditLog>()
        .handle::<audit::AuditAppend>()
        .handle::<audit::AuditVerifier>()
        .handle::<audit::AuditReport>()
        .handle::<audit_file::AuditExport>()
        .handle::<audit_file::AuditCsv>()
        .handle::<audit_file::AuditFile>()
        .handle::<audit_file::AuditFileReport>()
        .handle::<audit_proof::AuditProof>()
        .handle::<audit_proof::AuditSeals>()
        .handle::<oauth::OAuth>()
        .handle::<oauth::OAuthRequest>()
        .handle::<oauth::OAuthTokenRequest>()
        .handle::<oauth::OAuthReply>()
        .handle::<mcp::McpServer>()
        .handle::<mcp::McpRequest>()
        .handle::<mcp::McpCall>()
        // The last, see there: what comes after it has no marks on its arguments.
        .handle::<mcp::McpReply>()
}
