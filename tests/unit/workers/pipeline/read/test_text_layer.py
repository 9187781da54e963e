"""What stands in a cell of a page with a text layer, and what else the page shows; PDFs made here.

Cells are 100 × 30 points, three in a row; the middle one holds what is tested.
"""

import io
from collections.abc import Callable

import pymupdf
import pytest
from PIL import Image

from schemas.table import Cell
from workers.confined.opening import SHOWN_DPI
from workers.engines.render import open_document, render
from workers.engines.text_layer import load_page, text_layer
from workers.pipeline.read.text_layer import read_text_layer
from workers.pipeline.read.text_layer_picture import leaves_out, seen

CELL = pymupdf.Rect(200, 130, 300, 160)
Draw = Callable[[pymupdf.Page], object]


def page_with(draw: Draw) -> tuple[list[Cell], bool]:
    """Return the cells of a page with a ruled table, and whether it is to be read as a scan."""
    document = pymupdf.open()
    page = document.new_page()
    for row in range(4):
        page.draw_line((100, 100 + 30 * row), (400, 100 + 30 * row))
    for column in range(4):
        page.draw_line((100 + 100 * column, 100), (100 + 100 * column, 190))
    for at in range(9):
        if at != 4:
            place = (110 + 100 * (at % 3), 120 + 30 * (at // 3))
            page.insert_text(place, f"行政许可{at}", fontname="china-s")
    draw(page)
    return read(document)


def read(document: pymupdf.Document) -> tuple[list[Cell], bool]:
    page = load_page(open_document(document.tobytes()), 1)
    layer, picture = text_layer(page), render(page, dpi=SHOWN_DPI)
    assert layer is not None
    layer = seen(layer, picture)
    reading = read_text_layer(layer, 1, picture)
    cells = [cell for table in reading.tables for cell in table.cells]
    return cells, leaves_out(layer, reading, picture)


def middle(draw: Draw) -> Cell:
    cells, scan = page_with(draw)
    assert not scan
    assert len(cells) == 9
    return cells[4]


def written(text: str, **options: object) -> Draw:
    """Write lines of text into the cell, 10 points apart."""

    def draw(page: pymupdf.Page) -> None:
        for at, line in enumerate(text.split("\n")):
            name = "helv" if line.isascii() else "china-s"
            place = (CELL.x0 + 10, CELL.y0 + 12 + 10 * at)
            page.insert_text(place, line, **({"fontname": name, "fontsize": 9} | options))

    return draw


@pytest.mark.parametrize(
    ("printed", "text"),
    [
        ("3166", "3166"),
        ("59237.2449", "59237.2449"),
        ("1,234.5", "1,234.5"),
        ("12\n5", "12 5"),
        ("12 5", "12 5"),
        ("1 2 3", "1 2 3"),
        ("12.\n5", "12. 5"),
        ("三本\n年度", "三本年度"),
        ("行 政 许 可", "行政许可"),
        ("1.属于国家\n秘密", "1.属于国家秘密"),
    ],
)
def test_labels_join_over_lines_and_gaps_and_numbers_do_not(printed: str, text: str) -> None:
    cell = middle(written(printed))
    assert (cell.text, cell.confidence, cell.ink) == (text, 1.0, True)


@pytest.mark.parametrize(("size", "rise"), [(5, 4), (5, 0), (9, 3)])
def test_the_mark_of_a_note_is_no_digit_of_the_number(size: float, rise: float) -> None:
    def draw(page: pymupdf.Page) -> None:
        page.insert_text((230, 150), "12", fontsize=9)
        page.insert_text((240.2, 150 - rise), "1", fontsize=size)

    assert sorted(middle(draw).text.split()) == ["1", "12"]


def test_one_letter_a_line_is_one_label() -> None:
    assert middle(written("本\n年\n度", fontsize=8)).text == "本年度"


def test_an_empty_cell_is_blank() -> None:
    cell = middle(lambda page: None)
    assert (cell.text, cell.ink) == ("", False)


@pytest.mark.parametrize("grey", [1.0, 0.97])
def test_white_text_is_not_read(grey: float) -> None:
    cell = middle(written("7", color=(grey, grey, grey)))
    assert (cell.text, cell.ink) == ("", False)


def test_white_text_on_a_dark_ground_is_read() -> None:
    def draw(page: pymupdf.Page) -> None:
        page.draw_rect(CELL, fill=(0.1, 0.2, 0.5))
        written("总计", color=(1, 1, 1))(page)

    cell = middle(draw)
    assert (cell.text, cell.confidence) == ("总计", 1.0)


def test_shading_is_no_ink() -> None:
    cell = middle(lambda page: page.draw_rect(CELL, fill=(0.7, 0.8, 0.95)))
    assert (cell.text, cell.ink) == ("", False)


def number_as_picture(page: pymupdf.Page) -> None:
    own = pymupdf.open()
    note = own.new_page(width=40, height=20)
    note.insert_text((15, 14), "2", fontsize=9)
    page.insert_image(pymupdf.Rect(230, 135, 270, 155), pixmap=note.get_pixmap(dpi=150))


def number_as_outline(page: pymupdf.Page) -> None:
    page.draw_polyline([(240, 140), (246, 140), (241, 152)], width=0.8)


@pytest.mark.parametrize("draw", [number_as_picture, number_as_outline])
def test_a_drawn_number_is_not_blank(draw: Draw) -> None:
    cell = middle(draw)
    assert (cell.text, cell.ink) == ("", True)


@pytest.mark.parametrize("aside", [0.0, 0.3, 0.6])
def test_a_hairline_drawn_as_a_one_is_not_blank(aside: float) -> None:
    top = pymupdf.Point(CELL.x0 + 40 + aside, CELL.y0 + 12)
    cell = middle(lambda page: page.draw_line(top, (top.x, top.y + 9), width=0.25))
    assert cell.ink


def test_text_that_is_covered_is_doubted() -> None:
    def draw(page: pymupdf.Page) -> None:
        written("9")(page)
        page.draw_rect(pymupdf.Rect(203, 133, 297, 157), color=None, fill=(1, 1, 1))

    assert middle(draw).confidence == 0.5


def photograph(page: pymupdf.Page, box: tuple[float, float, float, float]) -> None:
    stream = io.BytesIO()
    Image.effect_noise((60, 40), 60).save(stream, "PNG")
    page.insert_image(pymupdf.Rect(box), stream=stream.getvalue(), keep_proportion=False)


def test_a_picture_beside_the_tables_may_hold_another() -> None:
    assert page_with(lambda page: photograph(page, (80, 300, 500, 500)))[1]
    assert not page_with(lambda page: photograph(page, (80, 300, 160, 380)))[1]  # a seal
    assert not page_with(lambda page: photograph(page, (205, 135, 295, 155)))[1]  # in a cell


def test_a_drawn_page_with_a_typed_number_is_a_scan() -> None:
    document = pymupdf.open()
    page = document.new_page()
    for at in range(40):  # lines of letters drawn
        for letter in range(30):
            x, y = 80 + 14 * letter, 80 + 16 * at
            page.draw_polyline([(x, y), (x + 8, y), (x + 1, y + 9), (x + 8, y + 9)], width=1)
    page.insert_text((290, 800), "- 3 -")
    assert read(document)[1]


def test_a_short_last_page_is_no_scan() -> None:
    document = pymupdf.open()
    document.new_page().insert_text((80, 100), "二〇二五年一月", fontname="china-s")
    document[0].draw_line((80, 110), (500, 110))
    assert not read(document)[1]
