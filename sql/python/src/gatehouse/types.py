"""SQL types as DB-API names them, and the Python values of JSON values."""

from __future__ import annotations

import datetime
import decimal
import json
import re
import time
from typing import Any, Callable, FrozenSet, Mapping, Optional, Sequence, Union

Converter = Callable[[Any], Any]

#: The values for the parameters of a statement: in order for ``?``, by name for ``:name``.
Parameters = Union[Sequence[Any], Mapping[str, Any]]

_WHOLE = frozenset(
    ["TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT"]
)
_REAL = frozenset(["FLOAT", "DOUBLE"])
_TIMES = frozenset(["DATE", "TIME", "TIMESTAMP", "TIMESTAMP WITH TIME ZONE"])
_FRACTION = re.compile(r"\.(\d+)")


class TypeObject:
    """Equal to the names of its types, as PEP 249 asks: ``cursor.description[0][1] == gatehouse.NUMBER``."""

    def __init__(self, name: str, types: FrozenSet[str]) -> None:
        self._name = name
        self._types = types

    def __eq__(self, other: object) -> bool:
        if isinstance(other, str):
            return other.split("(")[0] in self._types
        return self is other

    def __hash__(self) -> int:
        return hash(self._name)

    def __repr__(self) -> str:
        return f"gatehouse.{self._name}"


STRING = TypeObject("STRING", frozenset(["VARCHAR"]))
BINARY = TypeObject("BINARY", frozenset())
NUMBER = TypeObject("NUMBER", _WHOLE | _REAL | {"DECIMAL"})
DATETIME = TypeObject("DATETIME", _TIMES)
ROWID = TypeObject("ROWID", frozenset())

Date = datetime.date
Time = datetime.time
Timestamp = datetime.datetime


def DateFromTicks(ticks: float) -> datetime.date:  # noqa: N802 - the name is PEP 249's
    """Returns the local date of a time in seconds since 1970."""
    return Date(*time.localtime(ticks)[:3])


def TimeFromTicks(ticks: float) -> datetime.time:  # noqa: N802
    """Returns the local time of day of a time in seconds since 1970."""
    return Time(*time.localtime(ticks)[3:6])


def TimestampFromTicks(ticks: float) -> datetime.datetime:  # noqa: N802
    """Returns the local date and time of a time in seconds since 1970."""
    return Timestamp(*time.localtime(ticks)[:6])


def Binary(value: bytes) -> bytes:  # noqa: N802
    """Returns the bytes. Gatehouse has no type for them, and refuses them as a parameter."""
    return value


def converter(sql_type: str) -> Optional[Converter]:
    """Returns what makes the Python value of a JSON value that is not null; None if the JSON value is it already."""
    if sql_type.endswith("]"):
        element = converter(sql_type[: sql_type.rindex("[")])
        return None if element is None else _each(element)
    base = sql_type.split("(")[0]
    if base in _WHOLE:
        # 32 bits and less always are JSON numbers.
        return int if base in ("BIGINT", "HUGEINT", "UBIGINT") else None
    if base in _REAL:
        return float
    if base == "DECIMAL":
        return decimal.Decimal
    return _OF_TIMES.get(base)


def _each(element: Converter) -> Converter:
    return lambda values: [None if value is None else element(value) for value in values]


def _iso(parse: Callable[[str], Any]) -> Converter:
    def value(text: str) -> Any:
        # Before Python 3.11 fromisoformat takes neither Z nor fractions of other than 3 or 6 digits.
        plain = _FRACTION.sub(lambda found: "." + found.group(1)[:6].ljust(6, "0"), text, count=1)
        if plain.endswith("Z"):
            plain = plain[:-1] + "+00:00"
        try:
            return parse(plain)
        except ValueError:
            # Beyond the years 1 to 9999 of Python, the text is the value.
            return text

    return value


_OF_TIMES = {
    "DATE": _iso(datetime.date.fromisoformat),
    "TIME": _iso(datetime.time.fromisoformat),
    "TIMESTAMP": _iso(datetime.datetime.fromisoformat),
    "TIMESTAMP WITH TIME ZONE": _iso(datetime.datetime.fromisoformat),
}


def parameters_json(parameters: Parameters) -> str:
    """Returns the JSON array of the values for ``?``, or the JSON object of those for ``:name``."""
    if isinstance(parameters, Mapping):
        return "{" + ",".join(f"{json.dumps(str(name))}:{_parameter(parameters[name])}" for name in parameters) + "}"
    if isinstance(parameters, (str, bytes)) or not isinstance(parameters, Sequence):
        raise TypeError(
            f"The parameters of a statement are a list, a tuple or a mapping, not {type(parameters).__name__}."
        )
    return "[" + ",".join(_parameter(value) for value in parameters) + "]"


def _parameter(value: Any) -> str:
    if value is None or isinstance(value, (bool, int, str)):
        return json.dumps(value)
    if isinstance(value, decimal.Decimal):
        return str(value) if value.is_finite() else json.dumps(_not_finite(float(value)))
    if isinstance(value, float):
        return json.dumps(value if value - value == 0 else _not_finite(value))
    if isinstance(value, datetime.datetime):
        return json.dumps(value.isoformat(" "))
    if isinstance(value, (datetime.date, datetime.time)):
        return json.dumps(value.isoformat())
    if type(value).__module__ == "numpy" and hasattr(value, "item") and getattr(value, "ndim", 1) == 0:
        return _parameter(value.item())
    raise TypeError(f"A parameter is a number, a string, a date, a time, a bool or None, not {type(value).__name__}.")


def _not_finite(value: float) -> str:
    return "NaN" if value != value else "Infinity" if value > 0 else "-Infinity"
