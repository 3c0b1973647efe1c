"""Results as Arrow, pandas or polars, for which pyarrow must be installed."""

from __future__ import annotations

import importlib
from typing import Any, Iterator

from . import errors
from ._http import Response

KINDS = ("pandas", "polars", "arrow")


def needed(module: str, purpose: str) -> Any:
    """Imports an optional module, or says for what it is needed."""
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise ImportError(
            f"{purpose} needs {module}, which is not installed: pip install {module}.", name=module
        ) from error


def reader(response: Response) -> Any:
    """Returns the ``pyarrow.RecordBatchReader`` of a response."""
    pyarrow = needed("pyarrow", "A result as a frame")
    ipc = needed("pyarrow.ipc", "A result as a frame")
    try:
        return ipc.open_stream(response)
    except pyarrow.ArrowInvalid as error:
        raise _damaged(error) from error


def batches(response: Response) -> Iterator[Any]:
    """Returns the record batches of a response, one after another."""
    pyarrow = needed("pyarrow", "A result in batches")
    with response:
        try:
            yield from reader(response)
        except pyarrow.ArrowInvalid as error:
            raise _damaged(error) from error


def frame(response: Response, kind: str) -> Any:
    """Returns all rows of a response."""
    pyarrow = needed("pyarrow", "A result as a frame")
    with response:
        try:
            table = reader(response).read_all()
        except pyarrow.ArrowInvalid as error:
            raise _damaged(error) from error
    if kind == "arrow":
        return table
    if kind == "polars":
        return needed("polars", "frame(kind='polars')").from_arrow(table)
    return _plain(table, pyarrow).to_pandas()


def _plain(table: Any, pyarrow: Any) -> Any:
    """Returns a table without decimals, which pandas keeps as objects that it cannot compute with.

    The sum of integers is a DECIMAL(38, 0) in Arrow. It becomes an int64 where all values fit, and float64 otherwise, as
    other decimals do.
    """
    for place, field in enumerate(table.schema):
        if pyarrow.types.is_decimal(field.type):
            column = table.column(place)
            try:
                column = column.cast(pyarrow.int64() if field.type.scale == 0 else pyarrow.float64())
            except pyarrow.ArrowInvalid:
                column = column.cast(pyarrow.float64())
            table = table.set_column(place, field.name, column)
    return table


def check(kind: str) -> None:
    """Fails before the query runs if the frame could not be built."""
    if kind not in KINDS:
        raise errors.InterfaceError(f'kind is "pandas", "polars" or "arrow", not "{kind}".')
    needed("pyarrow", f"frame(kind='{kind}')")
    if kind != "arrow":
        needed(kind, f"frame(kind='{kind}')")


def _damaged(error: Exception) -> errors.OperationalError:
    return errors.OperationalError(f"The response is not a whole Arrow stream: {error}", code="CONNECTION_LOST")
