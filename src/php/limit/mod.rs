//! The classes of rate limits and budgets.

mod admission;
mod budgets;
mod limits;
mod spending;

pub(super) use admission::PhpAdmission;
pub(super) use budgets::PhpBudgets;
pub(super) use limits::PhpLimits;
pub(super) use spending::PhpSpending;
