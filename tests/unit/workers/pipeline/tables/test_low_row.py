"""Lone rows too low for their lines down to be told from letters by length."""

import cv2
import numpy as np
import pytest

from workers.pipeline.read.recognition import Gray
from workers.pipeline.tables.low_row import LowRow, low_rows
from workers.pipeline.tables.regions import find_regions
from workers.pipeline.tables.rulings import find_rulings

LETTER = 19.0
LEFT, RIGHT, TOP = 100, 820, 110


def sheet(height: int, downs: list[int], texts: dict[int, str]) -> Gray:
    """Draw two lines across, lines down between them and digits; `height` in pixels."""
    page = np.full((1290, 911), 255, np.uint8)
    bottom = TOP + height
    for y in (TOP, bottom):
        cv2.line(page, (LEFT, y), (RIGHT, y), (0,), 2)
    for x in downs:
        cv2.line(page, (x, TOP), (x, bottom), (0,), 2)
    for x, text in texts.items():
        cv2.putText(page, text, (x, bottom - 6), cv2.FONT_HERSHEY_SIMPLEX, 0.4, (0,), 1)
    return page


def found(page: Gray) -> list[LowRow]:
    rulings = find_rulings(page, LETTER)
    return list(low_rows(page, rulings, find_regions(rulings, LETTER), LETTER))


EDGES = [LEFT + 48 * at for at in range(16)]
NUMBERS = {x + 14: str(x % 17) for x in EDGES[:-1]}


@pytest.mark.parametrize("height", [18, 20, 21])
def test_a_row_lower_than_its_lines_down_would_have_to_be_long_is_found(height: int) -> None:
    page = sheet(height, EDGES, NUMBERS)
    assert not find_regions(find_rulings(page, LETTER), LETTER)
    (row,) = found(page)
    assert abs(row.region.left - LEFT) <= 6
    assert abs(row.region.right - RIGHT) <= 6
    assert abs(row.region.top - TOP) <= 6
    assert abs(row.region.bottom - (TOP + height)) <= 6


@pytest.mark.parametrize(
    ("downs", "texts"),
    [
        ([], NUMBERS),
        (EDGES[1:-1], NUMBERS),
        (EDGES[:-1], NUMBERS),
        ([], {LEFT + 11 * at: "1" for at in range(60)}),
    ],
    ids=["no lines down", "open at both ends", "open at the right", "a line of strokes"],
)
def test_what_is_not_closed_at_both_ends_is_no_row(downs: list[int], texts: dict[int, str]) -> None:
    assert not found(sheet(20, downs, texts))


def test_a_row_of_a_table_that_was_found_is_not_found_again() -> None:
    page = sheet(40, EDGES, NUMBERS)
    assert find_regions(find_rulings(page, LETTER), LETTER)
    assert not found(page)
