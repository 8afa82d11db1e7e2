//! Errors that the calling code makes. Faults of a client result in replies instead.

use crate::entropy::EntropyError;

/// A mistake in the calling code, or a lack of random bytes. A fault of a client is never such an error:
/// it results in an [`OAuthReply`](super::OAuthReply) with a reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OAuthError {
    /// The settings are not the documented JSON.
    #[error("the OAuth settings are not the documented JSON")]
    Settings,
    /// The value of the named setting is unusable.
    #[error("the OAuth setting {0} is not acceptable")]
    Setting(&'static str),
    /// The named setting is a plain `http` URL, and `allow_http` is not set.
    #[error("the OAuth setting {0} is not an https address")]
    SettingNotHttps(&'static str),
    /// A record is not that of the grant or connection that the token names, or it or the counters have another form.
    #[error(
        "a record is not that of the grant or connection that the token names, or its data or the counters do not have the \
         documented form: compare them with OAuthTokenRequest::redeem()"
    )]
    Grant,
    /// The operating system provides no random bytes.
    #[error(transparent)]
    Entropy(#[from] EntropyError),
}
