//! Upload sessions: an agent invites a person without an account to upload files, by a signed link.
//!
//! The link contains a token of the kind [`Upload`](crate::token::Kind::Upload). Its subject is the connection, its epoch
//! that of the connection, and its binding covers the [terms](UploadTerms), so the database can change neither. Whether the
//! session is still open is the receipt of a one-time item in the store, outside the database: a database that was restored
//! from a backup opens no session that was closed, and a store that was reset ends all sessions.
//!
//! A session counts for nothing without its connection. Each request is decided on the connection's record, so a session
//! ends with the connection's rights, and waits while it is paused or all agents are stopped.
//!
//! The plugin keeps one row for each file. The number of the row, the *place*, is unique in the session, so that of two
//! uploads for the last place one gets it.

mod admitted;
mod file;
mod mark;
mod session;
mod sessions;
mod state;
mod terms;

pub use file::{MAX_PART, UploadPart};
pub use session::{UploadLink, UploadSession};
pub use sessions::{MAX_OPEN, MAX_SECONDS, MIN_SECONDS, NewSession, UploadSessions};
pub use state::SessionState;
pub use terms::{MAX_FILE, MAX_FILES, UploadMisuse, UploadTerms};
