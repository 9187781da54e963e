"""Pictures of pages keep what a person must see: letters, light shading, colours, the shape."""

import io

import numpy as np
import pymupdf
import pytest
from PIL import Image

from workers.engines.picture import encode, encode_print
from workers.engines.render import Pixels, open_document, render


def drawn(*, colour: tuple[float, float, float], fill: tuple[float, float, float]) -> Pixels:
    document = pymupdf.open()
    page = document.new_page(width=300, height=200)
    page.draw_rect(pymupdf.Rect(20, 20, 280, 60), color=None, fill=fill)
    page.insert_text((30, 100), "总计 3166", fontname="china-s", fontsize=10.5, color=colour)
    return render(open_document(document.tobytes())[0], dpi=96)


def decoded(content: bytes) -> np.ndarray:
    picture = Image.open(io.BytesIO(content))
    assert picture.format == "WEBP"
    return np.asarray(picture.convert("RGB"), np.int16)


@pytest.mark.parametrize("colour", [(0.0, 0.0, 0.0), (0.8, 0.0, 0.0)])
def test_a_drawn_page_looks_as_it_did(colour: tuple[float, float, float]) -> None:
    pixels = drawn(colour=colour, fill=(0.95, 0.95, 0.95))
    seen = decoded(encode_print(pixels))
    assert seen.shape == pixels.shape
    assert abs(int(seen[50, 100, 0]) - 242) <= 9  # light shading is not lost
    assert np.abs(seen - pixels[:, :, ::-1].astype(np.int16)).mean() < 5
    letters = seen[95:140, 30:150]
    assert letters.min() < 60


def test_colours_stay() -> None:
    pixels = drawn(colour=(0.8, 0.0, 0.0), fill=(1.0, 1.0, 1.0))
    letters = decoded(encode_print(pixels))[95:140, 30:150]
    assert (letters[:, :, 0] - letters[:, :, 2]).max() > 80


def test_a_scan_keeps_its_size() -> None:
    pixels = drawn(colour=(0.0, 0.0, 0.0), fill=(0.2, 0.3, 0.9))
    assert decoded(encode(pixels)).shape == pixels.shape
