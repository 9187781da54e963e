"""What a page's picture says of its text layer: which text is seen, and what is shown beside it."""

from collections.abc import Iterable
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from schemas.page import Page
from schemas.table import Cell, Table
from workers.pipeline.read.clean import Pixels
from workers.pipeline.read.text_layer_characters import Character, Edges, TextLayer

_PALE, _CONTRAST = 200, 20
"""Lightness (of 255) from which a letter may be unseen, and least contrast to what is behind it."""
_BEHIND = 0.3
"""Share of a pale letter's box that must be darker than it."""
_INSET = 2.0
"""Points from a cell's boundaries to what is surely inside its rulings."""
_INKED, _SPECK = 38, 2
"""Contrast to a cell's ground from which a pixel is ink, and most pixels of dirt, at 96 dpi."""
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


def with_ink(table: Table, layer: TextLayer, dark: NDArray[np.uint8]) -> Table:
    """Compare a table's cells with the `darkest` of the page's picture.

    A cell without text may hold a drawn number: it is not blank. Text that is not seen is doubted.
    """
    cells = []
    for cell in table.cells:
        inked = _has_ink(dark, cell, layer)
        if inked and not cell.text:
            cell = cell.model_copy(update={"ink": True})
        elif cell.text and not inked:
            cell = cell.model_copy(update={"confidence": _HIDDEN})
        cells.append(cell)
    return table.model_copy(update={"cells": tuple(cells)})


def darkest(picture: Pixels) -> NDArray[np.uint8]:
    """Return the darkest channel of each pixel: letters of any colour are dark in one."""
    blue, green, red = cv2.split(picture)
    return np.asarray(cv2.min(cv2.min(blue, green), red), np.uint8)


def _has_ink(dark: NDArray[np.uint8], cell: Cell, layer: TextLayer) -> bool:
    assert cell.box is not None
    box = layer.points(cell.box)
    part = dark[_window(box, dark.shape[1] / layer.width, _INSET)]
    if not part.size:
        return bool(cell.text)
    least, most, _, _ = cv2.minMaxLoc(part)
    contrast = most - least
    if cell.text or contrast <= _INKED:
        return contrast > _INKED
    ground = float(np.median(part))
    return int((np.abs(part - ground) > _INKED).sum()) > _SPECK


def leaves_out(layer: TextLayer, page: Page, picture: Pixels) -> bool:
    """Say whether a page shows more than its text layer holds: it is to be read as a scan.

    Pictures beside the tables, tables whose letters are drawn, or a page drawn but for its number.
    """
    size = (layer.width, layer.height)
    tables = [layer.points(table.box) for table in page.tables if table.box is not None]
    if float((covered(layer.pictures, size) & ~covered(tables, size)).mean()) >= _PICTURES:
        return True
    inked = [cell for table in page.tables for cell in table.cells if cell.ink]
    if inked:
        return 2 * sum(not cell.text for cell in inked) > len(inked)
    return len(layer.characters) < _FEW and _is_strange(layer, picture)


def _is_strange(layer: TextLayer, picture: Pixels) -> bool:
    """Say whether most ink of a page is neither letters nor rulings."""
    ink = darkest(picture) < 255 - _INKED
    printed = int(ink.sum())
    scale = picture.shape[1] / layer.width
    letters = [(c.left, c.top, c.right, c.bottom) for c in layer.characters]
    rulings = [box for box in layer.rulings if max(box[2] - box[0], box[3] - box[1]) > _LONG]
    for box in (*letters, *rulings):
        ink[_window(box, scale, -1.0)] = False
    rest = int(ink.sum())
    return rest > _STRANGE * printed and rest > _PRINTED * ink.size
