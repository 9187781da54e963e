"""Rulings by outlines and packed bits: the same as by labels and plain morphology."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workers.pipeline.tables.regions import find_regions
from workers.pipeline.tables.rulings import Region, find_rulings, joined
from workers.pipeline.tables.runs import lines

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
    whole_ones = cv2.morphologyEx(linked, cv2.MORPH_OPEN, kernel(whole * letter))
    assert np.array_equal(lines(dark, letter, gap, whole), cv2.erode(whole_ones, thick))


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


def ruled(image: np.ndarray, box: Region, rows: int, columns: int) -> None:
    for y in np.linspace(box.top, box.bottom, rows + 1).round().astype(int).tolist():
        cv2.line(image, (box.left, y), (box.right, y), 0, 2)
    for x in np.linspace(box.left, box.right, columns + 1).round().astype(int).tolist():
        cv2.line(image, (x, box.top), (x, box.bottom), 0, 2)


def regions(image: np.ndarray) -> list[Region]:
    return find_regions(find_rulings(image, LETTER), LETTER)


def test_gaps_in_all_lines_of_a_row_cut_no_table_in_two() -> None:
    image = np.full((900, 700), 255, np.uint8)
    ruled(image, Region(left=50, top=100, right=650, bottom=700), rows=15, columns=5)
    image[384:410] = 255
    assert len(regions(image)) == 1


def test_a_piece_of_a_table_within_another_is_the_same_table() -> None:
    image = np.full((900, 700), 255, np.uint8)
    ruled(image, Region(left=50, top=100, right=650, bottom=700), rows=15, columns=5)
    image[270:550, 70:630] = 255
    ruled(image, Region(left=160, top=340, right=560, bottom=480), rows=4, columns=4)
    image[330:490, 560:] = 255
    (found,) = regions(image)
    assert (found.top, found.bottom) == (pytest.approx(100, abs=6), pytest.approx(700, abs=6))


def test_two_tables_under_each_other_stay_two() -> None:
    image = np.full((900, 700), 255, np.uint8)
    ruled(image, Region(left=50, top=100, right=650, bottom=400), rows=8, columns=5)
    ruled(image, Region(left=50, top=460, right=650, bottom=760), rows=8, columns=5)
    assert len(regions(image)) == 2


def test_the_edge_of_the_sheet_around_tables_is_no_table() -> None:
    image = np.full((900, 700), 255, np.uint8)
    cv2.rectangle(image, (10, 10), (690, 890), 0, 3)
    ruled(image, Region(left=80, top=150, right=620, bottom=400), rows=8, columns=5)
    ruled(image, Region(left=80, top=480, right=620, bottom=760), rows=8, columns=5)
    assert len(regions(image)) == 2


def test_the_leaning_edge_of_a_sheet_seen_at_an_angle_is_no_table() -> None:
    image = np.full((900, 700), 255, np.uint8)
    sides = np.array([(5, 20), (690, 8), (640, 890), (70, 880)], np.int32)
    cv2.polylines(image, [sides], True, 0, 3)
    ruled(image, Region(left=120, top=150, right=590, bottom=400), rows=8, columns=5)
    ruled(image, Region(left=120, top=480, right=590, bottom=760), rows=8, columns=5)
    assert len(regions(image)) == 2


def crossed_lines(shade: int, every: int, first: int, image: np.ndarray) -> np.ndarray:
    """Draw lines across, blurred as what shines through a sheet is, into an image."""
    lines = np.full_like(image, 255)
    for y in range(first, 580, every):
        cv2.line(lines, (60, y), (740, y), (shade,), 3)
    return np.minimum(image, cv2.GaussianBlur(lines, (0, 0), 1.5))


def test_pale_lines_that_shine_through_do_not_stand_for_the_dark_ones() -> None:
    dark = np.full((640, 800), 255, np.uint8)
    for y in range(60, 580, 40):
        cv2.line(dark, (40, y), (760, y), (40,), 2)
    found = find_rulings(crossed_lines(205, 40, 78, dark), LETTER)
    assert not found.across[70:95].any()
    assert (found.across[60] > 0).mean() > 0.85


def test_hair_lines_in_a_dark_frame_count() -> None:
    framed = np.full((640, 800), 255, np.uint8)
    cv2.rectangle(framed, (40, 30), (760, 600), (0,), 3)
    found = find_rulings(crossed_lines(205, 30, 60, framed), LETTER)
    assert found.across[300 - 2 : 300 + 3].any(axis=0).mean() > 0.7


def test_lines_dark_in_places_and_pale_elsewhere_are_followed_where_they_are_pale() -> None:
    copied = np.full((640, 800), 255, np.uint8)
    for y in range(60, 580, 30):
        for x in range(40 + 7 * (y % 13), 760, 240):  # what a copy of a copy leaves black of a line
            cv2.line(copied, (x, y), (min(760, x + 100), y), (20,), 3)
    found = find_rulings(crossed_lines(205, 30, 60, copied), LETTER)
    assert (found.across[300 - 2 : 300 + 3] > 0).any(axis=0).mean() > 0.8


def test_a_table_of_low_rows_is_found_where_it_leans() -> None:
    """Each line covers the heights of its neighbours: across the whole width they are one."""
    image = np.full((900, 700), 255, np.uint8)
    ruled(image, Region(left=50, top=300, right=650, bottom=366), rows=3, columns=15)
    lean = np.array([[1, 0, 0], [0.05, 1, 0]], np.float64)
    leaning = cv2.warpAffine(image, lean, (700, 900), borderValue=(255,))
    assert len(regions(image)) == len(regions(leaning)) == 1


def test_a_fold_that_runs_to_the_edge_of_a_sheet_takes_no_table_in() -> None:
    image = np.full((900, 700), 255, np.uint8)
    sides = np.array([(10, 890), (10, 10), (690, 10), (690, 890)], np.int32)
    cv2.polylines(image, [sides], False, 0, 3)
    cv2.line(image, (340, 10), (340, 200), 0, 2)
    ruled(image, Region(left=80, top=350, right=620, bottom=700), rows=8, columns=5)
    assert [round(found.top, -1) for found in regions(image)] == [350]


def test_a_pens_stroke_from_a_table_to_the_edge_of_its_sheet_takes_none_out() -> None:
    image = np.full((900, 700), 255, np.uint8)
    sides = np.array([(8, 16), (690, 8), (680, 890), (14, 880)], np.int32)
    cv2.polylines(image, [sides], True, 0, 3)
    ruled(image, Region(left=120, top=150, right=570, bottom=760), rows=14, columns=5)
    cv2.line(image, (560, 330), (690, 334), 0, 4)
    (found,) = regions(image)
    assert (round(found.top, -1), round(found.bottom, -1)) == (150, 760)
    assert found.left == pytest.approx(120, abs=3)
