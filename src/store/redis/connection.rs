//! Connections to the server: made when needed, checked, and never shared between processes.

use std::sync::{Mutex, TryLockError};
use std::time::{Duration, Instant};

use redis::{Cmd, ConnectionAddr, ConnectionInfo, IntoConnectionInfo as _, Value};

use super::fault::{self, RedisFault};
use super::reply::{self, ServerFacts};
use super::socket::RedisSocket;
use crate::store::StoreError;

/// How long making a connection may take, handshake included.
const CONNECT: Duration = Duration::from_secs(1);

/// How long an answer may take. A page of WordPress waits as long at the most, once.
const ANSWER: Duration = Duration::from_secs(2);

/// Connections kept by a process: one per thread that ever used the store at the same time as others.
const KEPT: usize = 16;

/// How to reach the server.
pub(super) struct RedisServer {
    info: ConnectionInfo,
    /// How often the server is asked again what it is: its policy can be changed while it runs.
    pub(super) check_every: Duration,
    idle: Mutex<Vec<RedisConnection>>,
}

/// A connection to a server that was found fit.
pub(super) struct RedisConnection {
    wire: RedisSocket,
    process: u32,
    checked: Instant,
    /// What the server said it is.
    pub(super) instance: String,
    /// Whether it was used before, so that the server may have closed it since.
    pub(super) used: bool,
}

/// Reads an address.
pub(super) fn info(url: &str) -> Result<ConnectionInfo, StoreError> {
    let scheme = url.split_once("://").map(|(scheme, _)| scheme);
    match scheme {
        Some("rediss" | "valkeys") => Err(RedisFault::Tls.into()),
        Some("redis" | "valkey" | "unix" | "redis+unix" | "valkey+unix") => url
            .into_connection_info()
            .map_err(|_| RedisFault::Address.into()),
        _ => Err(RedisFault::Address.into()),
    }
}

/// An address without what is secret in it, for people; `None` if it cannot be read.
pub(super) fn shown(url: &str) -> Option<String> {
    let info = info(url).ok()?;
    let db = info.redis_settings().db();
    Some(match info.addr() {
        ConnectionAddr::Tcp(host, port) if host.contains(':') => {
            format!("redis://[{host}]:{port}/{db}")
        }
        ConnectionAddr::Tcp(host, port) => format!("redis://{host}:{port}/{db}"),
        ConnectionAddr::Unix(path) => format!("unix://{}?db={db}", path.display()),
        _ => return None,
    })
}

impl RedisServer {
    pub(super) fn new(url: &str) -> Result<Self, StoreError> {
        Ok(Self {
            info: info(url)?,
            check_every: Duration::from_secs(60),
            idle: Mutex::default(),
        })
    }

    /// A connection to a server that is fit now: an idle one of this process, or a new one.
    pub(super) fn connection(&self) -> Result<RedisConnection, StoreError> {
        let process = std::process::id();
        loop {
            // A lock held in the parent at a fork is held for ever in the child, which goes without.
            let idle = match self.idle.try_lock() {
                Ok(mut idle) => idle.pop(),
                Err(TryLockError::Poisoned(idle)) => idle.into_inner().pop(),
                Err(TryLockError::WouldBlock) => None,
            };
            let Some(mut idle) = idle else {
                return self.connect();
            };
            // Dropped in a child, it closes the child's copy alone, and says nothing to the server.
            if idle.process == process {
                if idle.checked.elapsed() >= self.check_every && idle.check().is_err() {
                    // It may be broken, or the server unfit: a new one will tell.
                    return self.connect();
                }
                return Ok(idle);
            }
        }
    }

    /// A new connection.
    pub(super) fn connect(&self) -> Result<RedisConnection, StoreError> {
        let until = Instant::now() + CONNECT;
        let mut wire = RedisSocket::connect(self.info.addr(), until)?;
        let settings = self.info.redis_settings();
        if let Some(password) = settings.password() {
            let mut auth = redis::cmd("AUTH");
            auth.arg(settings.username()).arg(password);
            if let Value::ServerError(_) = wire.ask(&auth, until)? {
                return Err(RedisFault::Credentials.into());
            }
        }
        if settings.db() != 0 {
            let mut select = redis::cmd("SELECT");
            select.arg(settings.db());
            if let Value::ServerError(error) = wire.ask(&select, until)? {
                return Err(match fault::of_server(&error) {
                    StoreError::Redis(RedisFault::Reply) => RedisFault::Database.into(),
                    other => other,
                });
            }
        }
        let mut connection = RedisConnection {
            wire,
            process: std::process::id(),
            checked: Instant::now(),
            instance: String::new(),
            used: false,
        };
        connection.check()?;
        Ok(connection)
    }

    /// Keeps a connection for the next operation. Never one with an answer outstanding.
    pub(super) fn keep(&self, mut connection: RedisConnection) {
        connection.used = true;
        if let Ok(mut idle) = self.idle.try_lock()
            && idle.len() < KEPT
        {
            idle.push(connection);
        }
    }
}

impl RedisConnection {
    /// Asks the server what it is, and whether it can be the store.
    pub(super) fn check(&mut self) -> Result<(), StoreError> {
        let ServerFacts { instance, evicts } = reply::info(&self.ask(&redis::cmd("INFO"))?)?;
        let evicts = match evicts {
            Some(evicts) => Some(evicts),
            None => {
                let mut config = |name: &str| {
                    let mut command = redis::cmd("CONFIG");
                    command.arg("GET").arg(name);
                    self.ask(&command)
                };
                let (limit, policy) = (config("maxmemory")?, config("maxmemory-policy")?);
                reply::config([&limit, &policy])
            }
        };
        match evicts {
            Some(false) => {}
            Some(true) => return Err(RedisFault::Evicts.into()),
            None => return Err(RedisFault::PolicyUnknown.into()),
        }
        self.instance = instance;
        self.checked = Instant::now();
        Ok(())
    }

    /// Sends a command and gives its answer, also where that is an error. After an `Err` the connection
    /// is not to be used again: the answer may come later.
    pub(super) fn ask(&mut self, command: &Cmd) -> Result<Value, StoreError> {
        self.wire.ask(command, Instant::now() + ANSWER)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_shown_without_their_secrets() {
        for (url, expected) in [
            (
                "redis://user:s3cret@db.example:7000/3",
                "redis://db.example:7000/3",
            ),
            ("redis://:s3cret@[::1]", "redis://[::1]:6379/0"),
            ("valkey://h", "redis://h:6379/0"),
            (
                "unix:///run/r.sock?db=2&user=u&pass=s3cret",
                "unix:///run/r.sock?db=2",
            ),
        ] {
            assert_eq!(shown(url).as_deref(), Some(expected));
        }
        for url in [
            "",
            "h:6379",
            "http://h",
            "redis://",
            "redis://h/x",
            "redis://h:99999",
            "unix://",
            "redis://0.0.0.0",
        ] {
            assert_eq!(info(url).err(), Some(RedisFault::Address.into()), "{url}");
            assert_eq!(shown(url), None);
        }
        for url in ["rediss://h", "valkeys://h"] {
            assert_eq!(info(url).err(), Some(RedisFault::Tls.into()), "{url}");
        }
    }
}
