//! What clients of older revisions say in a message of its own and expect to be remembered: a log level, and that a request
//! is cancelled.
//!
//! The server has no sessions, so both are kept in the store for the connection. Two programs that share a connection share
//! its log level. A cancellation holds for requests of the same address and user agent that were received before it.

use serde_json::value::RawValue;

use super::wire::events::LEVELS;
use crate::bytes;
use crate::call::World;
use crate::clock::Timestamp;
use crate::json::{self, Object};
use crate::keyring::SiteId;
use crate::reason::Reason;

/// The most cancelled requests that are remembered for a connection.
const MAX_CANCELLED: usize = 16;

/// How long a cancelled request is remembered, in seconds: longer than a call can run.
const REMEMBERED: u64 = 600;

/// The length of the digest of a request.
const DIGEST: usize = 8;

/// The program that sends a request.
#[derive(Clone, Copy)]
pub(super) struct Program<'a> {
    pub(super) site: SiteId,
    pub(super) connection: u64,
    pub(super) ip: Option<&'a str>,
    pub(super) user_agent: Option<&'a str>,
}

impl Program<'_> {
    /// Returns the name of a value of its connection in the store.
    fn name(self, kind: &str) -> String {
        format!("mcp-{kind}:{}:{}", self.site, self.connection)
    }
}

/// Remembers the least severe log level that the client wants.
///
/// # Errors
/// Why the store cannot be used.
pub(super) fn set_level(program: Program<'_>, world: World<'_>, level: &str) -> Result<(), Reason> {
    let name = program.name("level");
    let stored = world.store.put(name.as_bytes(), level.as_bytes());
    stored.map_err(|error| error.reason())
}

/// Forgets the level, because a client has begun a conversation.
pub(super) fn forget_level(program: Program<'_>, world: World<'_>) {
    let name = program.name("level");
    if matches!(world.store.get(name.as_bytes()), Ok(Some(_))) {
        // A level that stays is a client's own wish.
        let _ = world.store.remove(name.as_bytes());
    }
}

/// Returns the level that was set, as an index in [`LEVELS`].
pub(super) fn level(program: Program<'_>, world: World<'_>) -> Option<usize> {
    let stored = world.store.get(program.name("level").as_bytes()).ok()??;
    LEVELS.iter().position(|level| level.as_bytes() == stored)
}

/// A request that its client can cancel.
pub(super) struct CancellableRequest {
    name: String,
    digest: [u8; DIGEST],
    received: Timestamp,
}

impl CancellableRequest {
    /// The request with the JSON-RPC id `id` that is being answered.
    pub(super) fn new(program: Program<'_>, id: &RawValue, received: Timestamp) -> Self {
        let agent = program.user_agent.unwrap_or_default();
        let ip = program.ip.unwrap_or_default();
        let id = json::canonical(id);
        let whole = bytes::sha256(&bytes::pae(&[
            ip.as_bytes(),
            agent.as_bytes(),
            id.as_bytes(),
        ]));
        let mut digest = [0; DIGEST];
        for (to, from) in digest.iter_mut().zip(whole) {
            *to = from;
        }
        Self {
            name: program.name("cancelled"),
            digest,
            received,
        }
    }

    /// Returns whether the client has cancelled the request since it was received. If the store cannot be used, it has not.
    pub(super) fn is_cancelled(&self, world: World<'_>) -> bool {
        let stored = world.store.get(self.name.as_bytes()).ok().flatten();
        entries(&stored.unwrap_or_default())
            .any(|(digest, at)| digest == self.digest && at >= self.received)
    }

    /// Remembers that the request is cancelled.
    fn cancel(&self, world: World<'_>) {
        let stored = world.store.get(self.name.as_bytes()).ok().flatten();
        let stored = stored.unwrap_or_default();
        let mut kept: Vec<_> = entries(&stored)
            .filter(|(_, at)| at.plus_seconds(REMEMBERED) > world.now)
            .collect();
        kept.push((self.digest, world.now));
        let skipped = kept.len().saturating_sub(MAX_CANCELLED);
        let mut value = Vec::new();
        for (digest, at) in kept.iter().skip(skipped) {
            value.extend(digest);
            value.extend(at.millis().to_be_bytes());
        }
        // A cancellation that is lost costs the client an answer that it ignores.
        let _ = world.store.put(self.name.as_bytes(), &value);
    }
}

/// Handles the notification `notifications/cancelled`.
pub(super) fn cancelled(program: Program<'_>, world: World<'_>, params: Option<&Object>) {
    if let Some(id) = params.and_then(|params| params.present("requestId")) {
        CancellableRequest::new(program, id, world.now).cancel(world);
    }
}

/// Reads the stored list of cancelled requests: the digest of each, and when it was cancelled.
fn entries(stored: &[u8]) -> impl Iterator<Item = ([u8; DIGEST], Timestamp)> {
    stored.chunks_exact(DIGEST + 8).filter_map(|entry| {
        let (digest, at) = entry.split_first_chunk::<DIGEST>()?;
        let millis = u64::from_be_bytes(at.try_into().ok()?);
        Some((*digest, Timestamp::from_millis(millis)))
    })
}
