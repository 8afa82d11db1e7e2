//! `Countersign\Decision`.

use ext_php_rs::flags::ClassFlags;
use ext_php_rs::prelude::*;

use crate::decision;
use crate::reason::Reason;

/// Yes, or no with a reason.
#[php_class]
#[php(name = "Countersign\\Decision", flags = ClassFlags::Final.union(ClassFlags::NoDynamicProperties))]
pub struct Decision(decision::Decision);

impl From<decision::Decision> for Decision {
    fn from(inner: decision::Decision) -> Self {
        Self(inner)
    }
}

impl From<Reason> for Decision {
    fn from(reason: Reason) -> Self {
        Self(reason.into())
    }
}

impl Decision {
    fn denial(&self) -> Option<decision::Denial> {
        match self.0 {
            decision::Decision::Allow => None,
            decision::Decision::Deny(denial) => Some(denial),
        }
    }
}

#[php_impl]
impl Decision {
    /// Only the extension decides.
    #[php(vis = "private")]
    pub fn __construct() -> Self {
        Self(Reason::ParamsInvalid.into())
    }

    pub fn is_allowed(&self) -> bool {
        self.0.is_allowed()
    }

    pub fn reason(&self) -> Option<&'static str> {
        self.denial().map(|denial| denial.reason.code())
    }

    pub fn message(&self) -> Option<&'static str> {
        self.denial().map(|denial| denial.reason.message())
    }

    pub fn retry_after(&self) -> Option<i64> {
        self.denial()?.retry_after.map(i64::from)
    }
}
