"""A page with a good text layer → Page: characters as they stand, tables by their vector rulings.

The rulings are drawn into a mask and go the same way as those of a scan; nothing is recognised.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from schemas.page import Page, TextLine
from schemas.table import Cell, Table
from schemas.value import Box
from workers.pipeline.tables.grid import Grid, GridCell, build_grid
from workers.pipeline.tables.rulings import Region, Rulings, find_regions, joined

SCALE = 2.0
"""Pixels a point at which rulings are drawn."""
_GARBAGE = 0.05
"""Share of unreadable characters from which a text layer is not to be trusted."""


@dataclass(frozen=True, kw_only=True)
class Character:
    """A character of the text layer; box in points of the upright page."""

    text: str
    left: float
    top: float
    right: float
    bottom: float

    @property
    def middle(self) -> tuple[float, float]:
        """The centre, x and y."""
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    @property
    def height(self) -> float:
        """Points from top to bottom."""
        return self.bottom - self.top


@dataclass(frozen=True, kw_only=True)
class TextLayer:
    """A page's characters in the order of the file and its ruled lines as boxes, in points."""

    width: float
    height: float
    characters: tuple[Character, ...]
    rulings: tuple[tuple[float, float, float, float], ...]


def is_good(layer: TextLayer) -> bool:
    """Say whether a text layer can be taken as it is: enough characters, few of them garbage."""
    letters = [character.text for character in layer.characters if not character.text.isspace()]
    if len(letters) < 2:
        return False
    bad = sum(unicodedata.category(letter[0]) in ("Co", "Cn", "Cc", "So") for letter in letters)
    bad += sum(letter == "�" for letter in letters)
    return bad <= _GARBAGE * len(letters)


def read_text_layer(layer: TextLayer, number: int) -> Page:
    """Read a page by its text layer."""
    letter = _letter(layer)
    rulings = _drawn(layer, letter)
    tables, taken = [], np.zeros(len(layer.characters), bool)
    for region in find_regions(rulings, letter):
        table = _table(layer, rulings, region, letter, number, taken)
        if table is not None:
            tables.append(table)
    free = [c for c, used in zip(layer.characters, taken, strict=True) if not used]
    return Page(
        number=number,
        width=round(layer.width),
        height=round(layer.height),
        source="text_layer",
        lines=tuple(_lines(free, layer)),
        tables=tuple(tables),
    )


def _letter(layer: TextLayer) -> float:
    heights = [c.height for c in layer.characters if not c.text.isspace()]
    return SCALE * float(np.median(heights)) if heights else SCALE * 12.0


def _drawn(layer: TextLayer, letter: float) -> Rulings:
    """Draw thin boxes as rulings across and down."""
    shape = (round(layer.height * SCALE) + 2, round(layer.width * SCALE) + 2)
    across, down = np.zeros(shape, np.uint8), np.zeros(shape, np.uint8)
    thin = 0.2 * letter
    for box in layer.rulings:
        left, top, right, bottom = (max(0.0, edge * SCALE) for edge in box)
        window = np.s_[
            round(top) : max(round(bottom), round(top) + 2),
            round(left) : max(round(right), round(left) + 2),
        ]
        if bottom - top <= thin and right - left > thin:
            across[window] = 255
        elif right - left <= thin and bottom - top > thin:
            down[window] = 255
    return Rulings(across=across, down=joined(down, across, letter))


def _table(
    layer: TextLayer,
    rulings: Rulings,
    region: Region,
    letter: float,
    number: int,
    taken: NDArray[np.bool_],
) -> Table | None:
    window = np.s_[region.top : region.bottom, region.left : region.right]
    own = Rulings(
        across=np.ascontiguousarray(rulings.across[window]),
        down=np.ascontiguousarray(rulings.down[window]),
    )
    grid = build_grid(own, np.full_like(own.across, 255), letter)  # drawn rulings do not wear
    if grid is None:
        return None
    cells = [_cell(layer, region, grid, cell, number, taken) for cell in grid.cells]
    outline = (grid.columns[0], grid.rows[0], grid.columns[-1], grid.rows[-1])
    return Table(
        pages=(number,),
        rows=len(grid.rows) - 1,
        columns=len(grid.columns) - 1,
        cells=tuple(cells),
        box=_box(layer, _in_points(region, outline)),
    )


def _in_points(
    region: Region, box: tuple[float, float, float, float]
) -> tuple[float, float, float, float]:
    left, top, right, bottom = box
    return (
        (left + region.left) / SCALE,
        (top + region.top) / SCALE,
        (right + region.left) / SCALE,
        (bottom + region.top) / SCALE,
    )


def _cell(
    layer: TextLayer,
    region: Region,
    grid: Grid,
    cell: GridCell,
    number: int,
    taken: NDArray[np.bool_],
) -> Cell:
    box = _in_points(region, grid.box(cell))
    left, top, right, bottom = box
    inside = []
    for at, character in enumerate(layer.characters):
        x, y = character.middle
        if left <= x < right and top <= y < bottom:
            taken[at] = True
            inside.append(character)
    text = "".join(line for line, _ in _joined_lines(inside)).strip()
    return Cell(
        row=cell.row,
        column=cell.column,
        row_span=cell.row_span,
        column_span=cell.column_span,
        text=text,
        confidence=1.0,
        page=number,
        box=_box(layer, box),
        ink=bool(text),
    )


def _joined_lines(characters: Sequence[Character]) -> list[tuple[str, list[Character]]]:
    """Gather characters into lines by their overlap in height, lines top down, left to right."""
    lines: list[list[Character]] = []
    for character in sorted(characters, key=lambda c: (c.middle[1], c.left)):
        if character.text.isspace():
            continue
        if lines and abs(lines[-1][0].middle[1] - character.middle[1]) < 0.5 * character.height:
            lines[-1].append(character)
        else:
            lines.append([character])
    ordered = [sorted(line, key=lambda c: c.left) for line in lines]
    return [("".join(c.text for c in line), line) for line in ordered]


def _lines(characters: Sequence[Character], layer: TextLayer) -> list[TextLine]:
    found = _joined_lines(characters)
    margin = min((line[0].left for _, line in found), default=0.0)
    lines = []
    for text, line in found:
        left, right = line[0].left, max(c.right for c in line)
        top, bottom = min(c.top for c in line), max(c.bottom for c in line)
        height = max(1.0, float(np.median([c.right - c.left for c in line])))
        lines.append(
            TextLine(
                text=text,
                confidence=1.0,
                box=_box(layer, (left, top, right, bottom)),
                indent=round((left - margin) / height, 1),
            )
        )
    return lines


def _box(layer: TextLayer, box: tuple[float, float, float, float]) -> Box:
    left, top, right, bottom = box

    def share(value: float, whole: float) -> float:
        return round(min(1.0, max(0.0, value / whole)), 5)

    return (
        share(left, layer.width),
        share(top, layer.height),
        share(right, layer.width),
        share(bottom, layer.height),
    )
