"""Double and clogged rulings are drawn anew, thin; print and single rulings stay."""

import cv2
import numpy as np
import pytest

from workers.pipeline.tables.thick import thinned

LETTER, THRESHOLD = 24.0, 128
ROWS, COLUMNS = (40, 120, 200, 280), (30, 180, 330, 480)


def table(width: int, apart: int = 0) -> np.ndarray:
    """Draw a grid whose rulings are lines of a width, single or `apart` pixels from a second."""
    image = np.full((320, 520), 255, np.uint8)
    for shift in {0, apart}:
        for at in ROWS:
            image[at + shift : at + shift + width, COLUMNS[0] : COLUMNS[-1] + apart + width] = 0
        for at in COLUMNS:
            image[ROWS[0] : ROWS[-1] + apart + width, at + shift : at + shift + width] = 0
    return image


def written(image: np.ndarray) -> np.ndarray:
    cv2.putText(image, "417", (210, 175), cv2.FONT_HERSHEY_SIMPLEX, 1.0, (0,), 3)
    return image


@pytest.mark.parametrize(("width", "apart"), [(9, 0), (2, 5)])
def test_a_broad_or_double_ruling_becomes_a_thin_one_in_its_middle(width: int, apart: int) -> None:
    thin = thinned(table(width, apart), THRESHOLD, LETTER)
    assert thin is not None
    dark = np.flatnonzero((thin[60:110] < THRESHOLD).all(axis=0))
    for at in COLUMNS:
        own = dark[abs(dark - at) < 20]
        assert own.size == 3
        assert own.mean() == pytest.approx(at + (width + apart - 1) / 2, abs=1)
    assert np.count_nonzero(thin[80] < THRESHOLD) == 3 * len(COLUMNS)


def test_what_is_printed_between_broad_rulings_stays() -> None:
    image = written(table(9))
    thin = thinned(image, THRESHOLD, LETTER)
    assert thin is not None
    cell = np.s_[135:195, 195:325]
    assert np.array_equal(thin[cell], image[cell])


def test_a_table_of_single_rulings_is_left_as_it_is() -> None:
    assert thinned(written(table(2)), THRESHOLD, LETTER) is None


def test_one_broad_ruling_makes_no_others_thin() -> None:
    image = table(2)
    image[36:48, COLUMNS[0] : COLUMNS[-1]] = 0
    assert thinned(image, THRESHOLD, LETTER) is None


def test_a_page_without_rulings_has_none_to_make_thin() -> None:
    assert thinned(written(np.full((320, 520), 255, np.uint8)), THRESHOLD, LETTER) is None


def framed_cells(high: int, apart: int) -> np.ndarray:
    """Draw low cells with a frame each, so that every ruling is double and ends at each corner."""
    image = np.full((320, 520), 255, np.uint8)
    for top in range(40, 280 - high, high + apart):
        for left in range(30, 400, 90 + apart):
            cv2.rectangle(image, (left, top), (left + 90, top + high), (0,), 1)
    return image


def test_frames_around_low_cells_become_one_grid() -> None:
    high, apart = 32, 6
    thin = thinned(framed_cells(high, apart), THRESHOLD, LETTER)
    assert thin is not None
    dark = thin < THRESHOLD
    between = range(30 + 90 + apart // 2, 400, 90 + apart)
    for row in (60, 60 + high + apart, 60 + 2 * (high + apart)):
        inner = np.flatnonzero(dark[row, 60:380]) + 60
        for at in between[:3]:
            assert inner[abs(inner - at) < 30] == pytest.approx([at - 1, at, at + 1], abs=1)
    ruled = dark[50:200, between[0] - 3 : between[0] + 4].any(axis=1)
    assert ruled.all()  # also where the frames' corners leave white


def test_strokes_of_letters_between_double_rulings_stay() -> None:
    image = framed_cells(32, 6)
    strokes = [np.s_[46 : 46 + 24, at : at + 3] for at in (60, 66, 75)]  # a letter high, no more
    for stroke in strokes:
        image[stroke] = 0
    thin = thinned(image, THRESHOLD, LETTER)
    assert thin is not None
    for stroke in strokes:
        assert np.array_equal(thin[stroke], image[stroke])


def test_double_rulings_broken_where_they_cross_become_one_too() -> None:
    high, apart = 32, 6
    image = framed_cells(high, apart)
    at = 30 + 90 + apart // 2
    for crossing in range(40, 280 - high, high + apart):
        image[crossing - 7 : crossing + 2, at - 12 : at + 12] = 255
    thin = thinned(image, THRESHOLD, LETTER)
    assert thin is not None
    for row in (60, 60 + high + apart, 60 + 2 * (high + apart)):
        inner = np.flatnonzero(thin[row, at - 30 : at + 30] < THRESHOLD) + at - 30
        assert inner.tolist() == pytest.approx([at - 1, at, at + 1], abs=1)
