//! Connections to the server. They are opened on demand, checked, kept for the next operation, and never shared between
//! processes.

use std::sync::{Mutex, TryLockError};
use std::time::{Duration, Instant};

use redis::{Cmd, ConnectionAddr, ConnectionInfo, IntoConnectionInfo as _, Value};

use super::fault::RedisFault;
use super::server_error;
use super::server_info::{self, ServerFacts};
use super::socket::RedisSocket;
use crate::path::AbsolutePath;
use crate::store::error::StoreError;

/// How long connecting may take, including the handshake.
const CONNECT: Duration = Duration::from_secs(1);

/// How long an answer may take. A page of WordPress waits this long at most, once.
const ANSWER: Duration = Duration::from_secs(2);

/// How many idle connections a process keeps: one for each thread that uses the store at the same time.
const KEPT: usize = 16;

/// The address of the server, and idle connections to it.
pub(super) struct RedisServer {
    info: ConnectionInfo,
    /// After this time a connection is checked again, since the eviction policy can be changed while the server runs.
    pub(super) check_every: Duration,
    idle: Mutex<Vec<RedisConnection>>,
}

/// A connection to a server that was checked.
pub(super) struct RedisConnection {
    socket: RedisSocket,
    process: u32,
    checked: Instant,
    /// The instance that the server reported: see [`ServerFacts::instance`].
    pub(super) instance: String,
    /// Whether the server keeps an append-only file.
    pub(super) appends: Option<bool>,
    /// Whether it was used before. The server may have closed it since then.
    pub(super) used: bool,
}

/// Reads an address.
///
/// # Errors
/// [`RedisFault::Tls`] for an address with TLS; [`RedisFault::Address`] for any other text, and for a socket whose path is not
/// absolute.
pub(super) fn info(url: &str) -> Result<ConnectionInfo, StoreError> {
    let scheme = url.split_once("://").map(|(scheme, _)| scheme);
    match scheme {
        Some("rediss" | "valkeys") => Err(RedisFault::Tls.into()),
        Some("redis" | "valkey" | "unix" | "redis+unix" | "valkey+unix") => url
            .into_connection_info()
            .ok()
            .filter(|info| match info.addr() {
                ConnectionAddr::Unix(path) => AbsolutePath::parse(path, "the socket").is_ok(),
                _ => true,
            })
            .ok_or(RedisFault::Address.into()),
        _ => Err(RedisFault::Address.into()),
    }
}

/// Returns the address without user and password, for display; `None` if it cannot be read.
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

    /// Returns an idle connection of this process, or a new one. The server was checked.
    pub(super) fn connection(&self) -> Result<RedisConnection, StoreError> {
        let process = std::process::id();
        loop {
            // A lock that another thread of the parent held at a fork is never released in the child. The child then
            // makes a new connection.
            let idle = match self.idle.try_lock() {
                Ok(mut idle) => idle.pop(),
                Err(TryLockError::Poisoned(idle)) => idle.into_inner().pop(),
                Err(TryLockError::WouldBlock) => None,
            };
            let Some(mut idle) = idle else {
                return self.connect();
            };
            // A connection of the parent is dropped: that closes only the child's copy and sends nothing.
            if idle.process == process {
                if idle.checked.elapsed() >= self.check_every && idle.check().is_err() {
                    // The connection may be broken or the server unfit: the check of a new connection finds out.
                    return self.connect();
                }
                return Ok(idle);
            }
        }
    }

    /// Makes a new connection, authenticates, and checks the server.
    pub(super) fn connect(&self) -> Result<RedisConnection, StoreError> {
        let until = Instant::now() + CONNECT;
        let mut socket = RedisSocket::connect(self.info.addr(), until)?;
        let settings = self.info.redis_settings();
        if let Some(password) = settings.password() {
            let mut auth = redis::cmd("AUTH");
            auth.arg(settings.username()).arg(password);
            if let Value::ServerError(_) = socket.ask(&auth, until)? {
                return Err(RedisFault::Credentials.into());
            }
        }
        if settings.db() != 0 {
            let mut select = redis::cmd("SELECT");
            select.arg(settings.db());
            if let Value::ServerError(error) = socket.ask(&select, until)? {
                return Err(match server_error::of_server(&error) {
                    StoreError::Redis(RedisFault::Reply) => RedisFault::Database.into(),
                    other => other,
                });
            }
        }
        let mut connection = RedisConnection {
            socket,
            process: std::process::id(),
            checked: Instant::now(),
            instance: String::new(),
            appends: None,
            used: false,
        };
        connection.check()?;
        Ok(connection)
    }

    /// Keeps a connection for the next operation. No answer may be outstanding on it.
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
    /// Asks the server which instance it is, and refuses one that cannot hold the store.
    pub(super) fn check(&mut self) -> Result<(), StoreError> {
        let ServerFacts {
            instance,
            evicts,
            appends,
        } = server_info::info(&self.ask(&redis::cmd("INFO"))?)?;
        let evicts = match evicts {
            Some(evicts) => Some(evicts),
            None => {
                let mut config = |name: &str| {
                    let mut command = redis::cmd("CONFIG");
                    command.arg("GET").arg(name);
                    self.ask(&command)
                };
                let (limit, policy) = (config("maxmemory")?, config("maxmemory-policy")?);
                server_info::config([&limit, &policy])
            }
        };
        match evicts {
            Some(false) => {}
            Some(true) => return Err(RedisFault::Evicts.into()),
            None => return Err(RedisFault::PolicyUnknown.into()),
        }
        self.instance = instance;
        self.appends = appends;
        self.checked = Instant::now();
        Ok(())
    }

    /// Sends a command and returns its answer, which may be an error of the server. After an `Err` the connection must
    /// not be used again, since the answer may still arrive.
    pub(super) fn ask(&mut self, command: &Cmd) -> Result<Value, StoreError> {
        self.socket.ask(command, Instant::now() + ANSWER)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_displayed_without_user_and_password() {
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
            "unix:r.sock",
            "unix://r.sock",
            "unix://run/r.sock",
            "unix://./r.sock",
            "redis+unix://run/r.sock",
            "unix:///run/%00r.sock",
        ] {
            assert_eq!(info(url).err(), Some(RedisFault::Address.into()), "{url}");
            assert_eq!(shown(url), None);
        }
        for url in ["rediss://h", "valkeys://h"] {
            assert_eq!(info(url).err(), Some(RedisFault::Tls.into()), "{url}");
        }
    }
}
