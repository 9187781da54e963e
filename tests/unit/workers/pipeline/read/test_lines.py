"""Lines are found by their ink where it lies in level lines, and nowhere else."""

import cv2
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from workers.pipeline.read.clean import Mask
from workers.pipeline.read.lines import level_lines

LETTER = 20


def page(lines: int, characters: int, *, pitch: int = 34, skew: float = 0.0) -> Mask:
    """Print lines of square characters with a hole, each 20 pixels high."""
    ink = np.zeros((lines * pitch + 60, characters * 22 + 60), np.uint8)
    for row in range(lines):
        for column in range(characters):
            x, y = 30 + 22 * column, 30 + pitch * row
            cv2.rectangle(ink, (x + 1, y + 1), (x + 16, y + 18), (255,), 2)
    if skew:
        height, width = ink.shape
        turn = cv2.getRotationMatrix2D((width / 2, height / 2), skew, 1.0)
        ink = np.asarray(cv2.warpAffine(ink, turn, (width, height)), np.uint8)
    return ink


@settings(deadline=None, max_examples=20)
@given(st.integers(1, 12), st.integers(2, 30), st.integers(27, 50))
def test_every_line_is_found_in_place(lines: int, characters: int, pitch: int) -> None:
    found = level_lines(page(lines, characters, pitch=pitch), LETTER)
    assert found is not None
    assert len(found) == lines
    for row, line in enumerate(sorted(found, key=lambda line: line.top)):
        assert abs(line.top - (30 + pitch * row)) <= 4
        assert abs(line.left - 30) <= 4
        assert abs(line.right - (30 + 22 * characters - 3)) <= 6


def test_a_larger_title_is_a_line_too() -> None:
    ink = page(6, 20)
    title = cv2.resize(page(1, 6), None, fx=2, fy=2, interpolation=cv2.INTER_NEAREST)
    both = np.zeros((ink.shape[0] + title.shape[0], max(ink.shape[1], title.shape[1])), np.uint8)
    both[: title.shape[0], : title.shape[1]] = title
    both[title.shape[0] :, : ink.shape[1]] = ink
    found = level_lines(both, LETTER)
    assert found is not None
    assert len(found) == 7


def test_tilted_lines_are_left_to_detection() -> None:
    assert level_lines(page(12, 40, skew=6.0), LETTER) is None


def test_a_picture_is_left_to_detection() -> None:
    ink = page(3, 12)
    cv2.circle(ink, (150, 80), 70, (255,), 25)
    assert level_lines(ink, LETTER) is None


def test_specks_are_no_lines() -> None:
    ink = page(2, 10)
    rng = np.random.default_rng(1)
    ink[rng.integers(0, ink.shape[0], 60), rng.integers(0, ink.shape[1], 60)] = 255
    found = level_lines(ink, LETTER)
    assert found is not None
    assert len(found) == 2
