//! The classes of signed actions and heartbeats.

mod action;
mod action_key;
mod action_receipt;
mod actions;
mod channel;
mod heartbeat;
mod heartbeats;

pub(super) use action::PhpAction;
pub(super) use action_key::PhpActionKey;
pub(super) use action_receipt::PhpActionReceipt;
pub(super) use actions::PhpActions;
pub(super) use heartbeat::PhpHeartbeat;
pub(super) use heartbeats::PhpHeartbeats;
