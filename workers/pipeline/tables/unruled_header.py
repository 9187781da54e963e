"""A header of two rows: which words head groups of columns, which head columns below them."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

from workers.pipeline.tables.unruled_words import Word

_LEVEL = 0.45
"""Letters by which words of one row of a header may differ in height."""
_OFF_CENTER = 0.25
"""Share of a group's width by which its heading may be off its middle, beside a letter."""


@dataclass(frozen=True, kw_only=True)
class Header:
    """A header of two rows: for each group its words and columns (first, last not included).

    `columns` are those with a heading of their own in the lower row; all others are headed over
    both rows. `split` is the height between the rows.
    """

    groups: tuple[tuple[int, int], ...]
    columns: frozenset[int]
    split: float


def two_rows(words: Sequence[Word], places: Sequence[int], letter: float) -> Header | None:
    """Part the words of a header, each with its column, into two rows; None where it has one.

    The upper row's words stand over the middles of groups of columns, the lower row's each over
    one; what stands between them in height heads a column by itself.
    """
    if len(words) < 3:
        return None
    first, last = min(w.middle for w in words), max(w.middle for w in words)
    reach = _LEVEL * letter
    if last - first < 0.9 * letter:
        return None
    upper = [w for w in words if w.middle - first <= reach]
    lower = {at: w for w, at in zip(words, places, strict=True) if last - w.middle <= reach}
    between = {
        at for w, at in zip(words, places, strict=True) if first + reach < w.middle < last - reach
    }
    if len(lower) < 2 or between & lower.keys() or 2 * len(upper) > 2 * len(lower) - 2:
        return None
    columns = sorted(lower)
    groups = _groups(sorted(upper, key=lambda w: w.left), lower, columns, between, letter)
    if groups is None:
        return None
    split = (max(w.bottom for w in upper) + min(w.top for w in lower.values())) / 2
    return Header(groups=groups, columns=frozenset(columns), split=split)


def _groups(
    upper: Sequence[Word],
    lower: dict[int, Word],
    columns: Sequence[int],
    between: set[int],
    letter: float,
) -> tuple[tuple[int, int], ...] | None:
    """Cut the lower row's columns into one run for each heading, centred below it."""
    best, cost = None, float("inf")
    for cuts in combinations(range(1, len(columns)), len(upper) - 1):
        edges = (0, *cuts, len(columns))
        runs = [columns[a:b] for a, b in pairwise(edges)]
        offs = [_off(word, run, lower, letter) for word, run in zip(upper, runs, strict=True)]
        whole = all(not between & set(range(run[0], run[-1])) for run in runs)
        if whole and all(off <= 1 for off in offs) and sum(offs) < cost:
            best, cost = runs, sum(offs)
    if best is None or all(len(run) == 1 for run in best):
        return None
    return tuple((run[0], run[-1] + 1) for run in best)


def _off(word: Word, run: Sequence[int], lower: dict[int, Word], letter: float) -> float:
    """Return how far a heading is off the middle of its columns; 1 is the most allowed."""
    one, other = lower[run[0]], lower[run[-1]]
    middle = (one.center + other.center) / 2
    width = max(other.right - one.left, 1.0)
    return abs(word.center - middle) / (_OFF_CENTER * width + 0.5 * letter)
