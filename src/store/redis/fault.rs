//! Why the shared store cannot be used.

/// Why the shared store cannot be used. The message is for the administrator of the host and says what to do.
///
/// No variant carries text, so that neither the address, which may hold a password, nor text from the server can end up
/// in a log.
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
        "the redis address asks for TLS, which is not supported: use a unix socket, a private network or a local stunnel"
    )]
    Tls,
    /// The prefix of the keys cannot be used.
    #[error(
        "the redis prefix must be 1 to 64 letters, digits, dots, colons, hyphens or underscores"
    )]
    Prefix,
    /// No server answers at the address.
    #[error("the redis server cannot be reached: start it, or check the address and the network")]
    Unreachable,
    /// The server did not answer in time.
    #[error("the redis server did not answer in time: check whether it hangs or is overloaded")]
    Timeout,
    /// The connection broke.
    #[error(
        "the connection to the redis server broke: try again, and check whether the server was restarted"
    )]
    Broken,
    /// The server refused the credentials.
    #[error("the redis server refused the credentials: check user and password in the address")]
    Credentials,
    /// The server has no database with this number.
    #[error("the redis server has no database with this number: check the number in the address")]
    Database,
    /// The user has no permission for a command or a key that the store needs.
    #[error(
        "the redis user lacks a permission: grant the commands and keys that the documentation lists"
    )]
    Permission,
    /// The server may evict keys when its memory is full.
    #[error("the redis server may evict keys: set maxmemory-policy to noeviction")]
    Evicts,
    /// The server does not report whether it may evict keys.
    #[error(
        "the redis server does not report its maxmemory-policy: allow the user INFO or CONFIG GET"
    )]
    PolicyUnknown,
    /// The server is a replica.
    #[error("the redis server is a read-only replica: give the address of the primary")]
    Replica,
    /// The server is a node of a cluster that does not hold the store's keys.
    #[error(
        "the redis cluster keeps the store's keys on another node: use a server without cluster mode"
    )]
    Cluster,
    /// The server is still loading its data.
    #[error("the redis server is still loading its data: try again later")]
    Loading,
    /// The server refuses writes because it cannot save or replicate them.
    #[error(
        "the redis server refuses writes because it cannot save or replicate them: see its log"
    )]
    NotSaving,
    /// The store's keys contain data of another program.
    #[error(
        "the store's redis keys hold data of another program: choose another prefix, or delete the keys"
    )]
    Foreign,
    /// The answer has an unexpected form.
    #[error(
        "the redis server gave an unexpected answer: check that it is redis 6.2, valkey 7.2, or newer"
    )]
    Reply,
    /// The server's clock and this machine's are too far apart.
    #[error(
        "the clocks of this machine and of the redis server differ by more than 30 seconds: synchronise them"
    )]
    ClocksApart,
    /// Each attempt reached another server.
    #[error("the redis address leads to several servers at once: give the address of one primary")]
    Unsteady,
}
