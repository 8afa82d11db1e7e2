//! Sends commands and receives answers, each until a fixed moment and up to a fixed length.
//!
//! The connection of the crate `redis` is not used because it fails when a signal interrupts a read (php-fpm's reload
//! and PHP's timer send signals), because its timeout applies to each read (a server that sends one byte a second
//! never exceeds it), and because it reads an answer of any length.

use std::io::{self, ErrorKind, Read, Write as _};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use redis::{Cmd, ConnectionAddr, Parser, Value};

use super::fault::RedisFault;
use super::server_error;
use crate::store::error::StoreError;
use crate::store::interface::MAX_VALUE_BYTES;

/// The longest answer that is accepted, in bytes.
const MAX_ANSWER: usize = 2 * MAX_VALUE_BYTES;

/// A connected socket and the parser of its answers.
pub(super) struct RedisSocket {
    stream: SocketStream,
    parser: Parser,
}

enum SocketStream {
    Tcp(TcpStream),
    Unix(UnixStream),
}

/// The reading side of a socket, until a moment and up to a length in bytes.
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

    /// Sends a command and returns its answer, which may be an error of the server. After an `Err` the socket must
    /// not be used again, since the answer may still arrive.
    pub(super) fn ask(&mut self, command: &Cmd, until: Instant) -> Result<Value, StoreError> {
        self.stream
            .send(&command.get_packed_command(), until)
            .map_err(|error| server_error::of_io(&error))?;
        let answer = self.parser.parse_value(Bounded {
            stream: &mut self.stream,
            until,
            left: MAX_ANSWER,
        });
        answer.map_err(|error| server_error::of(&error))
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

/// Returns the time that is left until a moment; an error if there is none.
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
                // A signal. The kernel never restarts a read with a timeout by itself: see signal(7).
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
