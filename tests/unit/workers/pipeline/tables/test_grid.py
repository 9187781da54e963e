"""Grids drawn with a pen of a few pixels, read back as cells."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workers.pipeline.tables.grid import Grid, build_grid
from workers.pipeline.tables.regions import find_regions
from workers.pipeline.tables.rulings import find_rulings
from workers.pipeline.tables.straighten import straighten

LETTER = 20.0
Image = np.ndarray


def paper(height: int = 500, width: int = 700) -> Image:
    return np.full((height, width), 255, np.uint8)


def rule(image: Image, x0: int, y0: int, x1: int, y1: int) -> None:
    cv2.line(image, (x0, y0), (x1, y1), 0, 2)


def ruled(rows: list[int], columns: list[int]) -> Image:
    image = paper(rows[-1] + 50, columns[-1] + 50)
    for y in rows:
        rule(image, columns[0], y, columns[-1], y)
    for x in columns:
        rule(image, x, rows[0], x, rows[-1])
    return image


def grid_of(image: Image) -> Grid | None:
    ink = np.where(image < 128, np.uint8(255), np.uint8(0))
    return build_grid(find_rulings(image, LETTER), ink, LETTER)


def shape(grid: Grid | None) -> tuple[int, int, int]:
    assert grid is not None
    return len(grid.rows) - 1, len(grid.columns) - 1, len(grid.cells)


@settings(deadline=None, max_examples=30)
@given(
    st.lists(st.integers(32, 90), min_size=2, max_size=7),
    st.lists(st.integers(60, 160), min_size=2, max_size=6),
)
def test_every_slot_of_a_plain_grid_is_a_cell(heights: list[int], widths: list[int]) -> None:
    rows = [30 + sum(heights[:at]) for at in range(len(heights) + 1)]
    columns = [30 + sum(widths[:at]) for at in range(len(widths) + 1)]
    grid = grid_of(ruled(rows, columns))
    assert shape(grid) == (len(heights), len(widths), len(heights) * len(widths))
    assert grid is not None
    assert np.allclose(grid.rows, rows, atol=2)
    assert np.allclose(grid.columns, columns, atol=2)


def test_a_missing_edge_makes_a_span() -> None:
    image = ruled([50, 120, 190], [50, 250, 450])
    image[55:115, 245:256] = 255  # the upper vertical edge between the two columns
    grid = grid_of(image)
    assert grid is not None
    assert [(c.row, c.column, c.row_span, c.column_span) for c in grid.cells] == [
        (0, 0, 1, 2),
        (1, 0, 1, 1),
        (1, 1, 1, 1),
    ]


def test_short_gaps_in_a_ruling_part_cells_all_the_same() -> None:
    image = ruled([50, 160, 270], [50, 250, 450])
    for y in (85, 125, 195, 235):
        image[y : y + 8, 245:256] = 255
    assert shape(grid_of(image)) == (2, 2, 4)


def test_an_edge_worn_away_between_ruled_ones_is_there_unless_letters_lie_across() -> None:
    image = ruled([50, 120, 190], [50, 150, 250, 350])
    for x in (90, 290):  # all lines across are worn
        image[:, x : x + 8] = 255
    image[115:126, 155:246] = 255  # and one edge is gone
    assert shape(grid_of(image)) == (2, 3, 6)
    cv2.rectangle(image, (190, 110), (210, 130), 0, 2)  # a letter in the middle of a tall cell
    assert shape(grid_of(image)) == (2, 3, 5)


def test_a_table_without_an_outer_frame_has_its_outer_cells() -> None:
    image = paper(300, 500)
    for y in (100, 160, 220):
        rule(image, 50, y, 450, y)
    for x in (180, 320):
        rule(image, x, 40, x, 280)
    assert shape(grid_of(image)) == (4, 3, 12)


def test_letters_make_no_boundaries() -> None:
    image = ruled([50, 120, 190], [50, 250, 450])
    for x in range(70, 230, 24):
        rule(image, x, 76, x, 94)
        rule(image, x - 8, 84, x + 8, 84)
    assert shape(grid_of(image)) == (2, 2, 4)


def test_a_page_without_rulings_has_no_table() -> None:
    assert find_regions(find_rulings(paper(), LETTER), LETTER) == []
    assert grid_of(paper()) is None


def test_the_edge_of_the_sheet_around_a_table_is_no_table() -> None:
    image = paper(800, 900)
    cv2.rectangle(image, (10, 10), (890, 790), 0, 3)
    table = ruled([0, 60, 120], [0, 200, 400])[:150, :440]
    image[200:350, 200:640] = np.minimum(image[200:350, 200:640], table)
    regions = find_regions(find_rulings(image, LETTER), LETTER)
    assert [(r.left > 100, r.right < 800) for r in regions] == [(True, True)]


@pytest.mark.parametrize("bend", [0.0, 6.0, 14.0])
def test_a_bent_table_is_straightened_and_its_boxes_lead_back(bend: float) -> None:
    rows, columns = list(range(60, 541, 40)), list(range(60, 861, 100))
    flat = ruled(rows, columns)
    height, width = flat.shape
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    sag = bend * (1 - ((x - width / 2) / (width / 2)) ** 2)
    bent = cv2.remap(flat, x, y - sag.astype(np.float32), cv2.INTER_LINEAR, borderValue=255)
    rulings = find_rulings(bent, LETTER)
    region = find_regions(rulings, LETTER)[0]
    straight = straighten(bent, rulings, region, margin=10)
    grid = grid_of(straight.flat)
    assert shape(grid) == (12, 8, 96)
    assert grid is not None
    left, top, _, _ = straight.box_on_page(*grid.box(grid.cells[0]))
    assert abs(left - 60) < 4
    assert abs(top - 60 - sag[60, 60]) < 8
