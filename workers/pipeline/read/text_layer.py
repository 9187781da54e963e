"""A page with a good text layer → Page: characters as they stand, tables by their vector rulings.

The rulings are drawn into a mask and go the same way as those of a scan; nothing is recognised.
The page's picture only says what of the text is seen, and what is seen beside it.
"""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from schemas.page import Page, TextLine
from schemas.table import Cell, Table
from schemas.value import Box
from workers.pipeline.read.clean import Pixels
from workers.pipeline.tables.grid import Grid, GridCell, build_grid
from workers.pipeline.tables.rulings import Region, Rulings, find_regions, joined
from workers.pipeline.tables.unruled import find_unruled_text, inferred
from workers.pipeline.tables.unruled_words import Word

SCALE = 2.0
"""Pixels a point at which rulings are drawn."""
Edges = tuple[float, float, float, float]
"""Left, top, right, bottom, in points or pixels."""
_GARBAGE = 0.05
"""Share of unreadable characters from which a text layer is not to be trusted."""
_SAME_PLACE = 0.3
"""Share of its width and height within which a character is struck twice (fake bold, shadow)."""
_GAP, _RAISED, _SMALLER = 0.2, 0.15, 0.8
"""Two digits are of one number unless there is a gap or a step of so many em, or so small a one."""
_PALE, _CONTRAST = 200, 20
"""Lightness (of 255) from which a letter may be unseen, and least contrast to what is behind it."""
_BEHIND = 0.3
"""Share of a pale letter's box that must be darker than it."""
_ABOVE, _BELOW = 0.8, 0.08
"""Share of its em that a character's ink rises above its baseline, and hangs below it."""
_INSET = 2.0
"""Points from a cell's boundaries to what is surely inside its rulings."""
_INKED, _SPECK = 48, 3
"""Contrast to a cell's ground from which a pixel is ink, and most pixels of dirt."""
_HIDDEN = 0.5
"""Confidence of text where the picture shows none."""
_PICTURES = 0.1
"""Share of a page covered by pictures beside its tables from which they may hold a table."""
_FEW = 50
"""With fewer characters than this on a page without tables,"""
_LONG = 40.0
"""(points from which a line is a ruling, not the stroke of a drawn letter)"""
_STRANGE, _PRINTED = 0.5, 0.015
"""so much of its ink, and ink on so much of the page, show that the text is not all there is."""


@dataclass(frozen=True, kw_only=True)
class Character:
    """A character of the text layer, no white space; box in points of the upright page.

    `size` is its em and `baseline` its distance from the top, in points; `grey` is its lightness
    (0 black, 255 white).
    """

    text: str
    left: float
    top: float
    right: float
    bottom: float
    size: float
    baseline: float
    grey: int = 0

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
    """A page's characters in the order of the file; ruled lines and pictures as boxes; points."""

    width: float
    height: float
    characters: tuple[Character, ...]
    rulings: tuple[Edges, ...]
    pictures: tuple[Edges, ...] = ()

    @cached_property
    def middles(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The centres of all characters, x and y."""
        middles = np.array([character.middle for character in self.characters])
        x, y = middles.reshape(-1, 2).T
        return x, y


def is_good(layer: TextLayer) -> bool:
    """Say whether a text layer can be taken as it is: enough characters, few of them garbage."""
    letters = [character.text for character in layer.characters]
    if len(letters) < 2:
        return False
    bad = sum(unicodedata.category(letter[0]) in ("Co", "Cn", "Cc", "So") for letter in letters)
    bad += sum(letter == "�" for letter in letters)
    return bad <= _GARBAGE * len(letters)


def distinct(characters: Iterable[Character]) -> tuple[Character, ...]:
    """Drop what is struck again on its own place: fake bold, shadows."""
    kept: list[Character] = []
    struck: defaultdict[tuple[str, int], list[Character]] = defaultdict(list)
    for character in characters:
        row = round(character.middle[1] / 4)  # nearly all tolerances are below 4 points
        beside = (one for at in (row - 1, row, row + 1) for one in struck[character.text, at])
        if any(_same_place(character, one) for one in beside):
            continue
        struck[character.text, row].append(character)
        kept.append(character)
    return tuple(kept)


def _same_place(one: Character, other: Character) -> bool:
    (x, y), (x_other, y_other) = one.middle, other.middle
    across, down = _SAME_PLACE * (one.right - one.left), _SAME_PLACE * one.height
    return abs(x - x_other) <= across and abs(y - y_other) <= down


def seen(layer: TextLayer, picture: Pixels) -> TextLayer:
    """Drop pale letters on a ground as pale: white ones are read on a dark heading only."""
    if not any(character.grey >= _PALE for character in layer.characters):
        return layer
    grey = np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), np.uint8)
    scale = picture.shape[1] / layer.width
    kept = [c for c in layer.characters if c.grey < _PALE or _stands_out(c, grey, scale)]
    return replace(layer, characters=tuple(kept))


def _stands_out(character: Character, grey: NDArray[np.uint8], scale: float) -> bool:
    box = (character.left, character.top, character.right, character.bottom)
    part = grey[_window(box, scale, 0.0)]
    return bool(part.size and (part < character.grey - _CONTRAST).mean() >= _BEHIND)


def _window(box: Edges, scale: float, inset: float) -> tuple[slice, slice]:
    """Return the pixels of a box in points, drawn in on all sides by `inset` points."""
    left, top, right, bottom = box
    edges = (left + inset, top + inset, right - inset, bottom - inset)
    x0, y0, x1, y1 = (max(0, round(scale * edge)) for edge in edges)
    return np.s_[y0:y1, x0:x1]


def covered(boxes: Iterable[Edges], size: tuple[float, float]) -> NDArray[np.bool_]:
    """Mark the points of a page (width, height) that boxes cover: strips of one scan add up."""
    width, height = size
    mask = np.zeros((max(1, round(height)), max(1, round(width))), bool)
    for box in boxes:
        mask[_window(box, 1.0, 0.0)] = True
    return mask


def read_text_layer(layer: TextLayer, number: int, picture: Pixels | None = None) -> Page:
    """Read a page by its text layer; its `picture`, at any scale, shows which cells hold ink."""
    letter = _letter(layer)
    rulings, regions = _drawn(layer, letter)
    tables, taken = [], np.zeros(len(layer.characters), bool)
    ruled: list[Region] = []
    for region in regions:
        table = _table(layer, rulings, region, letter, number, taken)
        if table is not None:
            ruled.append(region)
            tables.append(table)
    glyphs, em = _glyphs(layer, taken)
    for found in find_unruled_text(glyphs, rulings, ruled, em):
        tables.append(inferred(_filled(layer, found.region, found.grid, number, taken)))
    if picture is not None:
        tables = [_with_ink(table, layer, picture) for table in tables]
    free = [c for c, used in zip(layer.characters, taken, strict=True) if not used]
    return Page(
        number=number,
        width=round(layer.width),
        height=round(layer.height),
        source="text_layer",
        lines=tuple(_lines(free, layer)),
        tables=tuple(tables),
    )


def _with_ink(table: Table, layer: TextLayer, picture: Pixels) -> Table:
    """Compare a table's cells with the picture.

    A cell without text may hold a drawn number: it is not blank. Text that is not seen is doubted.
    """
    dark = _dark(picture)
    cells = []
    for cell in table.cells:
        inked = _has_ink(dark, cell, layer)
        if inked and not cell.text:
            cell = cell.model_copy(update={"ink": True})
        elif cell.text and not inked:
            cell = cell.model_copy(update={"confidence": _HIDDEN})
        cells.append(cell)
    return table.model_copy(update={"cells": tuple(cells)})


def _dark(picture: Pixels) -> NDArray[np.uint8]:
    """Return the darkest channel of each pixel: letters of any colour are dark in one."""
    return np.asarray(cv2.min(cv2.min(*cv2.split(picture)[:2]), picture[:, :, 2]), np.uint8)


def _has_ink(dark: NDArray[np.uint8], cell: Cell, layer: TextLayer) -> bool:
    assert cell.box is not None
    box = _in_page_points(cell.box, layer)
    part = dark[_window(box, dark.shape[1] / layer.width, _INSET)]
    if not part.size:
        return bool(cell.text)
    contrast = int(part.max()) - int(part.min())
    if cell.text or contrast <= _INKED:
        return contrast > _INKED
    ground = float(np.median(part))
    return int((np.abs(part - ground) > _INKED).sum()) > _SPECK


def leaves_out(layer: TextLayer, page: Page, picture: Pixels) -> bool:
    """Say whether a page shows more than its text layer holds: it is to be read as a scan.

    Pictures beside the tables, tables whose letters are drawn, or a page drawn but for its number.
    """
    size = (layer.width, layer.height)
    tables = [_in_page_points(table.box, layer) for table in page.tables if table.box is not None]
    if float((covered(layer.pictures, size) & ~covered(tables, size)).mean()) >= _PICTURES:
        return True
    inked = [cell for table in page.tables for cell in table.cells if cell.ink]
    if inked:
        return 2 * sum(not cell.text for cell in inked) > len(inked)
    return len(layer.characters) < _FEW and _is_strange(layer, picture)


def _is_strange(layer: TextLayer, picture: Pixels) -> bool:
    """Say whether most ink of a page is neither letters nor rulings."""
    ink = _dark(picture) < 255 - _INKED
    printed = int(ink.sum())
    scale = picture.shape[1] / layer.width
    letters = [(c.left, c.top, c.right, c.bottom) for c in layer.characters]
    rulings = [box for box in layer.rulings if max(box[2] - box[0], box[3] - box[1]) > _LONG]
    for box in (*letters, *rulings):
        ink[_window(box, scale, -1.0)] = False
    rest = int(ink.sum())
    return rest > _STRANGE * printed and rest > _PRINTED * ink.size


def _in_page_points(box: Box, layer: TextLayer) -> Edges:
    left, top, right, bottom = box
    return (left * layer.width, top * layer.height, right * layer.width, bottom * layer.height)


def _letter(layer: TextLayer) -> float:
    heights = [c.height for c in layer.characters]
    return SCALE * float(np.median(heights)) if heights else SCALE * 12.0


def _drawn(layer: TextLayer, letter: float) -> tuple[Rulings, list[Region]]:
    """Draw thin boxes as rulings across and down, and find the tables they make.

    Only the rows of the page with rulings, and room for a letter around, are looked at.
    """
    shape = (round(layer.height * SCALE) + 2, round(layer.width * SCALE) + 2)
    rulings = Rulings(across=np.zeros(shape, np.uint8), down=np.zeros(shape, np.uint8))
    first, last = shape[0], 0
    thin = 0.2 * letter
    for box in layer.rulings:
        left, top, right, bottom = (max(0.0, edge * SCALE) for edge in box)
        rows = slice(round(top), max(round(bottom), round(top) + 2))
        columns = slice(round(left), max(round(right), round(left) + 2))
        if bottom - top <= thin and right - left > thin:
            rulings.across[rows, columns] = 255
        elif right - left <= thin and bottom - top > thin:
            rulings.down[rows, columns] = 255
        else:
            continue
        first, last = min(first, rows.start), max(last, rows.stop)
    if first >= last:
        return rulings, []
    room = round(2 * letter)
    above = max(0, first - room)
    ruled = np.s_[above : last + room]
    across, down = rulings.across[ruled], rulings.down[ruled]
    down[:] = joined(down, across, letter)
    found = find_regions(Rulings(across=across, down=down), letter)
    return rulings, [replace(r, top=r.top + above, bottom=r.bottom + above) for r in found]


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
    return None if grid is None else _filled(layer, region, grid, number, taken)


def _glyphs(layer: TextLayer, taken: NDArray[np.bool_]) -> tuple[list[Word], float]:
    """Return the boxes of the characters outside tables as drawn, and a letter's side."""
    free = [c for c, used in zip(layer.characters, taken, strict=True) if not used]
    glyphs = [
        Word(
            left=SCALE * c.left,
            top=SCALE * (c.baseline - _ABOVE * c.size),
            right=SCALE * c.right,
            bottom=SCALE * (c.baseline + _BELOW * c.size),
        )
        for c in free
    ]
    return glyphs, SCALE * 0.9 * float(np.median([c.size for c in free])) if free else SCALE * 10


def _filled(
    layer: TextLayer, region: Region, grid: Grid, number: int, taken: NDArray[np.bool_]
) -> Table:
    cells = [_cell(layer, region, grid, cell, number, taken) for cell in grid.cells]
    outline = (grid.columns[0], grid.rows[0], grid.columns[-1], grid.rows[-1])
    return Table(
        pages=(number,),
        rows=len(grid.rows) - 1,
        columns=len(grid.columns) - 1,
        cells=tuple(cells),
        box=_box(layer, _in_points(region, outline)),
    )


def _in_points(region: Region, box: Edges) -> Edges:
    left, top, right, bottom = box
    x, y = region.left, region.top
    return (left + x) / SCALE, (top + y) / SCALE, (right + x) / SCALE, (bottom + y) / SCALE


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
    x, y = layer.middles
    within = (left <= x) & (x < right) & (top <= y) & (y < bottom)
    taken |= within
    text = _printed([layer.characters[at] for at in np.flatnonzero(within)])
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


def _printed(characters: Sequence[Character]) -> str:
    """Join the text of a cell, with a space where two digits are not of one number."""
    text, before = "", None
    for _, line in _joined_lines(characters):
        for character in line:
            if before is not None and _are_apart(before, character):
                text += " "
            text += character.text
            before = character
    return text


def _are_apart(before: Character, after: Character) -> bool:
    """Say whether a gap, a new line or another size parts two digits: a note's mark, say."""
    if not (_is_of_number(before) and _is_of_number(after)):
        return False
    small, size = sorted((before.size, after.size))
    return (
        after.left - before.right > _GAP * size
        or abs(after.baseline - before.baseline) > _RAISED * size
        or small < _SMALLER * size
    )


def _is_of_number(character: Character) -> bool:
    return character.text in ".,．，" or unicodedata.category(character.text[0])[0] == "N"


def _joined_lines(characters: Sequence[Character]) -> list[tuple[str, list[Character]]]:
    """Gather characters into lines by their overlap in height, lines top down, left to right."""
    lines: list[list[Character]] = []
    for character in sorted(characters, key=lambda c: (c.middle[1], c.left)):
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


def _box(layer: TextLayer, box: Edges) -> Box:
    left, top, right, bottom = box

    def share(value: float, whole: float) -> float:
        return round(min(1.0, max(0.0, value / whole)), 5)

    width, height = layer.width, layer.height
    return share(left, width), share(top, height), share(right, width), share(bottom, height)
