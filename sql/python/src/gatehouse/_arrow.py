"""Writes Arrow streams (https://arrow.apache.org/docs/format/Columnar.html) of plain columns, without pyarrow."""

from __future__ import annotations

import struct
from typing import Any, Callable, Dict, List, Sequence, Tuple, Union

_VERSION_5 = 4
_SCHEMA, _RECORD_BATCH = 1, 3
_INT, _FLOAT, _UTF8, _LIST = 2, 3, 5, 12
_SINGLE = 1

Child = Callable[["_Flat"], int]
Field = Tuple[str, Union[int, Child]]


class Text:
    """A column of strings that repeat: each with the number of rows that it has."""

    kind = "text"

    def __init__(self, runs: Sequence[Tuple[str, int]]) -> None:
        offsets = [0]
        data = bytearray()
        for text, count in runs:
            encoded = text.encode()
            data += encoded * count
            offsets += range(offsets[-1] + len(encoded), len(data) + 1, len(encoded)) if encoded else [len(data)] * count
        self.rows = len(offsets) - 1
        self.nodes = [self.rows]
        self.buffers = [b"", struct.pack(f"<{len(offsets)}i", *offsets), bytes(data)]


class Numbers:
    """A column of numbers of 32 bits.

    :param kind: ``"int"`` or ``"float"``
    :param data: the numbers as bytes, little-endian
    """

    def __init__(self, kind: str, data: bytes) -> None:
        self.kind = kind
        self.rows = len(data) // 4
        self.nodes = [self.rows]
        self.buffers = [b"", data]


class Lists:
    """A column of lists of the same length."""

    def __init__(self, numbers: Numbers, length: int) -> None:
        self.kind = "list of " + numbers.kind
        self.rows = numbers.rows // length
        self.nodes = [self.rows, numbers.rows]
        offsets = struct.pack(f"<{self.rows + 1}i", *range(0, numbers.rows + 1, length))
        self.buffers = [b"", offsets, *numbers.buffers]


Column = Union[Text, Numbers, Lists]


def stream(batches: Sequence[Dict[str, Column]]) -> bytes:
    """Returns a stream of batches, which have the same columns."""
    kinds = [(name, column.kind) for name, column in batches[0].items()]
    parts = [_message(_SCHEMA, _schema(kinds), b"")]
    for batch in batches:
        parts.append(_batch(list(batch.values())))
    return b"".join(parts) + struct.pack("<Ii", 0xFFFFFFFF, 0)


def _batch(columns: List[Column]) -> bytes:
    body = bytearray()
    places: List[Tuple[int, int]] = []
    for column in columns:
        for buffer in column.buffers:
            places.append((len(body), len(buffer)))
            body += buffer
            body += bytes(-len(body) % 8)
    nodes = [(rows, 0) for column in columns for rows in column.nodes]

    def record(flat: "_Flat") -> int:
        return flat.table(
            {0: ("q", columns[0].rows), 1: ("I", _pairs(nodes)), 2: ("I", _pairs(places))}
        )

    return _message(_RECORD_BATCH, record, bytes(body))


def _schema(kinds: List[Tuple[str, str]]) -> Child:
    fields = [_field(name, kind) for name, kind in kinds]
    return lambda flat: flat.table({1: ("I", _tables(fields))})


def _field(name: str, kind: str) -> Child:
    children: List[Child] = []
    described: Dict[int, Field] = {}
    code = _UTF8
    if kind.startswith("list of "):
        code = _LIST
        children.append(_field("item", kind[len("list of ") :]))
    elif kind == "int":
        code = _INT
        described = {0: ("i", 32), 1: ("B", 1)}
    elif kind == "float":
        code = _FLOAT
        described = {0: ("h", _SINGLE)}
    return lambda flat: flat.table(
        {
            0: ("I", _string(name)),
            1: ("B", 1),
            2: ("B", code),
            3: ("I", lambda inner: inner.table(described)),
            5: ("I", _tables(children)),
        }
    )


def _message(kind: int, header: Child, body: bytes) -> bytes:
    flat = _Flat()
    root = flat.table({0: ("h", _VERSION_5), 1: ("B", kind), 2: ("I", header), 3: ("q", len(body))})
    struct.pack_into("<I", flat.data, 0, root)
    flat.pad(8)
    return struct.pack("<Ii", 0xFFFFFFFF, len(flat.data)) + bytes(flat.data) + body


class _Flat:
    """A FlatBuffer, from its root on: what a table points to follows it."""

    def __init__(self) -> None:
        # The place of the root.
        self.data = bytearray(4)

    def pad(self, size: int, after: int = 0) -> None:
        """Makes the place behind the next ``after`` bytes a multiple of the size."""
        self.data += bytes(-(len(self.data) + after) % size)

    def table(self, fields: Dict[int, Field]) -> int:
        """Writes a table whose fields are numbers, or children of the format ``I``, and returns its place."""
        slots = max(fields, default=-1) + 1
        offsets = [0] * slots
        size = 4
        for slot, (form, _) in fields.items():
            width = struct.calcsize(form)
            size += -size % width
            offsets[slot] = size
            size += width
        vtable = struct.pack(f"<HH{slots}H", 4 + 2 * slots, size, *offsets)
        self.pad(8, len(vtable))
        start = len(self.data) + len(vtable)
        self.data += vtable + struct.pack("<i", len(vtable)) + bytes(size - 4)
        for slot, (form, value) in fields.items():
            if not callable(value):
                struct.pack_into("<" + form, self.data, start + offsets[slot], value)
        for slot, (_, value) in fields.items():
            if callable(value):
                self.point(start + offsets[slot], value)
        return start

    def point(self, place: int, child: Child) -> None:
        """Writes a child, and its distance into the place."""
        struct.pack_into("<I", self.data, place, child(self) - place)


def _string(text: str) -> Child:
    def write(flat: _Flat) -> int:
        encoded = text.encode()
        flat.pad(4)
        start = len(flat.data)
        flat.data += struct.pack("<I", len(encoded)) + encoded + b"\0"
        return start

    return write


def _pairs(pairs: Sequence[Tuple[int, int]]) -> Child:
    def write(flat: _Flat) -> int:
        flat.pad(8, 4)
        start = len(flat.data)
        numbers: List[Any] = [number for pair in pairs for number in pair]
        flat.data += struct.pack(f"<I{len(numbers)}q", len(pairs), *numbers)
        return start

    return write


def _tables(tables: Sequence[Child]) -> Child:
    def write(flat: _Flat) -> int:
        flat.pad(4)
        start = len(flat.data)
        flat.data += struct.pack("<I", len(tables)) + bytes(4 * len(tables))
        for number, child in enumerate(tables):
            flat.point(start + 4 + 4 * number, child)
        return start

    return write
