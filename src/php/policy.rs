//! `Countersign\Policy`, `PolicyVerdict`, and the words of a decision: `Risk`, `Mode`, `SnapshotState`,
//! `KeyRight`, `ApprovalState`.

use ext_php_rs::flags::ClassFlags;
use ext_php_rs::prelude::*;
use ext_php_rs::types::Zval;

use super::decision::Decision;
use super::error::{Answer, misuse};
use crate::policy::record::Record;
use crate::policy::{self, Confidence, Facts, Outcome, Threshold};
use crate::words::same_word;

/// Declares PHP enums with the cases of the core's, and conversions in both directions. A case or a word that
/// differs from the core's does not compile.
macro_rules! enums {
    ($($(#[$attribute:meta])* $name:ident { $($case:ident = $word:literal,)* })*) => {$(
        #[php_enum]
        $(#[$attribute])*
        #[derive(Clone, Copy)]
        pub enum $name {
            $(#[php(value = $word)] $case,)*
        }

        $(const _: () = assert!(same_word(policy::$name::$case.word(), $word));)*

        impl From<$name> for policy::$name {
            fn from(one: $name) -> Self {
                match one { $($name::$case => Self::$case),* }
            }
        }

        impl From<policy::$name> for $name {
            fn from(one: policy::$name) -> Self {
                match one { $(policy::$name::$case => Self::$case),* }
            }
        }
    )*};
}

enums! {
    #[php(name = "Countersign\\Risk")]
    Risk { Low = "low", Medium = "medium", High = "high", Critical = "critical", }

    #[php(name = "Countersign\\Mode")]
    Mode { Manual = "manual", Assisted = "assisted", Autonomous = "autonomous", }

    #[php(name = "Countersign\\SnapshotState")]
    SnapshotState {
        Missing = "missing",
        OtherTarget = "other_target",
        Stale = "stale",
        Made = "made",
        Verified = "verified",
    }

    #[php(name = "Countersign\\KeyRight")]
    KeyRight { Propose = "propose", Dispatch = "dispatch", }

    #[php(name = "Countersign\\ApprovalState")]
    ApprovalState {
        Rejected = "rejected",
        Missing = "missing",
        Pending = "pending",
        Expired = "expired",
        Changed = "changed",
        Granted = "granted",
    }
}

/// A number of PHP's type int, and no other value, as a confidence.
fn confidence_of(value: &Zval) -> Option<Confidence> {
    value.long().and_then(Confidence::new)
}

/// Decides whether an action may go on.
#[php_class]
#[php(name = "Countersign\\Policy", flags = ClassFlags::Final.union(ClassFlags::NoDynamicProperties))]
pub struct Policy(Threshold);

#[php_impl]
impl Policy {
    #[php(defaults(threshold = 8200))]
    pub fn __construct(threshold: i64) -> Answer<Self> {
        Threshold::new(threshold)
            .map(Self)
            .ok_or_else(|| misuse("the threshold must be 8,200 to 10,000 basis points"))
    }

    #[allow(clippy::too_many_arguments)] // PHP names them.
    #[php(optional = approval, defaults(checkpoint = false, proven = false))]
    pub fn decide(
        &self,
        risk: Risk,
        confidence: &Zval,
        snapshot: SnapshotState,
        mode: Mode,
        right: KeyRight,
        frozen: bool,
        approval: Option<ApprovalState>,
        checkpoint: bool,
        proven: bool,
    ) -> PolicyVerdict {
        PolicyVerdict(Record::of(Facts {
            risk: risk.into(),
            confidence: confidence_of(confidence),
            threshold: self.0,
            snapshot: snapshot.into(),
            mode: mode.into(),
            right: right.into(),
            approval: approval.map_or(policy::ApprovalState::Missing, Into::into),
            checkpoint,
            frozen,
            proven,
        }))
    }

    pub fn risk(word: &str) -> Risk {
        policy::Risk::of(word).into()
    }

    pub fn mode(word: &str) -> Mode {
        policy::Mode::of(word).into()
    }

    pub fn confidence(value: &Zval) -> Option<i64> {
        confidence_of(value).map(|confidence| confidence.basis_points().into())
    }

    pub fn switch_to(mode: Mode, proven: bool) -> Decision {
        policy::switch_to(mode.into(), proven).into()
    }

    pub fn reproduces(line: &str) -> bool {
        Record::reproduce(line).is_some()
    }
}

/// What the policy decided, and about what.
#[php_class]
#[php(name = "Countersign\\PolicyVerdict", flags = ClassFlags::Final.union(ClassFlags::NoDynamicProperties))]
pub struct PolicyVerdict(Record);

#[php_impl]
impl PolicyVerdict {
    /// Only the policy decides.
    #[php(vis = "private")]
    pub fn __construct() -> PhpResult<Self> {
        Err("use Policy::decide()".into())
    }

    pub fn is_allowed(&self) -> bool {
        self.0.verdict.outcome == Outcome::Allow
    }

    pub fn needs_approval(&self) -> bool {
        self.0.verdict.outcome == Outcome::Approve
    }

    pub fn is_recommendation(&self) -> bool {
        self.0.verdict.outcome == Outcome::Recommend
    }

    pub fn outcome(&self) -> &'static str {
        self.0.verdict.outcome.word()
    }

    pub fn rule(&self) -> &'static str {
        self.0.verdict.rule.id()
    }

    pub fn decision(&self) -> Decision {
        crate::decision::Decision::from(self.0.verdict).into()
    }

    pub fn record(&self) -> String {
        self.0.to_string()
    }
}
