"""What every reader of a document without pages yields: one Page, without boxes or a picture.

Readers of nested markup hand over blocks (paragraphs and grids whose cells hold blocks again); here
it is told which grids are tables and which only lay out text.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from schemas.page import Page, TextLine
from schemas.table import Cell, Table
from workers.pipeline.read.encoding import REPLACEMENT

_BROKEN = 0.5
"""Confidence of a text some of which could not be decoded, or is struck out or beside a picture."""
_NESTED = 4
"""Cells from which a grid inside a cell is a table: a smaller one belongs to the cell's text."""
_FEWER = 2
"""Columns a table may lack to go on with the one before: cells merged down were cut off."""
_CAPTION = re.compile(r"[一二三四五六七八]\s*[、.．]\s*\S{2,40}")
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
"""Characters without width or ink: they part numbers and words for no reader."""
_TURNED = re.compile("[\u202b\u202e\u2067]")
"""Marks after which what is stored is shown from right to left: 82 for 28."""
OBJECT = "\ufffc"
"""Stands in a cell for what is shown there and is no text."""


class GridCell(NamedTuple):
    """A cell as markup lays it: `row` and `column` count from 0.

    `picture`: something is shown in it that is no text. `struck`: some of its text is struck out.
    """

    row: int
    column: int
    blocks: "tuple[Block, ...]"
    row_span: int = 1
    column_span: int = 1
    picture: bool = False
    struck: bool = False

    @property
    def grids(self) -> "Iterator[Grid]":
        """The grids that stand in the cell."""
        return (block for block in self.blocks if isinstance(block, Grid))


@dataclass(frozen=True, kw_only=True)
class Grid:
    """A table of markup, whatever it is used for."""

    cells: tuple[GridCell, ...]


Block: TypeAlias = str | Grid
"""A paragraph, its lines parted by line feeds, or a grid."""


def page_of_blocks(blocks: Sequence[Block], *, pictures: int = 0) -> Page:
    """Make the page of a document of nested markup."""
    lines: list[str] = []
    tables: list[Table] = []
    adjacent = False
    for block in _flattened(blocks):
        if isinstance(block, str):
            own = [line for line in block.split("\n") if line.strip()]
            lines += own
            adjacent = adjacent and not own
            continue
        table = _table(block)
        lines += _captions(table)
        if adjacent and _goes_on(tables[-1], table):
            tables[-1] = _appended(tables[-1], table)
        else:
            tables.append(table)
        adjacent = True
    return page_of(lines, tables, pictures=pictures)


def page_of(lines: Iterable[str], tables: Iterable[Table], *, pictures: int = 0) -> Page:
    """Make the page of a document: its paragraphs in order, one a line, and its tables in order.

    `pictures`: how many pictures stand in the document that may hold text or a table.
    """
    shown = (seen(line).strip() for line in lines)
    return Page(
        number=1,
        width=1,
        height=1,
        source="markup",
        lines=tuple(
            TextLine(text=text, confidence=_confidence(text), box=None) for text in shown if text
        ),
        tables=tuple(tables),
        pictures=pictures,
    )


def cell_of(
    text: str,
    *,
    row: int,
    column: int,
    row_span: int = 1,
    column_span: int = 1,
    picture: bool = False,
    struck: bool = False,
) -> Cell:
    """Make a cell of markup: what stands in it is certain, and one with nothing in it is blank.

    A picture in it may be a number: a cell that shows one is not blank and not certain.
    """
    picture = picture or OBJECT in text
    doubted = picture or struck or _TURNED.search(text) is not None
    shown = seen(text).replace(OBJECT, "").strip()
    confidence = min(_confidence(shown), _BROKEN if doubted else 1.0)
    return Cell(
        row=row,
        column=column,
        row_span=row_span,
        column_span=column_span,
        text=shown,
        confidence=confidence if shown or not picture else 0.0,
        page=1,
        box=None,
        ink=bool(shown) or picture,
    )


def table_of(cells: Iterable[Cell]) -> Table:
    """Make a table of its cells, as large as they reach."""
    listed = tuple(sorted(cells, key=lambda cell: (cell.row, cell.column)))
    return Table(
        pages=(1,),
        rows=max((cell.row + cell.row_span for cell in listed), default=0),
        columns=max((cell.column + cell.column_span for cell in listed), default=0),
        cells=listed,
        box=None,
    )


def seen(text: str) -> str:
    """Drop the characters that nobody sees."""
    return text if text.isascii() else _UNSEEN.sub("", text)


def _confidence(text: str) -> float:
    return _BROKEN if REPLACEMENT in text else 1.0


def _flattened(blocks: Iterable[Block]) -> Iterator[Block]:
    """Yield paragraphs and tables in reading order; grids that only lay out text are dissolved."""
    for block in blocks:
        if isinstance(block, Grid) and _is_layout(block):
            for cell in block.cells:
                yield from _flattened(cell.blocks)
        else:
            yield block


def _is_layout(grid: Grid) -> bool:
    """Say whether a grid only lays out text: one cell, or whole tables inside its cells."""
    filled = [cell for cell in grid.cells if cell.blocks]
    return len(filled) <= 1 or any(_is_nested(inner) for cell in filled for inner in cell.grids)


def _is_nested(grid: Grid) -> bool:
    """Say whether a grid inside a cell is, or holds, a table of its own."""
    return len(grid.cells) >= _NESTED or any(
        _is_nested(inner) for cell in grid.cells for inner in cell.grids
    )


def _table(grid: Grid) -> Table:
    return table_of(
        cell_of(
            "\n".join(_texts(cell.blocks)),
            row=cell.row,
            column=cell.column,
            row_span=cell.row_span,
            column_span=cell.column_span,
            picture=cell.picture,
            struck=cell.struck,
        )
        for cell in grid.cells
    )


def _texts(blocks: Iterable[Block]) -> Iterator[str]:
    for block in blocks:
        if isinstance(block, str):
            yield block.strip()
        else:
            for cell in block.cells:
                yield from _texts(cell.blocks)


def _captions(table: Table) -> list[str]:
    """Return the section titles that stand in a table's own rows, over its whole width."""
    return [
        cell.text
        for cell in table.cells
        if cell.column_span == table.columns > 1 and _CAPTION.fullmatch(cell.text)
    ]


def _goes_on(before: Table, table: Table) -> bool:
    """Say whether a table with no text before it goes on with the one above: a page break cut it.

    Statutory tables that follow each other have more and more columns.
    """
    return before.columns - _FEWER <= table.columns <= before.columns


def _appended(before: Table, table: Table) -> Table:
    """Put a table below another; columns are counted from the right, where the numbers stand."""
    aside = before.columns - table.columns
    moved = (
        cell.model_copy(
            update={
                "row": cell.row + before.rows,
                "column": cell.column + aside if cell.column else 0,
                "column_span": cell.column_span + (0 if cell.column else aside),
            }
        )
        for cell in table.cells
    )
    return table_of((*before.cells, *moved))
