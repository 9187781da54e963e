"""The workbook: three tables set like the form, the findings, and the tidy long table."""

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from copy import copy
from decimal import Decimal, InvalidOperation
from xml.sax.saxutils import escape

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.styles.cell_style import StyleArray
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.cell_range import CellRange
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.writer.excel import ExcelWriter

from schemas.form import Form, FormCell, FormTable, TableName
from schemas.record import Record
from schemas.validation import Finding, Validation
from workers.pipeline.export.long_table import COLUMNS, items, rows
from workers.pipeline.export.marks import Mark, Reading, marks
from workers.pipeline.export.phrases import CAUSES, SEVERITIES, VERDICTS, rule
from workers.pipeline.places import form_of, places

_SHEETS: dict[TableName, str] = {
    "proactive_disclosure": "二、主动公开",
    "requests": "三、申请办理",
    "review_and_litigation": "四、复议诉讼",
}
# Column widths in characters of the default font.
_WIDTHS: dict[TableName, tuple[float, ...]] = {
    "proactive_disclosure": (26, 20, 20, 20),
    "requests": (8, 13, 40, 10, 10, 10, 10, 10, 10, 10),
    "review_and_litigation": (9,) * 15,
}
_FINDING_COLUMNS = {
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
_FIRST_ROW = 4
_FONT = "宋体"
_TITLE = Font(name=_FONT, size=14, bold=True)
_BODY = Font(name=_FONT, size=10)
_BOLD = Font(name=_FONT, size=10, bold=True)
_SMALL = Font(name=_FONT, size=9, color="666666")
_RED = Font(name=_FONT, size=10, color="C00000")
_RED_BOLD = Font(name=_FONT, size=10, bold=True, color="C00000")
_LINK = Font(name=_FONT, size=10, color="0563C1", underline="single")
_TOP = Alignment(vertical="top", wrap_text=True)
_THIN, _THICK = Side(style="thin", color="444444"), Side(style="medium", color="C00000")
_GRID = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_FAULTY = Border(left=_THICK, right=_THICK, top=_THICK, bottom=_THICK)
_CENTRE = Alignment(horizontal="center", vertical="center", wrap_text=True)
_LEFT = Alignment(horizontal="left", vertical="center", wrap_text=True)
_HEADER = PatternFill("solid", fgColor="F2F2F2")
_FILLS: dict[Reading, tuple[PatternFill, str]] = {
    "doubtful": (PatternFill("solid", fgColor="FFE699"), "识别存疑"),
    "corrected": (PatternFill("solid", fgColor="BDD7EE"), "按勾稽关系改取"),
    "inferred": (PatternFill("solid", fgColor="D9D2E9"), "由勾稽关系推得"),
    "blank": (PatternFill("solid", fgColor="D9D9D9"), "空白，不是 0"),
    "not_applicable": (PatternFill("solid", fgColor="D9D9D9"), "以符号代数，不是 0"),
    "missing": (PatternFill("solid", fgColor="F4B183"), "缺失，不是 0"),
    "unread": (PatternFill("solid", fgColor="FFC000"), "没有读出"),
}
_PLAIN_FILL = PatternFill()
_FIXED_TIME = (1980, 1, 1, 0, 0, 0)
_DIMENSION = re.compile(rb'(<dimension ref=")[^"]*(")')
_STAMPS = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*(<)")


def workbook_bytes(record: Record, validation: Validation) -> bytes:
    """Return the workbook as .xlsx; equal input gives equal bytes."""
    book = Workbook()
    book.remove(book.worksheets[0])
    form, marked = form_of(record), marks(record, validation)
    looks = _Looks()
    for table in form.tables:
        _form_sheet(book.create_sheet(_SHEETS[table.name]), table, marked, record, looks)
    _findings_sheet(book.create_sheet("核验结果"), validation, form)
    long_rows = _long_sheet(book.create_sheet("长表"), record)
    book.properties.creator = "gouji"
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_STORED) as parts:
        ExcelWriter(book, parts).write_data()
    return _finished(written.getvalue(), len(book.worksheets), long_rows, _extent(record))


class _Looks:
    """Set the looks of cells, each combination worked out once: openpyxl hashes them all anew."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, ...], StyleArray] = {}

    def set(
        self, cell: Cell, border: Border, alignment: Alignment, font: Font, fill: PatternFill
    ) -> None:
        """Give a cell its looks; the values are this module's own, so they are told by identity."""
        key = (id(border), id(alignment), id(font), id(fill))
        known = self._known.get(key)
        if known is None:
            cell.border, cell.alignment, cell.font, cell.fill = border, alignment, font, fill
            self._known[key] = copy(cell._style)
        else:
            style, own = copy(known), cell._style
            if own is not None:
                style.numFmtId = own.numFmtId  # a fee's decimals stay
            cell._style = style


def _form_sheet(
    sheet: Worksheet,
    table: FormTable,
    marked: Mapping[str, Mark],
    record: Record,
    looks: _Looks,
) -> None:
    title = next(s.title for s in form_of(record).sections if s.number == table.section)
    year = f"{record.year}年" if record.year else ""
    last = get_column_letter(table.columns)
    _write(sheet["A1"], f"{record.issuer or '（发布机关不明）'}　{year}{title}")
    sheet["A1"].font = _TITLE
    sheet["A1"].alignment = _CENTRE
    sheet.merge_cells(f"A1:{last}1")
    _write(sheet["A2"], f"来源：{record.source.filename}")
    sheet["A2"].font = _SMALL
    sheet.merge_cells(f"A2:{last}2")
    for at, width in enumerate(_WIDTHS[table.name], start=1):
        sheet.column_dimensions[get_column_letter(at)].width = width
    for form_cell in table.cells:
        _form_cell(sheet, form_cell, marked, looks)
    for row in range(table.rows):
        sheet.row_dimensions[_FIRST_ROW + row].height = _height(table, row)
    shown = [marked[cell.pointer] for cell in table.values if cell.pointer is not None]
    _legend(sheet, _FIRST_ROW + table.rows + 1, shown)
    sheet.sheet_view.showGridLines = False
    _page(sheet, "landscape" if table.columns > table.rows else "portrait", one_page=True)


def _form_cell(
    sheet: Worksheet, form_cell: FormCell, marked: Mapping[str, Mark], looks: _Looks
) -> None:
    row, column = _FIRST_ROW + form_cell.row, 1 + form_cell.column
    cell = sheet.cell(row=row, column=column)
    border, font, fill = _GRID, _BODY, _HEADER
    if form_cell.pointer is None:
        _write(cell, form_cell.text)
    else:
        border, font, fill = _mark_value(cell, marked[form_cell.pointer])
    alignment = _LEFT if form_cell.kind == "label" else _CENTRE
    last_row, last_column = row + form_cell.row_span - 1, column + form_cell.column_span - 1
    for down in range(row, last_row + 1):
        for across in range(column, last_column + 1):
            covered = sheet.cell(row=down, column=across)  # its borders frame the joined cell
            looks.set(covered, border, alignment, font, fill)
    if (last_row, last_column) != (row, column):
        joined = CellRange(min_row=row, min_col=column, max_row=last_row, max_col=last_column)
        sheet.merged_cells.ranges.add(joined)


def _mark_value(cell: Cell, mark: Mark) -> tuple[Border, Font, PatternFill]:
    """Write a value with the reasons for its mark, and return the looks that show the mark."""
    _write_value(cell, mark.value if mark.value is not None else mark.shown)
    if mark.reasons:
        text = "\n".join(f"· {chinese}" for chinese, _ in mark.reasons)
        cell.comment = Comment(ILLEGAL_CHARACTERS_RE.sub("", text), "gouji", height=120, width=320)
    fill = _FILLS[mark.reading][0] if mark.reading in _FILLS else _PLAIN_FILL
    if mark.fault == "main":
        return _FAULTY, _RED_BOLD, fill
    return _GRID, _RED if mark.fault == "part" else _BODY, fill


def _write_value(cell: Cell, value: int | str | None) -> None:
    """Write a number as a number, a fee with just the decimals printed."""
    amount = _amount(value)
    if amount is None:
        _write(cell, value)
        return
    cell.value = amount
    cell.number_format = _decimals(amount)


def _amount(value: int | str | None) -> Decimal | None:
    """Return a fee as a number; None for anything a spreadsheet would not hold exactly."""
    try:
        amount = Decimal(value) if isinstance(value, str) and value else None
    except InvalidOperation:
        return None
    exact = amount is not None and amount.is_finite() and len(amount.as_tuple().digits) <= 15
    return amount if exact else None


def _decimals(amount: Decimal) -> str:
    """Return the number format that shows just the decimals printed."""
    decimals = max(0, -int(amount.as_tuple().exponent))
    return "0" + ("." + "0" * decimals if decimals else "")


def _write(cell: Cell, value: object) -> None:
    """Write a plain value; text is never taken for a formula."""
    if isinstance(value, str):
        value = ILLEGAL_CHARACTERS_RE.sub("", value)
        cell.value = value or None
        if value:
            cell.data_type = "s"
    else:
        cell.value = value


def _height(table: FormTable, row: int) -> float:
    """Return the height in points that shows the longest text of a row, wrapped."""
    widths, lines = _WIDTHS[table.name], 1
    for cell in table.cells:
        if cell.row == row and cell.row_span == 1:
            width = sum(widths[cell.column : cell.column + cell.column_span])
            lines = max(lines, -(-len(cell.text) * 2 // int(width - 1)))
    return 8 + 14.0 * lines


def _legend(sheet: Worksheet, row: int, shown: Sequence[Mark]) -> None:
    """Explain the colours that occur."""
    used = {mark.reading for mark in shown}
    if any(mark.fault == "main" for mark in shown):
        cell = sheet.cell(row=row, column=1)
        cell.border = _FAULTY
        _write(sheet.cell(row=row, column=2), "红框：核验有误，原因见批注")
        row += 1
    for fill, text in (look for reading, look in _FILLS.items() if reading in used):
        cell = sheet.cell(row=row, column=1)
        cell.fill, cell.border = fill, _GRID
        _write(sheet.cell(row=row, column=2), f"{text}，详见批注")
        row += 1


def _findings_sheet(sheet: Worksheet, validation: Validation, form: Form) -> None:
    counts = validation.counts
    _write(
        sheet["A1"],
        f"核验结论：{VERDICTS[validation.verdict][0]}"
        f"（错误 {counts.error}，提醒 {counts.warning}，参考 {counts.info}）",
    )
    sheet["A1"].font = _TITLE
    _header_row(sheet, 2, list(_FINDING_COLUMNS), list(_FINDING_COLUMNS.values()))
    where = places(form)
    cells = {cell.pointer: (table, cell) for table in form.tables for cell in table.values}
    for number, finding in enumerate(validation.findings, start=1):
        row = number + 2
        first = finding.paths[0] if finding.paths else ""
        place = where[first].label if first in where else ""
        for column, item in enumerate(_finding_items(number, finding, place), start=1):
            cell = sheet.cell(row=row, column=column)
            _write(cell, item)
            cell.border, cell.font, cell.alignment = _GRID, _BODY, _TOP
        if first in cells:
            table, target = cells[first]
            at = f"{get_column_letter(target.column + 1)}{_FIRST_ROW + target.row}"
            link = sheet.cell(row=row, column=5)
            link.hyperlink = f"#'{_SHEETS[table.name]}'!{at}"
            link.font = _LINK
    sheet.freeze_panes = "A3"
    _page(sheet, "landscape", one_page=False)


def _finding_items(number: int, finding: Finding, place: str) -> Sequence[object]:
    return (
        number,
        SEVERITIES[finding.severity][0],
        finding.code,
        CAUSES[finding.cause][0],
        place or rule(finding.code)[0],
        finding.message,
        finding.formula,
        finding.expected,
        finding.actual,
        finding.page,
        finding.suggestion,
        finding.message_en,
    )


def _long_sheet(sheet: Worksheet, record: Record) -> str:
    """Set the head of the long table and return its rows as SpreadsheetML.

    Its 3,200 cells take ten times as long as objects; they are put in when the book is finished.
    """
    columns = COLUMNS[1:]  # a workbook holds one report: no job
    _header_row(sheet, 1, columns, [22 if "label" in name else 14 for name in columns])
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = _extent(record)
    _page(sheet, "landscape", one_page=False)
    letters = [get_column_letter(at) for at in range(1, len(COLUMNS))]
    number = Cell(sheet, row=1, column=1)  # on no sheet: it tells the style of a number format
    written = []
    for at, row in enumerate(rows(record), start=2):
        cells = [
            _long_cell(f"{letter}{at}", item)
            if name != "value"
            else _long_value(f"{letter}{at}", row.value, number)
            for name, letter, item in zip(columns, letters, items(row)[1:], strict=True)
        ]
        written.append(f'<row r="{at}">{"".join(cells)}</row>')
    return "".join(written)


def _long_value(place: str, value: int | str | None, number: Cell) -> str:
    amount = _amount(value)
    if amount is None:
        return _long_cell(place, value)
    number.number_format = _decimals(amount)
    return f'<c r="{place}" s="{number.style_id}"><v>{amount}</v></c>'


def _long_cell(place: str, item: object) -> str:
    """Return a cell of plain text or a number; text in its place is never taken for a formula."""
    if isinstance(item, int | float):
        return f'<c r="{place}"><v>{item!r}</v></c>'
    text = ILLEGAL_CHARACTERS_RE.sub("", item) if isinstance(item, str) else ""
    if not text:
        return ""
    return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{escape(text)}</t></is></c>'


def _extent(record: Record) -> str:
    """Return the range of the long table, its head included."""
    return f"A1:{get_column_letter(len(COLUMNS) - 1)}{1 + len(form_of(record).pointers)}"


def _page(sheet: Worksheet, orientation: str, *, one_page: bool) -> None:
    """Print on A4, as wide as the paper."""
    sheet.page_setup.orientation = orientation
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToHeight = 1 if one_page else 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True


def _header_row(sheet: Worksheet, row: int, names: Sequence[str], widths: Sequence[float]) -> None:
    for at, (name, width) in enumerate(zip(names, widths, strict=True), start=1):
        cell = sheet.cell(row=row, column=at)
        _write(cell, name)
        cell.fill, cell.font, cell.border = _HEADER, _BOLD, _GRID
        cell.alignment = _CENTRE
        sheet.column_dimensions[get_column_letter(at)].width = width


def _finished(content: bytes, last_sheet: int, long_rows: str, extent: str) -> bytes:
    """Put in the long table's rows and take out the time of writing: results can be compared."""
    fixed = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for entry in old.infolist():
            part = old.read(entry)
            if entry.filename == "docProps/core.xml":
                part = _STAMPS.sub(rb"\g<1>1980-01-01T00:00:00Z\2", part)
            if entry.filename == f"xl/worksheets/sheet{last_sheet}.xml":
                part = _DIMENSION.sub(rb"\g<1>%s\2" % extent.encode(), part, count=1)
                part = part.replace(b"</sheetData>", long_rows.encode() + b"</sheetData>", 1)
            info = zipfile.ZipInfo(entry.filename, _FIXED_TIME)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o600 << 16
            new.writestr(info, part)
    return fixed.getvalue()
