"""Rows of a response in JSON, decoded while they arrive."""

from __future__ import annotations

import codecs
import json
from typing import Any, Iterator, List, NamedTuple, Optional, Tuple

from . import errors, types
from ._http import Response

# Inside a JSON string the first quote would have a backslash.
_ROWS = '"rows":['
_DECODER = json.JSONDecoder()


class Column(NamedTuple):
    """A column of a result."""

    name: str
    type: str


class Rows:
    """The columns of a response, and an iterator over its rows. Holds the part of the response that is being decoded."""

    def __init__(self, response: Response) -> None:
        self._response = response
        self._utf8 = codecs.getincrementaldecoder("utf-8")()
        self._text = ""
        self._at = 0
        while _ROWS not in self._text:
            self._more()
        end = self._text.index(_ROWS)
        head = json.loads(self._text[:end].rstrip().rstrip(",") + "}")
        self._at = end + len(_ROWS)
        self.columns: List[Column] = [Column(column["name"], column["type"]) for column in head["columns"]]
        self.count = 0
        self._converters = [
            (place, convert)
            for place, convert in enumerate(types.converter(column.type) for column in self.columns)
            if convert is not None
        ]

    def __iter__(self) -> Iterator[Tuple[Any, ...]]:
        return self

    def __next__(self) -> Tuple[Any, ...]:
        row = self._row()
        if row is None:
            self._end()
            raise StopIteration
        for place, convert in self._converters:
            value = row[place]
            if value is not None:
                row[place] = convert(value)
        self.count += 1
        return tuple(row)

    def close(self) -> None:
        """Ends the query, if it has rows left."""
        self._response.close()

    def _row(self) -> Optional[List[Any]]:
        if self._response.closed and self._at >= len(self._text):
            return None
        if self._next_is(","):
            self._at += 1
        elif self._next_is("]"):
            return None
        wanted = 0
        while True:
            try:
                row, self._at = _DECODER.raw_decode(self._text, self._at)
                return row  # type: ignore[no-any-return]
            except json.JSONDecodeError:
                # Twice as much each time, so that decoding a row again and again takes linear time.
                wanted = max(1, 2 * wanted)
                held = len(self._text) - self._at
                self._more()
                while len(self._text) - self._at < held + wanted and self._read():
                    pass
                wanted = len(self._text) - self._at

    def _next_is(self, character: str) -> bool:
        while self._at >= len(self._text):
            self._more()
        return self._text[self._at] == character

    def _more(self) -> None:
        if not self._read():
            self.close()
            raise errors.OperationalError(
                "The response ended before its last row.", code="CONNECTION_LOST", sqlstate="08006"
            )

    def _read(self) -> bool:
        """Reads what has arrived, or returns false at the end."""
        data = self._response.read_some()
        self._text = self._text[self._at :] + self._utf8.decode(data)
        self._at = 0
        return bool(data)

    def _end(self) -> None:
        """Reads what follows the rows, so that the connection can be used again."""
        if self._text:
            tail = self._text[self._at :] + self._utf8.decode(self._response.read())
            self._text = ""
            self._at = 0
            self._response.close()
            if json.loads("{" + tail[1:].lstrip(","))["rowCount"] != self.count:
                raise errors.InternalError(f"The server counts other rows than the {self.count} that it sent.")
