"""Connections and cursors as PEP 249 defines them, over the HTTP API of a server."""

from __future__ import annotations

import json
import os
import ssl
import threading
import uuid
from types import TracebackType
from typing import Any, Iterator, List, Optional, Sequence, Tuple, Type

from . import errors, frames, types
from ._http import Response, Server
from ._rows import Rows

Row = Tuple[Any, ...]
Description = Tuple[str, str, None, None, None, None, None]

# JSON has a default limit of rows, which is for people; this is the largest one that JSON numbers hold exactly.
_ALL_ROWS = 2**53

#: The address that the environment variable ``GATEHOUSE_URL`` names, or that of ``gatehouse serve``.
DEFAULT_URL = os.environ.get("GATEHOUSE_URL") or "http://127.0.0.1:8080"


def connect(
    url: str = DEFAULT_URL,
    *,
    token: Optional[str] = None,
    timeout: Optional[int] = None,
    wait: Optional[float] = None,
    context: Optional[ssl.SSLContext] = None,
) -> "Connection":
    """Connects to a server of Gatehouse, which ``gatehouse serve`` starts.

    :param url: the address of the server, ``http://`` or ``https://``
    :param token: the token of a server that listens to other machines
    :param timeout: seconds that each query may compute; the limit of the server holds where it is less
    :param wait: seconds to wait for the network; by default without limit, because a query may send nothing for long
    :param context: for ``https``, which certificates to trust, if not those of the system
    :raises OperationalError: if no server answers there, or it wants another token
    """
    server = Server(url, token, wait, context)
    try:
        # A path that needs the token.
        health = server.json("GET", "/v1/health")
    except ValueError as error:
        server.close()
        raise errors.OperationalError(f"What answers at {url} is not a server of Gatehouse.") from error
    except errors.Error:
        server.close()
        raise
    return Connection(server, timeout, str(health.get("version", "")))


class Connection:
    """A connection to a server. Threads may share it; each cursor belongs to one thread at a time."""

    Warning = errors.Warning
    Error = errors.Error
    InterfaceError = errors.InterfaceError
    DatabaseError = errors.DatabaseError
    DataError = errors.DataError
    OperationalError = errors.OperationalError
    IntegrityError = errors.IntegrityError
    InternalError = errors.InternalError
    ProgrammingError = errors.ProgrammingError
    NotSupportedError = errors.NotSupportedError

    def __init__(self, server: Server, timeout: Optional[int], version: str) -> None:
        if timeout is not None and (timeout < 1 or timeout != int(timeout)):
            server.close()
            raise errors.InterfaceError(f"timeout is a whole number of seconds, 1 or more, not {timeout}.")
        self._server = server
        self._timeout = timeout
        #: Version of the server.
        self.server_version = version

    @property
    def url(self) -> str:
        """Address of the server."""
        return self._server.url

    def cursor(self) -> "Cursor":
        """Returns a cursor. Cursors of a connection run their queries at the same time."""
        self._check_open()
        return Cursor(self)

    def execute(self, sql: str, parameters: types.Parameters = ()) -> "Cursor":
        """Runs a statement with a new cursor, and returns the cursor."""
        return self.cursor().execute(sql, parameters)

    def frame(self, sql: str, parameters: types.Parameters = (), *, kind: str = "pandas") -> Any:
        """Runs a statement and returns its rows as a frame.

        :param kind: ``"pandas"`` for a ``pandas.DataFrame``, ``"polars"`` for a ``polars.DataFrame``, ``"arrow"`` for a
            ``pyarrow.Table``
        :raises ImportError: if pyarrow, or the library of the frame, is not installed
        """
        frames.check(kind)
        return frames.frame(self._query(sql, parameters, "arrow", _new_id()), kind)

    def batches(self, sql: str, parameters: types.Parameters = ()) -> Iterator[Any]:
        """Runs a statement and returns its rows as ``pyarrow.RecordBatch``, one after another, in bounded memory."""
        frames.check("arrow")
        return frames.batches(self._query(sql, parameters, "arrow", _new_id()))

    def commit(self) -> None:
        """Does nothing: SQL only reads."""
        self._check_open()

    def rollback(self) -> None:
        """Does nothing: SQL only reads."""
        self._check_open()

    def close(self) -> None:
        """Closes the connection, and ends its queries."""
        self._server.close()

    @property
    def closed(self) -> bool:
        """Whether the connection was closed."""
        return self._server.closed

    def _check_open(self) -> None:
        if self._server.closed:
            raise errors.InterfaceError("The connection is closed.")

    def _query(self, sql: str, parameters: types.Parameters, form: str, query_id: str) -> Response:
        try:
            values = types.parameters_json(parameters)
        except TypeError as error:
            raise errors.InterfaceError(str(error)) from error
        fields = f'"sql":{json.dumps(sql)},"parameters":{values},"format":"{form}"'
        if form == "json":
            fields += f',"limit":{_ALL_ROWS}'
        if self._timeout is not None:
            fields += f',"timeout":{int(self._timeout)}'
        headers = {"Content-Type": "application/json", "Query-Id": query_id}
        try:
            return self._server.send("POST", "/v1/query", ("{" + fields + "}").encode(), headers)
        except errors.DatabaseError as error:
            error.show_place(sql)
            raise

    def _cancel(self, query_id: str) -> None:
        try:
            self._server.json("DELETE", f"/v1/queries/{query_id}")
        except errors.DatabaseError as error:
            # The query has not reached the server yet, or the server has forgotten it.
            if error.status != 404:
                raise

    def _reason(self, query_id: str, broken: errors.OperationalError) -> errors.DatabaseError:
        """Returns why the server broke a response, which it cannot say in the response."""
        try:
            reason = self._server.json("GET", f"/v1/queries/{query_id}").get("error")
        except errors.Error:
            return broken
        if not reason:
            return broken
        return errors.of_problem(reason["code"], reason["sqlState"], reason["detail"])

    def __enter__(self) -> "Connection":
        return self

    def __exit__(
        self, kind: Optional[Type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        self.close()


class Cursor:
    """One statement at a time, whose rows are read while the server computes them."""

    def __init__(self, connection: Connection) -> None:
        #: The connection of this cursor.
        self.connection = connection
        #: How many rows :meth:`fetchmany` returns.
        self.arraysize = 1
        #: For each column its name, its SQL type and five times None; None without a result.
        self.description: Optional[List[Description]] = None
        self._rows: Optional[Rows] = None
        self._ended = False
        self._closed = False
        self._lock = threading.Lock()
        self._query_id: Optional[str] = None

    @property
    def rowcount(self) -> int:
        """How many rows the result has, once all were read; before that, -1."""
        return self._rows.count if self._rows is not None and self._ended else -1

    @property
    def query_id(self) -> Optional[str]:
        """The id of the query at the server, as ``/v1/queries/{id}`` has it."""
        return self._query_id

    def execute(self, sql: str, parameters: types.Parameters = ()) -> "Cursor":
        """Runs a statement, with a value for each ``?`` or ``:name``, and returns the cursor."""
        self._check_open()
        self._end_query()
        query_id = _new_id()
        with self._lock:
            self._query_id = query_id
        try:
            self._rows = Rows(self.connection._query(sql, parameters, "json", query_id))
        except errors.OperationalError as error:
            raise self._explained(error) from error
        self.description = [(name, kind, None, None, None, None, None) for name, kind in self._rows.columns]
        return self

    def executemany(self, sql: str, parameters: Sequence[Sequence[Any]]) -> None:
        """Is not supported: it is for statements that write, and SQL only reads here."""
        raise errors.NotSupportedError("executemany is for statements that write, and Gatehouse's SQL only reads.")

    def fetchone(self) -> Optional[Row]:
        """Returns the next row, or None if there is none."""
        rows = self._result()
        if self._ended:
            return None
        try:
            return next(rows)
        except StopIteration:
            self._ended = True
            return None
        except errors.OperationalError as error:
            raise self._explained(error) from error

    def fetchmany(self, size: Optional[int] = None) -> List[Row]:
        """Returns the next rows, as many as ``size``, by default ``arraysize``; fewer at the end."""
        found: List[Row] = []
        for _ in range(self.arraysize if size is None else size):
            row = self.fetchone()
            if row is None:
                break
            found.append(row)
        self._result()
        return found

    def fetchall(self) -> List[Row]:
        """Returns all rows that are left."""
        self._result()
        return list(self)

    def cancel(self) -> None:
        """Ends the query. Another thread may call this; whoever reads the rows gets an OperationalError."""
        with self._lock:
            query_id = self._query_id
        if query_id is not None and not self._closed:
            self.connection._cancel(query_id)

    def close(self) -> None:
        """Closes the cursor, and ends its query."""
        self._end_query()
        self._closed = True

    def setinputsizes(self, sizes: Sequence[Any]) -> None:
        """Does nothing, as PEP 249 allows."""

    def setoutputsize(self, size: int, column: Optional[int] = None) -> None:
        """Does nothing, as PEP 249 allows."""

    def _end_query(self) -> None:
        if self._rows is not None:
            self._rows.close()
        self._rows = None
        self._ended = False
        self.description = None

    def _explained(self, error: errors.OperationalError) -> errors.DatabaseError:
        if error.code != "CONNECTION_LOST" or self.connection.closed or self._query_id is None:
            return error
        return self.connection._reason(self._query_id, error)

    def _check_open(self) -> None:
        if self._closed:
            raise errors.InterfaceError("The cursor is closed.")
        self.connection._check_open()

    def _result(self) -> Rows:
        self._check_open()
        if self._rows is None:
            raise errors.InterfaceError("The cursor has no result: execute a statement first.")
        return self._rows

    def __iter__(self) -> Iterator[Row]:
        return self

    def __next__(self) -> Row:
        row = self.fetchone()
        if row is None:
            raise StopIteration
        return row

    def __enter__(self) -> "Cursor":
        return self

    def __exit__(
        self, kind: Optional[Type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        self.close()


def _new_id() -> str:
    return "python-" + uuid.uuid4().hex
