"""Fragments → tables: which statutory table a grid belongs to, and page breaks mended."""

from collections.abc import Sequence
from functools import cache, lru_cache

import numpy as np

from schemas.form import Form, TableName
from schemas.page import Page
from schemas.table import Cell, Table
from workers.pipeline.tables.labels import likeness, likenesses, plain
from workers.pipeline.tables.seam import sew

_ALIKE = 0.75
_SAME_PLACE = 0.02
"""Boundaries this share of the table's width apart are the same."""
_SAME_HEADER = 0.8


def join(pages: Sequence[Page], form: Form) -> tuple[Table, ...]:
    """Return the tables of a document in reading order, each whole, statutory ones named."""
    joined: list[Table] = []
    for page in pages:
        for at, fragment in enumerate(page.tables):
            name = classify(fragment, form)
            before = joined[-1] if joined and at == 0 else None
            if before is not None and _continues(before, fragment, name, page.number):
                joined[-1] = _append(before, fragment, form)
            else:
                joined.append(fragment.model_copy(update={"form": name}))
    return tuple(joined)


def classify(table: Table, form: Form) -> TableName | None:
    """Name the statutory table whose own labels a grid carries; None for any other table."""
    texts = [plain(cell.text) for cell in table.cells if len(plain(cell.text)) >= 3]
    return _named_by(tuple(text for text in texts if not text.isdigit()), form)


@lru_cache(maxsize=512)  # asked more than once a document, and reports print the same labels
def _named_by(texts: tuple[str, ...], form: Form) -> TableName | None:
    if not texts:
        return None
    votes = {name: _votes(labels, texts) for name, labels in _own_labels(form).items()}
    best = max(votes, key=lambda name: votes[name])
    return best if votes[best] >= 6 else None


@cache
def _own_labels(form: Form) -> dict[TableName, tuple[str, ...]]:
    """Return the labels by which each statutory table is told from the others."""
    labels = {
        table.name: {plain(cell.text) for cell in table.cells if len(plain(cell.text)) >= 3}
        for table in form.tables
    }
    return {
        name: tuple(sorted(own.difference(*(labels[other] for other in labels if other != name))))
        for name, own in labels.items()
    }


def _votes(labels: Sequence[str], texts: Sequence[str]) -> int:
    """Return the letters of the labels that stand among the texts."""
    found = likenesses(labels, texts).max(axis=1) >= _ALIKE
    return sum(len(labels[at]) for at in np.flatnonzero(found))


def _continues(before: Table, fragment: Table, name: TableName | None, page: int) -> bool:
    """Say whether the first table of a page goes on with the last one of the page before."""
    if before.pages[-1] != page - 1:
        return False
    if name is None:
        return _same_columns(before, fragment)
    return name == before.form or (before.form is None and _same_columns(before, fragment))


def _same_columns(one: Table, other: Table) -> bool:
    left, right = _edges(one), _edges(other)
    return len(left) == len(right) and all(
        abs(a - b) <= _SAME_PLACE for a, b in zip(left, right, strict=True)
    )


def _edges(table: Table) -> list[float]:
    """Return the column boundaries as shares of the table's width."""
    edges = [0.0] * (table.columns + 1)
    for cell in table.cells:
        if cell.box is not None:
            edges[cell.column] = cell.box[0]
            edges[cell.column + cell.column_span] = cell.box[2]
    width = edges[-1] - edges[0]
    return [(edge - edges[0]) / width for edge in edges] if width > 0 else edges


def _append(before: Table, fragment: Table, form: Form) -> Table:
    """Put a fragment below a table: columns brought together, a repeated header left out."""
    repeated = _repeated_rows(before, fragment)
    columns, first, second = _together(before, fragment)
    name = before.form or classify(fragment, form)
    above = [_moved(cell, first, 0) for cell in before.cells]
    below = [_moved(cell, second, -repeated) for cell in fragment.cells if cell.row >= repeated]
    cells = sew(above, below, form, name) if name and below else [*above, *below]
    return Table(
        pages=before.pages + fragment.pages,
        rows=max(cell.row + cell.row_span for cell in cells),
        columns=columns,
        cells=tuple(cells),
        box=before.box,
        form=name,
    )


def _moved(cell: Cell, places: Sequence[int], down: int) -> Cell:
    column = places[cell.column]
    span = places[cell.column + cell.column_span] - column
    return cell.model_copy(
        update={"row": cell.row + down, "column": column, "column_span": max(1, span)}
    )


def _together(one: Table, other: Table) -> tuple[int, list[int], list[int]]:
    """Return the joint number of columns and, for each table, its boundaries' new indices.

    By place; where that would make more columns than the wider table has, from the right, since
    value columns stand there.
    """
    left, right = _edges(one), _edges(other)
    places: list[float] = []
    for edge in sorted(left + right):
        if not places or edge - places[-1] > _SAME_PLACE:
            places.append(edge)
    columns = max(one.columns, other.columns)
    if len(places) - 1 == columns:
        return columns, _nearest(left, places), _nearest(right, places)
    return columns, _from_right(one.columns, columns), _from_right(other.columns, columns)


def _nearest(edges: Sequence[float], places: Sequence[float]) -> list[int]:
    return [min(range(len(places)), key=lambda at: abs(places[at] - edge)) for edge in edges]


def _from_right(own: int, joint: int) -> list[int]:
    return [0, *range(joint - own + 1, joint + 1)]


def _repeated_rows(before: Table, fragment: Table) -> int:
    """Return how many rows at the top of a fragment repeat the top rows of the table."""
    heads = _rows(before)
    count = 0
    for row, texts in enumerate(_rows(fragment)):
        if row >= len(heads) or not _same_row(heads[row], texts):
            break
        count = row + 1
    whole = [cell for cell in fragment.cells if cell.row < count < cell.row + cell.row_span]
    return count if not whole else 0


def _rows(table: Table) -> list[list[str]]:
    rows: list[list[str]] = [[] for _ in range(table.rows)]
    for cell in table.cells:
        rows[cell.row].append(plain(cell.text))
    return rows


def _same_row(one: Sequence[str], other: Sequence[str]) -> bool:
    if len(one) != len(other) or not any(len(text) >= 2 for text in one):
        return False
    if any(text.isdigit() for text in (*one, *other)):
        return False
    return likeness("|".join(one), "|".join(other)) >= _SAME_HEADER
