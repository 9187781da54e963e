"""The statutory forms as data; reading, normalising, validating and every export follow them.

A form has three tables. A table is a grid of cells (`FormCell`), each with its place and span, its
kind and, for a value, the JSON pointer of that value in the record. Relations (勾稽关系) are sums
over pointers.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from schemas.record import Template
from schemas.validation import Severity

TableName = Literal["proactive_disclosure", "requests", "review_and_litigation"]
CellKind = Literal["header", "corner", "group", "label", "value"]


@dataclass(frozen=True, kw_only=True, eq=False)
class FormCell:
    """A cell of a statutory table, itself and no other; `row` and `column` count from 0.

    `header` stands over columns, `group` and `label` before rows, `corner` in the corner. A value
    is a count, an amount (`decimal`) or a change from last year (`signed`: an integer, may be -3).
    """

    row: int
    column: int
    row_span: int = 1
    column_span: int = 1
    kind: CellKind
    text: str = ""
    pointer: str | None = None
    decimal: bool = False
    signed: bool = False
    units: tuple[str, ...] = ()
    """Units that may be printed behind an amount without changing it."""


@dataclass(frozen=True, kw_only=True, eq=False)
class FormTable:
    """A statutory table: its name in the record, its section and its cells in reading order."""

    name: TableName
    section: int
    rows: int
    columns: int
    cells: tuple[FormCell, ...]

    @cached_property
    def values(self) -> tuple[FormCell, ...]:
        """The value cells, in reading order."""
        return tuple(cell for cell in self.cells if cell.kind == "value")

    @cached_property
    def heads(self) -> tuple[FormCell, ...]:
        """The headers, groups and the corner, in reading order."""
        return tuple(cell for cell in self.cells if cell.kind in ("header", "corner", "group"))

    @cached_property
    def value_rows(self) -> tuple[tuple[FormCell | None, tuple[FormCell, ...]], ...]:
        """The rows that hold values, each with its label, if it has one."""
        labels = {cell.row: cell for cell in self.cells if cell.kind == "label"}
        rows: dict[int, list[FormCell]] = {}
        for cell in self.values:
            rows.setdefault(cell.row, []).append(cell)
        return tuple((labels.get(row), tuple(cells)) for row, cells in sorted(rows.items()))


@dataclass(frozen=True, kw_only=True)
class Relation:
    """A 勾稽关系: the values at `terms` add up to the values at `totals`."""

    code: str
    severity: Severity
    subject: str
    subject_en: str
    terms: tuple[str, ...]
    totals: tuple[str, ...]

    @property
    def pointers(self) -> tuple[str, ...]:
        """All values the relation binds."""
        return self.terms + self.totals


@dataclass(frozen=True, kw_only=True)
class SectionTitle:
    """A section of the report: its number, its title and the official variants of that."""

    number: int
    title: str
    variants: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, eq=False)
class Form:
    """A template of the annual report, as a notice of the State Council's office lays it down."""

    template: Template
    notice: str
    first_year: int
    last_year: int | None
    sections: tuple[SectionTitle, ...]
    tables: tuple[FormTable, ...]
    relations: tuple[Relation, ...]

    @cached_property
    def pointers(self) -> tuple[str, ...]:
        """The JSON pointers of all values, in reading order."""
        return tuple(c.pointer for t in self.tables for c in t.values if c.pointer is not None)

    @cached_property
    def value_cells(self) -> dict[str, FormCell]:
        """The value cells by pointer."""
        return {c.pointer: c for t in self.tables for c in t.values if c.pointer is not None}

    def table(self, name: TableName) -> FormTable:
        """Return the table of that name."""
        return next(table for table in self.tables if table.name == name)
