"""Rulings by outlines and packed bits: the same as by labels and plain morphology."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workers.pipeline.tables.rulings import _lines, find_rulings, joined

LETTER = 20.0


def kernel(length: float) -> np.ndarray:
    return np.ones((max(3, round(length)), 1), np.uint8)


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 10_000),
    st.tuples(st.integers(3, 90), st.integers(3, 90)),
    st.floats(3, 30),
    st.sampled_from([0.5, 1.0]),
    st.sampled_from([1.3, 2.6, 2.8]),
)
def test_lines_are_those_of_plain_morphology(
    seed: int, size: tuple[int, int], letter: float, gap: float, whole: float
) -> None:
    dark = np.where(np.random.default_rng(seed).random(size) < 0.85, 255, 0).astype(np.uint8)
    thick = np.ones((1, 3), np.uint8)
    pieces = cv2.morphologyEx(cv2.dilate(dark, thick), cv2.MORPH_OPEN, kernel(1.3 * letter))
    linked = cv2.morphologyEx(pieces, cv2.MORPH_CLOSE, kernel(gap * letter))
    lines = cv2.morphologyEx(linked, cv2.MORPH_OPEN, kernel(whole * letter))
    assert np.array_equal(_lines(dark, letter, gap, whole), cv2.erode(lines, thick))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.3, 0.9))
def test_of_short_runs_those_between_lines_across_stay(seed: int, filled: float) -> None:
    rng = np.random.default_rng(seed)
    down, across = (
        np.where(rng.random((60, 80)) < share, 255, 0).astype(np.uint8) for share in (filled, 0.02)
    )
    count, labels, stats, _ = cv2.connectedComponentsWithStats(down, connectivity=8)
    near = cv2.dilate(across, np.ones((5, 5), np.uint8))
    kept = np.zeros(count, bool)
    for at in range(1, count):
        left, top, width, height = stats[at, :4]
        middle = left + width // 2
        kept[at] = height >= 13 or bool(near[top, middle] and near[top + height - 1, middle])
    expected = np.where(kept[labels], 255, 0)
    assert np.array_equal(joined(down, across, letter=5.0), expected)


@pytest.mark.parametrize("shade", [0, 228])
def test_black_and_pale_lines_are_found(shade: int) -> None:
    image = np.full((400, 500), 255, np.uint8)
    for at in (50, 150, 350):
        cv2.line(image, (40, at), (460, at), shade, 2)
        cv2.line(image, (at, 50), (at, 350), shade, 2)
    found = find_rulings(image, LETTER)
    assert found.across[[50, 150, 350], 100:110].all()
    assert found.down[100:110, [50, 150, 350]].all()
    assert not found.across[80:120].any()
    assert not found.down[:, 80:120].any()
