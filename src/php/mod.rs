//! The PHP binding: one file per PHP class, without rules. A method borrows its arguments, calls the core and maps the
//! answer to PHP's types.
//!
//! Every class `Countersign\X` is the Rust type `PhpX`, so that it cannot be confused with the core's type `X`.
//!
//! [`get_module`] and [`startup`] run once per process start, under php-fpm in the master process before it forks. They
//! start nothing and open nothing but the key file of records, which only root can read. The first request that needs the
//! store opens it in its worker.

mod access;
mod audit;
mod convert;
mod decision;
mod error;
mod found;
mod functions;
mod handles;
mod info;
mod ini;
mod keyring;
mod limit;
mod mcp;
mod messages;
mod network;
mod oauth;
mod path;
mod policy;
mod public_url;
mod ratchet;
mod record;
mod secret;
mod sensitive;
mod store;
mod token;
mod upload;
mod vault;

use ext_php_rs::error::Result;
use ext_php_rs::flags::ErrorType;
use ext_php_rs::prelude::*;

use handles::register;

/// Registers the INI entries and the handle classes, and keeps the messages of panics out of the log. Runs once per
/// start of the module, before any fork. Returns 0, or -1 if PHP must not start the module.
fn startup(_type: i32, module: i32) -> i32 {
    ini::register(module);
    record::start();
    // The message of a panic could quote a secret: log only the place.
    std::panic::set_hook(Box::new(|panic| {
        if let Some(at) = panic.location() {
            info::log(&format!(
                "countersign: internal error at {}:{}",
                at.file(),
                at.line()
            ));
        }
    }));
    match register_handles() {
        Ok(()) => 0,
        Err(error) => {
            let line = format!("countersign: a class could not be registered: {error}");
            ext_php_rs::error::php_error(&ErrorType::CoreWarning, &line);
            -1
        }
    }
}

/// Begins a request. PHP calls it before the script, and after php-fpm has set the INI values of the request.
extern "C" fn begin_request(_type: i32, _module: i32) -> i32 {
    ini::begin_request();
    ratchet::release();
    0
}

/// Registers every class of the binding except exceptions and enumerations.
fn register_handles() -> Result<()> {
    sensitive::mark_functions();
    register::<decision::PhpDecision>()?;
    register::<keyring::PhpKeyring>()?;
    register::<secret::PhpSecret>()?;
    register::<vault::PhpVault>()?;
    register::<token::PhpTokens>()?;
    register::<token::PhpClaims>()?;
    register::<messages::PhpActionKey>()?;
    register::<messages::PhpActions>()?;
    register::<messages::PhpAction>()?;
    register::<messages::PhpActionReceipt>()?;
    register::<messages::PhpHeartbeats>()?;
    register::<messages::PhpHeartbeat>()?;
    register::<store::PhpStore>()?;
    register::<limit::PhpLimits>()?;
    register::<limit::PhpAdmission>()?;
    register::<limit::PhpBudgets>()?;
    register::<limit::PhpSpending>()?;
    register::<access::PhpAccess>()?;
    register::<network::PhpTrustedProxies>()?;
    register::<policy::PhpPolicy>()?;
    register::<policy::PhpPolicyVerdict>()?;
    register::<audit::PhpAuditLog>()?;
    register::<audit::PhpAuditAppend>()?;
    register::<audit::PhpAuditVerifier>()?;
    register::<audit::PhpAuditReport>()?;
    register::<audit::PhpAuditExport>()?;
    register::<audit::PhpAuditCsv>()?;
    register::<audit::PhpAuditFile>()?;
    register::<audit::PhpAuditFileReport>()?;
    register::<audit::PhpAuditProof>()?;
    register::<audit::PhpAuditSeals>()?;
    register::<record::PhpRecords>()?;
    register::<record::PhpRecord>()?;
    register::<public_url::PhpPublicUrl>()?;
    register::<upload::PhpUploadSessions>()?;
    register::<upload::PhpUploadLink>()?;
    register::<upload::PhpUploadSession>()?;
    register::<oauth::PhpOAuth>()?;
    register::<oauth::PhpOAuthRequest>()?;
    register::<oauth::PhpOAuthTokenRequest>()?;
    register::<oauth::PhpOAuthRevocation>()?;
    register::<oauth::PhpOAuthReply>()?;
    register::<mcp::PhpMcpServer>()?;
    register::<mcp::PhpMcpRequest>()?;
    register::<mcp::PhpMcpCall>()?;
    register::<mcp::PhpMcpReply>()
}

/// Describes the module: its functions, exceptions and enumerations. [`startup`] registers the other classes.
#[php_module]
#[php(startup = "startup")]
pub fn get_module(module: ModuleBuilder) -> ModuleBuilder {
    functions::register(module)
        .name("countersign")
        .version(env!("CARGO_PKG_VERSION"))
        .info_function(info::phpinfo)
        .request_startup_function(begin_request)
        .shutdown_function(record::end)
        .class::<error::CountersignException>()
        .class::<error::KeyException>()
        .class::<error::StoreException>()
        .enumeration::<token::PhpTokenKind>()
        .enumeration::<policy::PhpRisk>()
        .enumeration::<policy::PhpMode>()
        .enumeration::<policy::PhpSnapshotState>()
        .enumeration::<policy::PhpKeyRight>()
        .enumeration::<policy::PhpApprovalState>()
}
