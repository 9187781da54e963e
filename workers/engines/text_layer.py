"""The text layer of a PDF page, through PyMuPDF: characters and ruled lines."""

import pymupdf

from workers.pipeline.read.text_layer import Character, TextLayer

_INVISIBLE = 3
"""PDF's text rendering mode of a layer put behind a scan by somebody's OCR."""
_SCAN_SHARE = 0.8


def text_layer(page: pymupdf.Page) -> TextLayer | None:
    """Return a page's own text layer; None for a scan, also one with OCR text behind it."""
    if _is_scan(page):
        return None
    turn = page.rotation_matrix
    characters = tuple(_characters(page, turn))
    if not characters:
        return None
    return TextLayer(
        width=page.rect.width,
        height=page.rect.height,
        characters=characters,
        rulings=tuple(_rulings(page, turn)),
    )


def _is_scan(page: pymupdf.Page) -> bool:
    """Say whether an image covers the page: text over or behind it is not to be trusted."""
    area = page.rect.get_area()
    return any(
        (pymupdf.Rect(info["bbox"]) & page.rect).get_area() >= _SCAN_SHARE * area
        for info in page.get_image_info()
    )


def _characters(page: pymupdf.Page, turn: pymupdf.Matrix) -> list[Character]:
    flags = pymupdf.TEXT_PRESERVE_WHITESPACE | pymupdf.TEXT_MEDIABOX_CLIP
    found = []
    for block in page.get_text("rawdict", flags=flags)["blocks"]:
        for line in block.get("lines", ()):
            for span in line["spans"]:
                for character in span["chars"]:
                    box = pymupdf.Rect(character["bbox"]) * turn
                    found.append(
                        Character(
                            text=character["c"],
                            left=box.x0,
                            top=box.y0,
                            right=box.x1,
                            bottom=box.y1,
                        )
                    )
    return found


def _rulings(page: pymupdf.Page, turn: pymupdf.Matrix) -> list[tuple[float, float, float, float]]:
    """Return the strokes and thin filled boxes of a page's drawings, in upright points."""
    found = []
    for drawing in page.get_drawings():
        for item in drawing["items"]:
            for box in _boxes(item, drawing):
                upright = box * turn
                found.append((upright.x0, upright.y0, upright.x1, upright.y1))
    return found


def _boxes(item: tuple, drawing: dict) -> list[pymupdf.Rect]:  # type: ignore[type-arg]
    """Return one item of a drawing as boxes: a line as it is, a stroked box as its four sides."""
    if item[0] == "l":
        return [pymupdf.Rect(item[1], item[2]).normalize()]
    if item[0] == "qu":
        item = ("re", item[1].rect)
    if item[0] != "re":
        return []
    box = pymupdf.Rect(item[1])
    if drawing["type"] == "f":
        return [box]
    x0, y0, x1, y1 = box
    return [
        pymupdf.Rect(x0, y0, x1, y0),
        pymupdf.Rect(x0, y1, x1, y1),
        pymupdf.Rect(x0, y0, x0, y1),
        pymupdf.Rect(x1, y0, x1, y1),
    ]
