"""Born-digital pages whose tables have no lines at all → their tables, read as those of a text.

White space alone does not tell cells apart (`tables.unruled` doubts all of them), but labels and
sums do, as in a text without borders (`text_tables`). Here words keep their places: values that do
not stand side by side below their columns are doubted, whatever order the file has them in.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from schemas.page import Page, TextLine
from schemas.table import Cell, Table
from schemas.value import Box
from workers.pipeline.read.text_cells import Piece, pieces
from workers.pipeline.read.text_tables import Found, find_tables, may_hold_tables
from workers.pipeline.tables.labels import lettered, plain

_LEVEL = 0.006
"""Share of a page's height within which words stand on one line."""
_DOUBT = 0.5
"""Confidence of a value that does not stand where its row and column are."""
_FEED = "\f"


def with_tables_without_lines(pages: Sequence[Page]) -> Sequence[Page]:
    """Add the statutory tables that stand on pages without rulings, over their page breaks.

    Programs mostly write a table cell by cell. Where their order gives less than that of the lines
    on the page, the latter counts.
    """
    placed = [_Word(page=page.number, line=word) for page in pages for word in page.words]
    if not placed or not may_hold_tables("".join(word.line.text for word in placed)):
        return pages
    readings = [_read(placed), _read(sorted(placed, key=_on_page))]
    best = max(readings, key=lambda reading: reading.sure)
    if not best.tables:
        return pages
    return [_set(page, best.tables, best.taken) for page in pages]


@dataclass(frozen=True, kw_only=True)
class _Word:
    """What stands side by side on a page."""

    page: int
    line: TextLine


@dataclass(frozen=True, kw_only=True)
class _Reading:
    """The tables found in words in one order, the boxes they take by page, and values read."""

    tables: tuple[Table, ...]
    taken: Mapping[int, Sequence[Box]]
    sure: int


def _on_page(word: _Word) -> tuple[int, float, float]:
    """Return where a word stands among the lines of all pages, those of one line level."""
    left, _, _, bottom = word.line.box or (0.0, 0.0, 0.0, 0.0)
    return word.page, round(bottom / _LEVEL), left


def _read(placed: Sequence[_Word]) -> _Reading:
    found = pieces(_lines(placed))

    def locate(at: Sequence[int]) -> Mapping[str, object]:
        own = [placed[found[one].line] for one in at]
        if not own:
            return {"loose": True}
        number = own[0].page
        boxes = [w.line.box for w in own if w.page == number and w.line.box is not None]
        return {"loose": True, "page": number, "box": _around(boxes) if boxes else None}

    tables = find_tables(found, in_columns=True, locate=locate)
    checked = tuple(_checked(one.table) for one in tables)
    sure = sum(_is_sure(cell) for table in checked for cell in table.cells)
    return _Reading(tables=checked, taken=_taken(found, placed, tables), sure=sure)


def _is_sure(cell: Cell) -> bool:
    return cell.text.isdecimal() and not cell.inferred and cell.confidence > _DOUBT


def _lines(placed: Sequence[_Word]) -> list[str]:
    """Return the words one a line; a page's first opens with a feed, by which pages are counted."""
    texts = [word.line.text for word in placed]
    for at, (before, word) in enumerate(pairwise(placed), start=1):
        if word.page != before.page:
            texts[at] = _FEED + texts[at]
    return texts


def _around(boxes: Sequence[Box]) -> Box:
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def _taken(
    found: Sequence[Piece], placed: Sequence[_Word], tables: Sequence[Found]
) -> dict[int, list[Box]]:
    """Return by page the boxes of the words that stand in tables."""
    boxes: dict[int, list[Box]] = defaultdict(list)
    for table in tables:
        for line in {piece.line for piece in found[table.first : table.last + 1]}:
            word = placed[line]
            if word.line.box is not None:
                boxes[word.page].append(word.line.box)
    return boxes


def _set(page: Page, tables: Sequence[Table], taken: Mapping[int, Sequence[Box]]) -> Page:
    """Set the tables that begin on a page in place of what lies where they are."""
    own = [table for table in tables if table.pages[0] == page.number]
    inside = taken.get(page.number, ())
    if not own and not inside:
        return page
    kept = [table for table in page.tables if not _overlaps(table.box, inside)]
    lines = [line for line in page.lines if not _overlaps(line.box, inside)]
    elsewhere = [*inside, *(line.box for line in lines), *(table.box for table in kept)]
    left = [word for word in page.words if not _overlaps(word.box, elsewhere)]
    ordered = sorted([*lines, *left], key=lambda line: line.box[1] if line.box else 0.0)
    return page.model_copy(update={"tables": (*kept, *own), "lines": tuple(ordered)})


def _overlaps(box: Box | None, others: Sequence[Box | None]) -> bool:
    return box is not None and any(
        other is not None
        and min(box[2], other[2]) > max(box[0], other[0])
        and min(box[3], other[3]) > max(box[1], other[1])
        for other in others
    )


def _checked(table: Table) -> Table:
    """Doubt values that do not stand side by side, or not below the others of their column."""
    rows: dict[int, list[Cell]] = defaultdict(list)
    for cell in table.cells:
        rows[cell.row].append(cell)
    middles: dict[_Column, list[float]] = defaultdict(list)
    for cell in table.cells:
        if cell.box is not None and cell.text[:1].isdigit():
            middles[_column(cell)].append(_middle(cell.box))
    columns = {column: median(own) for column, own in middles.items()}
    doubted = {row for row, cells in rows.items() if not _stands(cells, columns)}
    cells = tuple(
        cell.model_copy(update={"confidence": min(cell.confidence, _DOUBT)})
        if cell.row in doubted
        else cell
        for cell in table.cells
    )
    pages = tuple(sorted({cell.page for cell in cells if cell.box is not None})) or table.pages
    boxes = [cell.box for cell in cells if cell.box is not None and cell.page == pages[0]]
    return table.model_copy(
        update={"cells": cells, "pages": pages, "box": _around(boxes) if boxes else None}
    )


_Column = tuple[int, int]
"""The columns a value of the form takes: the first, and how many."""


def _column(cell: Cell) -> _Column:
    return cell.column, cell.column_span


def _middle(box: Box) -> float:
    return (box[0] + box[2]) / 2


def _stands(cells: Sequence[Cell], columns: Mapping[_Column, float]) -> bool:
    """Say whether the numbers of a row stand beside its label, each nearest to its own column."""
    own = sorted((c for c in cells if c.text[:1].isdigit() and c.box), key=lambda c: c.column)
    labels = [c for c in cells if own and c.column < own[0].column and lettered(plain(c.text))]
    for before, after in pairwise([*labels[-1:], *own]):
        assert before.box is not None
        assert after.box is not None
        level = min(before.box[3], after.box[3]) > max(before.box[1], after.box[1])
        if before.page != after.page or not level or after.box[0] < before.box[2]:
            return False
    return all(_is_below_its_own(cell, columns) for cell in own)


def _is_below_its_own(cell: Cell, columns: Mapping[_Column, float]) -> bool:
    """Say whether a number is nearer to its column's middle than to those as wide beside it."""
    assert cell.box is not None
    middle = _middle(cell.box)
    beside = (at for (_, span), at in columns.items() if span == cell.column_span)
    return abs(columns[_column(cell)] - middle) <= min(abs(at - middle) for at in beside)
