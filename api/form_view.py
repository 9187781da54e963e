"""A statutory form as customers and the page read it: cells with spans, pointers, English names."""

from collections.abc import Sequence

from schemas.form import CellKind, Form, FormCell, FormTable, TableName
from schemas.record import Template
from schemas.value import Value

TITLES: dict[TableName, tuple[str, str]] = {
    "proactive_disclosure": ("主动公开政府信息情况", "Proactive disclosure"),
    "requests": ("收到和处理政府信息公开申请情况", "Requests received and handled"),
    "review_and_litigation": ("行政复议、行政诉讼情况", "Reconsideration and litigation"),
}


class CellView(Value):
    """A cell of the form; `english` names what the label names, by the keys of the record."""

    row: int
    column: int
    row_span: int
    column_span: int
    kind: CellKind
    text: str
    english: str
    pointer: str | None


class TableView(Value):
    """A statutory table; `head_rows` head all of it, 0 where headers stand further down too."""

    name: TableName
    section: int
    title: str
    title_en: str
    rows: int
    columns: int
    head_rows: int
    cells: tuple[CellView, ...]


class FormView(Value):
    """A form: which notice lays it down, for which report years, and its tables."""

    template: Template
    notice: str
    first_year: int
    last_year: int | None
    tables: tuple[TableView, ...]


def form_view(form: Form) -> FormView:
    """Return a form as it is served."""
    return FormView(
        template=form.template,
        notice=form.notice,
        first_year=form.first_year,
        last_year=form.last_year,
        tables=tuple(map(_table, form.tables)),
    )


def _table(table: FormTable) -> TableView:
    title, title_en = TITLES[table.name]
    cells = sorted(table.cells, key=lambda cell: (cell.row, cell.column))
    return TableView(
        name=table.name,
        section=table.section,
        title=title,
        title_en=title_en,
        rows=table.rows,
        columns=table.columns,
        head_rows=_head_rows(table),
        cells=tuple(_cell(cell, table) for cell in cells),
    )


def _cell(cell: FormCell, table: FormTable) -> CellView:
    return CellView(
        row=cell.row,
        column=cell.column,
        row_span=cell.row_span,
        column_span=cell.column_span,
        kind=cell.kind,
        text=cell.text,
        english=_english(cell, table),
        pointer=cell.pointer,
    )


def _head_rows(table: FormTable) -> int:
    kinds = [{cell.kind for cell in table.cells if cell.row == row} for row in range(table.rows)]
    heads = [bool(kind) and kind <= {"header", "corner"} for kind in kinds]
    leading = next((row for row, head in enumerate(heads) if not head), table.rows)
    return 0 if any(heads[leading:]) else leading


def _english(cell: FormCell, table: FormTable) -> str:
    """Return the part of the keys that all values of a row, or below a header, share."""
    if cell.kind == "label":
        beside = [value for value in table.values if value.row == cell.row]
        return _words([_keys(value)[0] for value in beside])
    if cell.kind != "header" or cell.column_span == table.columns:
        return ""
    below = [_keys(value) for value in table.values if _heads(cell, value, table)]
    paired = [keys for keys in below if len(keys) > 1]
    return _words([keys[-1] for keys in paired]) or _words([keys[0] for keys in paired])


def _keys(value: FormCell) -> list[str]:
    """Return the keys of a value below its table."""
    assert value.pointer is not None
    return value.pointer.split("/")[2:]


def _heads(header: FormCell, value: FormCell, table: FormTable) -> bool:
    """Say whether a value stands below a header, with no header of the whole table between."""
    under = header.column <= value.column < header.column + header.column_span
    between = any(
        cell.kind == "header"
        and header.row < cell.row < value.row
        and cell.column_span == table.columns
        for cell in table.cells
    )
    return under and header.row < value.row and not between


def _words(keys: Sequence[str]) -> str:
    return keys[0].replace("_", " ").removesuffix(" 10k yuan") if len(set(keys)) == 1 else ""
