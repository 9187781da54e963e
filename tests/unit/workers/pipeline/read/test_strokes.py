"""Slashes are told from 1s by their height, and 1s that touch are measured one by one."""

import cv2
import numpy as np
import pytest

from workers.pipeline.read.ink import InkLine, lines_of
from workers.pipeline.read.recognition import DIGITS, LineReading
from workers.pipeline.read.strokes import Slash, broadest, tall_slash

LETTER = 30.0
MIDDLE = 40


def line_of(cell: np.ndarray) -> InkLine:
    """Return the one line of ink in a cell."""
    (line,) = lines_of(cell, np.zeros(cell.shape, bool), 128, LETTER)
    return line


def stroke(high: int, lean: float) -> InkLine:
    """Return a straight stroke of some height, leaning to the right by pixels per pixel up."""
    cell = np.full((80, 80), 255, np.uint8)
    aside = round(high * lean / 2)
    top, bottom = MIDDLE - high // 2, MIDDLE + high // 2
    cv2.line(cell, (MIDDLE - aside, bottom), (MIDDLE + aside, top), (0,), 3, cv2.LINE_AA)
    return line_of(cell)


def zero() -> InkLine:
    """Return a 0 of 22 pixels."""
    cell = np.full((80, 80), 255, np.uint8)
    cv2.ellipse(cell, (40, 40), (7, 10), 0, 0, 360, (0,), 2, cv2.LINE_AA)
    return line_of(cell)


def ones(apart: int, *, first_broad: bool = False) -> InkLine:
    """Return two 1s whose feet touch or not; the first may be a 4 that lost its bar."""
    cell = np.full((80, 80), 255, np.uint8)
    for x in (30, 30 + apart):
        cv2.line(cell, (x, 30), (x, 50), (0,), 2)
        cv2.line(cell, (x - 5, 50), (x + 5, 50), (0,), 1)
    if first_broad:
        cv2.line(cell, (29, 31), (17, 43), (0,), 2)
    return line_of(cell)


def read_as(text: str) -> LineReading:
    """Return a reading of which only the text counts here."""
    steps = np.zeros((1, len(DIGITS) + 1), np.float32)
    return LineReading(text=text, confidence=1.0, digits=steps)


def slash_of(high: int, *, slashes: int = 6, digits: int = 6) -> Slash | None:
    """Return what is known of the slash of a table with so many of each."""
    lines = [stroke(high, 0.33) for _ in range(slashes)] + [zero() for _ in range(digits)]
    readings = [read_as("1")] * slashes + [read_as("0")] * digits
    return tall_slash(lines, readings)


def test_a_slash_higher_than_all_digits_is_known_by_its_height_and_lean() -> None:
    slash = slash_of(30)
    assert slash is not None
    assert slash.is_like(stroke(30, 0.33))


@pytest.mark.parametrize(
    ("high", "lean"),
    [(22, 0.33), (30, 0.0), (30, 0.18), (38, 0.33)],
    ids=["as high as a digit", "upright", "leaning less", "much higher"],
)
def test_a_stroke_of_other_height_or_lean_is_not_that_slash(high: int, lean: float) -> None:
    slash = slash_of(30)
    assert slash is not None
    assert not slash.is_like(stroke(high, lean))


def test_a_one_is_no_slash_where_it_is_low_and_upright() -> None:
    slash = slash_of(30)
    assert slash is not None
    assert slash.is_unlike(stroke(20, 0.0))
    assert not slash.is_unlike(stroke(20, 0.2))
    assert not slash.is_unlike(stroke(30, 0.0))


@pytest.mark.parametrize(
    ("high", "slashes", "digits"),
    [(22, 6, 6), (30, 4, 6), (30, 6, 4)],
    ids=["as high as its digits", "few slashes", "few digits"],
)
def test_a_table_whose_slash_tells_nothing_has_none(high: int, slashes: int, digits: int) -> None:
    assert slash_of(high, slashes=slashes, digits=digits) is None


def test_ones_that_touch_are_as_broad_as_ones_apart() -> None:
    touching, apart = ones(11), ones(14)
    assert (touching.blobs, apart.blobs) == (1, 2)
    assert touching.widest > 1.5 * apart.widest
    assert broadest(touching, "11") == pytest.approx(broadest(apart, "11"), abs=0.15)


def test_a_four_without_its_bar_is_broad_where_it_touches_a_one_too() -> None:
    damaged = ones(11, first_broad=True)
    assert damaged.blobs == 1
    assert broadest(damaged, "11") > 1.4 * broadest(ones(14), "11")
