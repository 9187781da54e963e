"""The values of a record as tidy rows, one a value."""

import re
from collections.abc import Iterator

from schemas.long_row import LongRow
from schemas.record import Record
from workers.pipeline.places import form_of, places, values_of


def rows(
    record: Record, job_id: str | None = None, *, filename: str | None = None
) -> Iterator[LongRow]:
    """Yield the values of a record in the order of the form; `filename` tells documents apart."""
    region = record.region
    level = level_of(record)
    values = values_of(record)
    for pointer, place in places(form_of(record)).items():
        evidence = record.evidence[pointer]
        yield LongRow(
            job_id=job_id,
            filename=filename or record.source.filename,
            issuer=record.issuer,
            region_code=region.code if region else None,
            region=region.name if region else None,
            level=level,
            year=record.year,
            scope=record.scope,
            template=record.template,
            table=place.table,
            row=place.row,
            column=place.column,
            row_label=place.row_label,
            column_label=place.column_label,
            value=values[pointer],
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
