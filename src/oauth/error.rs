//! What the caller can do wrong, as opposed to what a client can.

use crate::entropy::EntropyError;

/// Misuse by the caller, or a machine that cannot go on. A client's faults are never errors: they are
/// replies with a reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OAuthError {
    /// The settings are not the JSON that is documented.
    #[error("the OAuth settings are not the documented JSON")]
    Settings,
    /// A setting is present but unusable; names the setting.
    #[error("the OAuth setting {0} is not acceptable")]
    Setting(&'static str),
    /// A setting is a plain `http` address and `allow_http` is not set; names the setting.
    #[error("the OAuth setting {0} is not an https address")]
    SettingNotHttps(&'static str),
    /// The authorization request handed back is not one that this server put aside.
    #[error("the stored authorization request cannot be read")]
    Request,
    /// The grant handed in is not the documented JSON, or not the grant that was asked for.
    #[error("the stored grant cannot be read or is another one")]
    Grant,
    /// There is no randomness to make a secret of.
    #[error(transparent)]
    Entropy(#[from] EntropyError),
}
