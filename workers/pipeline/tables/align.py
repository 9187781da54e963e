"""Two sequences aligned in order: printed rows with the rows of a form."""

from collections.abc import Sequence
from itertools import pairwise

_WORTH = 0.5
"""Likeness above which pairing two rows is better than leaving both out."""
_NAMED = 0.95
"""Likeness from which a printed row bears a form's row's own label."""
_BEYOND = 2
"""Printed rows before the first and behind the last that is paired which may be of the table."""


def align(scores: Sequence[Sequence[float]]) -> dict[int, int]:
    """Return printed row → row of the form, in order, of the highest total likeness.

    `scores` is printed × form, 0 to 1. Rows that pair with nothing by likeness are paired by
    counting, where both sides have as many of them between the same two paired neighbours. A row
    out of order that bears the label of one of the form's is that row, wherever it is printed.
    """
    if not scores or not scores[0]:
        return {}
    pairs = _best_pairs(scores)
    return _with_strays(_counted(pairs), scores)


def _best_pairs(scores: Sequence[Sequence[float]]) -> dict[int, int]:
    """Needleman-Wunsch with free gaps."""
    height, width = len(scores), len(scores[0])
    total = [[0.0] * (width + 1)]
    for own in scores:
        above, best = total[-1], [0.0]
        if max(own) <= _WORTH:  # it pairs with nothing: most do not
            total.append(above)
            continue
        for column, score in enumerate(own):
            best.append(max(above[column] + (score - _WORTH), above[column + 1], best[-1]))
        total.append(best)
    pairs: dict[int, int] = {}
    row, column = height, width
    while row and column:
        if total[row][column] == total[row - 1][column]:
            row -= 1
        elif total[row][column] == total[row][column - 1]:
            column -= 1
        else:
            row, column = row - 1, column - 1
            pairs[row] = column
    return pairs


def _counted(pairs: dict[int, int]) -> dict[int, int]:
    """Add the pairs between neighbours that are as many rows apart on both sides."""
    known = sorted(pairs.items())
    added = dict(pairs)
    for (row, column), (next_row, next_column) in pairwise(known):
        if next_row - row == next_column - column:
            added |= {row + step: column + step for step in range(1, next_row - row)}
    return added


def _with_strays(pairs: dict[int, int], scores: Sequence[Sequence[float]]) -> dict[int, int]:
    """Pair rows that stand out of order by their labels, where one printed row alone bears it."""
    named = {row: column for row, column in pairs.items() if scores[row][column] >= _WORTH}
    if not named:
        return pairs
    there = range(max(0, min(named) - _BEYOND), min(len(scores), max(named) + _BEYOND + 1))
    free = [row for row in there if row not in named]
    strays: dict[int, int] = {}
    for column in sorted(set(range(len(scores[0]))) - set(named.values())):
        bearing = [row for row in free if scores[row][column] >= _NAMED]
        if len(bearing) == 1 and scores[bearing[0]][column] == max(scores[bearing[0]]):
            strays.setdefault(bearing[0], column)
    taken = set(strays.values())
    kept = {r: c for r, c in pairs.items() if r not in strays and c not in taken}
    return dict(sorted((kept | strays).items()))
