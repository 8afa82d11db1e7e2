//! The enumerations of the policy.

use ext_php_rs::prelude::*;

use crate::policy;
use crate::words::same_word;

/// Declares PHP enums with the cases of the core's, and conversions in both directions. A case or a word that
/// differs from the core's does not compile.
macro_rules! enums {
    ($($(#[$attribute:meta])* $name:ident = $core:ident { $($case:ident = $word:literal,)* })*) => {$(
        #[php_enum]
        $(#[$attribute])*
        #[derive(Clone, Copy)]
        pub enum $name {
            $(#[php(value = $word)] $case,)*
        }

        $(const _: () = assert!(same_word(policy::$core::$case.word(), $word));)*

        impl From<$name> for policy::$core {
            fn from(one: $name) -> Self {
                match one { $($name::$case => Self::$case),* }
            }
        }

        impl From<policy::$core> for $name {
            fn from(one: policy::$core) -> Self {
                match one { $(policy::$core::$case => Self::$case),* }
            }
        }
    )*};
}

enums! {
    #[php(name = "Countersign\\Risk")]
    PhpRisk = Risk { Low = "low", Medium = "medium", High = "high", Critical = "critical", }

    #[php(name = "Countersign\\Mode")]
    PhpMode = Mode { Manual = "manual", Assisted = "assisted", Autonomous = "autonomous", }

    #[php(name = "Countersign\\SnapshotState")]
    PhpSnapshotState = SnapshotState {
        Missing = "missing",
        OtherTarget = "other_target",
        Stale = "stale",
        Made = "made",
        Verified = "verified",
    }

    #[php(name = "Countersign\\KeyRight")]
    PhpKeyRight = KeyRight { Propose = "propose", Dispatch = "dispatch", }

    #[php(name = "Countersign\\ApprovalState")]
    PhpApprovalState = ApprovalState {
        Rejected = "rejected",
        Missing = "missing",
        Pending = "pending",
        Expired = "expired",
        Changed = "changed",
        Granted = "granted",
    }
}
