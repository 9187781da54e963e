"""Columns of a table without lines: the white that runs down through its rows."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from workers.pipeline.tables.unruled_words import Word, around

Span = tuple[float, float]
Rows = Sequence[Sequence[Word]]

_ENTERS = 0.3
"""Heights of a word by which it must reach into a valley for its cell to go on beyond it."""
_CENTRED = 0.3
"""Heights of a word by which it may stand beside the middle of the column it heads."""
_TEXT, _BETWEEN = 0.9, 0.3
"""Letters between words of one text, at most, and between columns, at least."""
_EVEN = 0.1
"""Share of the usual width of columns by which they may differ and still be even."""
_PADDING = 0.6
"""Letters between a text that is set flush and the side of its column, at most."""
_SPECK = 0.5
"""Letters, both ways, below which ink is no text."""
_FEWEST, _MANY = 3, 8
"""Fewest rows that tell columns by their count of texts; of so many texts two are enough."""
_OF_ALL, _MOSTLY = 0.2, 0.75
"""Least share of all rows that tell columns, and of those with as many texts."""


@dataclass(frozen=True, kw_only=True)
class Valley:
    """White between two columns, and where in it they part."""

    start: float
    end: float
    at: float


def valleys(voters: Rows, rows: Rows, least: float, *, empty: bool = False) -> list[Valley]:
    """Return the valleys, at least `least` wide, that part columns, from left to right.

    Voters with few words (a note, a label's second line) have no say, nor has one that alone
    crosses what is white in all others; what reaches into a valley shifts its middle. With
    `empty` one word is enough for a column, else it takes two.
    """
    needed = 1 if empty else 2
    most = max((len(row) for row in voters), default=0)
    voting = [row for row in voters if len(row) >= max(2, 0.5 * most)]
    white = _white(voting, rows, least, needed)
    for _ in range(1 if len(voting) < 8 else 2):
        if len(voting) < 4:
            break
        fewer = [[*voting[:at], *voting[at + 1 :]] for at in range(len(voting))]
        best = max(fewer, key=lambda left: len(_white(left, rows, least, needed)))
        more = _white(best, rows, least, needed)
        if len(more) <= len(white):
            break
        voting, white = best, more
    return [_placed(span, rows, 0.5 * least) for span in white]


def _white(voters: Rows, rows: Rows, least: float, needed: int) -> list[Span]:
    """Return what is white in all voters and leaves words of `needed` rows in each column."""
    words = [word for row in voters for word in row]
    if not words:
        return []
    white = [(min(w.left for w in words), max(w.right for w in words))]
    for row in voters:
        white = _without(white, row)
    white = [span for span in white if span[1] - span[0] >= least]
    while white:
        filled = _filled(rows, white)
        poor = min(range(len(filled)), key=lambda at: filled[at])
        if filled[poor] >= min(needed, len(voters)):
            break
        beside = [at for at in (poor - 1, poor) if 0 <= at < len(white)]
        white.pop(min(beside, key=lambda at: white[at][1] - white[at][0]))
    return white


def _without(white: Sequence[Span], row: Sequence[Word]) -> list[Span]:
    """Take the ink of a row out of the white."""
    kept = list(white)
    for word in row:
        parts = []
        for start, end in kept:
            if word.right <= start or word.left >= end:
                parts.append((start, end))
                continue
            if word.left > start:
                parts.append((start, word.left))
            if word.right < end:
                parts.append((word.right, end))
        kept = parts
    return kept


def _filled(rows: Rows, white: Sequence[Span]) -> list[int]:
    """Count the rows in which each column between valleys holds a word of its own."""
    counts = [0] * (len(white) + 1)
    for row in rows:
        own = [w for w in row if not any(w.left < start and w.right > end for start, end in white)]
        for column in {sum(start < w.center for start, _ in white) for w in own}:
            counts[column] += 1
    return counts


def counted(rows: Rows, letter: float) -> list[Valley]:
    """Return what parts columns by count: the n-th texts of rows from the right make a column.

    They must stand one below the other; of several counts the one with most such texts is taken:
    a row in which punctuation parts one text into two has as many as other columns, elsewhere.
    Empty where too few rows agree, or too many do not.
    """
    texts = [_texts(row, letter)[::-1] for row in rows]
    best: Rows = []
    most = 0
    for count in range(3, max((len(row) for row in texts), default=0) + 1):
        longest = [row[:count] for row in texts if len(row) >= count]
        fewest = max(_FEWEST if count < _MANY else 2, _OF_ALL * len(rows), _MOSTLY * len(longest))
        for voters in (longest, _agreeing(longest)):
            below = count * len(_agreeing(voters))
            if below > most and len(voters) >= fewest and _apart(_hulls(voters), letter):
                best, most = voters, below
    hulls, flush = _hulls(best), _flush(best, letter)
    return [
        Valley(start=a.right, end=b.left, at=_parting(a, b, flush, labels=not at, letter=letter))
        for at, (a, b) in enumerate(pairwise(hulls))
    ]


def _flush(rows: Rows, letter: float) -> str:
    """Return to which side the columns' texts are set flush: left, right, or neither.

    Two rows are a header and its numbers, which may be set otherwise.
    """
    sides = set()
    if len(rows) < _FEWEST:
        return ""
    for column in list(zip(*rows, strict=True))[:-1]:  # the last one, from the right, has labels
        left = max(w.left for w in column) - min(w.left for w in column)
        right = max(w.right for w in column) - min(w.right for w in column)
        if abs(left - right) >= letter:
            sides.add("left" if left < right else "right")
    return sides.pop() if len(sides) == 1 else ""


def _parting(one: Word, other: Word, flush: str, *, labels: bool, letter: float) -> float:
    """Return where two columns part: beside texts that are set flush, else in the middle.

    There they part on every page, however wide the texts are that a page happens to hold.
    """
    middle = (one.right + other.left) / 2
    if flush == "right" and not labels:
        return min(middle, one.right + _PADDING * letter)
    return max(middle, other.left - _PADDING * letter) if flush == "left" else middle


def _texts(row: Sequence[Word], letter: float) -> list[Word]:
    """Return the texts of a row without its specks of dirt."""
    found = [w for w in row if max(w.height, w.right - w.left) >= _SPECK * letter]
    return chunks(found, _TEXT * letter)


def _hulls(rows: Rows) -> list[Word]:
    """Return what each column of texts, counted from the right, takes up; from left to right."""
    return [around(tuple(column)) for column in zip(*rows, strict=True)][::-1]


def _apart(hulls: Sequence[Word], letter: float) -> bool:
    """Say whether white parts columns; whole numbers are known from what is beside them."""
    return all(
        b.left - a.right > (0.0 if a.number or b.number else _BETWEEN * letter)
        for a, b in pairwise(hulls)
    )


def _agreeing(rows: Rows) -> list[Sequence[Word]]:
    """Return the rows whose texts all lie over or below the usual ones."""
    if not rows:
        return []
    usual = [
        (median(w.left for w in column), median(w.right for w in column))
        for column in zip(*rows, strict=True)
    ]
    return [
        row
        for row in rows
        if all(
            w.left < right and w.right > left for w, (left, right) in zip(row, usual, strict=True)
        )
    ]


def chunks(row: Sequence[Word], gap: float) -> list[Word]:
    """Join the words of a row that stand one over the other or up to `gap` apart, but numbers."""
    joined: list[Word] = []
    for word in sorted(row, key=lambda one: one.left):
        whole = word.number or (joined and joined[-1].number)
        if joined and not whole and word.left - joined[-1].right <= gap:
            joined[-1] = around((joined[-1], word))
        else:
            joined.append(word)
    return joined


def headed(rows: Rows, found: Sequence[Valley]) -> bool:
    """Say whether one row has a word in every column."""
    white = [(valley.start, valley.end) for valley in found]
    return any(min(_filled([row], white)) > 0 for row in rows)


def _placed(span: Span, rows: Rows, least: float) -> Valley:
    """Part columns in the middle of what is left of a valley, where `least` is left."""
    start, end = span
    for word in (word for row in rows for word in row):
        if word.left < start < word.right <= end - least:
            start = word.right
        elif start + least <= word.left < end < word.right:
            end = word.left
    return Valley(start=span[0], end=span[1], at=(start + end) / 2)


def clear_of(found: Sequence[Valley], words: Sequence[Word], letter: float) -> list[Valley]:
    """Part columns where fewest words lie across, headers too, as near the middle as may be.

    Pages of one table without its header must part them alike. Columns that are all of one width
    stay: what lies across heads several of them.
    """
    if _is_even(found):
        return [*found]
    return [_cleared(valley, words, letter) for valley in found]


def _is_even(found: Sequence[Valley]) -> bool:
    """Say whether the columns between valleys are all of one width."""
    widths = [other.at - one.at for one, other in pairwise(found)]
    if len(widths) < _MANY:
        return False
    return max(abs(width - median(widths)) for width in widths) <= _EVEN * median(widths)


def _cleared(valley: Valley, words: Sequence[Word], letter: float) -> Valley:
    rim = min(_BETWEEN * letter, (valley.end - valley.start) / 3)
    start, end = valley.start + rim, valley.end - rim
    near = [w for w in words if w.left < end and w.right > start]
    sides = {side for w in near for side in (w.left, w.right) if start < side < end}
    spans = list(pairwise(sorted({start, end, *sides})))
    across = [sum(w.left < (a + b) / 2 < w.right for w in near) for a, b in spans]
    clear = [
        min(max(valley.at, (3 * a + b) / 4), (a + 3 * b) / 4)
        for count, (a, b) in zip(across, spans, strict=True)
        if count == min(across)
    ]
    inside = any(
        a <= valley.at <= b and count == min(across)
        for count, (a, b) in zip(across, spans, strict=True)
    )
    return valley if inside else replace(valley, at=min(clear, key=lambda at: abs(at - valley.at)))


def covered(word: Word, edges: Sequence[float]) -> tuple[int, int]:
    """Return the columns (first, last not included) a word stands in; edges ascend.

    A column counts when the word fills a part of it and not just its rim.
    """
    inner = edges[1:-1]
    rim = 0.25 * max(1.0, word.height)
    first = sum(edge <= word.left + rim for edge in inner)
    last = sum(edge < word.right - rim for edge in inner)
    return (first, last + 1) if last >= first else (first, first + 1)


def crossing(row: Sequence[Word], found: Sequence[Valley], gap: float) -> list[Word]:
    """Join words of a row that both reach into one valley, up to `gap` apart: one long text.

    Not those that stand each over the middle of its own column: they are its headings, set close.
    """
    middles = [(a.at + b.at) / 2 for a, b in pairwise(found)]
    joined: list[Word] = []
    for word in sorted(row, key=lambda one: one.left):
        before = joined[-1] if joined else None
        if (
            before is not None
            and word.left - before.right <= gap
            and not (before.number or word.number)
            and not (_is_over(before, middles) and _is_over(word, middles))
            and any(
                before.right > v.start + _ENTERS * word.height
                and word.left < v.end - _ENTERS * word.height
                and before.left < v.start
                and word.right > v.end
                for v in found
            )
        ):
            joined[-1] = around((before, word))
        else:
            joined.append(word)
    return joined


def _is_over(word: Word, middles: Sequence[float]) -> bool:
    return any(abs(word.center - middle) <= _CENTRED * word.height for middle in middles)
