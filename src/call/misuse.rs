//! Wrong use of the API by the program that embeds it.

/// The calling program broke the contract of the API. A client cannot cause this: a request that a client may
/// not make is refused with a [`Reason`](crate::reason::Reason).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Misuse {
    /// The settings are not a JSON object of the documented form.
    #[error(
        "the settings do not have the documented form: compare them with McpServer::__construct()"
    )]
    Settings,
    /// The record is not of a connection, not that of the token, or its data do not have the documented form.
    #[error(
        "the record is not that of the connection that the token names, or its data do not have the documented form: \
         compare it with McpRequest::authorize()"
    )]
    Connection,
    /// The verified password is not a JSON object of the documented form.
    #[error(
        "the verified password does not have the documented form: compare it with McpServer::receive()"
    )]
    Password,
    /// The registry is not a JSON object of lists.
    #[error("the registry is not a JSON object of lists: compare it with McpRequest::authorize()")]
    Registry,
    /// The target is not a JSON value of the documented form.
    #[error("the target does not have the documented form: compare it with McpCall::consider()")]
    Target,
    /// The call was begun before its target was considered, or its target was considered after it began.
    #[error("the target was not considered: call consider() once, before intent() and begin()")]
    NotConsidered,
    /// The call was begun a second time.
    #[error("the call was begun already: begin() is called once")]
    BegunTwice,
    /// The call was answered, or its confirmation requested, before it was begun.
    #[error("the call has not begun: append intent() to the audit log, then call begin()")]
    NotBegun,
    /// The call was answered already.
    #[error("the call was answered already: a call has exactly one answer")]
    Answered,
    /// A call on many items has ended more of them than it can have.
    #[error("the call has ended more items than it can have: item() is called once for each")]
    TooManyItems,
    /// There is no confirmation token to issue: only a call of `request_review` has one, and only once.
    #[error("only a call of request_review has a confirmation token, and only once")]
    NoConfirmation,
    /// An argument that must be JSON is not, or a log level does not exist.
    #[error("the argument is not valid JSON, or the log level does not exist")]
    NotJson,
}
