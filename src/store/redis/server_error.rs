//! The meaning of errors of the connection, of the parser and of the server.

use std::io::{self, ErrorKind};

use redis::{RedisError, ServerError, ServerErrorKind};

use super::fault::RedisFault;
use crate::store::error::StoreError;

/// Returns the meaning of an error of the parser, which passes on errors of the connection.
pub(super) fn of(error: &RedisError) -> StoreError {
    if error.is_timeout() {
        RedisFault::Timeout.into()
    } else if error.is_connection_dropped() {
        RedisFault::Broken.into()
    } else {
        RedisFault::Reply.into()
    }
}

/// Returns the meaning of an error of an established connection.
pub(super) fn of_io(error: &io::Error) -> StoreError {
    match error.kind() {
        ErrorKind::TimedOut | ErrorKind::WouldBlock => RedisFault::Timeout.into(),
        _ => RedisFault::Broken.into(),
    }
}

/// Returns the meaning of an error that the server sent.
pub(super) fn of_server(error: &ServerError) -> StoreError {
    of_code(error.code(), error.details().unwrap_or_default())
}

/// Returns whether the server does not have the script.
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
    // Older servers wrap the error of a command within a script: "… : -OOM command not …".
    let wrapped = || {
        detail
            .split_ascii_whitespace()
            .filter_map(|word| known(word.strip_prefix('-')?))
            .next()
    };
    // For a command that the user may not run, scripts report one of these texts, depending on the server's version.
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
