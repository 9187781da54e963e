"""Tidy rows of many reports → one file, written as they come: CSV, XLSX, Parquet or JSON lines.

The service streams it; `gouji process` writes it to its folder. However many reports there are, no
more than one of them, or a group of Parquet rows, is held in memory.
"""

import json
import tempfile
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import IO, Literal, get_args

from api.long_workbook import long_workbook
from schemas.long_row import COLUMNS, LongRow, csv_bytes

LongFormat = Literal["csv", "xlsx", "parquet", "jsonl"]
LONG_FORMATS: tuple[LongFormat, ...] = get_args(LongFormat)

_CHUNK_BYTES = 1024 * 1024
_GROUP_ROWS = 200_000
"""Rows of a Parquet group: what its writer holds."""
_EXACT_DIGITS = 15
"""A double holds so many decimal digits exactly (IEEE 754)."""

Reports = Iterable[Iterable[LongRow]]


def long_file(form: LongFormat, reports: Reports) -> Iterator[bytes]:
    """Yield the pieces of a file with the rows of all reports."""
    if form == "csv":
        return _csv(reports)
    if form == "jsonl":
        return _jsonl(reports)
    return (
        _parquet(reports)
        if form == "parquet"
        else long_workbook(row for rows in reports for row in rows)
    )


def _csv(reports: Reports) -> Iterator[bytes]:
    yield csv_bytes([])
    for rows in reports:
        yield csv_bytes(rows, head=False)


def _jsonl(reports: Reports) -> Iterator[bytes]:
    for rows in reports:
        lines = (json.dumps(row._asdict(), ensure_ascii=False) + "\n" for row in rows)
        yield "".join(lines).encode()


def _parquet(reports: Reports) -> Iterator[bytes]:
    """Write Parquet aside, as its end names its parts, and yield it.

    `value` is a double, null where that would not be exact; `value_text` is exact always.
    """
    from arro3.core import Array, DataType, Field, RecordBatch, RecordBatchReader, Schema
    from arro3.io import write_parquet

    text, number, whole = DataType.string(), DataType.float64(), DataType.int32()
    types = dict.fromkeys(COLUMNS, text)
    types |= {"value": number, "confidence": number, "year": whole, "page": whole}
    fields = [Field(name, kind, nullable=True) for name, kind in types.items()]
    schema = Schema([*fields, Field("value_text", text, nullable=True)])

    def batches() -> Iterator[RecordBatch]:
        for rows in reports:
            found = list(rows)
            columns = dict(zip(COLUMNS, zip(*found, strict=True), strict=True)) if found else {}
            if not columns:
                continue
            exact = [None if value is None else str(value) for value in columns["value"]]
            columns["value"] = tuple(_double(value) for value in columns["value"])
            arrays = [Array(list(columns[name]), type=kind) for name, kind in types.items()]
            yield RecordBatch([*arrays, Array(exact, type=text)], schema=schema)

    with tempfile.TemporaryFile() as file:
        reader = RecordBatchReader.from_batches(schema, batches())
        write_parquet(reader, file, compression="zstd(3)", max_row_group_size=_GROUP_ROWS)
        file.seek(0)
        yield from _chunks(file)


def _double(value: int | str | None) -> float | None:
    """Return a value as a double that is exactly it, or None."""
    if value is None or value == "":
        return None
    try:
        digits = Decimal(value).normalize().as_tuple().digits
    except ArithmeticError:
        return None
    return float(value) if len(digits) <= _EXACT_DIGITS else None


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    while chunk := file.read(_CHUNK_BYTES):
        yield chunk
