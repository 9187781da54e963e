"""Where a value stands on the form: its table, keys and labels, for messages and tidy rows."""

from dataclasses import dataclass
from functools import lru_cache

from schemas.form import Form, FormCell, FormTable, TableName
from schemas.forms import FORMS
from schemas.record import Record

TABLE_TITLES: dict[TableName, str] = {
    "proactive_disclosure": "主动公开政府信息情况表",
    "requests": "收到和处理政府信息公开申请情况表",
    "review_and_litigation": "行政复议、行政诉讼情况表",
}
TABLE_TITLES_EN: dict[TableName, str] = {
    "proactive_disclosure": "table of proactive disclosure",
    "requests": "table of requests",
    "review_and_litigation": "table of review and litigation",
}

# Rows of table two that hold one value only: the key of its column, the same in both templates.
_SINGLE_COLUMN = {"administrative_fees_10k_yuan": "amount"}
_DEFAULT_COLUMN = "decisions"


@dataclass(frozen=True, kw_only=True)
class Place:
    """A value's place: `row` and `column` are keys, the labels are the form's wording."""

    pointer: str
    table: TableName
    row: str
    column: str
    row_label: str
    column_label: str
    groups: tuple[str, ...] = ()
    """The group labels before the row label, outermost first."""

    @property
    def row_title(self) -> str:
        """The row in words, with its group and without the form's own explanation."""
        group = self.groups[-1] if len(self.groups) > 1 else ""
        return f"{group} {self.row_label.split('（区分')[0]}".strip()

    @property
    def label(self) -> str:
        """The place in words: “（三）不予公开 1.属于国家秘密 / 自然人”."""
        return f"{self.row_title} / {self.column_label.split('（')[0]}"

    @property
    def label_en(self) -> str:
        """The place in words, by its keys."""
        return f"{self.row} / {self.column}".replace("_", " ")


def form_of(record: Record) -> Form:
    """Return the form a record is laid on; a record without tables is shown on the newest."""
    return FORMS[record.template or "2021"]


def places(form: Form) -> dict[str, Place]:
    """Return the places of all values of a form by pointer, in reading order."""
    return _places(form.template)


@lru_cache(maxsize=4)
def _places(template: str) -> dict[str, Place]:
    form = next(form for name, form in FORMS.items() if name == template)
    return {
        cell.pointer: _place(table, cell, cell.pointer)
        for table in form.tables
        for cell in table.values
        if cell.pointer is not None
    }


def _place(table: FormTable, cell: FormCell, pointer: str) -> Place:
    keys = pointer.split("/")[2:]
    before = [
        other.text
        for other in table.cells
        if other.kind in ("group", "label")
        and other.row <= cell.row < other.row + other.row_span
        and other.column < cell.column
    ]
    above = [
        other.text
        for other in table.cells
        if other.kind == "header"
        and other.row < cell.row
        and other.column <= cell.column < other.column + other.column_span
    ]
    row_label = before[-1] if before else "/".join(above[:-1])
    return Place(
        pointer=pointer,
        table=table.name,
        row=keys[0],
        column=keys[1] if len(keys) > 1 else _SINGLE_COLUMN.get(keys[0], _DEFAULT_COLUMN),
        row_label=row_label,
        column_label=above[-1],
        groups=tuple(before[:-1]),
    )


def value_at(record: Record, pointer: str) -> int | str | None:
    """Return the value a JSON pointer of the form names in a record."""
    table, key, column = _keys(pointer)
    if table == "requests":
        row = record.requests.get(key)
        value: int | str | None = getattr(row, column) if row is not None else None
    else:
        value = getattr(getattr(record, table), key)
        value = getattr(value, column) if column else value
    return value


def values_of(record: Record, form: Form | None = None) -> dict[str, int | str | None]:
    """Return all values of a record by pointer, in the order of the form it is laid on."""
    pointers = (form or form_of(record)).pointers
    return {pointer: value_at(record, pointer) for pointer in pointers}


@lru_cache(maxsize=1024)
def _keys(pointer: str) -> tuple[str, str, str]:
    """Return table, row and column of a pointer; the column is empty where there is none."""
    table, key, *rest = pointer.split("/")[1:]
    return table, key, rest[0] if rest else ""
