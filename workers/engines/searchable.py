"""A document as searchable PDF, through PyMuPDF: page pictures with the text read, invisible.

No font is embedded: text that is not drawn needs none, only the widths of its characters, and every
reader of PDF knows how to search the character collection named (Adobe-GB1; PDF 32000-1, 9.7.5.2).
"""

import io
from collections.abc import Callable, Sequence

import numpy as np
import pymupdf
from PIL import Image

from schemas.page import Page
from workers.pipeline.export.ink_runs import Gray, InkRun, ink_runs, width_of

_LONG_SIDE = 842.0
"""Points: that of A4, whatever was scanned; a picture does not say how large its paper was."""
_QUALITY = 60
_COLOUR = 32
"""Difference between channels (of 255) from which a pixel has a colour,"""
_COLOURED = 0.001
"""and share of such pixels from which the page does."""
_COLOUR_STEP = 4
_MIDDLE = 128
_WHITE, _BLACK = 250, 24
"""Greys of most paper and ink of a page scanned in black and white."""
_ASCENT, _DESCENT = 0.88, 0.12
"""What the font reaches above and below its baseline, in its size."""
_TALL_INK, _DIGIT_INK = 0.92, 0.72
"""Height of the ink of Chinese characters, and of digits alone, in sizes of the font."""
_BLANK = (595.0, 842.0)


def searchable_pdf(pages: Sequence[Page], image: Callable[[int], bytes], title: str) -> bytes:
    """Return the PDF; `image(n)` gives page n upright, empty where it could not be read."""
    with pymupdf.open() as document:
        font = 0
        for page in pages:
            coded = image(page.number)
            if not coded:
                document.new_page(width=_BLANK[0], height=_BLANK[1])
                continue
            font = _add(document, page, coded, font)
        document.set_metadata({"title": title, "producer": "gouji"})
        document.xref_set_key(document.pdf_catalog(), "Lang", "(zh-CN)")
        return bytes(document.tobytes(garbage=2, deflate=True, no_new_id=True))


def _add(document: pymupdf.Document, page: Page, coded: bytes, font: int) -> int:
    """Add a page; return the font, which all pages share."""
    picture = Image.open(io.BytesIO(coded)).convert("RGB")
    scale = _LONG_SIDE / max(picture.size)
    width, height = picture.width * scale, picture.height * scale
    sheet = document.new_page(width=width, height=height)
    stored, gray = _stored(picture)
    sheet.insert_image(sheet.rect, stream=stored)
    font = _font(document, sheet, font)
    drawn = _drawn(list(ink_runs(page, gray)), width, height)
    text = document.get_new_xref()
    document.update_object(text, "<<>>")
    document.update_stream(text, drawn)
    contents = " ".join(f"{xref} 0 R" for xref in (*sheet.get_contents(), text))
    document.xref_set_key(sheet.xref, "Contents", f"[{contents}]")
    return font


def _stored(picture: Image.Image) -> tuple[bytes, Gray]:
    """Return a page's picture as it is stored, as small as its kind allows, and its greys."""
    gray = picture.convert("L")
    greys = np.asarray(gray, np.uint8)
    coded = io.BytesIO()
    if _has_colours(picture):
        picture.save(coded, "JPEG", quality=_QUALITY)
    elif _is_black_and_white(greys):
        Image.fromarray(greys > _MIDDLE).save(coded, "TIFF", compression="group4")
    else:
        gray.save(coded, "JPEG", quality=_QUALITY)
    return coded.getvalue(), greys


def _has_colours(picture: Image.Image) -> bool:
    """Say whether a page has a seal or other colours, on a picture a quarter as large."""
    channels = np.asarray(picture.reduce(_COLOUR_STEP), np.int16)
    blue, green, red = channels[..., 2], channels[..., 1], channels[..., 0]
    apart = np.maximum(abs(blue - green), abs(green - red))
    return bool((apart > _COLOUR).mean() > _COLOURED)


def _is_black_and_white(greys: Gray) -> bool:
    """Say whether a page was scanned without greys: those it has come from standing it upright."""
    seen = greys[::3, ::3]
    paper, ink = seen[seen > _MIDDLE], seen[seen <= _MIDDLE]
    if ink.size == 0 or paper.size == 0:
        return False
    return bool(np.percentile(paper, 10) >= _WHITE and np.median(ink) <= _BLACK)


def _font(document: pymupdf.Document, sheet: pymupdf.Page, font: int) -> int:
    """Give a page the font, which PyMuPDF lays down once; its measures are set with the first."""
    given = int(sheet.insert_font(fontname="china-s"))
    if given == font:
        return font
    font = given
    below = document.xref_get_key(font, "DescendantFonts")[1].strip("[] ").split()[0]
    described = document.xref_get_key(int(below), "FontDescriptor")[1].split()[0]
    document.xref_set_key(int(below), "W", "[1 95 500]")  # ASCII in Adobe-GB1
    document.xref_set_key(int(described), "Ascent", f"{_ASCENT * 1000:.0f}")
    document.xref_set_key(int(described), "Descent", f"{-_DESCENT * 1000:.0f}")
    return font


def _drawn(runs: Sequence[InkRun], width: float, height: float) -> bytes:
    """Return the text of a page as a content stream, in mode 3: neither filled nor stroked."""
    written = [_run(run, width, height) for run in runs]
    return "\n".join(["q BT 3 Tr", *written, "ET Q"]).encode()


def _run(run: InkRun, width: float, height: float) -> str:
    left, top, right, bottom = run.box
    ink = (bottom - top) * height
    digits = all(character in "0123456789" for character in run.text)
    size = ink / (_DIGIT_INK if digits else _TALL_INK)
    baseline = bottom * height - (0.0 if digits else (_DESCENT - 0.04) * size)
    stretch = 100 * (right - left) * width / max(0.1, width_of(run.text) * size)
    shown = run.text.encode("utf-16-be", "replace").hex()
    return (
        f"/china-s {size:.2f} Tf {stretch:.2f} Tz "
        f"1 0 0 1 {left * width:.2f} {height - baseline:.2f} Tm <{shown}> Tj"
    )
