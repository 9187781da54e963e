"""Candidates of tables with few lines: what lies between lines across or beside lines down."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from workers.pipeline.tables.unruled_grid import Sheet
from workers.pipeline.tables.unruled_words import Rule, Word, bands

Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""

SHORTEST_RULE = 5.0
"""Letters from which a line is a table's."""
_SAME_END = 1.5
"""Letters by which the ends of a table's lines may differ."""
_APART = 1.6
"""Letters of white on a line that make it a row of a table without lines."""
_LEAST_WHITE_RULED = 0.6
"""Letters of white between columns of a table with lines."""
_HEAD = 9.0
"""Letters that a header is high at most."""
_STACKED, _WHOLE, _MOSTLY = 4, 8, 0.8
"""Lines from which a stack of worn ones is a table's; lines with the same ends from which these are
one; and share of a stack's height that such, or one sheet alone, take up where it is none."""
_TITLE_INDENT, _TITLE_APART = 3.0, 0.8
"""Letters from the left side where a title starts, and its heights of white above and below."""


def between_lines(words: Sequence[Word], across: Sequence[Rule], letter: float) -> list[Sheet]:
    """Return what lies between lines across that start and end at the same places."""
    groups: list[list[Rule]] = []
    for rule in across:
        if rule.length < SHORTEST_RULE * letter:
            continue
        for group in groups:
            if _same_ends(group[-1], rule, letter):
                group.append(rule)
                break
        else:
            groups.append([rule])
    found = [
        sheet for g in groups for sheet in _sheets(_with_head(g, across, letter), words, letter)
    ]
    whole = [sheet for sheet, ruled in found if ruled >= _WHOLE]
    alone = [sheet for sheet, _ in found]
    for stack in _stacks(across, letter):
        for sheet, ruled in _sheets(stack, words, letter):
            taken = max(_shared(whole, sheet), *(_shared([one], sheet) for one in alone), 0.0)
            if ruled >= _STACKED and taken < _MOSTLY:
                found.append((sheet, ruled))
    return [sheet for sheet, _ in found]


def _sheets(
    group: Sequence[Rule], words: Sequence[Word], letter: float
) -> Iterator[tuple[Sheet, int]]:
    """Yield what lies between lines of one table, between titles, with the count of its lines."""
    for box in _between_titles(group, words, letter):
        inside = _within(words, box, letter)
        ruled = sum(box[1] <= rule.at <= box[3] for rule in group)
        if ruled >= 2 and len(inside) >= 4:
            yield sheet_of(inside, box, (), _LEAST_WHITE_RULED), ruled


def _stacks(across: Sequence[Rule], letter: float) -> list[list[Rule]]:
    """Return lines across that follow one another closely, wherever worn ones start and end."""
    stacks: list[list[Rule]] = []
    for rule in sorted(across, key=lambda rule: rule.at):
        if rule.length < SHORTEST_RULE * letter:
            continue
        if stacks and rule.at - stacks[-1][-1].at < _HEAD * letter:
            stacks[-1].append(rule)
        else:
            stacks.append([rule])
    return stacks


def _shared(sheets: Sequence[Sheet], other: Sheet) -> float:
    """Return how much of a sheet's height others take up together."""
    _, top, _, bottom = other.box
    parts = (min(one.box[3], bottom) - max(one.box[1], top) for one in sheets)
    return sum(max(0.0, part) for part in parts) / (bottom - top)


def _with_head(group: Sequence[Rule], across: Sequence[Rule], letter: float) -> list[Rule]:
    """Add the topmost line over a header that has none over its first column.

    It ends where the table's lines end, and lies above them no further than a header is high.
    """
    first = group[0]
    over = [
        rule
        for rule in across
        if first.at - _HEAD * letter < rule.at < first.at
        and rule.start > first.start + _SAME_END * letter
        and abs(rule.end - first.end) < _SAME_END * letter
        and rule.length >= SHORTEST_RULE * letter
    ]
    top = min(over, key=lambda rule: rule.at, default=None)
    return [*group] if top is None else [replace(top, start=first.start), *group]


def _between_titles(group: Sequence[Rule], words: Sequence[Word], letter: float) -> list[Box]:
    """Return the boxes of lines across, parted where a title stands: there a table ends."""
    left, right = min(rule.start for rule in group), max(rule.end for rule in group)
    boxes, top = [], group[0].at
    for above, below in pairwise(group):
        found = bands(_within(words, (left, above.at, right, below.at), letter))
        heights = [above.at, *(min(w.top for w in band) for band in found[1:]), below.at]
        for at, band in enumerate(found):
            over = heights[at] if at == 0 else max(w.bottom for w in found[at - 1])
            if _is_title(band, left, min(w.top for w in band) - over, letter) and _is_title(
                band, left, heights[at + 1] - max(w.bottom for w in band), letter
            ):
                boxes.append((left, top, right, above.at))
                top = max(w.bottom for w in band) + 1 if at + 1 < len(found) else below.at
    return [*boxes, (left, top, right, group[-1].at)]


def _is_title(band: Sequence[Word], left: float, white: float, letter: float) -> bool:
    """Say whether a line of text is one piece from the left on, with white above or below it."""
    first, high = min(w.left for w in band), max(w.height for w in band)
    whole = not is_parted(band, letter)
    return whole and abs(first - left) < _TITLE_INDENT * letter and white > _TITLE_APART * high


def _same_ends(one: Rule, other: Rule, letter: float) -> bool:
    reach = _SAME_END * letter
    return abs(one.start - other.start) < reach and abs(one.end - other.end) < reach


def _side_by_side(one: Rule, other: Rule, letter: float) -> bool:
    """Say whether two lines down are of one table: one may start below a heading over both."""
    shared = min(one.end, other.end) - max(one.start, other.start)
    near = min(abs(one.start - other.start), abs(one.end - other.end)) < _SAME_END * letter
    return near and shared > 0.5 * max(one.length, other.length)


def beside_lines(words: Sequence[Word], down: Sequence[Rule], letter: float) -> list[Sheet]:
    """Return what lies at the height of lines down that start and end at the same heights."""
    groups: list[list[Rule]] = []
    for rule in sorted((r for r in down if r.length >= 4 * letter), key=lambda r: r.start):
        for group in groups:
            if _side_by_side(group[0], rule, letter):
                group.append(rule)
                break
        else:
            groups.append([rule])
    sheets = []
    for group in groups:
        top, bottom = min(r.start for r in group), max(r.end for r in group)
        inside = [w for w in words if top - 0.3 * letter < w.middle < bottom + 0.3 * letter]
        if len(inside) >= 4:
            left, right = min(w.left for w in inside), max(w.right for w in inside)
            box = (left - 2, min(top, *(w.top for w in inside)), right + 2, bottom)
            sheets.append(sheet_of(inside, box, group, _LEAST_WHITE_RULED))
    return sheets


def sheet_of(
    words: Sequence[Word],
    box: Box,
    down: Sequence[Rule],
    least: float,
) -> Sheet:
    """Put words on a sheet with an outline around all of them; lines across are given later."""
    letter = max(4.0, float(np.percentile([word.height for word in words], 75)))
    outline = (
        min(box[0], min(w.left for w in words) - 2),
        min(box[1], min(w.top for w in words) - 2),
        max(box[2], max(w.right for w in words) + 2),
        max(box[3], max(w.bottom for w in words) + 2),
    )
    return Sheet(
        words=tuple(words), across=(), down=tuple(down), box=outline, letter=letter, least=least
    )


def _within(words: Iterable[Word], box: Box, letter: float) -> list[Word]:
    left, top, right, bottom = box
    return [
        w for w in words if left - letter < w.center < right + letter and top < w.middle < bottom
    ]


def is_parted(band: Sequence[Word], letter: float) -> bool:
    """Say whether white wide enough for a column's boundary lies between words of a line."""
    right = band[0].right
    for word in band[1:]:
        if word.left - right >= _APART * letter:
            return True
        right = max(right, word.right)
    return False
