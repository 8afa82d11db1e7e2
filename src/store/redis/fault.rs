//! What a Redis or Valkey server can be in the way of, each with what to do about it.

use std::io::{self, ErrorKind};

use redis::{RedisError, ServerError, ServerErrorKind};

use crate::store::StoreError;

/// Why the shared store cannot be used. No variant carries text: neither the address nor the server's
/// words can end up in a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RedisFault {
    /// The address cannot be read.
    #[error(
        "the redis address cannot be read: write redis://USER:PASSWORD@HOST:PORT/DB or unix:///PATH?db=DB&user=USER&pass=PASSWORD"
    )]
    Address,
    /// The address asks for TLS.
    #[error(
        "the redis address asks for TLS, which is not built in: use a unix socket, a private network or a local stunnel"
    )]
    Tls,
    /// The prefix of the keys cannot be used.
    #[error(
        "the redis prefix must be 1 to 64 letters, digits, dots, colons, hyphens or underscores"
    )]
    Prefix,
    /// Nobody answers at the address.
    #[error("the redis server cannot be reached: start it, or check its address and the network")]
    Unreachable,
    /// The server did not answer in time.
    #[error("the redis server did not answer in time: see whether it hangs or is overloaded")]
    Timeout,
    /// The connection broke.
    #[error("the connection to the redis server broke: see whether it was restarted")]
    Broken,
    /// The server wants other credentials.
    #[error("the redis server refused the credentials: check user and password in its address")]
    Credentials,
    /// The server has no such database.
    #[error("the redis server has no such database: check the number in its address")]
    Database,
    /// The user may not run a command that the store needs.
    #[error(
        "the redis user lacks a permission: see the list of commands and keys in the documentation"
    )]
    Permission,
    /// The server may drop keys when its memory is full.
    #[error("the redis server may evict keys: set maxmemory-policy to noeviction")]
    Evicts,
    /// Whether the server may drop keys cannot be found out.
    #[error(
        "the redis server does not tell its maxmemory-policy: allow the user INFO or CONFIG GET"
    )]
    PolicyUnknown,
    /// The server is a replica.
    #[error("the redis server is a read-only replica: give the address of the primary")]
    Replica,
    /// The server is a node of a cluster that does not hold the store's keys.
    #[error(
        "the redis cluster keeps the store's keys on another node: use a server that is no cluster"
    )]
    Cluster,
    /// The server is reading its data.
    #[error("the redis server is still loading its data: try again")]
    Loading,
    /// The server refuses writes because it cannot save or replicate them.
    #[error("the redis server refuses writes as it cannot save or replicate them: see its log")]
    NotSaving,
    /// Under the store's keys is something else.
    #[error("the store's redis keys hold something else: choose another prefix, or delete them")]
    Foreign,
    /// The answer is not one that the server gives.
    #[error(
        "the redis server answered what cannot be understood: check that it is redis 6.2 or valkey 7.2, or newer"
    )]
    Reply,
    /// The server's clock and this machine's are too far apart.
    #[error(
        "the clocks of this machine and of the redis server are more than 30 seconds apart: set them right"
    )]
    ClocksApart,
    /// Each try met another server.
    #[error("the redis address leads to several servers at once: give the address of one primary")]
    Unsteady,
}

impl From<RedisFault> for StoreError {
    fn from(fault: RedisFault) -> Self {
        Self::Redis(fault)
    }
}

/// What an error of the parser means, which passes on those of the connection.
pub(super) fn of(error: &RedisError) -> StoreError {
    if error.is_timeout() {
        RedisFault::Timeout.into()
    } else if error.is_connection_dropped() {
        RedisFault::Broken.into()
    } else {
        RedisFault::Reply.into()
    }
}

/// What an error of a connection means that had been made.
pub(super) fn of_io(error: &io::Error) -> StoreError {
    match error.kind() {
        ErrorKind::TimedOut | ErrorKind::WouldBlock => RedisFault::Timeout.into(),
        _ => RedisFault::Broken.into(),
    }
}

/// What an error that the server answers with means.
pub(super) fn of_server(error: &ServerError) -> StoreError {
    of_code(error.code(), error.details().unwrap_or_default())
}

/// Whether the server lost, or never had, the script.
pub(super) fn is_no_script(error: &ServerError) -> bool {
    error.kind() == Some(ServerErrorKind::NoScript)
}

fn of_code(code: &str, detail: &str) -> StoreError {
    let known = |code: &str| {
        Some(match code {
            "OOM" => StoreError::Full,
            "BUSY" => StoreError::Busy,
            "NOAUTH" | "WRONGPASS" => RedisFault::Credentials.into(),
            "NOPERM" => RedisFault::Permission.into(),
            "READONLY" => RedisFault::Replica.into(),
            "MOVED" | "ASK" | "CROSSSLOT" | "CLUSTERDOWN" | "TRYAGAIN" => {
                RedisFault::Cluster.into()
            }
            "LOADING" | "MASTERDOWN" => RedisFault::Loading.into(),
            "MISCONF" | "NOREPLICAS" => RedisFault::NotSaving.into(),
            "WRONGTYPE" => RedisFault::Foreign.into(),
            _ => return None,
        })
    };
    // Older servers wrap what a command within a script failed with: "… : -OOM command not …".
    let wrapped = || {
        detail
            .split_ascii_whitespace()
            .filter_map(|word| known(word.strip_prefix('-')?))
            .next()
    };
    // Of a command that the user may not run, scripts tell in words of their own, which changed.
    let denied = || {
        ["ACL failure in script", "user executing the script can't"]
            .iter()
            .any(|words| detail.contains(words))
            .then(|| RedisFault::Permission.into())
    };
    known(code)
        .or_else(denied)
        .or_else(wrapped)
        .unwrap_or_else(|| RedisFault::Reply.into())
}
