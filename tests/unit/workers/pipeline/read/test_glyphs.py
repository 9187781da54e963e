"""Prints of one glyph are read once; any other glyph, and every unsure reading, by itself."""

from collections.abc import Sequence

import cv2
import numpy as np
import pytest

from workers.pipeline.read.glyphs import read_once
from workers.pipeline.read.recognition import DIGITS, Gray, LineReading

LETTER = 22.0


def glyph(text: str, *, at: float = 0.0, noise: int = 0, seed: int = 0) -> Gray:
    """Draw a character on paper, moved by a share of a pixel, with noise of some shades."""
    paper = np.full((160, 120), 255, np.uint8)
    cv2.putText(paper, text, (18, 120), cv2.FONT_HERSHEY_SIMPLEX, 4.0, (0,), 12, cv2.LINE_AA)
    moved = cv2.warpAffine(
        paper, np.float64([[1, 0, 5 * at], [0, 1, 5 * at]]), (120, 160), borderValue=(255,)
    )
    small = cv2.resize(moved, (24, 32), interpolation=cv2.INTER_AREA).astype(np.int64)
    spots = np.random.default_rng(seed).integers(-noise, noise + 1, small.shape)
    return np.clip(small + spots, 0, 255).astype(np.uint8)


class Counting:
    """Reads a crop as the number of the call, and counts the calls."""

    def __init__(self) -> None:
        self.calls = 0

    def read(self, crops: Sequence[Gray]) -> list[LineReading]:
        """Return one reading a crop."""
        self.calls += len(crops)
        steps = np.zeros((1, len(DIGITS) + 1), np.float32)
        return [LineReading(text=str(self.calls), confidence=1.0, digits=steps) for _ in crops]


def texts(crops: Sequence[Gray], *, sure: bool = True) -> list[str]:
    """Return what each crop was read as."""
    return [r.text for r in read_once(crops, LETTER, Counting().read, lambda _: sure)]


def test_prints_of_one_glyph_are_read_once() -> None:
    prints = [glyph("0", at=at / 5, noise=12, seed=at) for at in range(5)]
    assert texts(prints) == ["1"] * 5


@pytest.mark.parametrize("other", "12345678")
def test_another_digit_is_read_by_itself(other: str) -> None:
    assert texts([glyph("0"), glyph(other), glyph("0")]) == ["1", "2", "1"]


def test_every_pair_of_digits_differs() -> None:
    assert len(set(texts([glyph(digit) for digit in "0123456789"]))) == 10


def test_what_is_not_sure_holds_for_one_print_alone() -> None:
    assert texts([glyph("0"), glyph("0")], sure=False) == ["1", "2"]


def test_a_damaged_print_is_read_by_itself() -> None:
    damaged = glyph("0")
    damaged[12:20, 4:9] = 255  # a gap in the bow: 0 may have been 3
    assert texts([glyph("0"), damaged]) == ["1", "2"]


def test_an_empty_crop_is_no_trouble() -> None:
    assert texts([np.full((20, 20), 255, np.uint8)]) == ["1"]
