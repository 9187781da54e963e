"""Tables without a frame are bent straight by their lines across, and taken out of the page."""

import cv2
import numpy as np
import pytest

from workers.pipeline.read.cell_ink import Sheet
from workers.pipeline.read.loose import find_loose
from workers.pipeline.tables.rulings import find_rulings

LETTER = 22.0
HEIGHT, WIDTH = 900, 1200
ROWS, COLUMNS = 7, (150, 500, 700, 900)


def bent(x: float, sag: float) -> float:
    return sag * ((x - WIDTH / 2) / (WIDTH / 2)) ** 2


def page(sag: float) -> np.ndarray:
    """Draw rows of boxes for letters between lines that sag by so many pixels at their ends."""
    drawn = np.full((HEIGHT, WIDTH), 255, np.uint8)
    for row in range(ROWS + 1):
        xs = np.arange(120, 1081)
        ys = 200 + 60 * row + np.array([bent(x, sag) for x in xs])
        points = np.stack([xs, ys], axis=1).round().astype(np.int32)
        cv2.polylines(drawn, [points], False, (0,), 2)
    for row in range(ROWS):
        for x in COLUMNS:
            for at in range(2):
                left = x + at * 24
                top = round(220 + 60 * row + bent(left, sag))
                cv2.rectangle(drawn, (left, top), (left + 18, top + 20), (0,), 3)
    return drawn


def find(drawn: np.ndarray):
    sheet = Sheet(flat=drawn, colour=np.zeros_like(drawn), threshold=150, letter=LETTER)
    return find_loose(sheet, find_rulings(drawn, LETTER), drawn)


def test_a_bent_table_has_the_cells_of_a_level_one() -> None:
    (level,), _ = find(page(0))
    (sagging,), _ = find(page(25))
    for table in (level, sagging):
        assert len(table.ruled.grid.rows) - 1 == ROWS
        assert len(table.ruled.grid.columns) - 1 == len(COLUMNS)
        assert table.counted == frozenset(range(ROWS))


def test_nothing_of_a_bent_table_is_left_on_the_page() -> None:
    _, rest = find(page(25))
    assert (rest[225:600, 160:1040] == 255).all()


def test_a_page_without_a_table_is_left_as_it_is() -> None:
    drawn = np.full((HEIGHT, WIDTH), 255, np.uint8)
    for line in range(6):
        for x in range(100, 1000, 24):
            cv2.rectangle(drawn, (x, 200 + 40 * line), (x + 18, 220 + 40 * line), (0,), 3)
    tables, rest = find(drawn)
    assert tables == []
    assert (rest == drawn).all()


def leaning(drawn: np.ndarray, lean: float) -> np.ndarray:
    """Move what is lower on a page aside, by so many pixels a pixel down."""
    matrix = np.array([[1.0, lean, -lean * HEIGHT / 2], [0.0, 1.0, 0.0]])
    moved = cv2.warpAffine(drawn, matrix, (WIDTH, HEIGHT), borderValue=(255,))
    return np.asarray(moved, np.uint8)


def test_columns_that_lean_are_upright_by_the_ends_of_the_lines_across() -> None:
    (upright,), _ = find(page(25))
    (table,), _ = find(leaning(page(25), 0.06))
    grid = table.ruled.grid
    assert (len(grid.rows) - 1, len(grid.columns) - 1) == (ROWS, len(COLUMNS))
    wide = np.diff(grid.columns)
    assert wide == pytest.approx(np.diff(upright.ruled.grid.columns), abs=8)
    left, top, _, bottom = table.ruled.straight.box_on_page(
        grid.columns[1], grid.rows[0], grid.columns[1] + 1, grid.rows[-1]
    )
    assert bottom - top > 400
    assert COLUMNS[0] + 42 < left < COLUMNS[1]  # the boundary stays between the columns' texts
