"""Lines of a bent page are found where it is steep; a level page is looked at once."""

import cv2
import numpy as np
import pytest

from workers.pipeline.tables import runs
from workers.pipeline.tables.regions import find_regions
from workers.pipeline.tables.rulings import find_rulings

LETTER = 20.0


def curled(height_px: float, width: int = 1) -> np.ndarray:
    """Draw a table whose lines across rise and fall by so many pixels over a length of 700."""
    image = np.full((700, 1100), 255, np.uint8)
    x = np.arange(60, 1041, dtype=np.float64)
    wave = height_px * np.sin(2 * np.pi * x / 700)
    for y in range(120, 601, 40):
        path = np.stack([x, y + wave], axis=1).round().astype(np.int32)
        cv2.polylines(image, [path], False, (0,), width)
    for at in range(60, 1041, 140):
        lift = round(wave[at - 60])
        cv2.line(image, (at, 120 + lift), (at, 600 + lift), (0,), width)
    return image


@pytest.mark.parametrize("width", [2, 3])
@pytest.mark.parametrize("height_px", [0.0, 6.0, 12.0])
def test_a_curled_table_is_found_in_one_piece(height_px: float, width: int) -> None:
    (found,) = find_regions(find_rulings(curled(height_px, width), LETTER), LETTER)
    assert (found.left, found.right) == (pytest.approx(60, abs=6), pytest.approx(1041, abs=6))


def test_lines_are_found_where_they_are_steepest() -> None:
    image = curled(12.0, width=2)
    ink = np.where(image.T < 128, np.uint8(255), np.uint8(0))
    lined = runs.bent_lines(np.ascontiguousarray(ink), LETTER, gap=1.0, whole=2.8).T
    path = image[:, 630:690] < 128  # between two lines down, where the wave is steepest
    assert np.count_nonzero(lined[:, 630:690][path]) > 0.9 * np.count_nonzero(path)


def test_on_a_level_page_leaning_strokes_are_no_lines() -> None:
    image = curled(0.0)
    cv2.line(image, (300, 660), (420, 648), (0,), 1)
    ink = np.ascontiguousarray(np.where(image.T < 128, np.uint8(255), np.uint8(0)))
    assert not runs.bent_lines(ink, LETTER, gap=1.0, whole=2.8)[300:420, 640:665].any()


def test_a_line_is_followed_where_it_is_steep_though_most_of_it_is_not() -> None:
    image = np.full((300, 900), 255, np.uint8)
    x = np.arange(40, 861, dtype=np.float64)
    wave = 7 * np.sin(2 * np.pi * x / 800) + 0.001 * np.maximum(x - 800, 0) ** 2
    for y in range(60, 260, 40):
        path = np.stack([x, y + wave], axis=1)
        cv2.polylines(image, [path.round().astype(np.int32)], False, (0,), 2)
    ink = np.ascontiguousarray(np.where(image.T < 128, np.uint8(255), np.uint8(0)))
    assert not runs.lines(ink, LETTER, gap=1.0, whole=2.8).T[:, 845].any()
    assert runs.bent_lines(ink, LETTER, gap=1.0, whole=2.8).T[:, 856].any()
