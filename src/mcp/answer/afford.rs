//! What a call may cost: its budgets decide before it begins.

use super::{CallStage, McpCall};
use crate::call::Misuse;
use crate::decision::Decision;
use crate::mcp::reply::McpReply;
use crate::mcp::wire::error::RpcError;

impl McpCall {
    /// Ends the call before it begins if its budgets refuse it. `decision` is what they decided:
    /// [`BudgetedCall::decision`](crate::metering::BudgetedCall::decision).
    ///
    /// Returns `None` if the call may begin, and the refusal as the answer otherwise. It does not use up a confirmation
    /// token.
    ///
    /// # Errors
    /// [`Misuse::NotConsidered`] if the call has begun or was answered.
    pub fn afford(&mut self, decision: Decision) -> Result<Option<McpReply>, Misuse> {
        if self.stage != CallStage::Decided {
            return Err(Misuse::NotConsidered);
        }
        let Decision::Deny(denial) = decision else {
            return Ok(None);
        };
        self.stage = CallStage::Answered;
        self.attempt.approval = None;
        let mut error = RpcError::new(denial.reason);
        error.retry_after = denial.retry_after;
        let entry = self.attempt.refusal(&self.actor, denial.reason);
        let reply = self.response.denied_result(&error);
        Ok(Some(reply.with_entry(Some(entry))))
    }
}
