"""Client of Gatehouse, the SQL database for the routing of mixture-of-experts models.

:func:`record` sends the routing of a model of transformers to a server. :func:`connect` gives a connection as PEP 249 (DB-API 2.0) defines it, and :func:`open` one to a database file. ``%load_ext gatehouse`` gives notebooks ``%%gatehouse``::

    import gatehouse

    with gatehouse.connect("http://127.0.0.1:8080") as connection:
        for layer, expert in connection.execute("SELECT layer, expert FROM experts WHERE activations > ?", [1000]):
            print(layer, expert)
        loads = connection.frame("FROM layer_load")    # a pandas.DataFrame; needs pyarrow and pandas
"""

from typing import Any

from .connection import DEFAULT_URL, Connection, Cursor, connect
from .errors import (
    DatabaseError,
    DataError,
    Error,
    IntegrityError,
    InterfaceError,
    InternalError,
    NotSupportedError,
    OperationalError,
    Position,
    ProgrammingError,
    Warning,
)
from .local import LocalConnection, open
from .recorder import Recording, record
from .types import (
    BINARY,
    DATETIME,
    NUMBER,
    ROWID,
    STRING,
    Binary,
    Date,
    DateFromTicks,
    Time,
    TimeFromTicks,
    Timestamp,
    TimestampFromTicks,
)

__version__ = "0.1.0"

#: PEP 249: the version of DB-API.
apilevel = "2.0"
#: PEP 249: threads may share the module and connections.
threadsafety = 2
#: PEP 249: a statement has ``?`` for each value.
paramstyle = "qmark"



def load_ipython_extension(shell: Any) -> None:
    """Is what ``%load_ext gatehouse`` calls."""
    from . import magic

    magic.register(shell)


__all__ = [
    "BINARY",
    "Binary",
    "Connection",
    "Cursor",
    "DATETIME",
    "DEFAULT_URL",
    "DataError",
    "DatabaseError",
    "Date",
    "DateFromTicks",
    "Error",
    "IntegrityError",
    "InterfaceError",
    "InternalError",
    "LocalConnection",
    "NUMBER",
    "NotSupportedError",
    "OperationalError",
    "Position",
    "ProgrammingError",
    "ROWID",
    "Recording",
    "STRING",
    "Time",
    "TimeFromTicks",
    "Timestamp",
    "TimestampFromTicks",
    "Warning",
    "apilevel",
    "connect",
    "load_ipython_extension",
    "open",
    "paramstyle",
    "record",
    "threadsafety",
]
