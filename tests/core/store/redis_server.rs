//! A Redis server for one test, on a unix socket in its own folder. It is stopped when its handle is dropped.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use countersign::clock::Timestamp;
use countersign::store::RedisStore;

/// The prefix of the keys in the tests.
pub const PREFIX: &str = "test";

pub struct Server {
    child: Child,
    pub folder: tempfile::TempDir,
    options: Vec<String>,
}

impl Server {
    /// Starts a server that saves nothing, with further `options`.
    pub fn start(options: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let options: Vec<String> = options.iter().map(|option| (*option).to_owned()).collect();
        let child = spawn(&folder, &options);
        let server = Self {
            child,
            folder,
            options,
        };
        server.wait();
        server
    }

    pub fn socket(&self) -> PathBuf {
        self.folder.path().join("redis.sock")
    }

    pub fn url(&self) -> String {
        format!("unix://{}", self.socket().display())
    }

    /// Opens a store on the server with the clock of the test, started at `now`.
    pub fn store(&self, bytes: usize, now: Timestamp) -> RedisStore {
        RedisStore::open_at(&self.url(), PREFIX, bytes, now).unwrap()
    }

    /// Runs a command as the administrator.
    pub fn admin(&self, command: &[&str]) -> redis::Value {
        let client = redis::Client::open(self.url()).unwrap();
        let mut connection = client.get_connection().unwrap();
        let mut cmd = redis::cmd(command[0]);
        for argument in &command[1..] {
            cmd.arg(*argument);
        }
        cmd.query(&mut connection).unwrap()
    }

    pub fn signal(&self, signal: &str) {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill").args([signal, &pid]).status().unwrap();
        assert!(sent.success());
    }

    /// Kills the server, like a crash.
    pub fn stop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Starts the server again after `stop`, on the same socket and with its saved data.
    pub fn again(&mut self) {
        let _ = std::fs::remove_file(self.socket());
        self.child = spawn(&self.folder, &self.options);
        self.wait();
    }

    fn wait(&self) {
        let began = Instant::now();
        let client = redis::Client::open(self.url()).unwrap();
        loop {
            let answers = client
                .get_connection()
                .and_then(|mut connection| redis::cmd("PING").query::<String>(&mut connection));
            match answers {
                Ok(_) => return,
                // Other errors, such as a missing password, are answers too.
                Err(error) if !error.is_io_error() && error.code() != Some("LOADING") => return,
                Err(error) => assert!(began.elapsed() < Duration::from_secs(20), "{error}"),
            }
            std::thread::sleep(Duration::from_millis(2));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn spawn(folder: &tempfile::TempDir, options: &[String]) -> Child {
    // Another server with the same protocol can be configured, such as that of Valkey.
    let program = std::env::var_os("REDIS_SERVER").unwrap_or_else(|| "redis-server".into());
    Command::new(program)
        .args(["--port", "0", "--save", "", "--appendonly", "no"])
        .arg("--unixsocket")
        .arg(folder.path().join("redis.sock"))
        .arg("--dir")
        .arg(folder.path())
        .args(options)
        .stdout(Stdio::null())
        .stderr(Stdio::inherit())
        .spawn()
        .expect("redis-server: tests/setup/install.sh redis")
}
