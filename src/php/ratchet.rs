//! The ratchet of this process: see [`crate::record::ratchet`].
//!
//! It is kept for each thread, since PHP calls all functions of a request in one thread. Only the start of the next request
//! releases it: session handlers, destructors and output callbacks run after the end of the current one. A worker that
//! serves many requests without beginning one in PHP therefore stays bounded after its first call.

use std::cell::RefCell;

use super::error::{BindingError, BindingResult};
use crate::reason::Reason;
use crate::record::ratchet::{Ratchet, RatchetAct};

thread_local! {
    static ENGAGED: RefCell<Option<Ratchet>> = const { RefCell::new(None) };
}

/// Releases the ratchet. Only the start of a request calls it.
pub(super) fn release() {
    ENGAGED.set(None);
}

/// Passes the ratchet, if it is engaged, to `ask`.
pub(super) fn with<T>(ask: impl FnOnce(Option<&Ratchet>) -> T) -> T {
    ENGAGED.with_borrow(|ratchet| ask(ratchet.as_ref()))
}

/// Engages the ratchet for a call of `connection` that declared to open secrets for `purposes`. If it is engaged, it stays as
/// it is: a tool that begins another call gains neither its connection nor its purposes.
pub(super) fn engage(connection: u64, purposes: Vec<String>) {
    ENGAGED.with_borrow_mut(|ratchet| {
        ratchet.get_or_insert_with(|| Ratchet::new(connection, purposes));
    });
}

/// Checks an act of this process.
pub(super) fn check(act: RatchetAct<'_>) -> BindingResult<()> {
    with(|ratchet| ratchet.map_or(Ok(()), |ratchet| ratchet.check(act))).map_err(refused)
}

/// Checks that this process may give rights.
pub(super) fn give() -> BindingResult<()> {
    check(RatchetAct::Give)
}

/// Returns the exception for a refusal, which says what workers must do that serve many requests.
pub(super) fn refused(reason: Reason) -> BindingError {
    let mut detail = reason.message().to_owned();
    if reason == Reason::AgentAtWork {
        detail.push_str(
            " A worker that serves many requests in one PHP request (such as FrankenPHP's worker mode) must serve agents in \
             classic mode, or end after each call.",
        );
    }
    BindingError::Failed { reason, detail }
}
