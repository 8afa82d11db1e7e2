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
        .class::<decision::Decision>()
        .class::<keyring::Keyring>()
        .class::<secret::Secret>()
        .class::<vault::Vault>()
        .class::<tokens::Tokens>()
        .class::<tokens::Claims>()
        .class::<actions::ActionKey>()
        .class::<actions::Actions>()
        .class::<actions::Action>()
        .class::<actions::ActionReceipt>()
        .class::<actions::Heartbeats>()
        .class::<actions::Heartbeat>()
        .class::<store::Store>()
        .class::<limits::Limits>()
        .class::<limits::Admission>()
        .class::<budgets::Budgets>()
        .class::<budgets::Spending>()
        .class::<access::Access>()
        .enumeration::<policy::Risk>()
        .enumeration::<policy::Mode>()
        .enumeration::<policy::SnapshotState>()
        .enumeration::<policy::KeyRight>()
        .enumeration::<policy::ApprovalState>()
        .class::<policy::Policy>()
        .class::<policy::PolicyVerdict>()
        .class::<audit::AuditLog>()
        .class::<audit::AuditAppend>()
        .class::<audit::AuditVerifier>()
        .class::<audit::AuditReport>()
        .class::<audit_file::AuditExport>()
        .class::<audit_file::AuditCsv>()
        .class::<audit_file::AuditFile>()
        .class::<audit_file::AuditFileReport>()
        .class::<audit_proof::AuditProof>()
        .class::<audit_proof::AuditSeals>()
        .class::<oauth::OAuth>()
        .class::<oauth::OAuthRequest>()
        .class::<oauth::OAuthTokenRequest>()
        .class::<oauth::OAuthReply>()
        .class::<mcp::McpServer>()
        .class::<mcp::McpRequest>()
        .class::<mcp::McpCall>()
        // The last, see there.
        .class::<mcp::McpReply>()
}
