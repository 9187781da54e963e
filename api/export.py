"""The export of a batch: the tidy rows of its reports strung together."""

import csv
import io
import json
import tempfile
from collections.abc import Iterator, Sequence
from typing import IO

from openpyxl import Workbook
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from api import objects
from api.parts import Parts
from schemas import keys
from schemas.keys import LONG_TABLE
from storage.rows import JobRow

_BOM = b"\xef\xbb\xbf"
_SHEET_ROWS = 1_000_000
_NUMERIC = frozenset({"year", "value", "confidence", "page"})


def csv_pieces(parts: Parts, jobs: Sequence[JobRow]) -> Iterator[bytes]:
    """Yield one CSV in UTF-8 with a byte order mark: the header once, then every report's rows."""
    first = True
    for job in jobs:
        content = _long_table(parts, job)
        if content is None:
            continue
        if first:
            yield content
            first = False
        else:
            yield content.partition(b"\r\n")[2]
    if first:
        yield _BOM


def jsonl_pieces(parts: Parts, jobs: Sequence[JobRow]) -> Iterator[bytes]:
    """Yield the records, one line each, with the id of the job in front."""
    for job in jobs:
        content = objects.content(parts, keys.result(job.tenant, job.id, "record.json"))
        if content is not None:
            line = {"job_id": job.id, **json.loads(content)}
            yield json.dumps(line, ensure_ascii=False).encode() + b"\n"


def workbook(parts: Parts, jobs: Sequence[JobRow]) -> IO[bytes]:
    """Return an open XLSX file: the tidy rows, over several sheets when one cannot hold them."""
    book = Workbook(write_only=True)
    sheet: WriteOnlyWorksheet | None = None
    written = 0
    for job in jobs:
        for row in _rows(_long_table(parts, job)):
            if sheet is None or written % _SHEET_ROWS == 0:
                sheet = book.create_sheet(f"data{written // _SHEET_ROWS + 1}")
                sheet.append(list(row))
            sheet.append([_typed(name, text) for name, text in row.items()])
            written += 1
    if sheet is None:
        book.create_sheet("data1")
    file = tempfile.TemporaryFile()  # noqa: SIM115  closed by the response that streams it
    book.save(file)
    file.seek(0)
    return file


def _long_table(parts: Parts, job: JobRow) -> bytes | None:
    return objects.content(parts, keys.result(job.tenant, job.id, LONG_TABLE))


def _rows(content: bytes | None) -> Iterator[dict[str, str]]:
    if content is None:
        return
    yield from csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""))


def _typed(name: str, text: str) -> str | int | float | None:
    """Return a number where the column holds numbers; fees keep their decimals."""
    if not text:
        return None
    if name not in _NUMERIC:
        return text
    try:
        return int(text)
    except ValueError:
        pass
    try:
        return float(text)
    except ValueError:
        return text
