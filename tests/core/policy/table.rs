//! Compares the policy for all facts with a table of its requirements.
//!
//! The table has no order and no early return: each requirement that applies gives an upper bound, and the
//! strictest bound is the verdict.

use countersign::policy::{
    ApprovalState, Confidence, Facts, KeyRight, Mode, PolicyEffect, Risk, SnapshotState, Threshold,
    decide, record::PolicyRecord,
};

/// An upper bound, with the requirement from which it follows.
struct Requirement {
    text: &'static str,
    applies: fn(&Facts) -> bool,
    at_most: PolicyEffect,
    because: &'static str,
}

fn points(facts: &Facts) -> i32 {
    facts.confidence.map_or(-1, |c| i32::from(c.basis_points()))
}

fn is_risky(facts: &Facts) -> bool {
    "medium high critical".contains(facts.risk.word())
}

/// Whether a person must approve. Rows are modes, columns are risks from low to critical.
fn person_by_table(facts: &Facts) -> bool {
    let row = match (facts.mode, facts.proven) {
        (Mode::Manual, _) => "yyyy",
        (Mode::Autonomous, true) => "nnyy",
        // The autonomous mode without a successful snapshot counts as assisted.
        (Mode::Autonomous, false) | (Mode::Assisted, _) => "nyyy",
    };
    row.as_bytes()[facts.risk as usize] == b'y' || facts.always_ask
}

fn asked(facts: &Facts, approval: ApprovalState) -> bool {
    person_by_table(facts) && facts.approval == approval
}

fn unsafe_with(facts: &Facts, snapshot: SnapshotState) -> bool {
    is_risky(facts) && facts.snapshot == snapshot
}

const REQUIREMENTS: &[Requirement] = &[
    Requirement {
        text: "the kill switch stops all agents and all signed actions at once",
        applies: |facts| facts.frozen,
        at_most: PolicyEffect::Deny,
        because: "kill_switch",
    },
    Requirement {
        text: "a confidence that is not in basis points is rejected",
        applies: |facts| points(facts) < 0,
        at_most: PolicyEffect::Deny,
        because: "confidence_invalid",
    },
    Requirement {
        text: "an action that a person rejected does not run",
        applies: |facts| facts.approval == ApprovalState::Rejected,
        at_most: PolicyEffect::Deny,
        because: "approval_rejected",
    },
    Requirement {
        text: "a key that may only propose does not make an action run",
        applies: |facts| facts.right != KeyRight::Dispatch,
        at_most: PolicyEffect::Recommend,
        because: "proposal_only",
    },
    Requirement {
        text: "an action below the confidence threshold is only a recommendation, in every mode",
        applies: |facts| {
            points(facts) >= 0 && points(facts) < i32::from(facts.threshold.basis_points())
        },
        at_most: PolicyEffect::Recommend,
        because: "confidence_low",
    },
    Requirement {
        text: "an action of medium or higher risk needs a snapshot",
        applies: |facts| unsafe_with(facts, SnapshotState::Missing),
        at_most: PolicyEffect::Recommend,
        because: "snapshot_missing",
    },
    Requirement {
        text: "the snapshot must be of the target of the action",
        applies: |facts| unsafe_with(facts, SnapshotState::OtherTarget),
        at_most: PolicyEffect::Recommend,
        because: "snapshot_mismatch",
    },
    Requirement {
        text: "the snapshot must show the current state of the target",
        applies: |facts| unsafe_with(facts, SnapshotState::Stale),
        at_most: PolicyEffect::Recommend,
        because: "snapshot_stale",
    },
    Requirement {
        text: "the snapshot must be verified",
        applies: |facts| unsafe_with(facts, SnapshotState::Made),
        at_most: PolicyEffect::Recommend,
        because: "snapshot_unverified",
    },
    Requirement {
        text: "an action that needs an approval does not run without one",
        applies: |facts| asked(facts, ApprovalState::Missing),
        at_most: PolicyEffect::Approve,
        because: "approval_needed",
    },
    Requirement {
        text: "an action whose approval is pending is staged and does not run",
        applies: |facts| asked(facts, ApprovalState::Pending),
        at_most: PolicyEffect::Approve,
        because: "approval_pending",
    },
    Requirement {
        text: "an approval expires",
        applies: |facts| asked(facts, ApprovalState::Expired),
        at_most: PolicyEffect::Approve,
        because: "approval_expired",
    },
    Requirement {
        text: "if the target changed since the request, the approval is requested again",
        applies: |facts| asked(facts, ApprovalState::Changed),
        at_most: PolicyEffect::Approve,
        because: "approval_changed",
    },
    Requirement {
        text: "an approved action runs",
        applies: |facts| asked(facts, ApprovalState::Granted),
        at_most: PolicyEffect::Allow,
        because: "approved",
    },
    Requirement {
        text: "an action that needs no approval runs without one",
        applies: |facts| !person_by_table(facts),
        at_most: PolicyEffect::Allow,
        because: "unattended",
    },
];

/// Values on both sides of every limit, and between the limits.
const POINTS: [i64; 23] = [
    -1, 0, 101, 820, 1000, 4100, 5000, 6000, 7000, 8000, 8100, 8198, 8199, 8200, 8201, 8300, 8999,
    9000, 9001, 9500, 9998, 9999, 10_000,
];
const THRESHOLDS: [i64; 3] = [8200, 9000, 10_000];

fn domain() -> Vec<Facts> {
    let flags = [false, true];
    let mut all = Vec::new();
    for confidence in POINTS.map(Confidence::new) {
        for threshold in THRESHOLDS.map(|points| Threshold::new(points).unwrap()) {
            for &risk in Risk::ALL {
                for &snapshot in SnapshotState::ALL {
                    for &mode in Mode::ALL {
                        for &right in KeyRight::ALL {
                            for &approval in ApprovalState::ALL {
                                for always_ask in flags {
                                    for frozen in flags {
                                        for proven in flags {
                                            all.push(Facts {
                                                risk,
                                                confidence,
                                                threshold,
                                                snapshot,
                                                mode,
                                                right,
                                                approval,
                                                always_ask,
                                                frozen,
                                                proven,
                                            });
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
    all
}

#[test]
fn all_facts_are_decided_as_the_requirements_state() {
    let domain = domain();
    assert!(domain.len() >= 100_000, "{}", domain.len());
    let mut met = vec![0_usize; REQUIREMENTS.len()];
    for facts in &domain {
        let applying: Vec<usize> = (0..REQUIREMENTS.len())
            .filter(|n| (REQUIREMENTS[*n].applies)(facts))
            .collect();
        // The strictest bound, or the first of several.
        let strictest = applying
            .into_iter()
            .min_by_key(|n| (REQUIREMENTS[*n].at_most, *n))
            .unwrap();
        let requirement = &REQUIREMENTS[strictest];
        met[strictest] += 1;
        let verdict = decide(facts);
        assert_eq!(
            (verdict.effect, verdict.rule.id()),
            (requirement.at_most, requirement.because),
            "{}: {facts:?}",
            requirement.text
        );
        assert_eq!(
            verdict.reason().is_none(),
            verdict.effect == PolicyEffect::Allow
        );
    }
    for (requirement, met) in REQUIREMENTS.iter().zip(met) {
        assert!(met > 0, "never met: {}", requirement.text);
    }
}

/// Returns the facts with each of them made worse by one step, where that is possible.
fn worse(facts: &Facts) -> Vec<Facts> {
    fn step<T: Copy + PartialEq>(all: &[T], from: T, by: isize) -> Option<T> {
        let at = all.iter().position(|one| *one == from)?;
        all.get(at.checked_add_signed(by)?).copied()
    }
    let mut out = Vec::new();
    let mut add = |changed: Option<Facts>| out.extend(changed);
    let facts = *facts;
    add(step(Risk::ALL, facts.risk, 1).map(|risk| Facts { risk, ..facts }));
    add(step(SnapshotState::ALL, facts.snapshot, -1).map(|snapshot| Facts { snapshot, ..facts }));
    add(step(Mode::ALL, facts.mode, -1).map(|mode| Facts { mode, ..facts }));
    add(step(KeyRight::ALL, facts.right, -1).map(|right| Facts { right, ..facts }));
    add(step(ApprovalState::ALL, facts.approval, -1).map(|approval| Facts { approval, ..facts }));
    let all = POINTS.map(Confidence::new);
    add(step(&all, facts.confidence, -1).map(|confidence| Facts {
        confidence,
        ..facts
    }));
    let all = THRESHOLDS.map(|points| Threshold::new(points).unwrap());
    add(step(&all, facts.threshold, 1).map(|threshold| Facts { threshold, ..facts }));
    add((!facts.always_ask).then_some(Facts {
        always_ask: true,
        ..facts
    }));
    add((!facts.frozen).then_some(Facts {
        frozen: true,
        ..facts
    }));
    add(facts.proven.then_some(Facts {
        proven: false,
        ..facts
    }));
    out
}

#[test]
fn worse_facts_never_get_a_more_permissive_verdict() {
    let mut compared = 0_usize;
    for facts in domain() {
        let outcome = decide(&facts).effect;
        for worse in worse(&facts) {
            compared += 1;
            assert!(decide(&worse).effect <= outcome, "{facts:?} → {worse:?}");
        }
    }
    assert!(compared > 1_000_000, "{compared}");
}

#[test]
fn every_decision_is_reproduced_from_its_line() {
    // One in seven, which is coprime to the number of values of each fact.
    for facts in domain().into_iter().step_by(7) {
        let record = PolicyRecord::of(facts);
        assert_eq!(record.verdict, decide(&facts));
        let line = record.to_string();
        assert_eq!(PolicyRecord::reproduce(&line), Some(record), "{line}");
        // Any other verdict is refused.
        let end = line.rfind(' ').unwrap();
        for other in ["unattended", "approved", "kill_switch", "confidence_low"] {
            if !line.ends_with(&format!(" {other}")) {
                let other = format!("{} {other}", &line[..end]);
                assert_eq!(PolicyRecord::reproduce(&other), None, "{other}");
            }
        }
    }
}
