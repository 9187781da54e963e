"""What is taken from a page's text layer, and which pages have none to trust; PDFs made here."""

import io
from collections.abc import Callable

import numpy as np
import pymupdf
import pytest
from PIL import Image

from workers.engines.render import RenderError, open_document
from workers.engines.text_layer import load_page, text_layer
from workers.pipeline.read.text_layer_characters import TextLayer

PROSE = "the office received two requests"


def layer_of(draw: Callable[[pymupdf.Page], object], *, rotation: int = 0) -> TextLayer | None:
    document = pymupdf.open()
    draw(document.new_page())
    document[0].set_rotation(rotation)
    return text_layer(load_page(open_document(document.tobytes()), 1))


def text_of(layer: TextLayer | None) -> str:
    assert layer is not None
    return "".join(character.text for character in layer.characters)


def picture() -> bytes:
    stream = io.BytesIO()
    Image.effect_noise((60, 40), 60).save(stream, "PNG")
    return stream.getvalue()


@pytest.mark.parametrize(
    "options",
    [{"render_mode": 3}, {"render_mode": 7}, {"fill_opacity": 0}, {"fill_opacity": 0.05}],
)
def test_text_nobody_sees_is_not_read(options: dict[str, float]) -> None:
    def draw(page: pymupdf.Page) -> None:
        page.insert_text((72, 72), "12")
        page.insert_text((90, 72), "9", **options)

    assert text_of(layer_of(draw)) == "12"


def test_text_clipped_away_or_off_the_page_is_not_read() -> None:
    def draw(page: pymupdf.Page) -> None:
        page.insert_text((72, 72), "12")
        page.insert_text((-300, 72), "8")
        document, xref = page.parent, page.get_contents()[0]
        hidden = b"\nq 0 0 9 9 re W n BT /helv 12 Tf 1 0 0 1 200 600 Tm (9) Tj ET Q"
        document.update_stream(xref, document.xref_stream(xref) + hidden)

    assert text_of(layer_of(draw)) == "12"


@pytest.mark.parametrize("mode", [0, 1, 2])
def test_filled_and_outlined_text_is_read_once(mode: int) -> None:
    layer = layer_of(lambda page: page.insert_text((72, 72), "3166", render_mode=mode))
    assert text_of(layer) == "3166"


@pytest.mark.parametrize("shift", [(0.0, 0.0), (0.35, 0.0), (0.3, 0.3), (0.0, -0.4)])
def test_text_struck_twice_is_read_once(shift: tuple[float, float]) -> None:
    def draw(page: pymupdf.Page) -> None:
        for x, y in ((0.0, 0.0), shift):
            page.insert_text((72 + x, 72 + y), "3166", fontsize=9)

    assert text_of(layer_of(draw)) == "3166"


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_text_is_read_only_on_pages_that_stand_upright(rotation: int) -> None:
    """Text turned by 90° counter-clockwise stands upright on a page shown turned clockwise."""

    def draw(page: pymupdf.Page) -> None:
        page.insert_text((300, 420), PROSE, rotate=rotation)

    assert text_of(layer_of(draw, rotation=rotation)) == PROSE.replace(" ", "")
    assert layer_of(draw, rotation=(rotation + 90) % 360) is None
    assert layer_of(draw, rotation=(rotation + 180) % 360) is None


def test_one_letter_a_line_is_upright() -> None:
    def draw(page: pymupdf.Page) -> None:
        for at, letter in enumerate("三本年度"):
            page.insert_text((72, 72 + 14 * at), letter, fontname="china-s")

    assert text_of(layer_of(draw)) == "三本年度"


@pytest.mark.parametrize(
    ("share", "lines", "scan"), [(1.0, 9, True), (0.6, 1, True), (0.6, 9, False), (0.05, 1, False)]
)
def test_strips_of_a_scan_add_up(share: float, lines: int, scan: bool) -> None:
    def draw(page: pymupdf.Page) -> None:
        height = page.rect.height * share / 4
        for strip in range(4):
            box = (0, strip * height, page.rect.width, (strip + 1) * height)
            page.insert_image(pymupdf.Rect(box), stream=picture(), keep_proportion=False)
        for line in range(lines):
            page.insert_text((72, 700 + 10 * line), "twenty letters on a line", fontsize=8)

    assert (layer_of(draw) is None) is scan


def test_an_error_of_mupdf_gives_up_the_page_only() -> None:
    document = pymupdf.open()
    document.new_page()
    page = document[0]
    document.close()
    with pytest.raises(RenderError):
        text_layer(page)
    with open_document(_one_page()) as whole, pytest.raises(RenderError):
        load_page(whole, 2)


def _one_page() -> bytes:
    document = pymupdf.open()
    document.new_page()
    return bytes(document.tobytes())


def test_places_are_those_of_the_page_as_shown() -> None:
    def draw(page: pymupdf.Page) -> None:
        page.insert_text((100, 500), "12", rotate=90)

    layer = layer_of(draw, rotation=90)
    assert layer is not None
    assert (layer.width, layer.height) == (842, 595)
    one, two = layer.characters
    assert one.left < two.left
    assert np.isclose(one.baseline, two.baseline)
    assert one.top < one.baseline < one.bottom + 1
