"""Two sequences aligned in order: printed rows with the rows of a form."""

from collections.abc import Sequence
from itertools import pairwise

_WORTH = 0.5
"""Likeness above which pairing two rows is better than leaving both out."""


def align(scores: Sequence[Sequence[float]]) -> dict[int, int]:
    """Return printed row → row of the form, both ascending, of the highest total likeness.

    `scores` is printed × form, 0 to 1. Rows that pair with nothing by likeness are paired by
    counting, where both sides have as many of them between the same two paired neighbours.
    """
    if not scores or not scores[0]:
        return {}
    pairs = _best_pairs([[score - _WORTH for score in row] for row in scores])
    return _counted(pairs)


def _best_pairs(gain: Sequence[Sequence[float]]) -> dict[int, int]:
    """Needleman-Wunsch with free gaps."""
    height, width = len(gain), len(gain[0])
    total = [[0.0] * (width + 1)]
    for own in gain:
        above, best = total[-1], [0.0]
        for column in range(width):
            best.append(max(above[column] + own[column], above[column + 1], best[-1]))
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
