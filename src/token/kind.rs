//! The kinds of tokens.

/// What a token is for. Each kind has a key and a prefix of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// An OAuth access token: calls the MCP endpoint for a connection. Its subject is the id of the
    /// connection, its binding [`super::audience`].
    Access,
    /// An OAuth refresh token. Its subject is the id of the grant.
    Refresh,
    /// An OAuth authorization code. Its subject is the id of the grant.
    Code,
    /// A confirmation: allows one call of a tool with exactly the given arguments. Its subject is the id
    /// of the connection.
    Confirmation,
    /// Starts the pairing with a remote operations service.
    Pairing,
    /// The link in an e-mail that leads a person to an approval.
    Approval,
    /// The upload session of a person without an account.
    Upload,
}

impl Kind {
    /// Every kind.
    pub const ALL: &'static [Self] = &[
        Self::Access,
        Self::Refresh,
        Self::Code,
        Self::Confirmation,
        Self::Pairing,
        Self::Approval,
        Self::Upload,
    ];

    /// Returns the name of the kind.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Access => "access",
            Self::Refresh => "refresh",
            Self::Code => "code",
            Self::Confirmation => "confirmation",
            Self::Pairing => "pairing",
            Self::Approval => "approval",
            Self::Upload => "upload",
        }
    }

    /// Returns the prefix of every token of this kind, by which people and secret scanners recognise it.
    #[must_use]
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Access => "csat_",
            Self::Refresh => "csrt_",
            Self::Code => "csac_",
            Self::Confirmation => "cscf_",
            Self::Pairing => "cspr_",
            Self::Approval => "csap_",
            Self::Upload => "csup_",
        }
    }

    /// The value of the kind field in the layout.
    pub(super) const fn byte(self) -> u8 {
        match self {
            Self::Access => 1,
            Self::Refresh => 2,
            Self::Code => 3,
            Self::Confirmation => 4,
            Self::Pairing => 5,
            Self::Approval => 6,
            Self::Upload => 7,
        }
    }
}
