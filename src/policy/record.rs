//! A decision as one line of text, for an audit entry.
//!
//! ```text
//! policy/1 risk=medium confidence=8200 threshold=8200 snapshot=verified mode=assisted right=dispatch approval=granted checkpoint=no frozen=no proven=yes allow approved
//! ```
//!
//! The line has all facts in this order, then the effect and the rule, separated by single spaces. A
//! rejected confidence is written `invalid`. The line contains no text of an agent. Each decision has
//! exactly one line, so a reader can decide again from the facts and compare.

use std::fmt;

use super::{
    ApprovalState, Confidence, Facts, KeyRight, Mode, PolicyVerdict, Risk, SnapshotState,
    Threshold, decide,
};

/// The version of the rules, with which each line begins.
const VERSION: &str = "policy/1";

/// A decision together with its facts. [`fmt::Display`] writes the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PolicyRecord {
    /// The facts.
    pub facts: Facts,
    /// The verdict of [`decide`] about them.
    pub verdict: PolicyVerdict,
}

impl PolicyRecord {
    /// Decides about `facts` and keeps them with the verdict.
    #[must_use]
    pub const fn of(facts: Facts) -> Self {
        Self {
            facts,
            verdict: decide(&facts),
        }
    }

    /// Reads a line and decides again from its facts. Returns `None` if `line` is malformed, or if the
    /// current rules give a verdict other than the one in the line.
    #[must_use]
    pub fn reproduce(line: &str) -> Option<Self> {
        let record = Self::of(facts(line)?);
        (record.to_string() == line).then_some(record)
    }
}

impl fmt::Display for PolicyRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let facts = &self.facts;
        write!(f, "{VERSION} risk={} confidence=", facts.risk.word())?;
        match facts.confidence {
            Some(confidence) => write!(f, "{}", confidence.basis_points())?,
            None => f.write_str("invalid")?,
        }
        write!(
            f,
            " threshold={} snapshot={} mode={} right={} approval={} checkpoint={} frozen={} proven={} {} {}",
            facts.threshold.basis_points(),
            facts.snapshot.word(),
            facts.mode.word(),
            facts.right.word(),
            facts.approval.word(),
            yes(facts.always_ask),
            yes(facts.frozen),
            yes(facts.proven),
            self.verdict.effect.word(),
            self.verdict.rule.id(),
        )
    }
}

/// Reads the facts of a line. The caller must check the verdict and the canonical spelling of each part.
fn facts(line: &str) -> Option<Facts> {
    let mut words = line.strip_prefix(VERSION)?.split(' ').skip(1);
    let mut value = |name: &str| words.next()?.strip_prefix(name)?.strip_prefix('=');
    Some(Facts {
        risk: Risk::from_word(value("risk")?)?,
        confidence: match value("confidence")? {
            "invalid" => None,
            points => Some(Confidence::new(points.parse().ok()?)?),
        },
        threshold: Threshold::new(value("threshold")?.parse().ok()?)?,
        snapshot: SnapshotState::from_word(value("snapshot")?)?,
        mode: Mode::from_word(value("mode")?)?,
        right: KeyRight::from_word(value("right")?)?,
        approval: ApprovalState::from_word(value("approval")?)?,
        always_ask: from_yes(value("checkpoint")?)?,
        frozen: from_yes(value("frozen")?)?,
        proven: from_yes(value("proven")?)?,
    })
}

const fn yes(fact: bool) -> &'static str {
    if fact { "yes" } else { "no" }
}

fn from_yes(word: &str) -> Option<bool> {
    match word {
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = "policy/1 risk=medium confidence=8200 threshold=8200 snapshot=verified mode=assisted right=dispatch approval=granted checkpoint=no frozen=no proven=yes allow approved";

    #[test]
    fn only_the_canonical_line_is_reproduced() {
        assert_eq!(
            PolicyRecord::reproduce(LINE)
                .map(|record| record.to_string())
                .as_deref(),
            Some(LINE)
        );
        for (part, other) in [
            ("policy/1", "policy/2"),
            ("policy/1", "policy/1 "),
            ("policy/1 ", ""),
            ("policy/1 ", "policy/1x"),
            ("risk=medium", "risk=Medium"),
            ("risk=medium", "risk=unheard"),
            ("risk=medium ", ""),
            ("=8200 t", "=08200 t"),
            ("=8200 t", "=+8200 t"),
            ("=8200 t", "=82 t"),
            ("=8200 t", "=8199 t"),
            ("=8200 t", "=none t"),
            ("threshold=8200", "threshold=8100"),
            ("risk=medium confidence=8200", "confidence=8200 risk=medium"),
            ("checkpoint=no", "checkpoint=0"),
            ("frozen=no", "frozen=yes"),
            ("proven=yes", "proven=yes proven=yes"),
            ("allow approved", "allow unattended"),
            ("allow approved", "deny approved"),
            ("allow approved", "allow"),
            ("approved", "approved "),
            ("approved", "approved\n"),
            ("approval=granted", "approval=pending"),
        ] {
            let changed = LINE.replacen(part, other, 1);
            assert_ne!(changed, LINE);
            assert_eq!(
                PolicyRecord::reproduce(&changed),
                None,
                "{part:?} → {other:?}"
            );
        }
        for length in 0..LINE.len() {
            assert_eq!(PolicyRecord::reproduce(&LINE[..length]), None, "{length}");
        }
    }
}
