//! The enumerations of the policy's facts.
//!
//! Their words are part of audit entries (see [`super::record`]) and are never renamed.

use crate::words::words;

words! {
    /// How much damage an action can do, from the least to the most.
    #[derive(PartialOrd, Ord)]
    pub enum Risk {
        /// The change can be undone at once and has no visible effect.
        Low = "low",
        /// The change is visible, and a snapshot can undo it.
        Medium = "medium",
        /// The change may take the site down.
        High = "high",
        /// The change may lose data that cannot be restored.
        Critical = "critical",
    }
}

words! {
    /// How much a site allows without an approval, from the least to the most.
    #[derive(PartialOrd, Ord)]
    pub enum Mode {
        /// A person approves every action.
        Manual = "manual",
        /// Actions of low risk need no approval.
        Assisted = "assisted",
        /// Actions of low and medium risk need no approval.
        Autonomous = "autonomous",
    }
}

words! {
    /// The state of the snapshot that an action names, from the weakest to the strongest.
    #[derive(PartialOrd, Ord)]
    pub enum SnapshotState {
        /// There is no snapshot.
        Missing = "missing",
        /// The snapshot is not of the target of the action.
        OtherTarget = "other_target",
        /// The target has changed since the snapshot.
        Stale = "stale",
        /// The snapshot was made and has not been read back.
        Made = "made",
        /// The snapshot was read back and compared, and the target has not changed since.
        Verified = "verified",
    }
}

words! {
    /// The right of the key that signed an action.
    #[derive(PartialOrd, Ord)]
    pub enum KeyRight {
        /// It may propose actions.
        Propose = "propose",
        /// It may propose actions and have them run.
        Dispatch = "dispatch",
    }
}

words! {
    /// The decision of a person about the action, with exactly these arguments and this state of the target.
    #[derive(PartialOrd, Ord)]
    pub enum ApprovalState {
        /// A person rejected the action.
        Rejected = "rejected",
        /// No approval was requested.
        Missing = "missing",
        /// An approval was requested, and no person has decided yet.
        Pending = "pending",
        /// The approval has expired.
        Expired = "expired",
        /// The approval was for other arguments or another state of the target.
        Changed = "changed",
        /// A person approved the action.
        Granted = "granted",
    }
}

impl Risk {
    /// Returns the risk that `word` names. An unknown word means [`Risk::Critical`]: it may be a typing
    /// error or a level that only a newer service knows.
    #[must_use]
    pub fn of(word: &str) -> Self {
        Self::from_word(word).unwrap_or(Self::Critical)
    }
}

impl Mode {
    /// Returns the mode that `word` names. An unknown word means [`Mode::Manual`].
    #[must_use]
    pub fn of(word: &str) -> Self {
        Self::from_word(word).unwrap_or(Self::Manual)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_words_mean_the_strictest_level() {
        for word in ["", "Low", "low ", "lo", "none", "high\0", "nïedrig"] {
            assert_eq!(Risk::of(word), Risk::Critical, "{word:?}");
        }
        for word in ["", "Autonomous", "autonomous\n", "auto"] {
            assert_eq!(Mode::of(word), Mode::Manual, "{word:?}");
        }
        for risk in Risk::ALL {
            assert_eq!(Risk::of(risk.word()), *risk);
        }
        for mode in Mode::ALL {
            assert_eq!(Mode::of(mode.word()), *mode);
        }
    }
}
