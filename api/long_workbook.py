"""The tidy rows of many reports as one workbook, streamed row by row."""

import zipfile
from collections.abc import Hashable, Iterator
from functools import lru_cache

from schemas.long_row import COLUMNS, LongRow
from schemas.spreadsheet import amount, cell, number_cell

_CHUNK_BYTES = 1024 * 1024
_SHEET_ROWS = 1_000_000
"""Rows of a sheet; Excel takes 1,048,576."""
_VALUE = COLUMNS.index("value")


class _Sink:
    """A file that is only written to, and gives what was written away piece by piece."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._size = 0

    def write(self, piece: bytes) -> int:
        """Take a piece."""
        self._pieces.append(bytes(piece))
        self._size += len(piece)
        return len(piece)

    def flush(self) -> None:
        """Do nothing: pieces are taken when they are asked for."""

    def taken(self, least: int = 0) -> bytes:
        """Return what was written since, once there is that much of it."""
        if self._size <= least:
            return b""
        whole = b"".join(self._pieces)
        self._pieces, self._size = [], 0
        return whole


_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_DECLARED = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_WIDTH = 14
_LAST = chr(ord("A") + len(COLUMNS) - 1)
"""The last column's letter; a filter reaches from A to it."""


def long_workbook(rows: Iterator[LongRow]) -> Iterator[bytes]:
    """Yield a workbook with as many sheets as the rows need (ECMA-376, part 1, 18)."""
    sink = _Sink()
    sheets = 0
    ahead = next(rows, None)
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as book:  # type: ignore[call-overload]  # only written to, which it can do
        while ahead is not None or sheets == 0:
            sheets += 1
            name = zipfile.ZipInfo(f"xl/worksheets/sheet{sheets}.xml", (1980, 1, 1, 0, 0, 0))
            name.compress_type = zipfile.ZIP_DEFLATED
            with book.open(name, "w", force_zip64=True) as sheet:
                sheet.write(_sheet_head().encode())
                at = 2
                while ahead is not None and at <= 1 + _SHEET_ROWS:
                    sheet.write(_sheet_row(at, ahead).encode())
                    at, ahead = at + 1, next(rows, None)
                    if piece := sink.taken(_CHUNK_BYTES):
                        yield piece
                sheet.write(
                    f'</sheetData><autoFilter ref="A1:{_LAST}{at - 1}"/></worksheet>'.encode()
                )
        for part, content in _book_parts(sheets).items():
            book.writestr(zipfile.ZipInfo(part, (1980, 1, 1, 0, 0, 0)), content)
    yield sink.taken(-1)


def _sheet_head() -> str:
    names = "".join(f"<c{cell(name)}" for name in COLUMNS)
    return (
        f'{_DECLARED}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView>'
        f'</sheetViews><cols><col min="1" max="{len(COLUMNS)}" width="{_WIDTH}" customWidth="1"/>'
        f'</cols><sheetData><row r="1">{names}</row>'
    )


def _sheet_row(at: int, row: LongRow) -> str:
    """Return a row; a cell without a place stands beside the one before."""
    cells = [_cell(item, type(item).__name__) for item in row]
    number = amount(row.value) if isinstance(row.value, str) else None
    if number is not None:
        cells[_VALUE] = f"<c{number_cell(number)}"
    return f'<row r="{at}">{"".join(cells)}</row>'


@lru_cache(maxsize=8192)
def _cell(item: Hashable, kind: str) -> str:
    """Return a cell; most texts come again in every row, and 1 is not 1.0."""
    del kind
    return f"<c{cell(item)}"


def _book_parts(sheets: int) -> dict[str, str]:
    numbers = range(1, sheets + 1)
    listed = "".join(f'<sheet name="data{n}" sheetId="{n}" r:id="rId{n}"/>' for n in numbers)
    related = "".join(
        f'<Relationship Id="rId{n}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in numbers
    )
    typed = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{_SHEET}.worksheet+xml"/>'
        for n in numbers
    )
    relations = f'{_DECLARED}<Relationships xmlns="{_PACKAGE}/relationships">'
    return {
        "xl/workbook.xml": f'{_DECLARED}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">'
        f"<sheets>{listed}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f"{relations}{related}</Relationships>",
        "_rels/.rels": f'{relations}<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        "[Content_Types].xml": f'{_DECLARED}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.'
        'relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_SHEET}.sheet.main+xml"/>'
        f"{typed}</Types>",
    }
