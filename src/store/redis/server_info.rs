//! The facts that the server reports about itself, and whether it can hold the store.

use redis::Value;

use super::fault::RedisFault;
use super::server_error;
use crate::store::error::StoreError;

/// The facts about a server that decide whether it can hold the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ServerFacts {
    /// Distinguishes the instance from others, and from itself before a restart or a promotion.
    pub(super) instance: String,
    /// Whether the server may evict keys; `None` if it does not report that.
    pub(super) evicts: Option<bool>,
    /// Whether it writes its data to an append-only file; `None` if it does not report that.
    pub(super) appends: Option<bool>,
}

/// Reads the answer to `INFO`: see <https://redis.io/docs/latest/commands/info/>.
///
/// # Errors
/// The fault of a server that is loading, a replica, or not understood.
pub(super) fn info(reply: &Value) -> Result<ServerFacts, StoreError> {
    let bytes = match reply {
        Value::BulkString(bytes) => bytes.as_slice(),
        Value::SimpleString(text) => text.as_bytes(),
        Value::VerbatimString { text, .. } => text.as_bytes(),
        Value::ServerError(error) => return Err(server_error::of_server(error)),
        _ => return Err(RedisFault::Reply.into()),
    };
    let text = std::str::from_utf8(bytes).map_err(|_| RedisFault::Reply)?;
    let field = |name: &str| {
        text.lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))
    };
    if field("loading") == Some("1") {
        return Err(RedisFault::Loading.into());
    }
    if field("role").is_some_and(|role| role != "master") {
        return Err(RedisFault::Replica.into());
    }
    let id = |name| {
        field(name).filter(|id| {
            (8..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric())
        })
    };
    let (Some(run), Some(replication)) = (id("run_id"), id("master_replid")) else {
        return Err(RedisFault::Reply.into());
    };
    Ok(ServerFacts {
        // The first number is the version of the key layout: a store with another layout is reset.
        instance: format!("1:{run}:{replication}"),
        evicts: evicts(field("maxmemory"), field("maxmemory_policy")),
        appends: match field("aof_enabled") {
            Some("1") => Some(true),
            Some("0") => Some(false),
            _ => None,
        },
    })
}

/// Reads the answers to `CONFIG GET maxmemory` and `CONFIG GET maxmemory-policy`. Returns whether the server may evict
/// keys; `None` if the answers do not say.
pub(super) fn config(replies: [&Value; 2]) -> Option<bool> {
    let value = |reply: &Value| match reply {
        Value::Array(pair) => match pair.as_slice() {
            [_, Value::BulkString(value)] => String::from_utf8(value.clone()).ok(),
            _ => None,
        },
        _ => None,
    };
    let [limit, policy] = replies.map(value);
    evicts(limit.as_deref(), policy.as_deref())
}

/// Returns whether a server with this `maxmemory` and policy may evict keys; `None` if that is not known.
fn evicts(limit: Option<&str>, policy: Option<&str>) -> Option<bool> {
    let limit: u64 = limit?.parse().ok()?;
    Some(limit > 0 && policy? != "noeviction")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(bytes: &str) -> Value {
        redis::parse_redis_value(bytes.as_bytes()).unwrap()
    }

    #[test]
    fn a_fit_instance_is_identified_and_others_are_refused() {
        let read = |text: &str| info(&Value::BulkString(text.as_bytes().to_vec()));
        let whole = "# Server\r\nrun_id:0123abcd\r\nrole:master\r\nmaster_replid:4567cdef\r\nmaxmemory:0\r\nmaxmemory_policy:allkeys-lru\r\n";
        let facts = read(whole).unwrap();
        assert_eq!(
            (facts.instance.as_str(), facts.evicts),
            ("1:0123abcd:4567cdef", Some(false))
        );
        let with = |from: &str, to: &str| {
            assert!(whole.contains(from));
            read(&whole.replace(from, to))
        };
        assert_eq!(
            with("maxmemory:0", "maxmemory:1").unwrap().evicts,
            Some(true)
        );
        assert_eq!(with("maxmemory:0", "maxmemory:x").unwrap().evicts, None);
        // Without a limit of its memory, a server evicts nothing, whatever the policy.
        assert_eq!(with("maxmemory_policy", "x").unwrap().evicts, Some(false));
        let limited = with("maxmemory:0\r\nmaxmemory_policy", "maxmemory:1\r\nx");
        assert_eq!(limited.unwrap().evicts, None);
        assert_eq!(with("master\r", "slave\r"), Err(RedisFault::Replica.into()));
        assert_eq!(
            with("# Server", "loading:1"),
            Err(RedisFault::Loading.into())
        );
        for (from, to) in [
            ("run_id", "x"),
            ("0123abcd", ""),
            ("0123abcd", "../../.."),
            ("master_replid", "x"),
        ] {
            assert_eq!(with(from, to), Err(RedisFault::Reply.into()), "{to}");
        }
        assert_eq!(
            info(&Value::BulkString(vec![0xff])),
            Err(RedisFault::Reply.into())
        );
    }

    #[test]
    fn the_eviction_policy_is_read_from_config() {
        let limit = value("*2\r\n$9\r\nmaxmemory\r\n$1\r\n5\r\n");
        let policy = |name: &str| value(&format!("*2\r\n$1\r\nm\r\n${}\r\n{name}\r\n", name.len()));
        assert_eq!(config([&limit, &policy("noeviction")]), Some(false));
        assert_eq!(config([&limit, &policy("allkeys-lfu")]), Some(true));
        assert_eq!(config([&limit, &value("*0\r\n")]), None);
        assert_eq!(
            config([&value("-NOPERM no\r\n"), &policy("noeviction")]),
            None
        );
    }
}
