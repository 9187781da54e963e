"""The seam between two parts of a table: rows and labels that a page break cut are whole again.

Word processors let a row go on over the page: its label is printed in two parts, and its numbers
stand in one of them. A half without numbers is no blank row of the report.
"""

from collections.abc import Sequence
from functools import cache

from schemas.form import Form, TableName
from schemas.table import Cell
from workers.pipeline.tables.labels import likenesses, plain

_WHOLE = 0.9
"""Likeness from which a text is a label of the form."""

Pair = tuple[Cell, Cell]
"""The cells above and below the seam that stand in the same columns."""


def sew(above: Sequence[Cell], below: Sequence[Cell], form: Form, name: TableName) -> list[Cell]:
    """Put one part below the other; `below` counts its rows from 0, columns are as in `above`."""
    rows = max(cell.row + cell.row_span for cell in above)
    last = {
        (cell.column, cell.column_span): cell for cell in above if cell.row + cell.row_span == rows
    }
    pairs = [
        (last[place], cell)
        for cell in sorted(below, key=lambda cell: cell.column)
        if cell.row == 0 and (place := (cell.column, cell.column_span)) in last
    ]
    lettered = [at for at, pair in enumerate(pairs) if any(map(_is_lettered, pair))]
    label = max(lettered, default=0)  # of the rows; those before it are of groups of rows
    texts = _texts(form, name)
    cut = bool(lettered) and _is_cut_row(pairs[label], pairs[label + 1 :], texts)
    joined = pairs if cut else [pair for pair in pairs[:label] if _is_one_label(pair, texts)]
    used = {id(cell) for pair in joined for cell in pair}
    down = rows - 1 if cut else rows
    return [
        *(cell for cell in above if id(cell) not in used),
        *(_one(pair, down) for pair in joined),
        *(_lowered(cell, down) for cell in below if id(cell) not in used),
    ]


@cache
def _texts(form: Form, name: TableName) -> tuple[str, ...]:
    table = form.table(name)
    return tuple(sorted({plain(cell.text) for cell in table.cells if plain(cell.text)}))


def _likeness(text: str, texts: Sequence[str]) -> float:
    return float(likenesses([plain(text)], texts).max()) if plain(text) else 0.0


def _is_cut_row(label: Pair, values: Sequence[Pair], texts: Sequence[str]) -> bool:
    """Say whether the rows above and below the seam are one: one label, its numbers on one side."""
    if not values or any(one.text and other.text for one, other in values):
        return False
    if all(any(pair[side].text for pair in values) for side in (0, 1)):
        return False
    parts = [_likeness(cell.text, texts) for cell in label]
    whole = _likeness(label[0].text + label[1].text, texts)
    return min(parts) < _WHOLE and whole >= max(_WHOLE, *parts)


def _is_lettered(cell: Cell) -> bool:
    return any("一" <= letter <= "鿿" for letter in cell.text)


def _is_one_label(pair: Pair, texts: Sequence[str]) -> bool:
    """Say whether two cells print the parts of one label that stands over several rows."""
    upper, lower = pair
    whole = _likeness(upper.text + lower.text, texts)
    return (
        bool(plain(upper.text) and plain(lower.text))
        and whole >= _WHOLE
        and whole > max(_likeness(upper.text, texts), _likeness(lower.text, texts))
    )


def _one(pair: Pair, down: int) -> Cell:
    """Join two cells; what only one of them holds stands where it is printed."""
    upper, lower = pair
    bottom = lower.row + lower.row_span + down
    kept = upper if upper.ink or not lower.ink else lower
    printed = [cell for cell in pair if cell.text]
    alone = {"candidates": (), "glyphs": None} if len(printed) > 1 else {}
    return kept.model_copy(
        update={
            "row": upper.row,
            "row_span": bottom - upper.row,
            "text": "".join(cell.text for cell in printed),
            "confidence": min(upper.confidence, lower.confidence),
            "obstructed": upper.obstructed or lower.obstructed,
            **alone,
        }
    )


def _lowered(cell: Cell, down: int) -> Cell:
    return cell.model_copy(update={"row": cell.row + down})
