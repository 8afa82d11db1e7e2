//! The ratchet of this process: see [`crate::record::ratchet`].
//!
//! It is kept for each thread, since PHP calls all functions of a request in one thread. Only the start of the next request
//! releases it: session handlers, destructors and output callbacks run after the end of the current one. A worker that
//! serves many requests without beginning one in PHP therefore stays bounded after its first call.

use std::cell::RefCell;

use super::error::BindingError;
use crate::reason::Reason;
use crate::record::ratchet::Ratchet;

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
