"""A FastCGI client with one connection, which stays open between requests."""

import socket
import struct
import urllib.parse

BEGIN, END, PARAMS, STDIN, STDOUT, STDERR = 1, 3, 4, 5, 6, 7
KEEP_CONNECTION = 1


class Gone(Exception):
    """The worker ended before it answered. Whether it recorded anything is unknown."""


class Connection:
    def __init__(self, path, timeout=30):
        self.path = path
        self.timeout = timeout
        self.socket = None

    def get(self, script, keep=True, variables=None, **query):
        """Returns the body of the response to `script?query`. `variables` are further FastCGI variables."""
        if self.socket is None:
            self.socket = socket.socket(socket.AF_UNIX)
            self.socket.settimeout(self.timeout)
            self.socket.connect(self.path)
        try:
            return self._get(script, keep, variables or {}, query)
        except (ConnectionError, EOFError) as error:
            self.close()
            raise Gone from error
        finally:
            if not keep:
                self.close()

    def close(self):
        if self.socket is not None:
            self.socket.close()
            self.socket = None

    def _get(self, script, keep, more, query):
        text = urllib.parse.urlencode(query)
        variables = {
            "REQUEST_METHOD": "GET",
            "SCRIPT_FILENAME": script,
            "SCRIPT_NAME": script,
            "QUERY_STRING": text,
            "SERVER_PROTOCOL": "HTTP/1.1",
            "GATEWAY_INTERFACE": "CGI/1.1",
            **more,
        }
        encoded = b"".join(_pair(name, value) for name, value in variables.items())
        begin = struct.pack(">HB5x", 1, KEEP_CONNECTION if keep else 0)
        self.socket.sendall(
            _record(BEGIN, begin) + _record(PARAMS, encoded) + _record(PARAMS, b"") + _record(STDIN, b"")
        )
        answer = b""
        while True:
            _, kind, _, length, padding = struct.unpack(">BBHHBx", self._read(8))
            content = self._read(length + padding)[:length]
            if kind == STDOUT:
                answer += content
            elif kind == STDERR:
                raise AssertionError(content.decode(errors="replace"))
            elif kind == END:
                head, _, body = answer.partition(b"\r\n\r\n")
                if not head and not body:
                    raise Gone
                return body.decode()

    def _read(self, length):
        data = b""
        while len(data) < length:
            part = self.socket.recv(length - len(data))
            if not part:
                raise EOFError
            data += part
        return data


def _record(kind, content):
    return struct.pack(">BBHHBx", 1, kind, 1, len(content), 0) + content


def _pair(name, value):
    name, value = name.encode(), value.encode()
    lengths = b"".join(struct.pack(">I", len(part) | 1 << 31) for part in (name, value))
    return lengths + name + value
