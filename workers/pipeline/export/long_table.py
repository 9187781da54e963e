"""One tidy row a value: what researchers stack over issuers, years and templates."""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields

from schemas.record import Record
from workers.pipeline.places import form_of, places, value_at

# A spreadsheet takes text that begins so for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, kw_only=True)
class LongRow:
    """One value of one report; `value` is null when `kind` says why."""

    job_id: str | None
    issuer: str | None
    region: str | None
    level: str | None
    """province, prefecture, county or township; null when the document does not settle it."""
    year: int | None
    template: str | None
    table: str
    row: str
    column: str
    row_label: str
    column_label: str
    value: int | str | None
    kind: str
    confidence: float
    flag: str | None
    page: int | None
    source: str


COLUMNS = tuple(field.name for field in fields(LongRow))


def items(row: LongRow) -> tuple[object, ...]:
    """Return the items of a row in the order of COLUMNS."""
    return tuple(getattr(row, name) for name in COLUMNS)


def rows(record: Record, job_id: str | None = None) -> Iterator[LongRow]:
    """Yield the values of a record in the order of the form."""
    region = record.region.name if record.region else None
    level = level_of(record)
    for pointer, place in places(form_of(record)).items():
        evidence = record.evidence[pointer]
        yield LongRow(
            job_id=job_id,
            issuer=record.issuer,
            region=region,
            level=level,
            year=record.year,
            template=record.template,
            table=place.table,
            row=place.row,
            column=place.column,
            row_label=place.row_label,
            column_label=place.column_label,
            value=value_at(record, pointer),
            kind=evidence.kind,
            confidence=evidence.confidence,
            flag=evidence.flag,
            page=evidence.page,
            source=evidence.source,
        )


def level_of(record: Record) -> str | None:
    """Return the administrative level, from the issuer's name or the code of its region."""
    if record.issuer and re.search(r"[镇乡](人民政府)?$|街道(办事处)?$", record.issuer):
        return "township"
    if record.region is None:
        return None
    if record.region.code.endswith("0000"):
        return "province"
    return "prefecture" if record.region.code.endswith("00") else "county"


def csv_bytes(table: Iterable[LongRow]) -> bytes:
    """Return rows as CSV in UTF-8 with the byte order mark spreadsheets look for."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows([_harmless(item) for item in items(row)] for row in table)
    return text.getvalue().encode("utf-8-sig")


def _harmless(item: object) -> object:
    """Put an apostrophe before text a spreadsheet would run as a formula."""
    return "'" + item if isinstance(item, str) and item.startswith(_FORMULA) else item
