"""A digit's stroke on a cell's side is told from a ruling there by what is above and below it."""

import numpy as np
import pytest

from workers.pipeline.read.cut_strokes import has_stroke_at_side
from workers.pipeline.read.recognition import Gray
from workers.pipeline.tables.cells import Grid, GridCell

LETTER = 20.0
LEFT, RIGHT, TOP, BOTTOM = 30, 130, 30, 70
CELL = GridCell(row=0, column=0, row_span=1, column_span=1)
GRID = Grid(rows=(TOP, BOTTOM), columns=(LEFT, RIGHT), cells=(CELL,), thickness=2)


def cell(*strokes: tuple[int, int, int, int]) -> Gray:
    """Draw the lines across of a cell, and strokes down: x, top, bottom, shade."""
    flat = np.full((100, 160), 255, np.uint8)
    for y in (TOP, BOTTOM):
        flat[y - 1 : y + 1] = 0
    for x, top, bottom, shade in strokes:
        flat[top:bottom, x - 1 : x + 1] = np.minimum(flat[top:bottom, x - 1 : x + 1], shade)
    return flat


def has_stroke(flat: Gray) -> bool:
    return has_stroke_at_side(flat, GRID, CELL, 150, LETTER)


@pytest.mark.parametrize("side", [LEFT, RIGHT])
@pytest.mark.parametrize("aside", [-4, 0, 4])
def test_a_one_on_a_side_that_is_not_ruled_may_be_cut(side: int, aside: int) -> None:
    assert has_stroke(cell((side + aside, 42, 58, 0)))


@pytest.mark.parametrize("shade", [0, 90, 200])
@pytest.mark.parametrize("aside", [0, 2, 4])
def test_a_one_that_touches_a_true_ruling_is_whole(shade: int, aside: int) -> None:
    assert not has_stroke(cell((LEFT, TOP, BOTTOM, shade), (LEFT + aside, 42, 58, 0)))


@pytest.mark.parametrize(
    "strokes",
    [
        [],
        [(LEFT, TOP, BOTTOM, 0)],
        [(LEFT, TOP, 46, 0), (LEFT, 60, BOTTOM, 0)],  # broken: its pieces come from the corners
        [(LEFT, 44, 49, 0)],  # lower than any digit
        [(LEFT + 12, 42, 58, 0)],  # well within the cell
    ],
)
def test_what_is_no_stroke_on_a_side_raises_no_doubt(
    strokes: list[tuple[int, int, int, int]],
) -> None:
    assert not has_stroke(cell(*strokes))
