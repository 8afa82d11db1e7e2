//! Bytes to and from the server, within a time that no server and no signal can stretch.
//!
//! The client library's own connection ends an operation when a signal comes (php-fpm's reload, PHP's
//! timer), and takes as long as a server that sends a byte a second.

use std::io::{self, ErrorKind, Read, Write as _};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use redis::{Cmd, ConnectionAddr, Parser, Value};

use super::fault::{self, RedisFault};
use crate::store::{MAX_VALUE_BYTES, StoreError};

/// The longest answer that is read.
const MAX_ANSWER: usize = 2 * MAX_VALUE_BYTES;

/// One connection.
pub(super) struct RedisSocket {
    stream: SocketStream,
    parser: Parser,
}

enum SocketStream {
    Tcp(TcpStream),
    Unix(UnixStream),
}

/// The reading side, until a moment and up to a length.
struct Bounded<'a> {
    stream: &'a mut SocketStream,
    until: Instant,
    left: usize,
}

impl RedisSocket {
    pub(super) fn connect(address: &ConnectionAddr, until: Instant) -> Result<Self, StoreError> {
        let stream = match address {
            ConnectionAddr::Tcp(host, port) => tcp(host, *port, until),
            ConnectionAddr::Unix(path) => UnixStream::connect(path).map(SocketStream::Unix),
            _ => return Err(RedisFault::Address.into()),
        };
        Ok(Self {
            stream: stream.map_err(|error| match error.kind() {
                ErrorKind::TimedOut | ErrorKind::WouldBlock => RedisFault::Timeout,
                _ => RedisFault::Unreachable,
            })?,
            parser: Parser::new(),
        })
    }

    /// Sends a command and gives its answer, also where that is an error. After an `Err` the connection
    /// is not to be used again: the answer may come later.
    pub(super) fn ask(&mut self, command: &Cmd, until: Instant) -> Result<Value, StoreError> {
        self.stream
            .send(&command.get_packed_command(), until)
            .map_err(|error| fault::of_io(&error))?;
        let answer = self.parser.parse_value(Bounded {
            stream: &mut self.stream,
            until,
            left: MAX_ANSWER,
        });
        answer.map_err(|error| fault::of(&error))
    }
}

fn tcp(host: &str, port: u16, until: Instant) -> io::Result<SocketStream> {
    let mut last = io::Error::from(ErrorKind::NotFound);
    for address in (host, port).to_socket_addrs()? {
        match TcpStream::connect_timeout(&address, left(until)?) {
            Ok(stream) => {
                stream.set_nodelay(true)?;
                return Ok(SocketStream::Tcp(stream));
            }
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// The time that is left; an error when there is none.
fn left(until: Instant) -> io::Result<Duration> {
    until
        .checked_duration_since(Instant::now())
        .filter(|left| !left.is_zero())
        .ok_or(ErrorKind::TimedOut.into())
}

impl SocketStream {
    fn send(&mut self, bytes: &[u8], until: Instant) -> io::Result<()> {
        let timeout = Some(left(until)?);
        match self {
            Self::Tcp(stream) => {
                stream.set_write_timeout(timeout)?;
                stream.write_all(bytes)
            }
            Self::Unix(stream) => {
                stream.set_write_timeout(timeout)?;
                stream.write_all(bytes)
            }
        }
    }

    fn receive(&mut self, buffer: &mut [u8], until: Instant) -> io::Result<usize> {
        let timeout = Some(left(until)?);
        match self {
            Self::Tcp(stream) => {
                stream.set_read_timeout(timeout)?;
                stream.read(buffer)
            }
            Self::Unix(stream) => {
                stream.set_read_timeout(timeout)?;
                stream.read(buffer)
            }
        }
    }
}

impl Read for Bounded<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.stream.receive(buffer, self.until) {
                // A signal. With a timeout set, the kernel goes on by itself in no case: see signal(7).
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Ok(count) => {
                    self.left = self.left.checked_sub(count).ok_or(ErrorKind::InvalidData)?;
                    return Ok(count);
                }
                other => return other,
            }
        }
    }
}
