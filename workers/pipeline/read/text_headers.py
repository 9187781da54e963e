"""Words before a row → the headers and groups the form sets there, letter by letter.

Headers come in any order of their rows, broken over lines and with a wrong letter: they are told by
laying the form's wording along the words.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from schemas.form import FormCell
from schemas.forms import FORMS
from workers.pipeline.read.text_cells import Piece
from workers.pipeline.tables.labels import likeness, plain

_ALIKE = 0.6
"""Likeness from which words are the header the form has there."""
_BESIDE = 80
"""Letters before a header that are looked at beside its own."""
_SURE = 0.8
_SIBLINGS = 3
"""Headers in one row from which their order tells something."""
_LONGEST_OTHER = 10
"""A header unlike the form's is no longer than this; more is text."""


@dataclass(frozen=True, kw_only=True)
class Match:
    """A header or group of the form, what is printed for it, and its first and last piece."""

    cell: FormCell
    text: str
    first: int
    last: int
    whole: bool
    """The print fills its pieces: nothing stands beside it."""


def match_headers(cells: Sequence[FormCell], found: Sequence[Piece], words: range) -> list[Match]:
    """Return the headers and groups of `cells` that stand among some words, as printed.

    A header over several rows may be told with the first of them or with the last.
    """
    corner = next((cell for cell in cells if cell.kind == "corner"), None)
    wordings = [
        _Wording(cells=order)
        for order in _orders(tuple(cell for cell in cells if cell is not corner))
    ]
    most = len(wordings[0].text) + _BESIDE + (len(corner.text) if corner else 0)
    text, owners = _letters(found, words, most)
    matches = []
    start = 0
    if corner is not None and (span := _long_span(corner, text)) is not None:
        matches.append(_match(corner, span, text, owners, found))
        start = span.stop
    text, owners = text[start:], owners[start:]
    best = max(wordings, key=lambda wording: fuzz.ratio(wording.text, text))
    return [*matches, *_laid(best, text, owners, found)]


def _letters(found: Sequence[Piece], words: range, most: int) -> tuple[str, list[int]]:
    """Return the last letters of some words, and which piece each is of."""
    parts: list[tuple[str, int]] = []
    count = 0
    for at in reversed(words):
        own = plain(found[at].text)
        if own in _section_titles() or own[1:] in _section_titles():
            break  # what stands before a section's title belongs to no table of it
        parts.append((own, at))
        count += len(own)
        if count > most:
            break
    parts.reverse()
    return "".join(own for own, _ in parts), [at for own, at in parts for _ in own]


@cache
def _section_titles() -> frozenset[str]:
    return frozenset(
        plain(title)
        for form in FORMS.values()
        for section in form.sections
        for title in (section.title, *section.variants)
    )


def _long_span(cell: FormCell, text: str) -> range | None:
    """Return where a long wording stands in a text, but for a letter or two."""
    found = fuzz.partial_ratio_alignment(plain(cell.text), text, score_cutoff=100 * _SURE)
    return None if found is None else range(found.dest_start, found.dest_end)


@lru_cache(maxsize=64)
def _orders(cells: tuple[FormCell, ...]) -> tuple[tuple[FormCell, ...], ...]:
    by_top = tuple(sorted(cells, key=lambda cell: (cell.row, cell.column)))
    by_bottom = tuple(sorted(cells, key=lambda cell: (cell.row + cell.row_span, cell.column)))
    return (by_top,) if by_top == by_bottom else (by_top, by_bottom)


@dataclass(frozen=True, kw_only=True)
class _Wording:
    """Headers in one order, and their letters in one string."""

    cells: tuple[FormCell, ...]

    @property
    def text(self) -> str:
        return "".join(plain(cell.text) for cell in self.cells)

    @property
    def ranges(self) -> Iterator[range]:
        start = 0
        for cell in self.cells:
            end = start + len(plain(cell.text))
            yield range(start, end)
            start = end


def _laid(
    wording: _Wording, text: str, owners: Sequence[int], found: Sequence[Piece]
) -> Iterator[Match]:
    places = _places(wording.text, text)
    spans: list[range | None] = []
    for cell, own in zip(wording.cells, wording.ranges, strict=True):
        taken = [places[at] for at in own if at in places]
        span = range(min(taken), max(taken) + 1) if taken else None
        if span is not None and likeness(text[span.start : span.stop], plain(cell.text)) < _ALIKE:
            span = None
        spans.append(span)
    _draw_together(wording, spans, text)
    _in_printed_order(wording, spans, text)
    _exchanged(wording, spans, text, [found[owner].row for owner in owners])
    for at, cell in enumerate(wording.cells):
        span = spans[at] or _between(spans, at)
        if span is not None:
            yield _match(cell, span, text, owners, found)


def _draw_together(wording: _Wording, spans: list[range | None], text: str) -> None:
    """Take of a wording that stands twice before the next header the nearer: a title has it, too.

    四、…行政复议、行政诉讼情况 stands over the headers 行政复议 and 行政诉讼.
    """
    stop = len(text)
    for at in range(len(spans) - 1, -1, -1):
        span = spans[at]
        if span is not None:
            name = text[span.start : span.stop]
            nearer = text.rfind(name, span.start, stop)
            spans[at] = range(nearer, nearer + len(name))
            stop = nearer


def _in_printed_order(wording: _Wording, spans: list[range | None], text: str) -> None:
    """Put headers that stand in another order than the form's where they are printed.

    The one that is out of order lies loose among its neighbours of the same row.
    """
    for at, cell in enumerate(wording.cells):
        own = [n for n, other in enumerate(wording.cells) if other.row == cell.row]
        found = [span for n in own if (span := spans[n]) is not None]
        if spans[at] is not None or len(own) < _SIBLINGS or len(found) != len(own) - 1:
            continue
        name = plain(cell.text)
        start = text.find(name, found[0].start)
        loose = range(start, start + len(name))
        among = 0 <= start <= max(span.stop for span in found)
        if among and not any(loose.start < s.stop and s.start < loose.stop for s in found):
            printed = sorted([*found, loose], key=lambda span: span.start)
            for place, span in zip(own, printed, strict=True):
                spans[place] = span


def _exchanged(
    wording: _Wording, spans: list[range | None], text: str, rows: Sequence[int | None]
) -> None:
    """Put headers over one column each that all stand to the letter, but exchanged, as printed.

    Of those that stand in several printed rows (`rows`: by letter) their order says nothing.
    """
    names = sorted({plain(cell.text) for cell in wording.cells}, key=len, reverse=True)
    printed = list(re.finditer("|".join(map(re.escape, names)), text)) if all(names) else []
    for row in {cell.row for cell in wording.cells}:
        own = [
            at
            for at, cell in enumerate(wording.cells)
            if cell.row == row and cell.kind == "header" and cell.column_span == 1
        ]
        wanted = [plain(wording.cells[at].text) for at in own]
        there = [one for one in printed if one[0] in wanted][-len(own) :] if own else []
        order = [one[0] for one in there]
        level = len({rows[one.start()] for one in there}) == 1
        if level and order != wanted and sorted(order) == sorted(wanted):
            for place, one in zip(own, there, strict=True):
                spans[place] = range(*one.span())


def _match(
    cell: FormCell, span: range, text: str, owners: Sequence[int], found: Sequence[Piece]
) -> Match:
    first, last = owners[span.start], owners[span.stop - 1]
    printed = "".join(found[at].text for at in range(first, last + 1) if found[at].kind == "word")
    letters = text[span.start : span.stop]
    whole = plain(printed) == letters
    return Match(cell=cell, text=printed if whole else letters, first=first, last=last, whole=whole)


def _places(wording: str, text: str) -> dict[int, int]:
    """Return where in the text each letter of the wording stands, or another in its stead."""
    places = {}
    for step in Levenshtein.opcodes(wording, text):
        if step.tag in ("equal", "replace"):
            for at in range(step.src_end - step.src_start):
                places[step.src_start + at] = step.dest_start + at
    return places


def _between(spans: Sequence[range | None], at: int) -> range | None:
    """Return what is printed between a missing header's neighbours: another header's words."""
    if not 0 < at < len(spans) - 1:
        return None
    before, after = spans[at - 1], spans[at + 1]
    if before is None or after is None or not 2 <= after.start - before.stop <= _LONGEST_OTHER:
        return None
    return range(before.stop, after.start)
