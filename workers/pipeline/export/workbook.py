"""The workbook: three tables set like the form, the findings, and the tidy long table."""

from collections.abc import Iterator, Mapping, Sequence

from openpyxl.utils import get_column_letter

from schemas.form import Form, FormTable
from schemas.long_row import COLUMNS
from schemas.phrases import CAUSES, SEVERITIES, VERDICTS, rule
from schemas.record import Record
from schemas.spreadsheet import (
    amount,
    cell,
    decimals,
    number_cell,
    packed,
    text_cell,
)
from schemas.validation import Finding, Validation
from workers.pipeline.export.long_table import rows
from workers.pipeline.export.marks import Fault, Mark, marks
from workers.pipeline.export.workbook_looks import FILLS, Styles
from workers.pipeline.export.workbook_notes import DRAWING, Note, content_type, note_parts
from workers.pipeline.export.workbook_template import (
    CONTENT_TYPES,
    FINDING_COLUMNS,
    FINDINGS,
    FIRST_ROW,
    LONG,
    LONG_COLUMNS,
    OWN_COLUMNS,
    SAME_COLUMNS,
    SHEETS,
    WorkbookTemplate,
    workbook_template,
)
from workers.pipeline.places import form_of, places

_OFFICE = "application/vnd.openxmlformats-officedocument"
_VML = f'<Default Extension="vml" ContentType="{_OFFICE}.vmlDrawing"/>'
_FIRST = COLUMNS.index(LONG_COLUMNS[0])
_PLACE_COLUMN = 4
"""Of a finding: the column whose text leads to the cell."""


_FAULTS: Mapping[Fault, str] = {
    "main": "红框：核验有误，原因见批注",
    "asked": "虚线框：有提醒，请核对，原因见批注",
}


def workbook_bytes(
    record: Record, validation: Validation, marked: Mapping[str, Mark] | None = None
) -> bytes:
    """Return the workbook as .xlsx; equal input gives equal bytes."""
    form = form_of(record)
    template = workbook_template(form.template)
    marked = marks(record, validation) if marked is None else marked
    parts: dict[str, str | bytes] = {}
    noted: list[int] = []
    for number, table in enumerate(form.tables, start=1):
        notes = _notes(table, marked)
        sheet = template.sheets[SHEETS[table.name]]
        filled = _table_items(table, marked, record, template.styles)
        parts[sheet.part] = sheet.filled({**filled, "end": DRAWING if notes else ""})
        if notes:
            noted.append(number)
            parts |= note_parts(number, notes)
    findings = template.sheets[FINDINGS]
    parts[findings.part] = findings.filled(_finding_items(validation, form, template.styles))
    long = template.sheets[LONG]
    parts[long.part] = long.filled_in_order(_long_items(record, template.styles))
    parts[CONTENT_TYPES] = _announced(template, noted)
    return packed(parts, onto=template.packed)


def _announced(template: WorkbookTemplate, noted: Sequence[int]) -> str:
    more = "".join(content_type(number) for number in noted)
    return template.types.replace("</Types>", f"{_VML}{more}</Types>") if noted else template.types


def _table_items(
    table: FormTable, marked: Mapping[str, Mark], record: Record, styles: Styles
) -> dict[str, str]:
    """Return what fills a sheet set like the form, by slot."""
    form = form_of(record)
    title = next(s.title for s in form.sections if s.number == table.section)
    year = f"{record.year}年" if record.year else ""
    shown = [marked[value.pointer] for value in table.values if value.pointer is not None]
    items = {
        "title": text_cell(f"{record.issuer or '（发布机关不明）'}　{year}{title}", styles.title),
        "source": text_cell(f"来源：{record.source.filename}", styles.small),
        "rows": "".join(_legend(FIRST_ROW + table.rows + 1, shown, styles)),
        "links": "",
    }
    known: dict[Mark, tuple[str, str]] = {}
    for mark in shown:
        alike = Mark("", mark.value, mark.shown, mark.reading, mark.fault)
        cells = known[alike] = known.get(alike) or _value_cells(alike, styles)
        items[mark.pointer], items[mark.pointer + "#"] = cells
    return items


def _value_cells(mark: Mark, styles: Styles) -> tuple[str, str]:
    """Return a value's cell and those it covers: their borders frame the joined cell."""
    looks = styles.values[mark.reading, mark.fault]
    return _value(mark.value, mark.shown, looks), text_cell(None, looks[0])


def _value(value: int | str | None, shown: str, looks: Sequence[int]) -> str:
    """Return the rest of a value's cell; an amount has just the decimals printed."""
    if isinstance(value, int):
        return cell(value, looks[0])
    number = amount(value)
    if number is None:
        return text_cell(shown, looks[0])
    return number_cell(number, looks[decimals(number)])


def _notes(table: FormTable, marked: Mapping[str, Mark]) -> list[Note]:
    return [
        Note(
            row=FIRST_ROW + value.row,
            column=1 + value.column,
            reference=f"{get_column_letter(1 + value.column)}{FIRST_ROW + value.row}",
            lines=[f"· {chinese}" for chinese, _ in marked[value.pointer].reasons],
        )
        for value in table.values
        if value.pointer is not None and marked[value.pointer].reasons
    ]


def _legend(row: int, shown: Sequence[Mark], styles: Styles) -> Iterator[str]:
    """Yield rows that explain the marks that occur."""
    used = {mark.reading for mark in shown}
    faults = {mark.fault for mark in shown}
    lines = [
        (styles.values["clear", fault][0], words)
        for fault, words in _FAULTS.items()
        if fault in faults
    ]
    for reading, (_, words) in FILLS.items():
        if reading in used:
            lines.append((styles.values[reading, "none"][0], f"{words}，详见批注"))
    for at, (style, words) in enumerate(lines, start=row):
        sample, text = text_cell(None, style), text_cell(words)
        yield f'<row r="{at}"><c r="A{at}"{sample}<c r="B{at}"{text}</row>'


def _finding_items(validation: Validation, form: Form, styles: Styles) -> dict[str, str]:
    """Return what fills the sheet of findings: its rows, and links from them to the cells."""
    counts = validation.counts
    words = (
        f"核验结论：{VERDICTS[validation.verdict][0]}"
        f"（错误 {counts.error}，提醒 {counts.warning}，参考 {counts.info}）"
    )
    where = places(form)
    cells = {
        value.pointer: f"'{SHEETS[table.name]}'!"
        f"{get_column_letter(1 + value.column)}{FIRST_ROW + value.row}"
        for table in form.tables
        for value in table.values
    }
    written, links = [], []
    for number, finding in enumerate(validation.findings, start=1):
        first = finding.paths[0] if finding.paths else ""
        items = _finding_row(number, finding, where[first].label if first in where else "")
        written.append(_row(number + 2, items, styles, linked=first in cells))
        if first in cells:
            place = f"{get_column_letter(1 + _PLACE_COLUMN)}{number + 2}"
            links.append(f'<hyperlink ref="{place}" location="{cells[first]}"/>')
    return {
        "conclusion": text_cell(words, styles.heading),
        "rows": "".join(written),
        "links": f"<hyperlinks>{''.join(links)}</hyperlinks>" if links else "",
        "end": "",
    }


def _row(row: int, items: Sequence[object], styles: Styles, *, linked: bool) -> str:
    """Return a row of findings, as high as its longest text wrapped."""
    widths = FINDING_COLUMNS.values()
    lines = max(
        -(-len(item.encode("gb18030", "replace")) // (width - 1)) if isinstance(item, str) else 1
        for item, width in zip(items, widths, strict=True)
    )
    filled = "".join(
        f'<c r="{get_column_letter(1 + at)}{row}"'
        + cell(item, styles.link if linked and at == _PLACE_COLUMN else styles.body)
        for at, item in enumerate(items)
    )
    height = min(400, 6 + 14 * lines)
    return f'<row r="{row}" ht="{height}" customHeight="1">{filled}</row>'


def _finding_row(number: int, finding: Finding, place: str) -> Sequence[object]:
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
        "\n".join(filter(None, (finding.message_en, finding.suggestion_en))),
    )


def _long_items(record: Record, styles: Styles) -> list[str]:
    """Return what fills the tidy table, row by row; much of it is the same from row to row."""
    items: list[str] = []
    same: list[str] = []
    known: dict[Sequence[object], list[str]] = {}
    for row in rows(record):
        same = same or [cell(item) for item in row[_FIRST : _FIRST + len(SAME_COLUMNS)]]
        after = row[-len(OWN_COLUMNS) + 1 :]
        own = known.get(after)
        if own is None:
            own = known[after] = [cell(item) for item in after]
        items += same
        items.append(_value(row.value, str(row.value or ""), styles.decimals))
        items += own
    return items
