"""What the ends of lines across tell of a table's columns, and that they tell little if worn."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

from workers.pipeline.tables.unruled_columns import Span, Valley
from workers.pipeline.tables.unruled_words import Rule

_FEWEST, _FEWEST_UNEVEN = 2, 3
"""Lines that start or end at one place from which that is no chance."""


def with_ends(
    found: Sequence[Valley], across: Sequence[Rule], sides: Span, letter: float
) -> list[Valley]:
    """Part columns also where lines across start or end: there one cell stands over rows.

    One line alone parts them only between texts; it may as well be worn at its end. So may two be
    where most end each elsewhere.
    """
    groups = _gathered(across, sides, letter)
    uneven = 2 * _lone(groups) > len(groups)
    fewest = _FEWEST_UNEVEN if uneven else _FEWEST
    inner = [
        group[0]
        for group in groups
        if (len(group) >= fewest and not _cuts(group[0], found, sides[1]))
        or (not uneven and any(v.start - 2 <= group[0] <= v.end + 2 for v in found))
    ]
    free = [v for v in found if not any(v.start - 2 <= end <= v.end + 2 for end in inner)]
    ended = [Valley(start=end - 1, end=end + 1, at=end) for end in inner]
    return sorted([*free, *ended], key=lambda valley: valley.at)


def _lone(groups: Sequence[Sequence[float]]) -> int:
    return sum(len(group) == 1 for group in groups)


def _gathered(across: Iterable[Rule], sides: Span, letter: float) -> list[list[float]]:
    """Gather the ends between a table's sides that lie less than a letter apart."""
    ends = sorted(end for rule in across for end in (rule.start, rule.end))
    groups: list[list[float]] = []
    for end in ends:
        if sides[0] + letter < end < sides[1] - letter:
            if groups and end - groups[-1][0] < letter:
                groups[-1].append(end)
            else:
                groups.append([end])
    return groups


def _cuts(end: float, found: Sequence[Valley], right: float) -> bool:
    """Say whether a height runs through texts of a column right of the labels."""
    between = [(one.end, other.start) for one, other in pairwise(found)]
    return any(a < end < b for a, b in [*between, (found[-1].end, right)])
