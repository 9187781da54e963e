"""The text layer of a PDF page, through PyMuPDF: what is seen of it, and ruled lines."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import pymupdf

from workers.engines.render import fault_of, pictures, text_page
from workers.pipeline.read.text_layer_characters import Character, TextLayer, distinct
from workers.pipeline.read.text_layer_picture import covered

_FLAGS = (
    pymupdf.TEXT_PRESERVE_WHITESPACE
    | pymupdf.TEXT_CLIP  # leaves out what a clip or the page's edge hides
)
_LEVEL = float(np.cos(np.pi / 4))
"""Least share of its length by which text that is level runs to the right."""
_UNSEEN = 26
"""Opacity (of 255) below which text is not seen."""
_SCAN_SHARE = 0.8
"""Pictures covering this share of a page make it a scan,"""
_PICTURE_SHARE, _PICTURE_TEXT = 0.5, 50
"""or this share with fewer characters than that on it."""

Box = tuple[float, float, float, float]


@contextmanager
def _translated() -> Iterator[None]:
    """Turn PyMuPDF's errors into ours; drop its warnings: the list grows without end."""
    try:
        yield
    except Exception as error:  # they have no common base
        raise fault_of(error) from error
    finally:
        pymupdf.TOOLS.reset_mupdf_warnings()


def load_page(document: pymupdf.Document, number: int) -> pymupdf.Page:
    """Load page `number` (from 1); RenderError where there is none or it is broken."""
    with _translated():
        return document.load_page(number - 1)


def text_layer(page: pymupdf.Page) -> TextLayer | None:
    """Return a page's own text layer; None for a scan, also one with OCR text behind it.

    None also where most text does not run from left to right: the page's pixels are to be turned.
    """
    with _translated():
        found = tuple(info["bbox"] for info in pictures(page))
        size = (page.rect.width, page.rect.height)
        share = float(covered(found, size).mean()) if found else 0.0
        if share >= _SCAN_SHARE:
            return None
        characters = _characters(page)
        if not characters or (share >= _PICTURE_SHARE and len(characters) < _PICTURE_TEXT):
            return None
        return TextLayer(
            width=size[0],
            height=size[1],
            characters=distinct(characters),
            rulings=tuple(_rulings(page)),
            pictures=found,
        )


def _characters(page: pymupdf.Page) -> list[Character]:
    """Return the visible characters; none where most of them do not run from left to right."""
    found: list[Character] = []
    level = 0
    for block in text_page(page, _FLAGS).extractRAWDICT()["blocks"]:
        for line in block.get("lines", ()):
            before = len(found)
            for span in line["spans"]:
                if span["alpha"] >= _UNSEEN:
                    found += _of_span(span)
            level += len(found) - before if line["dir"][0] > _LEVEL else 0
    return found if 2 * level >= len(found) else []


def _of_span(span: dict) -> list[Character]:  # type: ignore[type-arg]
    """Return the printed characters of a span of one style."""
    grey = round(float(np.dot(pymupdf.sRGB_to_rgb(span["color"]), (0.299, 0.587, 0.114))))
    size = span["size"]
    return [
        Character._make((one["c"], *one["bbox"], size, one["origin"][1], grey))
        for one in span["chars"]
        if not one["c"].isspace()
    ]


def _rulings(page: pymupdf.Page) -> list[Box]:
    """Return the strokes and thin filled boxes of a page's drawings, in upright points."""
    boxes: list[Box] = []
    for drawing in page.get_cdrawings():  # plain tuples: PyMuPDF's own values are slow
        filled = drawing["type"] == "f"
        for item in drawing["items"]:
            boxes += _boxes(item, filled=filled)
    return _upright(boxes, page.rotation_matrix) if boxes else []


def _upright(boxes: Sequence[Box], turn: pymupdf.Matrix) -> list[Box]:
    """Turn boxes as they lie in the file, any corner first, to where they lie on the page."""
    a, b, c, d, e, f = turn
    x, y = np.array(boxes, np.float64).reshape(-1, 2, 2).transpose(2, 0, 1)
    across, down = a * x + c * y + e, b * x + d * y + f
    corners = (across.min(axis=1), down.min(axis=1), across.max(axis=1), down.max(axis=1))
    return [*zip(*(corner.tolist() for corner in corners), strict=True)]


def _boxes(item: tuple, *, filled: bool) -> list[Box]:  # type: ignore[type-arg]
    """Return one item of a drawing as boxes: a line as it is, a stroked box as its four sides."""
    if item[0] == "l":
        return [(*item[1], *item[2])]
    if item[0] == "qu":
        across, down = zip(*item[1], strict=True)
        box = (min(across), min(down), max(across), max(down))
    elif item[0] == "re":
        box = item[1]
    else:
        return []
    if filled:
        return [box]
    x0, y0, x1, y1 = box
    return [(x0, y0, x1, y0), (x0, y1, x1, y1), (x0, y0, x0, y1), (x1, y0, x1, y1)]
