"""Words and the lines there are → grid: columns by white, rows by bands and lines, spans."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from workers.pipeline.tables.grid import Grid, GridCell
from workers.pipeline.tables.unruled_columns import (
    Valley,
    chunks,
    clear_of,
    counted,
    covered,
    crossing,
    headed,
    valleys,
)
from workers.pipeline.tables.unruled_ends import with_ends
from workers.pipeline.tables.unruled_header import Header, two_rows
from workers.pipeline.tables.unruled_words import Rule, Word, around, bands

_CLOSE = 0.75
"""Letters between two lines of one cell, at most,"""
_CLOSER = 0.75
"""and share of the usual distance between rows."""
_ONE_TEXT = 1.4
"""Letters between words of a text that runs over several columns, at most."""
_RULED_ROWS = 4
"""Rows from which lines across part all rows of a table, not just its header from the rest."""
_FULL = 0.9
"""Share of the table's width a line across must have to part rows in all columns."""


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """What lies inside a table's outline: its words, lines across and down; its outline."""

    words: tuple[Word, ...]
    across: tuple[Rule, ...]
    down: tuple[Rule, ...]
    box: tuple[float, float, float, float]
    letter: float
    least: float
    """Width in letters from which white parts columns."""


@dataclass(frozen=True, kw_only=True)
class _Row:
    """A row being made: its words, the height at which it starts, and that of its ink."""

    words: list[Word]
    top: float


def lay_out(sheet: Sheet) -> Grid | None:
    """Lay a grid under the words of a table; None where they do not stand in rows and columns."""
    parts = _parted(sheet)
    header_words = parts[0] if len(parts) > 1 else _top_bands(sheet)
    white = _valleys(sheet, parts)
    edges = _edges(sheet, white)
    if len(edges) < 3:
        return None
    header = _header(header_words, edges, sheet.letter)
    rows = _rows(sheet, parts, edges, header, header_words)
    if len(rows) < 2:
        return None
    tops = [row.top for row in rows]
    cells = _cells(rows, edges, header, sheet, white)
    return Grid(rows=(*tops, sheet.box[3]), columns=tuple(edges), cells=cells, thickness=1)


def _parted(sheet: Sheet) -> list[list[Word]]:
    """Part the words by the lines that run across the whole table."""
    width = sheet.box[2] - sheet.box[0]
    heights = [rule.at for rule in sheet.across if rule.length >= _FULL * width]
    parts: dict[int, list[Word]] = {}
    for word in sheet.words:
        parts.setdefault(sum(at < word.middle for at in heights), []).append(word)
    return [parts[at] for at in sorted(parts)]


def _top_bands(sheet: Sheet) -> list[Word]:
    """Return the words of the first bands that make a header of two rows, or of the first one."""
    found = bands(sheet.words)
    edges = _edges(sheet, _valleys(sheet, [list(sheet.words)]))
    if len(edges) >= 3:
        for count in (3, 2, 1):
            words = [word for band in found[:count] for word in band]
            if len(found) > count and _header(words, edges, sheet.letter):
                return words
    return found[0]


def _edges(sheet: Sheet, white: Sequence[Valley]) -> list[float]:
    """Return the columns' boundaries: lines down where there are any, else white."""
    left, _, right, _ = sheet.box
    if sheet.down:
        inner = sorted(rule.at for rule in sheet.down)
        return [left, *(x for x in inner if left + sheet.letter < x < right - sheet.letter), right]
    return [left, *(valley.at for valley in white), right]


def _valleys(sheet: Sheet, parts: Sequence[Sequence[Word]]) -> list[Valley]:
    """Return the white between columns; the header has no say but where it heads a blank one."""
    if sheet.down:
        return []
    aligned = counted(_counted_rows(sheet), sheet.letter)
    if aligned:
        return with_ends(
            clear_of(aligned, _over_one(sheet), sheet.letter),
            sheet.across,
            _sides(sheet),
            sheet.letter,
        )
    found = [band for part in parts for band in bands(part)]
    below = [band for part in parts[1:] for band in bands(part)] if len(parts) > 1 else found[1:]
    least = sheet.least * sheet.letter
    white = valleys(below if len(below) > 1 else found, found, least)
    for voters in (found[1:], found):
        more = valleys(voters, found, least, empty=True)
        if len(more) > len(white) and headed(found[:3], more):
            white = more
    return white


def _sides(sheet: Sheet) -> tuple[float, float]:
    return sheet.box[0], sheet.box[2]


def _over_one(sheet: Sheet) -> list[Word]:
    """Return the words below which no shorter line across runs: the others head several columns."""
    least = _FULL * (sheet.box[2] - sheet.box[0])
    below = ((word, _next_below(word, sheet.across)) for word in sheet.words)
    return [word for word, rule in below if rule is None or rule.length >= least]


def _next_below(word: Word, across: Sequence[Rule]) -> Rule | None:
    under = [r for r in across if r.at > word.middle and r.start <= word.center <= r.end]
    return min(under, key=lambda rule: rule.at, default=None)


def counted_rows(sheet: Sheet, rows: Sequence[float]) -> frozenset[int]:
    """Return the rows of a grid, by its boundaries, whose texts' places are told by counting them.

    Lines part such a row from its neighbours, and none of its texts runs from column to column.
    """
    ruled = [row for row in _ruled_rows(sheet) if row]
    between = counted(ruled, sheet.letter) if not sheet.down else []
    if not between:
        return frozenset()
    heights, sure = [], set()
    for at, row in enumerate(ruled):
        texts = chunks(row, sheet.letter)
        heights.append(texts[-1].middle)
        crossing = any(w.left < v.start and w.right > v.end for w in texts[1:] for v in between)
        if len(texts) > 1 and not crossing:
            sure.add(at)
    within = [
        [at for at, height in enumerate(heights) if top <= height < bottom]
        for top, bottom in pairwise(rows)
    ]
    return frozenset(at for at, own in enumerate(within) if len(own) == 1 and own[0] in sure)


def _ruled_rows(sheet: Sheet) -> list[list[Word]]:
    width = sheet.box[2] - sheet.box[0]
    return _cut(sheet.words, [rule.at for rule in sheet.across if rule.length >= 0.5 * width])


def _counted_rows(sheet: Sheet) -> list[list[Word]]:
    """Return the rows between lines across; where these part few, the bands of words."""
    ruled = _ruled_rows(sheet)
    return ruled if len(ruled) >= _RULED_ROWS else [band for part in ruled for band in bands(part)]


def _header(words: Sequence[Word], edges: Sequence[float], letter: float) -> Header | None:
    chunks = _chunks(words, edges, letter)
    return two_rows(chunks, [_column(word, edges) for word in chunks], letter)


def _column(word: Word, edges: Sequence[float]) -> int:
    return sum(edge <= word.center for edge in edges[1:-1])


def _chunks(words: Sequence[Word], edges: Sequence[float], letter: float) -> list[Word]:
    """Join the words of one line that stand in one column, or close (a heading set wide)."""
    chunks: list[Word] = []
    for word in sorted(words, key=lambda one: one.left):
        for at, chunk in enumerate(chunks):
            level = abs(chunk.middle - word.middle) < 0.5 * min(chunk.height, word.height)
            gap = word.left - chunk.right
            together = _column(chunk, edges) == _column(word, edges) or gap <= 0.7 * letter
            if level and together and gap <= 1.5 * letter:
                chunks[at] = around((chunk, word))
                break
        else:
            chunks.append(word)
    return chunks


def _rows(
    sheet: Sheet,
    parts: Sequence[Sequence[Word]],
    edges: Sequence[float],
    header: Header | None,
    header_words: Sequence[Word],
) -> list[_Row]:
    """Return the rows from top to bottom; a header of two rows is parted between its rows."""
    own = {id(word) for word in header_words} if header else set()
    groups: list[list[Word]] = []
    if header:
        upper = [w for w in header_words if w.middle < header.split]
        groups = [upper, [w for w in header_words if w.middle >= header.split]]
        if not all(groups):
            return []  # a piece of a line parts what is one row
    body = [[word for word in part if id(word) not in own] for part in parts]
    found = [_body_rows(part, sheet, edges) for part in body if part]
    groups += [row for rows in found for row in rows]
    rows = []
    for at, words in enumerate(groups):
        top = sheet.box[1] if at == 0 else _between(groups[at - 1], words, sheet)
        top = header.split if header and at == 1 else top
        rows.append(_Row(words=words, top=top))
    return rows


def _between(above: Sequence[Word], below: Sequence[Word], sheet: Sheet) -> float:
    """Return the height at which two rows part: on the line between them, or in the middle."""
    first = float(np.median([word.middle for word in above]))
    last = float(np.median([word.middle for word in below]))
    middle = (max(w.bottom for w in above) + min(w.top for w in below)) / 2
    lines = [rule.at for rule in sheet.across if first < rule.at < last]
    return min(lines, key=lambda at: abs(at - middle)) if lines else middle


def _body_rows(words: Sequence[Word], sheet: Sheet, edges: Sequence[float]) -> list[list[Word]]:
    """Part the words between two lines into rows; lines of one cell stay together.

    What a line in other columns passes by (a label over two rows) goes with the row above it.
    """
    heights = sorted({rule.at for rule in sheet.across})
    spanning = [word for word in words if any(_passes(at, word) for at in heights)]
    level = [word for word in words if word not in spanning]
    found: list[list[Word]] = []
    for part in _cut(level, heights):
        found += _with_lines_joined(bands(part), sheet, edges)
    for word in spanning:
        above = [row for row in found if min(w.top for w in row) < word.middle]
        (above[-1] if above else found[0] if found else []).append(word)
    return found or [list(words)]


def _passes(at: float, word: Word) -> bool:
    return word.top + 0.1 * word.height < at < word.bottom - 0.1 * word.height


def _cut(words: Sequence[Word], heights: Sequence[float]) -> list[list[Word]]:
    parts: dict[int, list[Word]] = {}
    for word in words:
        parts.setdefault(sum(at < word.middle for at in heights), []).append(word)
    return [parts[at] for at in sorted(parts)]


def _with_lines_joined(
    found: list[list[Word]], sheet: Sheet, edges: Sequence[float]
) -> list[list[Word]]:
    """Join bands that are lines of one row: close together, and one fills a part of the other."""
    gaps = [_gap(a, b) for a, b in pairwise(found)]
    usual = float(np.median(gaps)) if len(gaps) > 2 else 0.9 * sheet.letter
    most = min(_CLOSE * sheet.letter, max(_CLOSER * usual, 0.35 * sheet.letter))
    rows = [list(band) for band in found[:1]]
    before = _filled(rows[0], edges) if rows else set()
    for band, gap in zip(found[1:], gaps, strict=True):
        own = _filled(band, edges)
        part = (own < before and 2 * len(own) <= len(before)) or (
            before < own and 2 * len(before) <= len(own)
        )
        same = own == before and len(own) < len(edges) - 1
        beside = not own & before and gap <= 0.15 * sheet.letter
        if beside or (gap <= most and (part or (same and gap <= 0.45 * sheet.letter))):
            rows[-1] += band
            before |= own
        else:
            rows.append(list(band))
            before = own
    return rows


def _gap(above: Sequence[Word], below: Sequence[Word]) -> float:
    return min(word.top for word in below) - max(word.bottom for word in above)


def _filled(band: Iterable[Word], edges: Sequence[float]) -> set[int]:
    return {at for word in band for at in range(*covered(word, edges))}


def _cells(
    rows: Sequence[_Row],
    edges: Sequence[float],
    header: Header | None,
    sheet: Sheet,
    white: Sequence[Valley],
) -> tuple[GridCell, ...]:
    """Join slots: what a header spans, what a word runs across, what no line parts."""
    taken = np.full((len(rows), len(edges) - 1), -1)
    boxes = _header_boxes(header, len(edges) - 1) if header else []
    boxes += _lineless(rows, edges, sheet, 2 if header else 0)
    for at, row in enumerate(rows):
        if not (header and at < 2):
            texts = crossing(row.words, white, _ONE_TEXT * sheet.letter)
            spans = {covered(word, edges) for word in texts}
            spans |= _alone(texts, edges, sheet)
            boxes += [(at, first, at + 1, last) for first, last in spans if last - first > 1]
    for label, (top, left, bottom, right) in enumerate(boxes):
        if (taken[top:bottom, left:right] == -1).all():
            taken[top:bottom, left:right] = label
    cells = []
    for row, column in np.ndindex(taken.shape):
        if taken[row, column] == -1:
            cells.append(GridCell(row=row, column=column, row_span=1, column_span=1))
    for label, (top, left, bottom, right) in enumerate(boxes):
        if (taken == label).any():
            cells.append(
                GridCell(row=top, column=left, row_span=bottom - top, column_span=right - left)
            )
    return tuple(sorted(cells, key=lambda cell: (cell.row, cell.column)))


def _alone(texts: Sequence[Word], edges: Sequence[float], sheet: Sheet) -> set[tuple[int, int]]:
    """Return the columns right of the labels where just one text stands in all of them."""
    beyond = [word for word in texts if word.left > edges[1]]
    labelled = any(word.right < edges[1] for word in texts)
    if not sheet.across or not labelled or len(beyond) != 1 or len(edges) < 4:
        return set()
    return {(1, len(edges) - 1)}


def _header_boxes(header: Header, columns: int) -> list[tuple[int, int, int, int]]:
    alone = [at for at in range(columns) if at not in header.columns]
    return [(0, first, 1, last) for first, last in header.groups] + [
        (0, at, 2, at + 1) for at in alone
    ]


def _lineless(
    rows: Sequence[_Row], edges: Sequence[float], sheet: Sheet, first: int
) -> list[tuple[int, int, int, int]]:
    """Return the slots one above the other that no line parts where other columns have one."""
    boxes = []
    height, width = len(rows), len(edges) - 1
    parted = np.ones((height + 1, width), bool)
    for at in range(first, height):
        lines = [r for r in sheet.across if abs(r.at - rows[at].top) < 0.3 * sheet.letter]
        if lines:
            parted[at] = [_is_ruled(lines, edges[c], edges[c + 1]) for c in range(width)]
            if not parted[at].any():
                parted[at] = True
    for column in range(width):
        top = first
        for at in range(first + 1, height + 1):
            if parted[at, column]:
                if at - top > 1:
                    boxes.append((top, column, at, column + 1))
                top = at
    return boxes


def _is_ruled(lines: Sequence[Rule], left: float, right: float) -> bool:
    shared = sum(max(0.0, min(r.end, right) - max(r.start, left)) for r in lines)
    return shared >= 0.5 * (right - left)
