"""Fragments → tables: which statutory table a grid belongs to, and page breaks mended."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np

from schemas.form import Form, TableName
from schemas.page import Page
from schemas.table import Cell, Table
from workers.pipeline.tables.columns import Alignment, align_columns, boundaries
from workers.pipeline.tables.headed import header_columns, leaf_names
from workers.pipeline.tables.labels import likeness, likenesses, plain
from workers.pipeline.tables.seam import sew

_ALIKE = 0.75
_SAME_PLACE = 0.02
"""Boundaries this share of the table's width apart are the same."""
_SAME_HEADER = 0.8


@dataclass(frozen=True, kw_only=True)
class Joined:
    """A table over all its pages.

    `places`: its columns' boundaries, in fractions of the width of its first page. `guessed`: the
    pages on which nothing says which of them a part's columns lie between.
    """

    table: Table
    places: tuple[float, ...]
    guessed: frozenset[int] = frozenset()


def join(pages: Sequence[Page], form: Form) -> tuple[Joined, ...]:
    """Return the tables of a document in reading order, each whole, statutory ones named."""
    joined: list[Joined] = []
    for page in pages:
        for at, fragment in enumerate(page.tables):
            name = classify(fragment, form)
            before = joined[-1] if joined else None
            goes_on = _continues if at == 0 else _is_torn_off
            if before is not None and goes_on(before, fragment, name, form):
                joined[-1] = _append(before, fragment, form)
            else:
                table = fragment.model_copy(update={"form": name})
                joined.append(Joined(table=table, places=boundaries(table.columns, table.cells)))
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


def _is_torn_off(before: Joined, fragment: Table, name: TableName | None, form: Form) -> bool:
    """Say whether a table is the lower part of the one above it on its page, without a header."""
    above = before.table
    if above.form is None or name not in (above.form, None) or above.pages[-1:] != fragment.pages:
        return False
    form_table = form.table(above.form)
    headed = header_columns(fragment, form_table)
    return bool(leaf_names(form_table)) and not headed and _same_columns(before, fragment)


def _continues(before: Joined, fragment: Table, name: TableName | None, form: Form) -> bool:
    """Say whether the first table of a page goes on with the last one of the page before."""
    above = before.table
    if above.pages[-1] != fragment.pages[0] - 1:
        return False
    if name is None or above.form is None:
        return _same_columns(before, fragment)
    return name == above.form


def _same_columns(before: Joined, fragment: Table) -> bool:
    if _same_shares(before, fragment):
        return True
    alignment = _aligned(before, fragment)
    return alignment is not None and alignment.sure


def _same_shares(before: Joined, fragment: Table) -> bool:
    left, right = _shares(before.places), _shares(boundaries(fragment.columns, fragment.cells))
    return len(left) == len(right) and all(
        abs(a - b) <= _SAME_PLACE for a, b in zip(left, right, strict=True)
    )


def _shares(places: Sequence[float]) -> list[float]:
    """Return boundaries as shares of the table's width."""
    width = places[-1] - places[0]
    return [(place - places[0]) / width for place in places] if width > 0 else list(places)


def _append(before: Joined, fragment: Table, form: Form) -> Joined:
    """Put a fragment below a table: columns brought together, a repeated header left out."""
    above = before.table
    repeated = _repeated_rows(above, fragment)
    laid = _together(before, fragment)
    name = above.form or classify(fragment, form)
    upper = [_moved(cell, laid.first, 0) for cell in above.cells]
    lower = [
        _moved(cell, laid.second, -repeated)
        for cell in fragment.cells
        if cell.row >= repeated
        and (cell.text or laid.second[cell.column] < laid.second[_end(cell)])
    ]
    cells = sew(upper, lower, form, name) if name and lower else [*upper, *lower]
    headed = repeated > 0 and fragment.columns == above.columns
    table = Table(
        pages=tuple(dict.fromkeys(above.pages + fragment.pages)),
        rows=max(cell.row + cell.row_span for cell in cells),
        columns=len(laid.places) - 1,
        cells=tuple(cells),
        box=above.box,
        form=name,
    )
    guessed = () if laid.sure or headed else fragment.pages
    return Joined(table=table, places=laid.places, guessed=before.guessed.union(guessed))


def _end(cell: Cell) -> int:
    return cell.column + cell.column_span


def _moved(cell: Cell, places: Sequence[int], down: int) -> Cell:
    column = places[cell.column]
    span = max(1, places[_end(cell)] - column)
    if (down, column, span) == (0, cell.column, cell.column_span):
        return cell
    return cell.model_copy(update={"row": cell.row + down, "column": column, "column_span": span})


@dataclass(frozen=True, kw_only=True)
class _Together:
    """The boundaries two tables have together and, of each table, its boundaries' new indices."""

    places: tuple[float, ...]
    first: Sequence[int]
    second: Sequence[int]
    sure: bool


def _together(before: Joined, fragment: Table) -> _Together:
    """Bring the columns of two parts together: as they stand, where that is sure."""
    alignment = None if _same_shares(before, fragment) else _aligned(before, fragment)
    if alignment is not None and alignment.sure:
        return _as_they_stand(before.places, alignment, _printed_between(fragment))
    return _counted(before, fragment)


def _aligned(before: Joined, fragment: Table) -> Alignment | None:
    loose = any(cell.loose for cell in (*before.table.cells, *fragment.cells))
    if loose:  # the boxes of texts, not of columns
        return None
    own = boundaries(fragment.columns, fragment.cells)
    return align_columns(before.places, own, _printed_between(fragment))


def _printed_between(table: Table) -> tuple[int, int]:
    """Return the first and the last boundary between which all that is printed stands."""
    printed = [cell for cell in table.cells if cell.text]
    first = min((cell.column for cell in printed), default=0)
    return first, max((_end(cell) for cell in printed), default=table.columns)


def _as_they_stand(
    headed: Sequence[float], alignment: Alignment, printed: tuple[int, int]
) -> _Together:
    """Keep every boundary; what is empty beyond the headed part's frame is no column."""
    frame = headed[0], headed[-1]
    own = list(alignment.places)
    for at, place in enumerate(own):
        if alignment.at[at] is None and not printed[0] <= at <= printed[1]:
            own[at] = min(max(place, frame[0]), frame[1])
    found = zip(own, alignment.at, strict=True)
    new = sorted(place for place, at in found if at is None and place not in frame)
    places = sorted([*headed, *new])
    kept = [places.index(place) for place in headed]
    second = [
        kept[at] if at is not None else places.index(place)
        for place, at in zip(own, alignment.at, strict=True)
    ]
    return _Together(places=tuple(places), first=kept, second=second, sure=True)


def _counted(before: Joined, fragment: Table) -> _Together:
    """Bring columns together by their shares of the table's width, or count them from the right.

    Value columns stand there. Sure are only columns of the same shares, or as many where no ruling
    says where they lie.
    """
    left, right = _shares(before.places), _shares(boundaries(fragment.columns, fragment.cells))
    places: list[float] = []
    for edge in sorted(left + right):
        if not places or edge - places[-1] > _SAME_PLACE:
            places.append(edge)
    one, other = before.table.columns, fragment.columns
    columns = max(one, other)
    alike = len(places) - 1 == columns
    if alike:
        first, second = _nearest(left, places), _nearest(right, places)
    else:
        first, second = _from_right(one, columns), _from_right(other, columns)
    joint = np.interp(range(columns + 1), first, before.places)
    ruled = all(cell.box is not None and not cell.loose for cell in fragment.cells)
    sure = alike or (one == other and not ruled)
    return _Together(places=tuple(joint.tolist()), first=first, second=second, sure=sure)


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
