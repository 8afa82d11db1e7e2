//! The result of handling a request.

use crate::audit::attempt::Attempt;
use crate::json::Object;
use crate::mcp::answer::McpCall;
use crate::mcp::wire::error::RpcError;
use crate::mcp::wire::revision::RevisionFlaw;
use crate::reason::Reason;

/// A handled request.
pub(in crate::mcp) enum Handled {
    /// A result, without the members that the revision requires in every result.
    Result(Object),
    /// A call that WordPress must make.
    Call(Box<McpCall>),
}

/// A refused request.
pub(in crate::mcp) struct RefusedRequest {
    pub(in crate::mcp) error: RpcError,
    /// What the audit log records. Boxed to keep `Result` small.
    pub(in crate::mcp) attempt: Box<Attempt>,
    /// Whether the refusal is sent as the result of a tool call, so that the model reads it.
    pub(in crate::mcp) as_result: bool,
}

impl RefusedRequest {
    /// A refusal of `attempt` that is sent as a JSON-RPC error.
    pub(super) fn new(error: impl Into<RpcError>, attempt: &Attempt) -> Self {
        Self {
            error: error.into(),
            attempt: Box::new(attempt.clone()),
            as_result: false,
        }
    }

    /// A refusal of `attempt` that is sent as the result of a tool call.
    pub(super) fn as_result(error: impl Into<RpcError>, attempt: &Attempt) -> Self {
        Self {
            as_result: true,
            ..Self::new(error, attempt)
        }
    }
}

impl From<RpcError> for RefusedRequest {
    fn from(error: RpcError) -> Self {
        Self {
            error,
            attempt: Box::default(),
            as_result: false,
        }
    }
}

impl From<RevisionFlaw> for RefusedRequest {
    fn from(flaw: RevisionFlaw) -> Self {
        RpcError::from(flaw).into()
    }
}

impl From<Reason> for RefusedRequest {
    fn from(reason: Reason) -> Self {
        RpcError::new(reason).into()
    }
}
