"""Rows and headers found in a text → a table laid out as its form lays it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, lru_cache

from schemas.form import FormCell, FormTable
from schemas.forms import FORMS
from schemas.table import Candidate, Cell, Table
from workers.pipeline.read.markup_page import cell_of, table_of
from workers.pipeline.read.text_cells import Piece
from workers.pipeline.read.text_entries import Row
from workers.pipeline.read.text_headers import Match
from workers.pipeline.read.text_values import holds_number
from workers.pipeline.sums.settle import Settled
from workers.pipeline.tables.labels import plain

_ASTRAY = 0.5
"""Confidence of words that may lack some, or hold another cell's."""


Locate = Callable[[Sequence[int]], Mapping[str, object]]
"""Says of some pieces on which page they stand and where, as fields of a cell."""


def nowhere(pieces: Sequence[int]) -> Mapping[str, object]:
    """Say nothing of where pieces stand: a document without pages has no places."""
    del pieces
    return {}


def set_table(
    form_table: FormTable,
    rows: Sequence[Row],
    headers: Sequence[Match],
    values: Mapping[str, Settled],
    found: Sequence[Piece],
    *,
    in_columns: bool = False,
    locate: Locate = nowhere,
) -> Table:
    """Set what was found in the places the form has for it; rows not found are left out.

    `in_columns`: words longer or shorter than the form's may be those of another cell, too.
    """
    heads = {match.cell.row for match in headers if match.cell.kind in ("header", "corner")}
    kept = sorted(heads | {row.wanted[0].row for row in rows})
    places = {row: at for at, row in enumerate(kept)}
    cells = [
        *_headers(headers, kept, places, in_columns=in_columns, locate=locate),
        *_rows(rows, values, places, found, in_columns=in_columns, locate=locate),
    ]
    return table_of(cells)


def _headers(
    headers: Sequence[Match],
    kept: Sequence[int],
    places: Mapping[int, int],
    *,
    in_columns: bool,
    locate: Locate,
) -> Iterator[Cell]:
    for match in headers:
        cell = match.cell
        over = [row for row in kept if cell.row <= row < cell.row + cell.row_span]
        if over:
            words = cell_of(
                match.text,
                row=places[over[0]],
                column=cell.column,
                row_span=len(over),
                column_span=cell.column_span,
            )
            words = _placed(words, locate(range(match.first, match.last + 1)))
            yield _astray(words, cell) if in_columns else words


def _rows(
    rows: Sequence[Row],
    values: Mapping[str, Settled],
    places: Mapping[int, int],
    found: Sequence[Piece],
    *,
    in_columns: bool,
    locate: Locate,
) -> Iterator[Cell]:
    for row in rows:
        at = places[row.wanted[0].row]
        if row.label is not None:
            label = row.label
            words = cell_of(row.text, row=at, column=label.column, column_span=label.column_span)
            words = _placed(words, locate(row.words))
            if holds_number(row):
                words = words.model_copy(update={"confidence": _ASTRAY})
            yield _astray(words, label) if in_columns else words
        told = [values[str(wanted.pointer)] for wanted in row.wanted]
        texts = [settled.texts[0] if len(settled.texts) == 1 else "" for settled in told]
        own = _own_pieces(found, row, texts)
        for wanted, settled, text, at_pieces in zip(row.wanted, told, texts, own, strict=True):
            cell = cell_of(text, row=at, column=wanted.column, column_span=wanted.column_span)
            cell = _placed(cell, locate(at_pieces))
            yield cell if settled.certain else _inferred(cell, settled)


def _placed(cell: Cell, place: Mapping[str, object]) -> Cell:
    """Put a cell where it stands, if that is known: a copy takes as long as the cell."""
    return cell.model_copy(update=place) if place else cell


def _own_pieces(found: Sequence[Piece], row: Row, texts: Sequence[str]) -> Iterator[Sequence[int]]:
    """Yield for each value of a row the piece that prints it, or all of the row's."""
    printed = [at for at in row.values if found[at].text]
    alike = [found[at].text for at in printed] == [text for text in texts if text]
    left = iter(printed)
    for text in texts:
        yield (next(left),) if alike and text else row.values


def _astray(words: Cell, wanted: FormCell) -> Cell:
    """Doubt words longer or shorter than the form's: some may have gone to another cell.

    Not those of another cell of the form: they are all there, and say what stands below them.
    """
    own = plain(words.text)
    whole = len(own) == len(plain(wanted.text)) or own in _wordings()
    return words if whole else words.model_copy(update={"confidence": _ASTRAY})


@cache
def _wordings() -> frozenset[str]:
    return frozenset(
        plain(cell.text)
        for form in FORMS.values()
        for table in form.tables
        for cell in table.heads
        if cell.kind == "header"
    )


def _inferred(cell: Cell, settled: Settled) -> Cell:
    """Mark a cell whose content follows from the sums, or is open: then `candidates` list it."""
    if len(settled.texts) == 1:
        return cell.model_copy(update={"inferred": True})
    share = 1.0 / max(1, len(settled.texts))
    candidates = tuple(_candidate(text, share) for text in settled.texts)
    return cell.model_copy(update={"inferred": True, "ink": True, "candidates": candidates})


@lru_cache(maxsize=4096)  # an open row lists the same numbers for all its values
def _candidate(text: str, share: float) -> Candidate:
    return Candidate(text=text, probability=share)
