"""The exceptions of PEP 249, with what a problem document of the server says."""

from __future__ import annotations

import json
from typing import Any, Dict, NamedTuple, Optional, Type


class Position(NamedTuple):
    """A place in a SQL text; lines and columns count from 1."""

    line: int
    column: int


class Warning(Exception):  # noqa: A001 - the name is PEP 249's
    """An important warning. Gatehouse sends none."""


class Error(Exception):
    """The base of all errors of this package."""

    def __init__(
        self,
        message: str,
        *,
        code: Optional[str] = None,
        sqlstate: Optional[str] = None,
        status: Optional[int] = None,
        position: Optional[Position] = None,
    ) -> None:
        super().__init__(message)
        #: Code of the server, such as ``SQL_VALIDATION``; None for an error of HTTP or of this package.
        self.code = code
        #: SQLSTATE of the error.
        self.sqlstate = sqlstate
        #: HTTP status of the response; None if there was none.
        self.status = status
        #: Place of the error in the SQL text.
        self.position = position

    def show_place(self, sql: str) -> None:
        """Adds the line of the statement that the position names, with a mark below the place."""
        if self.position is None:
            return
        line, column = self.position
        lines = sql.splitlines()
        if line <= len(lines):
            shown = lines[line - 1].replace("\t", " ")
            self.args = (f"{self} (line {line}, column {column})\n  {shown}\n  {' ' * (column - 1)}^",)


class InterfaceError(Error):
    """A misuse of this package, such as a cursor that is closed."""


class DatabaseError(Error):
    """An error of the server."""


class DataError(DatabaseError):
    """A value that a computation cannot use."""


class OperationalError(DatabaseError):
    """No connection, no permission, no time or no memory; or a query that was cancelled."""


class IntegrityError(DatabaseError):
    """Data that contradict those stored."""


class InternalError(DatabaseError):
    """A defect of the server."""


class ProgrammingError(DatabaseError):
    """A statement or a request that is wrong."""


class NotSupportedError(DatabaseError):
    """Something that Gatehouse or DB-API does not offer here."""


_BY_CODE: Dict[str, Type[DatabaseError]] = {
    "INVALID_ARGUMENT": ProgrammingError,
    "RUN_NOT_FOUND": ProgrammingError,
    "SQL_SYNTAX": ProgrammingError,
    "SQL_VALIDATION": ProgrammingError,
    "SQL_READ_ONLY": ProgrammingError,
    "SQL_TOO_LARGE": ProgrammingError,
    "SQL_NOT_SUPPORTED": NotSupportedError,
    "SQL_EXECUTION": DataError,
    "CORRUPT_DATASET": DataError,
    "RUN_EXISTS": IntegrityError,
    "CORRUPT_DATABASE": InternalError,
    "INTERNAL_ERROR": InternalError,
}


def of_response(status: int, body: bytes) -> DatabaseError:
    """Returns the error that a response with a status of 400 or more describes."""
    try:
        problem: Any = json.loads(body)
    except ValueError:
        problem = None
    if not isinstance(problem, dict) or "detail" not in problem:
        return OperationalError(f"The server answered with status {status}.", status=status)
    position = problem.get("position")
    return of_problem(
        problem.get("code"),
        problem.get("sqlState"),
        problem["detail"],
        status,
        Position(position["line"], position["column"]) if position else None,
    )


def of_problem(
    code: Optional[str],
    sqlstate: Optional[str],
    detail: str,
    status: Optional[int] = None,
    position: Optional[Position] = None,
) -> DatabaseError:
    """Returns the error of PEP 249 for a code of the server."""
    kind = _BY_CODE.get(code or "", OperationalError)
    return kind(detail, code=code, sqlstate=sqlstate, status=status, position=position)
