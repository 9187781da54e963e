"""What hangs together in a mask, told by outlines and without empty rows as labels tell it."""

import cv2
import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from workers.pipeline.tables.parts import filled_rows, kept_parts, parts_across, sides

masks = st.tuples(
    arrays(np.bool_, st.tuples(st.integers(1, 14), st.integers(1, 14))),
    arrays(np.bool_, 14),
).map(lambda drawn: np.where(drawn[0] & drawn[1][: len(drawn[0]), None], 255, 0).astype(np.uint8))
"""Masks some rows of which are empty."""


@given(masks)
def test_outlines_give_the_boxes_that_labels_give(mask: np.ndarray) -> None:
    _, _, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    assert sorted(sides(mask).tolist()) == sorted(stats[1:, :4].tolist())


@given(
    arrays(np.bool_, st.tuples(st.integers(1, 14), st.integers(1, 14))),
    st.integers(0, 5),
)
def test_parts_are_kept_with_their_holes_as_labels_keep_them(drawn: np.ndarray, wide: int) -> None:
    mask = np.where(drawn, 255, 0).astype(np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    kept = stats[:, cv2.CC_STAT_WIDTH] > wide
    kept[0] = False
    by_labels = np.where(kept[labels], 255, 0)
    assert kept_parts(mask, lambda boxes: boxes[:, 2] > wide).tolist() == by_labels.tolist()


@given(masks)
def test_parts_across_are_those_of_labels_to_the_last_bit(mask: np.ndarray) -> None:
    _, _, stats, centres = cv2.connectedComponentsWithStats(mask, connectivity=8)
    found, places = parts_across(mask)
    assert found.tolist() == stats[1:].tolist()
    assert places.tolist() == centres[1:].tolist()


def test_of_empty_rows_a_pair_behind_each_run_is_kept() -> None:
    mask = np.zeros((15, 3), np.uint8)
    mask[[1, 2, 10]] = 255
    assert filled_rows(mask).tolist() == [0, 1, 2, 3, 4, 5, 10, 11, 12, 13]


def test_an_empty_mask_has_no_parts() -> None:
    mask = np.zeros((5, 5), np.uint8)
    assert sides(mask).shape == (0, 4)
    assert parts_across(mask)[0].shape == (0, 5)
