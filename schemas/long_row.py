"""One tidy row a value: what researchers stack over issuers, years and templates.

The rows of a report are made once, by what reads it; every export of many reports strings them
together. In CSV, text a spreadsheet would run as a formula has an apostrophe before it.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "'")
"""A spreadsheet takes text that begins so for a formula; the last keeps the way back single."""
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_BOM = b"\xef\xbb\xbf"


class LongRow(NamedTuple):
    """One value of one report; `value` is null when `kind` says why."""

    job_id: str | None
    """Null where there is no service."""
    filename: str
    issuer: str | None
    region_code: str | None
    region: str | None
    level: str | None
    """province, prefecture, county or township; null when the document does not settle it."""
    year: int | None
    scope: str
    """organ, aggregate or unknown."""
    template: str | None
    table: str
    row: str
    column: str
    row_label: str
    column_label: str
    value: int | str | None
    """An amount is a string, exactly as printed."""
    kind: str
    confidence: float
    flag: str | None
    page: int | None
    source: str


COLUMNS = LongRow._fields
_PLACE, _VALUE = COLUMNS.index("table"), COLUMNS.index("value")
"""Where what is said of the document ends, and what is said of the place in it."""
_LINE_END = "\r\n"
_NUMERIC = frozenset({"year", "value", "page"})


def csv_bytes(rows: Iterable[LongRow], *, head: bool = True) -> bytes:
    """Return rows as CSV in UTF-8, the head with the byte order mark spreadsheets look for."""
    text = io.StringIO(newline="")
    if head:
        csv.writer(text, lineterminator=_LINE_END).writerow(COLUMNS)
    for row in rows:
        document, place, value = row[:_PLACE], row[_PLACE:_VALUE], row[_VALUE:]
        text.write(f"{_fields(*document)},{_fields(*place)},{_fields(*value)}{_LINE_END}")
    return (_BOM if head else b"") + text.getvalue().encode()


@lru_cache(maxsize=4096, typed=True)
def _fields(*items: int | float | str | None) -> str:
    """Return fields of a line; those of a document, a place or a blank come again and again."""
    line = io.StringIO(newline="")
    fields = [_harmless(item) if isinstance(item, str) else item for item in items]
    csv.writer(line, lineterminator=_LINE_END).writerow(fields)
    return line.getvalue().removesuffix(_LINE_END)


def rows_of(content: bytes) -> Iterator[LongRow]:
    """Yield the rows of a CSV again; columns it does not have are null, others are left out."""
    for found in csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")):
        yield LongRow(**{name: _typed(name, found.get(name) or "") for name in COLUMNS})  # type: ignore[arg-type]  # each by its column


def without_head(content: bytes) -> bytes:
    """Return the rows of a CSV alone, to stand below others."""
    return content.partition(b"\r\n")[2]


def _harmless(text: str) -> str:
    """Put an apostrophe before text a spreadsheet would run as a formula."""
    return f"'{text}" if text.startswith(_FORMULA) and not _NUMBER.fullmatch(text) else text


def _typed(name: str, text: str) -> str | int | float | None:
    if name == "confidence":
        return float(text or 0)
    if not text:
        return "" if name in ("filename", "scope", "source", "kind") else None
    if name in _NUMERIC and re.fullmatch(r"-?\d+", text):
        return int(text)
    return text[1:] if text.startswith("'") else text
