//! Wrong use of the API, as opposed to a refusal.

/// The caller did something that no client can cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The settings are not what the documentation says.
    #[error("the settings are not valid")]
    Settings,
    /// The connection is not what the documentation says, or not the one the token speaks for.
    #[error("the connection is not valid")]
    Connection,
    /// The registry is not a JSON object of lists.
    #[error("the registry is not valid")]
    Registry,
    /// The call has its answer already.
    #[error("the call was answered already")]
    Answered,
    /// Only `request_review` gives a confirmation token, and only once.
    #[error("there is no confirmation token to give")]
    NoConfirmation,
    /// An argument that must be JSON is not.
    #[error("the argument is not valid JSON")]
    NotJson,
}
