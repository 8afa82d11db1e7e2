//! What tokens are for.

/// What a token is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Calls the MCP endpoint as a connection. Subject: connection id. Binding: [`super::audience`].
    Access,
    /// Asks for the next access token. Subject: grant id.
    Refresh,
    /// An OAuth authorization code. Subject: grant id.
    Code,
    /// Lets one act of exactly these arguments happen. Subject: connection id.
    Confirmation,
    /// Opens a pairing with a remote operations service.
    Pairing,
    /// A link in a mail that leads to a decision.
    Approval,
    /// An upload session for a person without an account.
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

    /// What a token of this kind begins with, for people and for secret scanners.
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
