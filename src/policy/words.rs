//! The facts a decision is made of, each a short closed list of words.
//!
//! The words are part of the audit entry's text (see [`super::record`]) and are never renamed.

use crate::words::words;

words! {
    /// How much an action can break, from the least to the most.
    #[derive(PartialOrd, Ord)]
    pub enum Risk {
        /// Undone in a moment, and nobody notices.
        Low = "low",
        /// Visible, and undone by a snapshot.
        Medium = "medium",
        /// May take the site down.
        High = "high",
        /// May lose what nobody can bring back.
        Critical = "critical",
    }
}

words! {
    /// How much a site lets happen with nobody present, from the least to the most.
    #[derive(PartialOrd, Ord)]
    pub enum Mode {
        /// A person approves everything.
        Manual = "manual",
        /// Low risk goes on alone.
        Assisted = "assisted",
        /// Low and medium risk go on alone.
        Autonomous = "autonomous",
    }
}

words! {
    /// What is known of the snapshot that the action names, from the weakest to the strongest.
    #[derive(PartialOrd, Ord)]
    pub enum SnapshotState {
        /// There is none.
        Missing = "missing",
        /// There is one, of something else than the action would change.
        OtherTarget = "other_target",
        /// The target changed after it was made.
        Stale = "stale",
        /// It was made, and not yet read back.
        Made = "made",
        /// It was made, read back and compared, and nothing changed since.
        Verified = "verified",
    }
}

words! {
    /// What the key may do that the action was signed with.
    #[derive(PartialOrd, Ord)]
    pub enum KeyRight {
        /// Say what should be done.
        Propose = "propose",
        /// Have it done.
        Dispatch = "dispatch",
    }
}

words! {
    /// What a person said to the action, with exactly these arguments, on the target as it is now.
    #[derive(PartialOrd, Ord)]
    pub enum ApprovalState {
        /// No.
        Rejected = "rejected",
        /// Nobody was asked.
        Missing = "missing",
        /// Asked, and not answered.
        Pending = "pending",
        /// Yes, too long ago.
        Expired = "expired",
        /// Yes, to other arguments or to the target as it was.
        Changed = "changed",
        /// Yes.
        Granted = "granted",
    }
}

impl Risk {
    /// The risk that a word names. What is unknown is of the highest: a type that a newer service knows
    /// and this site does not, a slip of the pen, nothing at all.
    #[must_use]
    pub fn of(word: &str) -> Self {
        Self::from_word(word).unwrap_or(Self::Critical)
    }
}

impl Mode {
    /// The mode that a word names. What is unknown lets nothing happen alone.
    #[must_use]
    pub fn of(word: &str) -> Self {
        Self::from_word(word).unwrap_or(Self::Manual)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_unknown_is_the_strictest() {
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
