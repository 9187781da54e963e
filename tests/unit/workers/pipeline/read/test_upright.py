"""How a page lies: its skew by what is level and upright, its side by letters and their reading."""

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
import pytest

from workers.engines.null import NullRecogniser
from workers.pipeline.read.clean import binarise
from workers.pipeline.read.recognition import Gray, LineReading
from workers.pipeline.read.upright import attitude, skew


def ruled_page(bend: float = 0.0, phase: float = 0.0) -> np.ndarray:
    """Draw a table whose lines across leave their height by `bend` pixels, as on a curled sheet."""
    page = np.full((1400, 1000), 255, np.uint8)
    x = np.arange(100, 901, dtype=np.float64)
    wave = bend * np.sin(2 * np.pi * (x - 500) / 1100 + phase)
    for y in range(300, 1200, 45):
        path = np.stack([x, y + wave], axis=1).round().astype(np.int32)
        cv2.polylines(page, [path], False, 0, 2)
    for at in (100, 300, 450, 600, 750, 900):
        lifted = wave[at - 100]
        cv2.line(page, (at, round(300 + lifted)), (at, round(1155 + lifted)), 0, 2)
    return page


@pytest.mark.parametrize("angle", [-7.3, -0.4, 0.0, 2.5, 9.0])
def test_a_page_is_turned_by_the_angle_at_which_it_lies(angle: float) -> None:
    matrix = cv2.getRotationMatrix2D((500, 700), -angle, 1.0)
    turned = cv2.warpAffine(ruled_page(), matrix, (1000, 1400), borderValue=(255,))
    assert skew(binarise(np.asarray(turned, np.uint8), 128)) == pytest.approx(angle, abs=0.1)


@pytest.mark.parametrize("phase", [0.0, 0.8, 1.6, 2.4, 3.1])
def test_a_bent_page_is_not_turned_by_its_steepest_part(phase: float) -> None:
    assert abs(skew(binarise(ruled_page(14.0, phase), 128))) < 1.0


def numbered_page() -> np.ndarray:
    """Draw rows of lone figures that stand closer one below the other than side by side.

    What little is written in words says how the page lies.
    """
    page = np.full((1400, 1000), 255, np.uint8)
    for y in range(300, 1300, 31):
        for x in range(520, 960, 70):
            cv2.putText(page, "8", (x, y), cv2.FONT_HERSHEY_SIMPLEX, 0.8, (0,), 2)
        cv2.putText(page, "abcdefghij", (60, y), cv2.FONT_HERSHEY_SIMPLEX, 0.8, (0,), 2)
    return page


@pytest.mark.parametrize("turns", [0, 1])
def test_columns_of_figures_close_below_each_other_turn_no_page_on_its_side(turns: int) -> None:
    page = np.ascontiguousarray(np.rot90(numbered_page(), turns))
    assert attitude(page, NullRecogniser()).rotation == 90 * turns


@pytest.mark.parametrize("turns", [0, 1])
def test_pieces_of_leaning_hair_lines_turn_no_page_on_its_side(turns: int) -> None:
    page = numbered_page()
    for x in range(500, 980, 70):
        for y in range(279, 1280, 31):
            page[y : y + 28, x : x + 2] = 0
    page = np.ascontiguousarray(np.rot90(page, turns))
    assert attitude(page, NullRecogniser()).rotation == 90 * turns


class FootReader(NullRecogniser):
    """Reads words where letters stand on their feet: most of a line's ink in its lower half."""

    def skim(self, lines: Sequence[Gray]) -> list[LineReading]:
        """Return a sure word for each line on its feet, else nothing."""
        empty = super().skim(lines)
        stands = [ink_below(line) > 2 * ink_below(line[::-1]) for line in lines]
        return [
            replace(reading, text="主动公开政府信息", confidence=0.99) if stand else reading
            for reading, stand in zip(empty, stands, strict=True)
        ]


def ink_below(line: Gray) -> int:
    return int((line[-(len(line) // 2) :] < 128).sum())


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_a_page_whose_letters_chain_downwards_lies_as_they_read(turns: int) -> None:
    page = np.full((1400, 1000), 255, np.uint8)
    for y in range(200, 1200, 22):
        for word in range(100, 900, 160):
            for x in range(word, word + 110, 22):
                page[y : y + 18, x + 6 : x + 10] = 0
                page[y + 12 : y + 18, x : x + 16] = 0
    page = np.ascontiguousarray(np.rot90(page, turns))
    assert attitude(page, FootReader()).rotation == 90 * turns


class HastyReader(FootReader):
    """Reads two letters, with confidence, of any line that stands on its head."""

    def skim(self, lines: Sequence[Gray]) -> list[LineReading]:
        """Return a sure line for each on its feet, and two sure letters for any other."""
        read = super().skim(lines)
        return [one if one.text else replace(one, text="存期", confidence=0.9) for one in read]


@pytest.mark.parametrize("turns", [0, 2])
def test_two_letters_read_of_a_long_line_do_not_tell_that_it_stands(turns: int) -> None:
    page = np.full((1400, 1000), 255, np.uint8)
    for y in range(200, 1200, 44):
        for x in range(100, 800, 24):
            page[y : y + 18, x + 6 : x + 10] = 0
            page[y + 12 : y + 18, x : x + 18] = 0
    page = np.ascontiguousarray(np.rot90(page, turns))
    assert attitude(page, HastyReader()).rotation == 90 * turns
