"""The workbook: three tables set like the form, the findings, and the tidy long table."""

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

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
_FILLS: dict[Reading, tuple[str, str]] = {
    "doubtful": ("FFE699", "识别存疑"),
    "corrected": ("BDD7EE", "按勾稽关系改取"),
    "inferred": ("D9D2E9", "由勾稽关系推得"),
    "blank": ("D9D9D9", "空白，不是 0"),
    "not_applicable": ("D9D9D9", "以符号代数，不是 0"),
    "missing": ("F4B183", "缺失，不是 0"),
    "unread": ("FFC000", "没有读出"),
}
_FIXED_TIME = (1980, 1, 1, 0, 0, 0)
_STAMPS = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*(<)")


def workbook_bytes(record: Record, validation: Validation) -> bytes:
    """Return the workbook as .xlsx; equal input gives equal bytes."""
    book = Workbook()
    book.remove(book.worksheets[0])
    form, marked = form_of(record), marks(record, validation)
    for table in form.tables:
        _form_sheet(book.create_sheet(_SHEETS[table.name]), table, marked, record)
    _findings_sheet(book.create_sheet("核验结果"), validation, form)
    _long_sheet(book.create_sheet("长表"), record)
    book.properties.creator = "gouji"
    written = io.BytesIO()
    book.save(written)
    return _without_clock(written.getvalue())


def _form_sheet(
    sheet: Worksheet, table: FormTable, marked: Mapping[str, Mark], record: Record
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
        _form_cell(sheet, form_cell, marked)
    for row in range(table.rows):
        sheet.row_dimensions[_FIRST_ROW + row].height = _height(table, row)
    shown = [marked[cell.pointer] for cell in table.values if cell.pointer is not None]
    _legend(sheet, _FIRST_ROW + table.rows + 1, shown)
    sheet.sheet_view.showGridLines = False
    _page(sheet, "landscape" if table.columns > table.rows else "portrait", one_page=True)


def _form_cell(sheet: Worksheet, form_cell: FormCell, marked: Mapping[str, Mark]) -> None:
    cell = sheet.cell(row=_FIRST_ROW + form_cell.row, column=1 + form_cell.column)
    cell.border, cell.alignment = _GRID, _LEFT if form_cell.kind == "label" else _CENTRE
    cell.font = _BODY
    if form_cell.pointer is None:
        _write(cell, form_cell.text)
        cell.fill = _HEADER
    else:
        _mark_value(cell, marked[form_cell.pointer])
    if form_cell.row_span > 1 or form_cell.column_span > 1:
        sheet.merge_cells(
            start_row=cell.row,
            start_column=cell.column,
            end_row=cell.row + form_cell.row_span - 1,
            end_column=cell.column + form_cell.column_span - 1,
        )


def _mark_value(cell: Cell, mark: Mark) -> None:
    _write_value(cell, mark.value if mark.value is not None else mark.shown)
    if mark.reading in _FILLS:
        cell.fill = PatternFill("solid", fgColor=_FILLS[mark.reading][0])
    if mark.fault == "main":
        cell.border = _FAULTY
        cell.font = _RED_BOLD
    elif mark.fault == "part":
        cell.font = _RED
    if mark.reasons:
        text = "\n".join(f"· {chinese}" for chinese, _ in mark.reasons)
        cell.comment = Comment(ILLEGAL_CHARACTERS_RE.sub("", text), "gouji", height=120, width=320)


def _write_value(cell: Cell, value: int | str | None) -> None:
    """Write a number as a number, a fee with just the decimals printed."""
    try:
        amount = Decimal(value) if isinstance(value, str) and value else None
    except InvalidOperation:
        amount = None
    if amount is None or not amount.is_finite() or len(amount.as_tuple().digits) > 15:
        _write(cell, value)
        return
    decimals = max(0, -int(amount.as_tuple().exponent))
    cell.value = amount
    cell.number_format = "0" + ("." + "0" * decimals if decimals else "")


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
    for colour, text in (fill for reading, fill in _FILLS.items() if reading in used):
        cell = sheet.cell(row=row, column=1)
        cell.fill, cell.border = PatternFill("solid", fgColor=colour), _GRID
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


def _long_sheet(sheet: Worksheet, record: Record) -> None:
    columns = COLUMNS[1:]  # a workbook holds one report: no job
    _header_row(sheet, 1, columns, [22 if "label" in name else 14 for name in columns])
    for at, row in enumerate(rows(record), start=2):
        for column, item in enumerate(items(row)[1:], start=1):
            cell = sheet.cell(row=at, column=column)
            if columns[column - 1] == "value":
                _write_value(cell, row.value)
            else:
                _write(cell, item)
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions
    _page(sheet, "landscape", one_page=False)


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


def _without_clock(content: bytes) -> bytes:
    """Take the time of writing out of a workbook, so that results can be compared."""
    fixed = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for entry in old.infolist():
            part = old.read(entry)
            if entry.filename == "docProps/core.xml":
                part = _STAMPS.sub(rb"\g<1>1980-01-01T00:00:00Z\2", part)
            info = zipfile.ZipInfo(entry.filename, _FIXED_TIME)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o600 << 16
            new.writestr(info, part)
    return fixed.getvalue()
