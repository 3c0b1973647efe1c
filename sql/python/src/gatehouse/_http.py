"""Requests to one server, over connections that are kept open between requests."""

from __future__ import annotations

import http.client
import json
import ssl
import threading
import urllib.parse
from types import TracebackType
from typing import Any, Dict, List, Mapping, Optional, Set, Type, Union

from . import errors

_READ = 1 << 16


class Response:
    """A response whose body is read in pieces. Closing it early breaks the connection, which ends the query."""

    def __init__(self, server: "Server", wire: http.client.HTTPConnection, raw: http.client.HTTPResponse) -> None:
        self._server = server
        self._wire = wire
        self._raw = raw
        self.status = raw.status
        self.headers = raw.headers
        self.closed = False

    def read(self, size: int = -1) -> bytes:
        """Reads as :meth:`io.BufferedIOBase.read` does; fails if the server broke the connection."""
        return self._next(size, False)

    def read_some(self) -> bytes:
        """Reads what has arrived, at least one byte, or nothing at the end."""
        return self._next(_READ, True)

    def _next(self, size: int, some: bool) -> bytes:
        if self.closed:
            return b""
        try:
            data = self._raw.read1(size) if some else self._raw.read(None if size < 0 else size)
        except (http.client.HTTPException, OSError, ValueError, AttributeError) as error:
            # The last two: another thread has closed the connection.
            self.close()
            raise errors.OperationalError(
                "The connection broke before the end of the response.", code="CONNECTION_LOST", sqlstate="08006"
            ) from error
        if self._raw.isclosed():
            self.closed = True
            self._server._give_back(self._wire)
        return data

    def close(self) -> None:
        """Breaks the connection, unless the body was read to its end."""
        if not self.closed:
            self.closed = True
            self._server._discard(self._wire)

    def __enter__(self) -> "Response":
        return self

    def __exit__(
        self, kind: Optional[Type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        self.close()


class Server:
    """A server of Gatehouse. Threads may share it."""

    def __init__(
        self, url: str, token: Optional[str], wait: Optional[float], context: Optional[ssl.SSLContext]
    ) -> None:
        parts = urllib.parse.urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            raise errors.InterfaceError(f'"{url}" is not the address of a server, such as http://127.0.0.1:8080.')
        if token is not None and (not token.isascii() or not token.isprintable() or " " in token or not token):
            raise errors.InterfaceError("A token is one word of ASCII characters.")
        self.url = url
        self._host = parts.hostname
        self._port = parts.port
        self._path = parts.path.rstrip("/")
        self._token = token
        self._wait = wait
        self._tls = (context or ssl.create_default_context()) if parts.scheme == "https" else None
        self._lock = threading.Lock()
        self._idle: List[http.client.HTTPConnection] = []
        self._busy: Set[http.client.HTTPConnection] = set()
        self._closed = False

    def json(self, method: str, path: str, fields: Optional[Mapping[str, Any]] = None) -> Any:
        """Sends a request whose response is a JSON document, and returns the document."""
        body = None if fields is None else json.dumps(fields).encode()
        with self.send(method, path, body, {"Content-Type": "application/json"} if body else {}) as response:
            return json.loads(response.read() or b"null")

    def send(
        self, method: str, path: str, body: Optional[bytes] = None, headers: Optional[Mapping[str, str]] = None
    ) -> Response:
        """Sends a request; a response that says that it failed is raised as an error."""
        all_headers: Dict[str, str] = dict(headers or {})
        if self._token is not None:
            all_headers["Authorization"] = f"Bearer {self._token}"
        response = self._exchange(method, self._path + path, body, all_headers)
        if response.status >= 300:
            with response:
                raise errors.of_response(response.status, response.read())
        return response

    def _exchange(
        self, method: str, path: str, body: Optional[bytes], headers: Mapping[str, str]
    ) -> Response:
        while True:
            wire, used = self._take()
            try:
                wire.request(method, path, body=body, headers=headers)
                return Response(self, wire, wire.getresponse())
            except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError) as error:
                self._discard(wire)
                # The server closes connections that were idle for long: the request did not reach it.
                if not used:
                    raise self._unreachable(error) from error
            except (http.client.HTTPException, OSError, ValueError) as error:
                self._discard(wire)
                raise self._unreachable(error) from error
            except BaseException:
                self._discard(wire)
                raise

    def _unreachable(self, error: BaseException) -> errors.OperationalError:
        return errors.OperationalError(
            f"No server of Gatehouse answers at {self.url}: {error}", code="SERVER_NOT_FOUND", sqlstate="08001"
        )

    def _take(self) -> "tuple[http.client.HTTPConnection, bool]":
        with self._lock:
            if self._closed:
                raise errors.InterfaceError("The connection is closed.")
            used = bool(self._idle)
            wire = self._idle.pop() if used else self._open()
            self._busy.add(wire)
            return wire, used

    def _open(self) -> http.client.HTTPConnection:
        options: Dict[str, Any] = {"timeout": self._wait}
        kind: Union[Type[http.client.HTTPConnection], Type[http.client.HTTPSConnection]] = http.client.HTTPConnection
        if self._tls is not None:
            kind = http.client.HTTPSConnection
            options["context"] = self._tls
        return kind(self._host, self._port, **options)

    def _give_back(self, wire: http.client.HTTPConnection) -> None:
        with self._lock:
            self._busy.discard(wire)
            if not self._closed and wire.sock is not None:
                self._idle.append(wire)
                return
        wire.close()

    def _discard(self, wire: http.client.HTTPConnection) -> None:
        with self._lock:
            self._busy.discard(wire)
        wire.close()

    @property
    def closed(self) -> bool:
        return self._closed

    def close(self) -> None:
        """Closes all connections, also those whose response is being read, which ends their queries."""
        with self._lock:
            self._closed = True
            wires = [*self._idle, *self._busy]
            self._idle.clear()
            self._busy.clear()
        for wire in wires:
            wire.close()
