"""Rules that end one below the other make a side, as it leans; others make none."""

import cv2
import numpy as np
import pytest

from workers.pipeline.tables.ends import sides_of

LETTER = 20.0
HEIGHT, WIDTH = 800, 1000


def ruled(lean: float, starts: tuple[int, ...]) -> np.ndarray:
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    for at, start in enumerate(starts):
        y = 60 + 40 * at
        shift = round(lean * (y - HEIGHT / 2))
        cv2.line(mask, (start + shift, y), (900 + shift, y), (255,), 2)
    return mask


@pytest.mark.parametrize("lean", [0.0, 0.05, -0.08])
def test_ends_one_below_the_other_are_a_side(lean: float) -> None:
    sides = sides_of(ruled(lean, (100,) * 15), 200, LETTER)
    assert sorted(np.bincount(sides.line)) == [15, 15]
    for line in range(2):
        own = sides.line == line
        slope = np.polyfit(sides.along[own], sides.place[own], 1)[0]
        assert slope == pytest.approx(lean, abs=0.003)


def test_lines_that_begin_farther_in_make_a_side_of_their_own() -> None:
    starts = (100, 100, 300, 300, 300, 300, 300, 100, 100, 100)
    sides = sides_of(ruled(0.0, starts), 200, LETTER)
    assert sorted(np.bincount(sides.line)) == [5, 5, 10]


def test_ends_here_and_there_make_no_side() -> None:
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    for at in range(10):
        start = 50 + 217 * at % 400
        cv2.line(mask, (start, 60 + 40 * at), (start + 300 + 31 * at, 60 + 40 * at), (255,), 2)
    assert sides_of(mask, 200, LETTER).line.size == 0


def test_an_empty_page_has_no_sides() -> None:
    assert sides_of(np.zeros((HEIGHT, WIDTH), np.uint8), 200, LETTER).line.size == 0
