//! `Countersign\McpCall`.

use std::sync::Arc;

use ext_php_rs::prelude::*;

use super::reply::PhpMcpReply;
use super::world::world;
use crate::mcp;
use crate::php::convert::{PhpArray, headers};
use crate::php::decision::PhpDecision;
use crate::php::error::BindingResult;
use crate::php::found::FoundArgument;
use crate::php::limit::PhpSpending;
use crate::php::ratchet;
use crate::store;

/// A call that passed all checks and that the caller may make.
#[php_class]
#[php(name = "Countersign\\McpCall")]
pub struct PhpMcpCall {
    pub(super) call: mcp::McpCall,
    pub(super) store: Arc<dyn store::Store>,
}

#[php_impl]
impl PhpMcpCall {
    pub fn kind(&self) -> &'static str {
        self.call.kind().word()
    }

    pub fn name(&self) -> &str {
        self.call.name()
    }

    pub fn template(&self) -> Option<&str> {
        self.call.template()
    }

    pub fn arguments(&self) -> &str {
        self.call.arguments()
    }

    pub fn correlation(&self) -> &str {
        self.call.correlation()
    }

    pub fn may_write(&self) -> bool {
        self.call.may_write()
    }

    pub fn may_write_every_field(&self) -> bool {
        self.call.may_write_every_field()
    }

    pub fn forbids(&self, field: &str) -> Option<&str> {
        self.call.forbids(field)
    }

    pub fn intent(&self) -> Option<&str> {
        self.call.intent()
    }

    pub fn needs_target(&self) -> bool {
        self.call.needs_target()
    }

    pub fn consider(&mut self, target: &str) -> BindingResult<Option<PhpMcpReply>> {
        Ok(self.call.consider(target)?.map(PhpMcpReply))
    }

    pub fn check_target(&mut self, target: &str) -> BindingResult<PhpDecision> {
        Ok(self.call.check_target(target)?.into())
    }

    pub fn may_change(&self, target: &str) -> BindingResult<PhpDecision> {
        Ok(self.call.may_change(target)?.into())
    }

    #[php(optional = revision)]
    pub fn changed(&mut self, target: &str, revision: Option<i64>) -> BindingResult<()> {
        let revision = revision.and_then(|revision| u64::try_from(revision).ok());
        Ok(self.call.changed(target, revision)?)
    }

    #[php(optional = reason)]
    pub fn item(
        &mut self,
        target: &str,
        reason: Option<&str>,
        detail: Option<&str>,
    ) -> BindingResult<String> {
        Ok(self.call.item(target, reason, detail)?)
    }

    pub fn fingerprint(&self, target: &str) -> BindingResult<String> {
        Ok(self.call.fingerprint(target)?)
    }

    pub fn afford(&mut self, spending: &PhpSpending) -> BindingResult<Option<PhpMcpReply>> {
        Ok(self.call.afford(spending.0.decision())?.map(PhpMcpReply))
    }

    #[php(optional = secrets)]
    pub fn begin(&mut self, secrets: Option<Vec<String>>) -> BindingResult<Option<PhpMcpReply>> {
        ratchet::engage(self.call.connection(), secrets.unwrap_or_default());
        Ok(self.call.begin(world(&self.store))?.map(PhpMcpReply))
    }

    pub fn may_go_on(
        &self,
        connection: FoundArgument<'_>,
        kill_switch: bool,
    ) -> BindingResult<PhpDecision> {
        Ok(self.call.may_go_on(kill_switch, connection.0)?.into())
    }

    pub fn confirmation(&mut self) -> BindingResult<String> {
        Ok(self.call.confirmation(world(&self.store))?)
    }

    pub fn confirmation_lifetime(&self) -> i64 {
        self.call.confirmation_lifetime().into()
    }

    pub fn is_streaming(&self) -> bool {
        self.call.is_streaming()
    }

    pub fn stream_headers(&self) -> PhpArray {
        headers(&self.call.stream_headers())
    }

    #[php(optional = total)]
    pub fn progress(&mut self, progress: f64, total: Option<f64>, message: Option<&str>) -> String {
        self.call.progress(progress, total, message)
    }

    #[php(optional = logger)]
    pub fn log(&mut self, level: &str, data: &str, logger: Option<&str>) -> BindingResult<String> {
        Ok(self.call.log(level, data, logger)?)
    }

    pub fn input_response(&self, key: &str) -> Option<&str> {
        self.call.input_response(key)
    }

    pub fn state(&self) -> Option<&str> {
        self.call.state()
    }

    #[php(optional = target)]
    pub fn result(&mut self, result: &str, target: Option<&str>) -> BindingResult<PhpMcpReply> {
        let reply = self.call.result(result, target)?;
        let world = world(&self.store);
        Ok(PhpMcpReply(self.call.unless_cancelled(world, reply)))
    }

    #[php(optional = detail)]
    pub fn deny(
        &mut self,
        reason: &str,
        detail: Option<&str>,
        target: Option<&str>,
    ) -> BindingResult<PhpMcpReply> {
        Ok(PhpMcpReply(self.call.deny(reason, detail, target)?))
    }

    #[php(optional = state)]
    pub fn input_required(
        &mut self,
        requests: &str,
        state: Option<&str>,
    ) -> BindingResult<PhpMcpReply> {
        Ok(PhpMcpReply(self.call.input_required(
            world(&self.store),
            requests,
            state,
        )?))
    }
}
