"""Grids bent by known smooth fields: straight afterwards, and every place leads back."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from workers.pipeline.tables.rulings import Region, find_rulings
from workers.pipeline.tables.straighten import Straightened, straighten

LETTER = 20.0
ROWS, COLUMNS = list(range(60, 861, 40)), list(range(60, 1161, 110))
HIGH, WIDE = 920, 1220
Image = NDArray[np.uint8]
Floats = NDArray[np.float64]


def drawn() -> Image:
    image = np.full((HIGH, WIDE), 255, np.uint8)
    for y in ROWS:
        cv2.line(image, (COLUMNS[0], y), (COLUMNS[-1], y), (0,), 2)
    for x in COLUMNS:
        cv2.line(image, (x, ROWS[0]), (x, ROWS[-1]), (0,), 2)
    return image


def moved(reach: float, turns: float, phase: float, x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Return from where on the level sheet a place of the bent one comes."""
    sag = reach * np.sin(2 * np.pi * turns * x / WIDE + phase)
    return x + reach / 2 * np.sin(2 * np.pi * turns * y / HIGH), y + sag


def bent(image: Image, reach: float, turns: float, phase: float) -> Image:
    y, x = np.mgrid[0 : image.shape[0], 0 : image.shape[1]].astype(np.float64)
    from_x, from_y = moved(reach, turns, phase, x, y)
    maps = from_x.astype(np.float32), from_y.astype(np.float32)
    return np.asarray(cv2.remap(image, *maps, cv2.INTER_LINEAR, borderValue=(255,)), np.uint8)


def straightened(image: Image) -> Straightened:
    whole = Region(left=20, top=20, right=WIDE - 20, bottom=HIGH - 20)
    return straighten(image, find_rulings(image, LETTER), whole, margin=10)


def middles(strip: Image) -> Floats:
    """Return the middle of a line that runs across a strip, column by column."""
    dark = 255.0 - strip
    rows = np.arange(len(strip))[:, None]
    return np.asarray((dark * rows).sum(axis=0) / dark.sum(axis=0), np.float64)


WAVES = [(0.0, 1.0, 0.0), (6.0, 1.3, 0.4), (12.0, 0.6, 2.0), (14.0, 1.0, 4.0), (12.0, 1.3, 5.5)]


@pytest.mark.parametrize(("reach", "turns", "phase"), WAVES)
def test_a_wavy_grid_is_straight_to_a_pixel(reach: float, turns: float, phase: float) -> None:
    flat = straightened(bent(drawn(), reach, turns, phase)).flat
    for image, places in ((flat, ROWS[1:-1]), (flat.T, COLUMNS[1:-1])):
        dark = (255.0 - image[:, 90:-90]).sum(axis=1)
        for place in places:
            near = place - 10 - 15 + int(dark[max(0, place - 25) : place + 6].argmax())
            ruling = image[max(0, near - 4) : near + 5, 90:-90]
            clear = ruling[0] > 200
            middle = middles(ruling[:, clear])
            assert np.ptp(np.percentile(middle, [2, 98])) < 2.0


@settings(deadline=None, max_examples=15)
@given(
    st.floats(0, 14), st.floats(0.5, 1.3), st.floats(0, 6.28), st.integers(1, 18), st.integers(1, 8)
)
def test_a_crossing_leads_back_to_its_bent_place(
    reach: float, turns: float, phase: float, row: int, column: int
) -> None:
    image = bent(drawn(), reach, turns, phase)
    straight = straightened(image)
    dark = 255.0 - straight.flat.astype(np.float64)
    x, y = COLUMNS[column] - 10, ROWS[row] - 10
    across = dark[y - 16 : y + 17, x - 40 : x + 41].sum(axis=1)
    down = dark[y - 16 : y + 17, x - 40 : x + 41].sum(axis=0)
    at_y, at_x = y - 16 + int(across.argmax()), x - 40 + int(down.argmax())
    left, top, _, _ = straight.box_on_page(at_x, at_y, at_x, at_y)
    from_x, from_y = moved(reach, turns, phase, np.array([left]), np.array([top]))
    assert abs(from_x[0] - COLUMNS[column]) < 2
    assert abs(from_y[0] - ROWS[row]) < 2


def test_a_straight_table_is_not_touched() -> None:
    image = drawn()
    straight = straightened(image)
    assert np.array_equal(straight.flat, image[10 : HIGH - 10, 10 : WIDE - 10])
    assert straight.box_on_page(5, 6, 7, 8) == (15, 16, 17, 18)
