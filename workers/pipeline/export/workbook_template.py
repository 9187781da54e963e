"""The workbook as far as it is the same for all reports of a form, set once in a process.

Setting cells as objects takes a hundred times as long as filling in their text, so the sheets are
set with openpyxl once, and kept as text with a slot (`%s`) wherever a report puts its own.
"""

import io
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.cell_range import CellRange
from openpyxl.worksheet.worksheet import Worksheet

from schemas.form import Form, FormCell, FormTable, TableName
from schemas.forms import FORMS
from schemas.long_row import COLUMNS
from schemas.record import Template
from schemas.spreadsheet import packed
from workers.pipeline.export import workbook_looks as looks
from workers.pipeline.export.workbook_looks import Styles
from workers.pipeline.places import places

SHEETS: dict[TableName, str] = {
    "proactive_disclosure": "二、主动公开",
    "requests": "三、申请办理",
    "review_and_litigation": "四、复议诉讼",
}
FINDINGS, LONG = "核验结果", "长表"
FINDING_COLUMNS = {
    "序号": 6,
    "程度": 7,
    "规则": 14,
    "原因": 12,
    "位置": 34,
    "说明": 60,
    "算式": 40,
    "应为": 12,
    "实为": 12,
    "页": 5,
    "建议": 46,
    "In English": 60,
}
LONG_COLUMNS = COLUMNS[1:]
"""A workbook holds one report: no job."""
CONTENT_TYPES = "[Content_Types].xml"
FIRST_ROW = 4
"""Of a table on its sheet."""
# Column widths in characters of the default font.
_WIDTHS: dict[TableName, tuple[float, ...]] = {
    "proactive_disclosure": (26, 20, 20, 20),
    "requests": (8, 13, 40, 10, 10, 10, 10, 10, 10, 10),
    "review_and_litigation": (9,) * 15,
}
_AFTER = ("rows", "links", "end")
"""The slots after those of the cells: more rows, hyperlinks, and what names the notes."""
_SLOT = 0
"""Stands in a cell to be filled in: a number is written where it stands, text elsewhere."""
_CELL = re.compile(r'(<c r="([A-Z]+\d+)")(?:[^>]*/>|[^>]*>.*?</c>)')
_DIMENSION = re.compile(r"<dimension [^>]*>")
_PLACE_COLUMNS = ("table", "row", "column", "row_label", "column_label")
SAME_COLUMNS = LONG_COLUMNS[: LONG_COLUMNS.index("table")]
"""The columns of the tidy table that are the same in all rows of a report;"""
OWN_COLUMNS = LONG_COLUMNS[LONG_COLUMNS.index("value") :]
"""those of a row's own value. Between them stand those the form says."""
_STAMPS = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*(<)")
_CORE = "docProps/core.xml"


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A sheet as text with a `%s` for each of its slots, named in their order."""

    part: str
    text: str
    slots: tuple[str, ...]

    def filled(self, items: Mapping[str, str]) -> str:
        """Return the sheet with its slots filled in."""
        return self.text % tuple([items.get(slot, "") for slot in self.slots])

    def filled_in_order(self, items: Iterable[str]) -> str:
        """Return the sheet with the slots of its cells filled in, in their order."""
        return self.text % (*items, *[""] * len(_AFTER))


@dataclass(frozen=True, kw_only=True)
class WorkbookTemplate:
    """A workbook of one form: the parts that never change packed, `sheets` by their names."""

    packed: bytes
    types: str
    """The list of parts, which is `CONTENT_TYPES`."""
    sheets: Mapping[str, Sheet]
    styles: Styles


@lru_cache(maxsize=4)
def workbook_template(template: Template) -> WorkbookTemplate:
    """Set the workbook of a form."""
    form = FORMS[template]
    book = Workbook()
    book.remove(book.worksheets[0])
    book.properties.creator = "gouji"
    slots = {SHEETS[table.name]: _table_sheet(book, form, table) for table in form.tables}
    slots[FINDINGS] = _findings_sheet(book.create_sheet(FINDINGS))
    slots[LONG] = _long_sheet(book.create_sheet(LONG), form)
    found = looks.styles(book.worksheets[0])
    written = io.BytesIO()
    book.save(written)
    with zipfile.ZipFile(written) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[_CORE] = _STAMPS.sub(rb"\g<1>1980-01-01T00:00:00Z\2", parts[_CORE])
    sheets = {}
    for number, (name, where) in enumerate(slots.items(), start=1):
        part = f"xl/worksheets/sheet{number}.xml"
        sheets[name] = _with_slots(part, parts.pop(part).decode(), where)
    types = parts.pop(CONTENT_TYPES).decode()
    return WorkbookTemplate(packed=packed(parts), types=types, sheets=sheets, styles=found)


def _with_slots(part: str, text: str, slots: Mapping[str, str]) -> Sheet:
    """Put a slot into each cell that has one, and where rows and what follows them may be added.

    The extent is left out: it is optional, and not known before the sheet is filled in.
    """
    found: list[str] = []

    def slot(cell: re.Match[str]) -> str:
        if cell[2] not in slots:
            return cell[0]
        found.append(slots[cell[2]])
        return f"{cell[1]}%s"

    opened = _CELL.sub(slot, _DIMENSION.sub("", text, count=1).replace("%", "%%"))
    opened = opened.replace("</sheetData>", "%s</sheetData>", 1)
    opened = opened.replace("<pageMargins", "%s<pageMargins", 1)
    opened = opened.replace("</worksheet>", "%s</worksheet>", 1)
    return Sheet(part=part, text=opened, slots=(*found, *_AFTER))


def _table_sheet(book: Workbook, form: Form, table: FormTable) -> dict[str, str]:
    """Set a table like the form; return the slots by their cells."""
    sheet = book.create_sheet(SHEETS[table.name])
    last = get_column_letter(table.columns)
    for row in (1, 2):
        sheet.cell(row=row, column=1, value=_SLOT)
        sheet.merge_cells(f"A{row}:{last}{row}")
    slots = {"A1": "title", "A2": "source"}
    for at, width in enumerate(_WIDTHS[table.name], start=1):
        sheet.column_dimensions[get_column_letter(at)].width = width
    for form_cell in table.cells:
        slots |= _form_cell(sheet, form_cell)
    for row in range(table.rows):
        sheet.row_dimensions[FIRST_ROW + row].height = _height(table, row)
    sheet.sheet_view.showGridLines = False
    _print(sheet, "landscape" if table.columns > table.rows else "portrait", one_page=True)
    return slots


def _form_cell(sheet: Worksheet, form_cell: FormCell) -> dict[str, str]:
    row, column = FIRST_ROW + form_cell.row, 1 + form_cell.column
    last_row, last_column = row + form_cell.row_span - 1, column + form_cell.column_span - 1
    alignment = looks.LEFT if form_cell.kind == "label" else looks.CENTRE
    slots = {}
    for down in range(row, last_row + 1):
        for across in range(column, last_column + 1):
            covered = sheet.cell(row=down, column=across)  # its borders frame the joined cell
            if form_cell.pointer is None:
                _look(covered, alignment, looks.BODY, looks.HEADER)
            else:
                covered.value = _SLOT
                beside = (down, across) != (row, column)
                slots[covered.coordinate] = form_cell.pointer + ("#" if beside else "")
    if form_cell.pointer is None:
        sheet.cell(row=row, column=column).value = form_cell.text or None
    if (last_row, last_column) != (row, column):
        joined = CellRange(min_row=row, min_col=column, max_row=last_row, max_col=last_column)
        sheet.merged_cells.ranges.add(joined)
    return slots


def _look(cell: object, alignment: Alignment, font: Font, fill: PatternFill) -> None:
    cell.border, cell.alignment, cell.font, cell.fill = looks.GRID, alignment, font, fill  # type: ignore[attr-defined]  # openpyxl's cells have no types


def _height(table: FormTable, row: int) -> float:
    """Return the height in points that shows the longest text of a row, wrapped."""
    widths, lines = _WIDTHS[table.name], 1
    for cell in table.cells:
        if cell.row == row and cell.row_span == 1:
            width = sum(widths[cell.column : cell.column + cell.column_span])
            lines = max(lines, -(-len(cell.text) * 2 // int(width - 1)))
    return 8 + 14.0 * lines


def _findings_sheet(sheet: Worksheet) -> dict[str, str]:
    sheet.cell(row=1, column=1, value=_SLOT)
    _head(sheet, 2, list(FINDING_COLUMNS), list(FINDING_COLUMNS.values()))
    sheet.freeze_panes = "A3"
    sheet.print_title_rows = "2:2"
    _print(sheet, "landscape", one_page=False)
    return {"A1": "conclusion"}


def _long_sheet(sheet: Worksheet, form: Form) -> dict[str, str]:
    """Set the tidy table as far as the form says it; a slot is named by column and value."""
    _head(sheet, 1, LONG_COLUMNS, [22 if "label" in name else 14 for name in LONG_COLUMNS])
    sheet.freeze_panes = "A2"
    last = get_column_letter(len(LONG_COLUMNS))
    sheet.auto_filter.ref = f"A1:{last}{1 + len(form.pointers)}"
    sheet.print_title_rows = "1:1"
    _print(sheet, "landscape", one_page=False)
    slots = {}
    for row, place in enumerate(places(form).values(), start=2):
        for column, name in enumerate(LONG_COLUMNS, start=1):
            cell = sheet.cell(row=row, column=column)
            cell.value = getattr(place, name) if name in _PLACE_COLUMNS else _SLOT
            if name not in _PLACE_COLUMNS:
                slots[cell.coordinate] = f"{name}{place.pointer}"
    return slots


def _print(sheet: Worksheet, orientation: str, *, one_page: bool) -> None:
    """Print on A4, as wide as the paper."""
    sheet.page_setup.orientation = orientation
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToHeight = 1 if one_page else 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True


def _head(sheet: Worksheet, row: int, names: Sequence[str], widths: Sequence[float]) -> None:
    for at, (name, width) in enumerate(zip(names, widths, strict=True), start=1):
        cell = sheet.cell(row=row, column=at, value=name)
        _look(cell, looks.CENTRE, looks.BOLD, looks.HEADER)
        sheet.column_dimensions[get_column_letter(at)].width = width
