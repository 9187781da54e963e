"""Grid → statutory form: which cell of which table holds which value and which label."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from schemas.form import Form, FormCell, FormTable, TableName
from schemas.page import Page
from schemas.table import Cell, Table
from workers.pipeline.tables.align import align
from workers.pipeline.tables.join import join
from workers.pipeline.tables.labels import likeness, plain

_HEADED = 0.6
"""Share of a table's value columns whose header must be found for their order to be trusted."""
_ALIKE = 0.6


@dataclass(frozen=True, kw_only=True)
class LabelReading:
    """A label, header or group of the form and the cell in which it was found printed."""

    table: TableName
    form_cell: FormCell
    cell: Cell


@dataclass(frozen=True, kw_only=True)
class Registration:
    """All tables of a document laid on a form.

    `values` holds every pointer of the form; None where the cell is missing or cut off.
    """

    form: Form
    values: dict[str, Cell | None]
    labels: tuple[LabelReading, ...]
    tables: tuple[Table, ...]
    """Every table of the document, joined over pages; `Table.form` names the statutory ones."""
    missing: tuple[TableName, ...]
    """Statutory tables that were not found at all."""
    uncertain: frozenset[str] = frozenset()
    """Pointers whose place in the form no header confirms."""
    merged: frozenset[str] = frozenset()
    """Pointers whose cell is not surely one value's: a ruling is missing there, or one too many."""


@dataclass(frozen=True, kw_only=True)
class _Fit:
    """One table laid on one statutory table: form cells paired with printed cells."""

    values: dict[str, Cell]
    labels: tuple[LabelReading, ...]
    uncertain: frozenset[str]
    parted: frozenset[str]
    """Pointers of rows in which more cells stand than the form has: one may be a piece."""


def register(pages: Sequence[Page], form: Form) -> Registration:
    """Join the tables of all pages and lay the statutory ones on the form."""
    tables = join(pages, form)
    fits = {form_table.name: _best_fit(tables, form_table) for form_table in form.tables}
    found = {name: fit for name, fit in fits.items() if fit is not None}
    printed = {pointer: cell for fit in found.values() for pointer, cell in fit.values.items()}
    used = Counter(id(cell) for cell in printed.values())
    return Registration(
        form=form,
        values={pointer: printed.get(pointer) for pointer in form.pointers},
        labels=tuple(label for fit in found.values() for label in fit.labels),
        tables=tables,
        missing=tuple(table.name for table in form.tables if table.name not in found),
        uncertain=frozenset(pointer for fit in found.values() for pointer in fit.uncertain),
        merged=frozenset(
            pointer
            for pointer, cell in printed.items()
            if used[id(cell)] > 1 or cell.row_span > form.value_cells[pointer].row_span
        ).union(*(fit.parted for fit in found.values())),
    )


def _best_fit(tables: Sequence[Table], form_table: FormTable) -> _Fit | None:
    """Lay every table of that name on the form and keep the one that fills most of it."""
    fits = [_fit(table, form_table) for table in tables if table.form == form_table.name]
    return max(fits, key=lambda fit: (len(fit.values), -len(fit.uncertain)), default=None)


def _fit(table: Table, form_table: FormTable) -> _Fit:
    printed = [_row_cells(table, row) for row in range(table.rows)]
    wanted = _value_rows(form_table)
    pairs = _paired_rows(printed, wanted)
    values: dict[str, Cell] = {}
    labels: list[LabelReading] = []
    uncertain: set[str] = set()
    parted: set[str] = set()
    headers = [cell for cell in form_table.cells if cell.kind == "header"]
    for at, row in pairs.items():
        label, cells = wanted[row]
        found = _values_of(printed[at], cells, label is not None)
        if label is not None and (own := _label_of(printed[at], len(cells))) is not None:
            labels.append(LabelReading(table=form_table.name, form_cell=label, cell=own))
            if _stands_elsewhere(label, own, printed[at]):
                parted |= {cell.pointer for cell in cells if cell.pointer}
        places = dict(zip(cells, found, strict=True)) if len(found) == len(cells) else {}
        values |= {cell.pointer: place for cell, place in places.items() if cell.pointer}
        if len(cells) > 1 and not _headed(table, at, places, headers):
            uncertain |= {cell.pointer for cell in cells if cell.pointer}
    labels += _headers_and_groups(table, form_table)
    return _Fit(
        values=values,
        labels=tuple(labels),
        uncertain=frozenset(uncertain),
        parted=frozenset(parted),
    )


def _row_cells(table: Table, row: int) -> list[Cell]:
    """Return the cells that cover a row, from left to right."""
    cells = [cell for cell in table.cells if cell.row <= row < cell.row + cell.row_span]
    return sorted(cells, key=lambda cell: cell.column)


def _value_rows(form_table: FormTable) -> list[tuple[FormCell | None, list[FormCell]]]:
    """Return the rows of a form that hold values: their label and their value cells."""
    rows: dict[int, list[FormCell]] = {}
    for cell in form_table.values:
        rows.setdefault(cell.row, []).append(cell)
    label = {cell.row: cell for cell in form_table.cells if cell.kind == "label"}
    return [(label.get(row), cells) for row, cells in sorted(rows.items())]


def _paired_rows(
    printed: Sequence[Sequence[Cell]], wanted: Sequence[tuple[FormCell | None, list[FormCell]]]
) -> dict[int, int]:
    """Pair printed rows with rows of the form, in order, by label."""
    if all(label is None for label, _ in wanted):
        return _only_row(printed, len(wanted[0][1]))
    texts = []
    for cells in printed:
        best = max((len(values) for _, values in wanted), default=1)
        texts.append(_label_texts(cells, best))
    names = [plain(label.text) if label is not None else "" for label, _ in wanted]
    scores = [
        [max((likeness(text, name) for text in own), default=0.0) for name in names]
        for own in texts
    ]
    return align(scores)


def _label_texts(cells: Sequence[Cell], most: int) -> list[str]:
    """Return what may be the label of a printed row: the cell before its numbers."""
    texts = []
    for count in {1, 3, most}:
        if len(cells) > count:
            text = plain(cells[-count - 1].text)
            if text and not text.isdigit():
                texts.append(text)
    return texts


def _only_row(printed: Sequence[Sequence[Cell]], width: int) -> dict[int, int]:
    """Find the one row of values of a table without row labels: its last row of that width."""
    rows = [at for at, cells in enumerate(printed) if _is_value_row(cells, width)]
    return {rows[-1]: 0} if rows else {}


def _is_value_row(cells: Sequence[Cell], width: int) -> bool:
    lettered = sum(
        not cell.candidates and any("一" <= letter <= "鿿" for letter in cell.text)
        for cell in cells
    )
    return len(cells) == width and lettered <= width // 5


def _values_of(cells: Sequence[Cell], wanted: Sequence[FormCell], labelled: bool) -> list[Cell]:
    """Return the cells at the right end of a row that hold its values; none when too few."""
    least = len(wanted) + (1 if labelled else 0)
    return list(cells[-len(wanted) :]) if len(cells) >= least else []


def _label_of(cells: Sequence[Cell], width: int) -> Cell | None:
    return cells[-width - 1] if len(cells) > width else None


def _stands_elsewhere(label: FormCell, own: Cell, cells: Sequence[Cell]) -> bool:
    """Say whether a row's label is another cell than the one before its numbers."""
    name = plain(label.text)
    if likeness(plain(own.text), name) >= _ALIKE:
        return False
    return any(likeness(plain(cell.text), name) >= _ALIKE for cell in cells)


def _headed(
    table: Table, row: int, places: dict[FormCell, Cell], headers: Sequence[FormCell]
) -> bool:
    """Say whether enough value cells of a row stand below the header the form puts there."""
    hits = 0
    for wanted, cell in places.items():
        expected = _header_over(wanted, headers)
        above = [
            other
            for other in table.cells
            if other.row + other.row_span <= row
            and other.column <= cell.column < other.column + other.column_span
        ]
        hits += any(likeness(plain(other.text), expected) >= _ALIKE for other in above)
    return bool(places) and hits >= _HEADED * len(places)


def _header_over(value: FormCell, headers: Sequence[FormCell]) -> str:
    """Return the plain text of the header directly over a value cell of the form."""
    over = [
        header
        for header in headers
        if header.row < value.row
        and header.column <= value.column < header.column + header.column_span
    ]
    nearest = max(over, key=lambda header: header.row)
    return plain(nearest.text)


def _headers_and_groups(table: Table, form_table: FormTable) -> list[LabelReading]:
    """Pair headers, groups and the corner with the printed cells most like them, each once."""
    free = [cell for cell in table.cells if cell.text]
    found = []
    for wanted in form_table.cells:
        if wanted.kind in ("value", "label") or not free:
            continue
        name = plain(wanted.text)
        best = max(free, key=lambda cell: likeness(plain(cell.text), name))
        if likeness(plain(best.text), name) >= _ALIKE:
            free.remove(best)
            found.append(LabelReading(table=form_table.name, form_cell=wanted, cell=best))
    return found
