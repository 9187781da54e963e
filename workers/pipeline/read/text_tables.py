"""Pieces of a text → the statutory tables among them, each set as its form sets it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise

from rapidfuzz import fuzz

from schemas.form import Form, FormCell, FormTable
from schemas.forms import FORMS
from schemas.table import Table
from workers.pipeline.read.text_cells import Piece, kind_of
from workers.pipeline.read.text_entries import Row, cells_before, entries, find_rows
from workers.pipeline.read.text_grid import Locate, nowhere, set_table
from workers.pipeline.read.text_headers import Match, match_headers
from workers.pipeline.read.text_turned import turned
from workers.pipeline.read.text_values import any_apart, read_values
from workers.pipeline.tables.labels import likeness, plain

_LEAST = 0.34
"""Share of a table's rows that must be found for it to be there."""
MOST_LINES = 5000
"""Lines that are kept of a text without statutory tables: it is no report."""
_SEEN = 2
"""Labels that must stand in a text to the letter for a table to be looked for."""
_NAMED = 0.8
"""Likeness from which words without values are the label of an empty row."""
_ROW = 0.8
"""Share of a row's numbers from which others behind a table are one more row of it."""
_MOST_PIECES = 40
"""Pieces into which a label may be broken: letters one a line."""


@dataclass(frozen=True, kw_only=True)
class Found:
    """A statutory table found in a text: its cells, and the pieces it takes, ends included."""

    table: Table
    first: int
    last: int


@dataclass(frozen=True, kw_only=True)
class _Draft:
    """The rows of a statutory table among the pieces of a text, before their values are read."""

    form: Form
    form_table: FormTable
    rows: tuple[Row, ...]
    headers: tuple[Match, ...]
    first: int
    last: int


def find_tables(
    found: Sequence[Piece], *, in_columns: bool = False, locate: Locate = nowhere
) -> list[Found]:
    """Return the statutory tables of a text in the order they stand in it.

    `in_columns`: they are set in columns by spaces, where words of one cell may have gone astray.
    """
    drafts: list[_Draft] = []
    letters = "".join(plain(piece.text) for piece in found)
    for forms in _tables_by_name():
        rest, times = list(found), 1
        while (draft := _best(rest, forms, letters, times)) is not None:
            drafts.append(draft)
            times += 1
            for at in range(draft.first, draft.last + 1):
                rest[at] = Piece("", "word", rest[at].line, 0, 0)
    apart = any_apart(found, [row for draft in drafts for row in draft.rows])
    tables = []
    for draft in sorted(drafts, key=lambda one: one.first):
        continued = [
            _continued(draft.form_table, row, after) for row, after in pairwise(draft.rows)
        ]
        values = read_values(
            found, draft.rows, draft.form.relations, apart=apart, continued=(*continued, None)
        )
        table = set_table(
            draft.form_table,
            draft.rows,
            draft.headers,
            values,
            found,
            in_columns=in_columns,
            locate=locate,
        )
        tables.append(Found(table=table, first=draft.first, last=draft.last))
    return tables


def _continued(form_table: FormTable, row: Row, after: Row) -> int | None:
    """Return how many cells merged from above stand left of the label of the row behind a row.

    None where that is not the form's next: its rows are in another order, or one is missing.
    """
    if row.label is None or after.label is None or after.label.row != row.label.row + 1:
        return None
    return sum(
        cell.kind == "group"
        and cell.column < after.label.column
        and cell.row < after.label.row < cell.row + cell.row_span
        for cell in form_table.heads
    )


def _tables_by_name() -> Iterator[list[tuple[Form, FormTable]]]:
    names = dict.fromkeys(table.name for form in FORMS.values() for table in form.tables)
    for name in names:
        yield [(form, form.table(name)) for form in FORMS.values()]


def _best(
    found: Sequence[Piece], forms: Sequence[tuple[Form, FormTable]], letters: str, times: int
) -> _Draft | None:
    """Return the table of that form which most of the text's rows are like.

    `letters` are those of the whole text, in which a table found again stands `times` times.
    """
    return _most_like(found, forms, letters, times) or _turned(found, forms, letters, times)


def _turned(
    found: Sequence[Piece], forms: Sequence[tuple[Form, FormTable]], letters: str, times: int
) -> _Draft | None:
    """Return the table whose rows stand as columns: that of the form that has as many.

    The labels of its rows are those of every form.
    """
    tables = [(form, table) for form, one in forms if (table := turned(one)) is not None]
    drafts = [_most_like(found, [one], letters, times) for one in tables]
    alone = [draft for draft in drafts if draft is not None and not _goes_on(found, draft)]
    return min(alone, key=lambda draft: _astray(found, draft), default=None)


def _astray(found: Sequence[Piece], draft: _Draft) -> int:
    """Return how many numbers more or less than the form has stand in the rows of a table."""
    return sum(
        abs(sum(bool(found[at].text) for at in row.values) - len(row.wanted)) for row in draft.rows
    )


def _most_like(
    found: Sequence[Piece], forms: Sequence[tuple[Form, FormTable]], letters: str, times: int
) -> _Draft | None:
    possible = [one for one in forms if _may_stand_in(letters, one[1], times)]
    if not possible:
        return None
    runs = entries(found)
    best: tuple[float, Form, FormTable, list[Row]] | None = None
    for form, form_table in possible:
        rows = find_rows(found, runs, form_table)
        alike = _likeness(rows)
        enough = len(rows) >= max(1, _LEAST * len(form_table.value_rows))
        if enough and (best is None or alike > best[0]):
            best = alike, form, form_table, rows
        if alike == len(form_table.value_rows):
            break  # all of it, to the letter
    return _draft(found, *best[1:]) if best else None


def _goes_on(found: Sequence[Piece], draft: _Draft) -> bool:
    """Say whether another row of numbers follows behind a table, and no text says where it ends."""
    behind = entries(found[draft.last + 1 :])[0]
    numbers = found[draft.last + 1 :][behind.values : behind.end]
    many = len(numbers) >= _ROW * len(draft.rows[-1].wanted)
    return many and all(piece.row is None for piece in numbers)


def may_hold_tables(text: str) -> bool:
    """Say whether labels of any statutory table stand in a text; else it is no report."""
    letters = plain.__wrapped__(text)  # not to be remembered: it is the whole text
    return any(_may_stand_in(letters, table) for form in FORMS.values() for table in form.tables)


def _may_stand_in(letters: str, form_table: FormTable, times: int = 1) -> bool:
    """Say whether labels of a table stand in a text to the letter, before it is gone through."""
    names = _names(form_table)
    seen = (letters.count(name) >= times if times > 1 else name in letters for name in names)
    return sum(seen) >= min(_SEEN, len(names))


@cache
def _names(form_table: FormTable) -> frozenset[str]:
    """Return the longer wordings of the labels of a table, or of its headers if it has none."""
    kind = "label" if form_table.value_rows[0][0] else "header"
    return frozenset(
        text
        for cell in form_table.cells
        if cell.kind == kind and len(text := plain(cell.text)) >= 4
    )


def _likeness(rows: Sequence[Row]) -> float:
    return sum(
        likeness(plain(row.text), plain(row.label.text)) if row.label else 1.0 for row in rows
    )


def _draft(
    found: Sequence[Piece], form: Form, form_table: FormTable, rows: Sequence[Row]
) -> _Draft:
    """Add the headers and groups before each row, and the rows that hold nothing at all."""
    headers: list[Match] = []
    complete: list[Row] = []
    before: FormCell | None = None
    start = 0
    for row in rows:
        skipped = _rows_between(form_table, before, row)
        cells = [*cells_before(form_table, before, row), *skipped]
        matches = match_headers(cells, found, range(start, row.words.start))
        empty = [_empty(match, skipped[match.cell]) for match in matches if _is_empty_row(match)]
        unsure = _scattered(found, range(start, row.words.start), matches, skipped, empty)
        if complete:
            complete[-1] = _with_words(found, complete[-1], matches, row)
            complete[-1] = replace(complete[-1], disturbed=complete[-1].disturbed or unsure)
        headers += [match for match in matches if match.cell.kind != "label"]
        complete += [*empty, replace(row, disturbed=row.disturbed or unsure)]
        before, start = row.label, row.values.stop
    complete += _empty_behind(found, form_table, rows[-1])
    first = min([complete[0].words.start, *(match.first for match in headers)])
    own = {plain(cell.text) for cell in form_table.cells}
    while first and (found[first - 1].kind == "blank" or plain(found[first - 1].text) in own):
        first -= 1  # headers printed twice: once for each column they stand over
    return _Draft(
        form=form,
        form_table=form_table,
        rows=tuple(complete),
        headers=tuple(headers),
        first=first,
        last=max(complete[-1].words.stop, rows[-1].values.stop) - 1,
    )


def _is_empty_row(match: Match) -> bool:
    """Say whether words are the label of a row that holds nothing: all of them, and no others."""
    alike = likeness(plain(match.text), plain(match.cell.text))
    return match.cell.kind == "label" and match.whole and alike >= _NAMED


def _scattered(
    found: Sequence[Piece],
    words: range,
    matches: Sequence[Match],
    skipped: Iterable[FormCell],
    empty: Sequence[Row],
) -> bool:
    """Say whether a label of the form stands between two rows in pieces, its numbers elsewhere."""
    named = {at for match in matches if match.cell.kind != "label" for at in _pieces_of(match)}
    named |= {at for row in empty for at in row.words}
    left = "".join(plain(found[at].text) for at in words if at not in named)
    missing = {plain(label.text) for label in skipped} - {plain(row.text) for row in empty}
    return any(
        len(left) >= _NAMED * len(label) and fuzz.partial_ratio(label, left) >= 100 * _NAMED
        for label in missing
    )


def _pieces_of(match: Match) -> range:
    return range(match.first, match.last + 1)


def _with_words(found: Sequence[Piece], row: Row, matches: Sequence[Match], following: Row) -> Row:
    """Doubt a row with too few values for its cells where words stand behind it.

    They may be its missing cell, or open the next row: which of them, a flat text does not say,
    but for marks that stand for no number.
    """
    missing = len(row.wanted) - len(row.values)
    named = min((match.first for match in matches), default=following.words.start)
    end = row.values.stop
    if missing <= 0 or not row.values or named <= end:
        return row
    if named - end == missing and all(
        kind_of(found[at].text) == "number" for at in range(end, named)
    ):
        return replace(row, values=range(row.values.start, named))
    return replace(row, disturbed=True)


def _rows_between(
    form_table: FormTable, before: FormCell | None, row: Row | None
) -> dict[FormCell, tuple[FormCell, ...]]:
    """Return the labels the form has between two rows, with their value cells."""
    if row is not None and row.label is None:
        return {}
    low = before.row if before else -1
    high = row.label.row if row and row.label else form_table.rows
    return {
        label: values
        for label, values in form_table.value_rows
        if label is not None and low < label.row < high
    }


def _empty_behind(found: Sequence[Piece], form_table: FormTable, last: Row) -> Iterator[Row]:
    """Yield the last rows of a form that are there but hold nothing: labels behind the others."""
    if last.label is None:
        return
    at = last.values.stop
    for label, wanted in _rows_between(form_table, last.label, None).items():
        for end in range(at + 1, min(at + _MOST_PIECES, len(found)) + 1):
            text = "".join(piece.text for piece in found[at:end])
            if likeness(plain(text), plain(label.text)) >= _NAMED:
                words = range(at, end)
                yield Row(
                    label=label, wanted=wanted, text=text, words=words, values=range(end, end)
                )
                at = end
                break


def _empty(match: Match, wanted: tuple[FormCell, ...]) -> Row:
    words, nothing = range(match.first, match.last + 1), range(match.last + 1, match.last + 1)
    return Row(label=match.cell, wanted=wanted, text=match.text, words=words, values=nothing)
