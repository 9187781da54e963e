"""Tables with few lines or none: found by how words stand on the page, laid out as grids.

Prose, titles, lists and signatures stand in one column; a table is taken only where white runs
down between words over several rows, and with less evidence where lines show its outline.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from workers.pipeline.read.recognition import Gray
from workers.pipeline.tables.grid import Grid
from workers.pipeline.tables.rulings import Region, Rulings
from workers.pipeline.tables.unruled_grid import Sheet, counted_rows, lay_out
from workers.pipeline.tables.unruled_sheets import (
    SHORTEST_RULE,
    Box,
    beside_lines,
    between_lines,
    is_parted,
    sheet_of,
)
from workers.pipeline.tables.unruled_words import (
    JOIN_SET,
    Rule,
    Word,
    bands,
    gathered,
    inked,
    rules_of,
    words_of,
)

_FLAT = 0.35
"""Height, as a share of a letter and of its own width, up to which ink may be of a line."""
_RIM, _THROUGH = 0.15, 0.6
"""Share of a word's height at its top and bottom that lies beside a line, and of a line's length
that lies within words if it is of their strokes."""
_LOOSE = 2
"""Most lines in a row within it that are not parted: labels of two lines, blank rows."""
_PITCH = 2.2
"""Most letters of white between two rows of such a table."""
_LEAST_WHITE = 0.9
"""Letters of white between columns of a table without lines."""
_PROSE_WIDTH = 10.0
"""A column wider than so many letters whose lines mostly fill it is prose."""


@dataclass(frozen=True, kw_only=True)
class Unruled:
    """A table without a frame: its place on the page, its grid from that place's corner."""

    region: Region
    grid: Grid
    counted: frozenset[int] = frozenset()
    """The rows in which no text's place is a guess: parted by lines, in columns told by count."""


def find_unruled(
    bare: Gray, rulings: Rulings, threshold: int, letter: float, rim: float = 0.0
) -> list[Unruled]:
    """Find such tables on a page (height × width) from which ruled tables were taken out.

    Pixels of its `rim` at both sides are of no table: there the desk shows.
    """
    part = _inked(bare, threshold)
    if part is None:
        return []
    window = np.s_[part.top : part.bottom, part.left : part.right]
    return [
        replace(table, region=region)
        for table in _find_on(bare[window], rulings.within(part), threshold, letter)
        if rim <= (region := _moved(table.region, part)).left
        and region.right <= bare.shape[1] - rim
    ]


def _inked(bare: Gray, threshold: int) -> Region | None:
    """Return the rectangle that holds all ink; most of a page of forms is empty by now."""
    ink = bare < threshold
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    if rows.size == 0:
        return None
    return Region(
        left=int(columns[0]),
        top=int(rows[0]),
        right=int(columns[-1]) + 1,
        bottom=int(rows[-1]) + 1,
    )


def _moved(region: Region, part: Region) -> Region:
    return Region(
        left=region.left + part.left,
        top=region.top + part.top,
        right=region.right + part.left,
        bottom=region.bottom + part.top,
    )


def _find_on(bare: Gray, rulings: Rulings, threshold: int, letter: float) -> list[Unruled]:
    across, down = inked(rulings.across, bare), inked(rulings.down, bare)
    words = words_of(bare, Rulings(across=across, down=down), threshold, letter)
    shortest = SHORTEST_RULE * letter
    lines = rules_of(across, 0.3 * shortest, letter)
    return find_tables(words, lines, rules_of(down.T, 0.5 * shortest, letter), letter)


def find_unruled_text(
    glyphs: Sequence[Word], rulings: Rulings, taken: Sequence[Region], letter: float
) -> list[Unruled]:
    """Find such tables among the glyphs of a text layer; `taken` is where ruled tables lie."""
    across, down = rulings.across.copy(), rulings.down.copy()
    for region in taken:
        window = np.s_[region.top : region.bottom, region.left : region.right]
        across[window], down[window] = 0, 0
    shortest = SHORTEST_RULE * letter
    words = gathered(glyphs, letter, JOIN_SET)
    lines = rules_of(across, 0.3 * shortest, letter)
    return find_tables(words, lines, rules_of(down.T, 0.5 * shortest, letter), letter)


def find_tables(
    words: Sequence[Word], across: Sequence[Rule], down: Sequence[Rule], letter: float
) -> list[Unruled]:
    """Find tables among words and lines; any unit, origin top left."""
    words = [word for word in words if not _is_of_line(word, across, letter)]
    across = [rule for rule in across if not _is_of_words(rule, words)]
    sheets = [*between_lines(words, across, letter), *beside_lines(words, down, letter)]
    tables: list[Unruled] = []
    for sheet in sorted(sheets, key=_size, reverse=True):
        if any(_is_in(word, table.region) for table in tables for word in sheet.words):
            continue
        inside = [r for r in across if _lies_in(r, sheet.box, letter)]
        lined = replace(sheet, across=tuple(inside))
        grid = lay_out(lined)
        if grid is not None and _holds(grid, sheet, free=False):
            tables.append(_placed(grid, lined))
    left = [word for word in words if not any(_is_in(word, table.region) for table in tables)]
    for sheet in _free(left, letter):
        inside = [r for r in across if _lies_in(r, sheet.box, letter)]
        table = _free_table(replace(sheet, across=tuple(inside)))
        if table is not None:
            tables.append(table)
    return sorted(tables, key=lambda table: table.region.top)


def _is_of_line(word: Word, across: Sequence[Rule], letter: float) -> bool:
    """Say whether a word is a short piece of a worn line, level with what is left of it."""
    flat = word.bottom - word.top <= _FLAT * min(letter, word.right - word.left)
    return flat and any(word.top <= rule.at <= word.bottom for rule in across)


def _is_of_words(rule: Rule, words: Sequence[Word]) -> bool:
    """Say whether a line runs through words all along: it is of strokes of bold letters."""
    through = (w for w in words if w.top + _RIM * w.height < rule.at < w.bottom - _RIM * w.height)
    length = sum(max(0.0, min(w.right, rule.end) - max(w.left, rule.start)) for w in through)
    return length > _THROUGH * (rule.end - rule.start)


def _size(sheet: Sheet) -> float:
    left, top, right, bottom = sheet.box
    return (right - left) * (bottom - top)


def _lies_in(rule: Rule, box: Box, letter: float) -> bool:
    left, top, right, bottom = box
    level = top - 0.5 * letter <= rule.at <= bottom + 0.5 * letter
    return level and rule.start >= left - letter and rule.end <= right + letter


def _is_in(word: Word, region: Region) -> bool:
    return region.left <= word.center <= region.right and region.top <= word.middle <= region.bottom


def _placed(grid: Grid, sheet: Sheet) -> Unruled:
    left, top, right, bottom = sheet.box
    region = Region(
        left=max(0, int(left)), top=max(0, int(top)), right=int(right) + 1, bottom=int(bottom) + 1
    )
    own = replace(
        grid,
        rows=tuple(at - region.top for at in grid.rows),
        columns=tuple(at - region.left for at in grid.columns),
    )
    return Unruled(region=region, grid=own, counted=counted_rows(sheet, grid.rows))


def _free(words: Sequence[Word], letter: float) -> list[Sheet]:
    """Return the blocks of lines of which most are parted by white: candidates without lines."""
    blocks: list[list[list[Word]]] = [[]]
    loose = 0
    above: list[list[Word]] = []
    for band in bands(words):
        block = blocks[-1]
        near = not block or _white_above(block[-1], band) <= _PITCH * letter
        parted = is_parted(band, letter)
        loose = 0 if parted else loose + 1
        if not near or loose > _LOOSE:
            blocks.append([])
        if parted and not blocks[-1]:
            blocks[-1] += _headings(above, band, letter)
        if parted or blocks[-1]:
            blocks[-1].append(band)
        above = [*above[-1:], band]
    sheets = []
    for block in blocks:
        while block and not is_parted(block[-1], letter):
            block.pop()
        if sum(is_parted(band, letter) for band in block) >= 3:
            sheets.append(_free_sheet([word for band in block for word in band]))
    return sheets


def _headings(
    above: Sequence[list[Word]], below: Sequence[Word], letter: float
) -> list[list[Word]]:
    """Return the lines above a table's first row that may head some of its columns."""
    found: list[list[Word]] = []
    for band in reversed(above):
        near = _white_above(band, found[0] if found else below) < _PITCH / 3 * letter
        if not near or any(word.right - word.left > _PROSE_WIDTH * letter for word in band):
            break
        found.insert(0, band)
    return found


def _free_sheet(words: Sequence[Word]) -> Sheet:
    letter = max(4.0, float(np.percentile([word.height for word in words], 75)))
    rim = 0.2 * letter
    box = (
        min(w.left for w in words) - rim,
        min(w.top for w in words) - rim,
        max(w.right for w in words) + rim,
        max(w.bottom for w in words) + rim,
    )
    return sheet_of(words, box, (), _LEAST_WHITE)


def _white_above(above: Sequence[Word], below: Sequence[Word]) -> float:
    return min(word.top for word in below) - max(word.bottom for word in above)


def _free_table(sheet: Sheet) -> Unruled | None:
    """Lay out a table without lines; what stands above its header is left out."""
    grid = lay_out(sheet)
    for _ in range(2):
        edge = _foreign_edge(grid, sheet) if grid is not None else None
        if edge is None:
            break
        words = [word for word in sheet.words if word.middle > edge]
        if len(words) < 6:
            return None
        sheet = replace(_free_sheet(words), across=sheet.across)
        grid = lay_out(sheet)
    if grid is None or not _holds(grid, sheet, free=True):
        return None
    return _placed(grid, sheet)


def _foreign_edge(grid: Grid, sheet: Sheet) -> float | None:
    """Return where the table begins below a caption that runs over most of its columns."""
    width = len(grid.columns) - 1
    first = [cell for cell in grid.cells if cell.row == 0]
    wide = max(cell.column_span for cell in first)
    if wide > 1 and wide >= width - 1 and all(cell.row_span == 1 for cell in first):
        return grid.rows[1]
    words = [w for w in sheet.words if w.middle < grid.rows[1]]
    alone = len({_slot(w, grid.columns) for w in words}) <= 1
    heads = any(cell.row_span > 1 for cell in first)
    return grid.rows[1] if alone and not heads else None


def _slot(word: Word, edges: Sequence[float]) -> int:
    return sum(edge <= word.center for edge in edges[1:-1])


def _holds(grid: Grid, sheet: Sheet, *, free: bool) -> bool:
    """Say whether a grid is a table's: its rows and columns are filled, and none is prose."""
    height, width = len(grid.rows) - 1, len(grid.columns) - 1
    filled = np.zeros((height, width), bool)
    for word in sheet.words:
        row = sum(edge <= word.middle for edge in grid.rows[1:-1])
        filled[row, _slot(word, grid.columns)] = True
    spans = {(cell.row, cell.column): cell for cell in grid.cells}
    for (row, column), cell in spans.items():
        part = np.s_[row : row + cell.row_span, column : column + cell.column_span]
        filled[part] = filled[part].any()
    several = (filled.sum(axis=1) >= 2).mean()
    if not free and (width < 2 or height < 2 or filled.mean() < 0.4 or several < 0.5):
        return False
    if not free:
        return not sheet.down or (
            bool(filled.mean(axis=0).min() >= 0.4) and not _is_prose(grid, sheet)
        )
    enough = (width >= 3 and height >= 3) or (width == 2 and height >= 4)
    crossed = sum(cell.column_span > 1 for cell in grid.cells) > 0.5 * height + 2
    if not enough or crossed or filled.mean() < 0.55 or several < 0.7:
        return False
    return bool(filled.mean(axis=0).min() >= 0.4) and not _is_prose(grid, sheet)


def _is_prose(grid: Grid, sheet: Sheet) -> bool:
    """Say whether a wide column's lines mostly run from its one side to the other."""
    for left, right in pairwise(grid.columns):
        own = bands(w for w in sheet.words if left <= w.center < right)
        sides = [(min(w.left for w in b), max(w.right for w in b)) for b in own]
        most = max((b - a for a, b in sides), default=0.0)
        full = sum(b - a > 0.85 * most for a, b in sides)
        if most > _PROSE_WIDTH * sheet.letter and full > 0.5 * len(sides):
            return True
    return False
