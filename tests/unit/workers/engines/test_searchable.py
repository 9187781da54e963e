"""The searchable PDF: words where their ink is, found by searching, and small."""

import io

import pymupdf
import pytest
from PIL import Image, ImageChops, ImageDraw

from schemas.page import Page, TextLine
from schemas.table import Cell, Table
from schemas.value import Box
from workers.engines.searchable import searchable_pdf

WIDTH, HEIGHT = 1240, 1754
LINES = {"本机关依法公开政府信息": (150, 200, 34), "2023年共收到申请123件": (150, 300, 28)}
VALUES = ("12", "0", "1", "3480", "59237.2449", "7")
LABEL = "申请人无正当理由逾期不补正、行政机关不再处理其政府信息公开申请"


class _Sheet:
    """Draws a page and notes the ink of everything on it."""

    def __init__(
        self, paper: int = 255, ink: int = 0, colour: str | None = None, *, bilevel: bool = False
    ) -> None:
        self.drawn = pymupdf.open()
        self.page = self.drawn.new_page(width=WIDTH, height=HEIGHT)
        self.ink: dict[str, Box] = {}
        shades = range(256) if not bilevel else [0] * 128 + [255] * 128
        self._levels = [ink + (paper - ink) * shade // 255 for shade in shades]
        self._colour = colour

    def text(self, text: str, x: float, baseline: float, size: float) -> Box:
        """Draw a line of text; return the box of its ink as fractions of the page."""
        before = self._pixels()
        font = "helv" if text.isascii() else "china-s"
        self.page.insert_text((x, baseline), text, fontname=font, fontsize=size)
        changed = Image.eval(
            Image.blend(before, self._pixels(), 0.5), lambda v: 255 if v < 240 else 0
        )
        old = Image.eval(before, lambda v: 255 if v < 240 else 0)
        left, top, right, bottom = _difference(changed, old)
        return left / WIDTH, top / HEIGHT, right / WIDTH, bottom / HEIGHT

    def frame(self, box: Box) -> None:
        """Draw the rulings of a cell."""
        x0, y0, x1, y1 = box
        rect = pymupdf.Rect(x0 * WIDTH, y0 * HEIGHT, x1 * WIDTH, y1 * HEIGHT)
        self.page.draw_rect(rect, width=2)

    def picture(self) -> bytes:
        """Return the page as WebP, on its paper, perhaps with a seal."""
        shown = self._pixels().point(self._levels).convert("RGB")
        if self._colour:
            ImageDraw.Draw(shown).ellipse((800, 1300, 1050, 1550), outline=self._colour, width=12)
        coded = io.BytesIO()
        shown.save(coded, "WEBP", quality=75)
        return coded.getvalue()

    def _pixels(self) -> Image.Image:
        pixmap = self.page.get_pixmap(colorspace=pymupdf.csGRAY)
        return Image.frombytes("L", (pixmap.width, pixmap.height), pixmap.samples)


def _difference(after: Image.Image, before: Image.Image) -> tuple[int, int, int, int]:
    box = ImageChops.subtract(after, before).getbbox()
    assert box is not None
    return box


def _page(sheet: _Sheet) -> tuple[Page, dict[str, Box]]:
    """Draw lines and a table; return what a reader says of them, and the ink of each piece."""
    ink, lines = {}, []
    for text, (x, y, size) in LINES.items():
        ink[text] = sheet.text(text, x, y, size)
        lines.append(TextLine(text=text, confidence=1.0, box=_grown(ink[text])))
    cells = []
    for column, text in enumerate(VALUES):
        box = (0.1 + 0.13 * column, 0.3, 0.23 + 0.13 * column, 0.33)
        ink[text] = sheet.text(text, box[0] * WIDTH + 30, 0.321 * HEIGHT, 22)
        sheet.frame(box)
        cells.append(Cell(row=0, column=column, text=text, confidence=1.0, page=1, box=box))
    box = (0.1, 0.33, 0.4, 0.4)
    halves = (LABEL[:16], LABEL[16:])
    for at, half in enumerate(halves):
        ink[half] = sheet.text(half, 135, 620 + 32 * at, 20)
    sheet.frame(box)
    cells.append(Cell(row=1, column=0, text=LABEL, confidence=1.0, page=1, box=box))
    table = Table(pages=(1,), rows=2, columns=6, cells=tuple(cells), box=None)
    page = Page(
        number=1, width=WIDTH, height=HEIGHT, source="ocr", lines=tuple(lines), tables=(table,)
    )
    return page, ink


def _grown(box: Box) -> Box:
    return box[0] - 0.004, box[1] - 0.003, box[2] + 0.004, box[3] + 0.003


def _found(content: bytes, text: str) -> Box:
    with pymupdf.open(stream=content) as document:
        sheet = document[0]
        hits = sheet.search_for(text)
        words = [w for w in sheet.get_text("words") if w[4] == text]
        place = tuple(words[0][:4]) if words else tuple(hits[0])
        width, height = sheet.rect.width, sheet.rect.height
        return place[0] / width, place[1] / height, place[2] / width, place[3] / height


@pytest.mark.parametrize(
    ("paper", "ink", "colour"), [(255, 0, None), (225, 60, None), (240, 40, "red")]
)
def test_words_lie_on_their_ink(paper: int, ink: int, colour: str | None) -> None:
    sheet = _Sheet(paper, ink, colour)
    page, placed = _page(sheet)
    content = searchable_pdf([page], lambda _: sheet.picture(), "报告")
    for text, box in placed.items():
        found = _found(content, text)
        letter = (box[3] - box[1]) * HEIGHT
        for side in (0, 2):
            assert abs(found[side] - box[side]) * WIDTH < 0.25 * letter, (text, found, box)
        for side in (1, 3):
            assert abs(found[side] - box[side]) * HEIGHT < 0.45 * letter, (text, found, box)
        middle = (found[1] + found[3]) / 2
        assert box[1] < middle < box[3], text


def test_every_character_is_there_to_copy_in_order() -> None:
    sheet = _Sheet()
    page, _ = _page(sheet)
    content = searchable_pdf([page], lambda _: sheet.picture(), "报告")
    with pymupdf.open(stream=content) as document:
        text = "".join(document[0].get_text().split())
    for wanted in (*LINES, *VALUES, LABEL):
        assert wanted in text


def test_text_is_never_drawn_and_no_font_is_carried() -> None:
    sheet = _Sheet()
    page, _ = _page(sheet)
    picture = sheet.picture()
    content = searchable_pdf([page], lambda _: picture, "报告")
    empty = page.model_copy(update={"lines": (), "tables": ()})
    silent = searchable_pdf([empty], lambda _: picture, "")
    with pymupdf.open(stream=content) as document, pymupdf.open(stream=silent) as bare:
        assert document[0].get_pixmap().samples == bare[0].get_pixmap().samples
        assert not any(
            "FontFile" in document.xref_object(n) for n in range(1, document.xref_length())
        )
    assert len(content) < len(silent) + 6000


def test_a_page_in_black_and_white_is_stored_so() -> None:
    sheet = _Sheet(bilevel=True)
    page, _ = _page(sheet)
    grey = _Sheet(225, 60)
    grey_page, _ = _page(grey)
    with pymupdf.open(stream=searchable_pdf([page], lambda _: sheet.picture(), "")) as document:
        assert document.get_page_images(0)[0][4] == 1
    with pymupdf.open(stream=searchable_pdf([grey_page], lambda _: grey.picture(), "")) as document:
        assert document.get_page_images(0)[0][4] == 8
        assert document.get_page_images(0)[0][8] == "DCTDecode"


def test_a_page_that_could_not_be_read_keeps_its_place() -> None:
    sheet = _Sheet()
    page, _ = _page(sheet)
    pages = [Page(number=1, width=1, height=1, source="ocr"), page.model_copy(update={"number": 2})]
    table = page.tables[0].model_copy(update={"cells": ()})
    pages[1] = pages[1].model_copy(update={"tables": (table,)})
    content = searchable_pdf(pages, lambda n: b"" if n == 1 else sheet.picture(), "报告")
    with pymupdf.open(stream=content) as document:
        assert len(document) == 2
        assert document[0].get_text().strip() == ""
        assert "本机关" in document[1].get_text()
        assert document.metadata["title"] == "报告"


def test_equal_pages_give_equal_bytes() -> None:
    sheet = _Sheet()
    page, _ = _page(sheet)
    picture = sheet.picture()
    first, second = (searchable_pdf([page], lambda _: picture, "报告") for _ in range(2))
    assert first == second


def test_what_no_pdf_can_say_is_left_out_not_fatal() -> None:
    sheet = _Sheet()
    page, _ = _page(sheet)
    odd = page.lines[0].model_copy(update={"text": "𠮷\x00(\\)\ud800"})
    page = page.model_copy(update={"lines": (odd,)})
    content = searchable_pdf([page], lambda _: sheet.picture(), "")
    with pymupdf.open(stream=content) as document:
        assert "(\\)" in document[0].get_text()
