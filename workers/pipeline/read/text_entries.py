"""Pieces of a text → rows of the statutory tables: each label with what stands behind it.

A run of words with the values behind it is an entry. Its last words may be the label of a row:
entries and rows are paired in order by likeness, as printed rows are with those of a form. Headers
and groups stand among the words before the label.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from schemas.form import FormCell, FormTable
from workers.pipeline.read.text_cells import Piece
from workers.pipeline.tables.align import align
from workers.pipeline.tables.labels import plain

_ALIKE = 0.7
"""Likeness from which the last words of an entry may be a row's label."""
_SHORT, _ALIKE_SHORT = 4, 0.85
"""Letters up to which a label must be more alike: one letter is a good part of it."""
_LONGER = 1.4
"""A label is at most so many times as long as the form's."""
_OWN, _OTHERS = 0.95, 0.08
"""Likeness from which an entry ends with a row's label, and by how much less a label is not its."""


class Entry(NamedTuple):
    """Words and the values behind them: places in the list of pieces, ends excluded."""

    first: int
    values: int
    end: int


@dataclass(frozen=True, kw_only=True)
class Row:
    """A row of a form found in a text: its label as printed, its pieces and those of its values."""

    label: FormCell | None
    wanted: tuple[FormCell, ...]
    text: str
    words: range
    values: range
    disturbed: bool = False
    """Words that are none of the form's stand behind its values: they may be cells of it."""


def entries(found: Sequence[Piece]) -> list[Entry]:
    """Part pieces into runs of words, each with the numbers and blanks behind it."""
    runs: list[Entry] = []
    first, values = 0, -1
    for at, piece in enumerate(found):
        if piece.kind == "word" and values >= 0:
            runs.append(Entry(first=first, values=values, end=at))
            first, values = at, -1
        elif piece.kind != "word" and values < 0:
            values = at
    runs.append(Entry(first=first, values=len(found) if values < 0 else values, end=len(found)))
    return runs


def find_rows(found: Sequence[Piece], runs: Sequence[Entry], form_table: FormTable) -> list[Row]:
    """Return the rows of a statutory table that stand in a text, in the form's order."""
    wanted = form_table.value_rows
    if wanted[0][0] is None:
        return _only_row(found, runs, form_table)
    names = [plain(label.text) if label else "" for label, _ in wanted]
    scores, starts = _scores(found, runs, names)
    pairs = align(scores)
    rows = []
    for run, row in sorted(pairs.items()):
        entry, (label, values) = runs[run], wanted[row]
        start = starts[run][row] if scores[run][row] >= _ALIKE else entry.values - 1
        words = range(max(start, entry.first), entry.values)
        behind = range(entry.values, _row_end(found, words, entry))
        text, own = _joined(found, words), scores[run][row]
        unsure = _ALIKE <= own < 1 and scores[run].count(own) > 1
        rows.append(
            Row(
                label=label,
                wanted=values,
                text=text,
                words=words,
                values=behind,
                disturbed=unsure,  # as like another row's label: whose values these are is open
            )
        )
    return rows


def _row_end(found: Sequence[Piece], words: range, entry: Entry) -> int:
    """Return where a row's cells end: with its printed row, whatever stands in it."""
    own, end = found[words.stop - 1].row, entry.end
    while own is not None and end < len(found) and found[end].row == own:
        end += 1
    return end


def _scores(
    found: Sequence[Piece], runs: Sequence[Entry], names: Sequence[str]
) -> tuple[list[list[float]], list[list[int]]]:
    """Return for each entry and row how alike its last words are to the label, and their start."""
    longest = _LONGER * max(map(len, names)) + 2
    texts: list[str] = []
    places: list[tuple[int, int]] = []
    for run, entry in enumerate(runs):
        text = ""
        for at in range(entry.values - 1, entry.first - 1, -1):
            text = plain(found[at].text) + text
            if len(text) > longest:
                break
            texts.append(text)
            places.append((run, at))
    scores = np.zeros((len(runs), len(names)))
    starts = np.zeros((len(runs), len(names)), np.int64)
    if texts:
        alike = process.cdist(texts, names, scorer=fuzz.ratio, score_cutoff=100 * _ALIKE) / 100.0
        short = [len(name) <= _SHORT for name in names]
        alike[:, short] *= alike[:, short] >= _ALIKE_SHORT  # 总计 is not （七）总计
        for text in np.flatnonzero(alike.any(axis=1)):
            (run, at), own = places[text], alike[text]
            better = own > scores[run]
            scores[run][better] = own[better]
            starts[run][better] = at
    _leave_to_their_rows(scores)
    return scores.tolist(), starts.tolist()


def _leave_to_their_rows(scores: NDArray[np.float64]) -> None:
    """Take entries that end with a row's label for no other row's, though its end is like it.

    The second line of a broken label, 政府信息公开申请数量, ends that of another row as well.
    """
    best = scores.max(axis=1, initial=0.0, keepdims=True)
    scores[(best >= _OWN) & (scores < best - _OTHERS)] = 0.0


_TELLING = ("未经复议直接起诉", "复议后起诉", "尚未审结", "结果维持", "结果纠正")
"""Headers by which the one table without row labels is known."""
_TOLD = 2
_HEADER_WITHIN = 500
"""Letters before the values of a table without labels among which its header stands."""


def _only_row(found: Sequence[Piece], runs: Sequence[Entry], form_table: FormTable) -> list[Row]:
    """Return the one row of a table that has no row labels: the values behind its header."""
    wanted = form_table.values
    texts = [plain(piece.text) for piece in found]
    ends = [0, *accumulate(map(len, texts))]
    whole = "".join(texts)
    for entry in runs:
        if ends[entry.end] - ends[entry.values] < len(wanted) // 3:
            continue
        stop = ends[entry.values]
        text = whole[max(0, stop - _HEADER_WITHIN) : stop]
        if sum(name in text for name in _TELLING) >= _TOLD:
            words = range(entry.values, entry.values)
            values = _printed_row(found, range(entry.values, entry.end))
            return [Row(label=None, wanted=wanted, text="", words=words, values=values)]
    return []


def _printed_row(found: Sequence[Piece], values: range) -> range:
    """Leave out what stands before and behind the printed row of the first number, where told.

    A blank at the end of the header is none of the row's values.
    """
    own = next((found[at].row for at in values if found[at].text), None)
    same = [at for at in values if own is not None and found[at].row == own]
    return range(same[0], same[-1] + 1) if same else values


def _joined(found: Sequence[Piece], places: range) -> str:
    return "".join(found[at].text for at in places if found[at].kind == "word")


def cells_before(form_table: FormTable, after: FormCell | None, row: Row) -> list[FormCell]:
    """Return the headers and groups the form sets after one row's label and before another's."""
    low = (after.row, after.column) if after else (-1, -1)
    first = row.label or row.wanted[0]
    high = (first.row, first.column)
    return [cell for cell in form_table.heads if low < (cell.row, cell.column) < high]
