//! Compares the policy for all facts with a table that is written from the sentences of the requirement.
//!
//! The table has no order and no early return: each sentence that applies gives an upper bound, and the
//! strictest bound is the verdict.

use countersign::policy::{
    ApprovalState, Confidence, Facts, KeyRight, Mode, PolicyEffect, Risk, SnapshotState, Threshold,
    decide, record::PolicyRecord,
};

/// An upper bound, with the words that the product documents for it.
struct Sentence {
    says: &'static str,
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

/// Whether a person is asked. Rows are modes, columns are risks from low to critical.
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

const SENTENCES: &[Sentence] = &[
    Sentence {
        says: "the kill switch stops every agent and every signed action at once",
        applies: |facts| facts.frozen,
        at_most: PolicyEffect::Deny,
        because: "kill_switch",
    },
    Sentence {
        says: "a confidence in another form than basis points is rejected",
        applies: |facts| points(facts) < 0,
        at_most: PolicyEffect::Deny,
        because: "confidence_invalid",
    },
    Sentence {
        says: "what a person rejected does not happen",
        applies: |facts| facts.approval == ApprovalState::Rejected,
        at_most: PolicyEffect::Deny,
        because: "approval_rejected",
    },
    Sentence {
        says: "a key that may propose is not a key that may dispatch",
        applies: |facts| facts.right != KeyRight::Dispatch,
        at_most: PolicyEffect::Recommend,
        because: "proposal_only",
    },
    Sentence {
        says: "proposals under the confidence threshold are recommendation-only in every mode",
        applies: |facts| {
            points(facts) >= 0 && points(facts) < i32::from(facts.threshold.basis_points())
        },
        at_most: PolicyEffect::Recommend,
        because: "confidence_low",
    },
    Sentence {
        says: "medium and above need a snapshot that was made before",
        applies: |facts| unsafe_with(facts, SnapshotState::Missing),
        at_most: PolicyEffect::Recommend,
        because: "snapshot_missing",
    },
    Sentence {
        says: "… of what the action would change",
        applies: |facts| unsafe_with(facts, SnapshotState::OtherTarget),
        at_most: PolicyEffect::Recommend,
        because: "snapshot_mismatch",
    },
    Sentence {
        says: "… as it is",
        applies: |facts| unsafe_with(facts, SnapshotState::Stale),
        at_most: PolicyEffect::Recommend,
        because: "snapshot_stale",
    },
    Sentence {
        says: "… and verified before",
        applies: |facts| unsafe_with(facts, SnapshotState::Made),
        at_most: PolicyEffect::Recommend,
        because: "snapshot_unverified",
    },
    Sentence {
        says: "risky changes need an approval",
        applies: |facts| asked(facts, ApprovalState::Missing),
        at_most: PolicyEffect::Approve,
        because: "approval_needed",
    },
    Sentence {
        says: "the call is staged, not done",
        applies: |facts| asked(facts, ApprovalState::Pending),
        at_most: PolicyEffect::Approve,
        because: "approval_pending",
    },
    Sentence {
        says: "an approval is of its time",
        applies: |facts| asked(facts, ApprovalState::Expired),
        at_most: PolicyEffect::Approve,
        because: "approval_expired",
    },
    Sentence {
        says: "if the target changed since the request, approval asks again",
        applies: |facts| asked(facts, ApprovalState::Changed),
        at_most: PolicyEffect::Approve,
        because: "approval_changed",
    },
    Sentence {
        says: "on approval the act runs",
        applies: |facts| asked(facts, ApprovalState::Granted),
        at_most: PolicyEffect::Allow,
        because: "approved",
    },
    Sentence {
        says: "the rest goes on alone",
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
fn all_facts_are_decided_as_the_sentences_say() {
    let domain = domain();
    assert!(domain.len() >= 100_000, "{}", domain.len());
    let mut met = vec![0_usize; SENTENCES.len()];
    for facts in &domain {
        let applying: Vec<usize> = (0..SENTENCES.len())
            .filter(|n| (SENTENCES[*n].applies)(facts))
            .collect();
        // The strictest bound, or the first of several.
        let strictest = applying
            .into_iter()
            .min_by_key(|n| (SENTENCES[*n].at_most, *n))
            .unwrap();
        let sentence = &SENTENCES[strictest];
        met[strictest] += 1;
        let verdict = decide(facts);
        assert_eq!(
            (verdict.effect, verdict.rule.id()),
            (sentence.at_most, sentence.because),
            "{}: {facts:?}",
            sentence.says
        );
        assert_eq!(
            verdict.reason().is_none(),
            verdict.effect == PolicyEffect::Allow
        );
    }
    for (sentence, met) in SENTENCES.iter().zip(met) {
        assert!(met > 0, "never met: {}", sentence.says);
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
