"""``%gatehouse`` and ``%%gatehouse`` of Jupyter and IPython, which ``%load_ext gatehouse`` loads."""

from __future__ import annotations

import argparse
import re
import shlex
from typing import Any, List, Mapping, NoReturn, Optional, Tuple

from . import errors, local
from .connection import Connection, connect
from .frames import KINDS

_INTO = "<<"
_ADDRESSES = ("http://", "https://")

# What may hold a colon that begins no parameter: texts, quoted names, comments, and casts.
_NO_PARAMETERS = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|--[^\n]*|/\*.*?\*/|::", re.DOTALL)
_PARAMETER = re.compile(r":([^\W\d]\w*)")


class _Options(argparse.ArgumentParser):
    """Options of a line, whose errors are exceptions."""

    def error(self, message: str) -> NoReturn:
        raise errors.InterfaceError(f"%gatehouse: {message}.")


class Magic:
    """What the lines and cells of a notebook ask, and the connection that they ask."""

    def __init__(self, shell: Any) -> None:
        self._shell = shell
        self._connection: Optional[Connection] = None
        self._source: Optional[Tuple[str, Optional[str]]] = None
        self._options = _Options(prog="%gatehouse", add_help=False, allow_abbrev=False)
        self._options.add_argument("source", nargs="?")
        self._options.add_argument("--token")
        self._options.add_argument("--kind", default="pandas", choices=KINDS)

    def __call__(self, line: str, cell: Optional[str] = None) -> Any:
        """Runs the statement of a cell, and returns its rows as a frame, or None if a variable takes them.

        ``%%gatehouse [SOURCE] [--token TOKEN] [--kind pandas|polars|arrow] [<< NAME]``

        SOURCE is the address of a server, a database file, or a variable with a connection; without it, the last one is
        asked, or the server at the default address. ``<< NAME`` puts the rows into a variable. The value of a parameter
        ``:name`` is that of the variable of this name. A line ``%gatehouse [SOURCE]`` only connects, and returns the
        connection.
        """
        words, name = self._words(line)
        options = self._options.parse_args(words)
        connection = self._connected(options.source, options.token)
        if cell is None:
            if name is not None:
                raise errors.InterfaceError(f"A line has no statement whose rows {name} could take: use %%gatehouse.")
            return connection
        rows = connection.frame(cell, self._parameters(cell), kind=options.kind)
        if name is None:
            return rows
        self._shell.user_ns[name] = rows
        return None

    def _parameters(self, cell: str) -> Mapping[str, Any]:
        """Returns the variables of the notebook that the statement names as ``:name``."""
        names = set(_PARAMETER.findall(_NO_PARAMETERS.sub(" ", cell)))
        missing = sorted(name for name in names if name not in self._shell.user_ns)
        if missing:
            raise errors.InterfaceError(f"The statement has the parameter :{missing[0]}, and there is no variable {missing[0]}.")
        return {name: self._shell.user_ns[name] for name in names}

    @staticmethod
    def _words(line: str) -> Tuple[List[str], Optional[str]]:
        before, into, after = line.partition(_INTO)
        try:
            words = shlex.split(before)
        except ValueError as error:
            raise errors.InterfaceError(f"%gatehouse: {error}.") from error
        if not into:
            return words, None
        name = after.strip()
        if not name.isidentifier():
            raise errors.InterfaceError(f'"{name}" is not the name of a variable.')
        return words, name

    def _connected(self, source: Optional[str], token: Optional[str]) -> Connection:
        if source is None and token is None and self._connection is not None and not self._connection.closed:
            return self._connection
        known = self._shell.user_ns.get(source) if source is not None else None
        if isinstance(known, Connection):
            self._source = None
            self._connection = known
            return known
        asked = None if source is None else (source, token)
        if self._connection is not None and not self._connection.closed and asked is not None and asked == self._source:
            return self._connection
        self._connection = self._connect(source, token)
        self._source = asked
        return self._connection

    @staticmethod
    def _connect(source: Optional[str], token: Optional[str]) -> Connection:
        if source is None:
            return connect(token=token)
        if source.startswith(_ADDRESSES):
            return connect(source, token=token)
        if token is not None:
            raise errors.InterfaceError(f"--token is for a server, and {source} is not the address of one.")
        return local.open(source)


def register(shell: Any) -> None:
    """Gives a shell of IPython the magic."""
    shell.register_magic_function(Magic(shell), magic_kind="line_cell", magic_name="gatehouse")
