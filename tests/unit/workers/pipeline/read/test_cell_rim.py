"""What of a cell is its rim."""

import numpy as np
import pytest

from workers.pipeline.read.cell_rim import inside

DEEP = 7


@pytest.mark.parametrize("letter", [10.0, 13.0, 15.0, 17.0, 20.0, 24.0])
@pytest.mark.parametrize("high", [1, 2, 3])
def test_rulings_along_the_edges_of_a_low_cell_are_no_strokes(letter: float, high: int) -> None:
    """Whatever the size of letters by which strokes are told: blank rows were doubted at 15."""
    ruled = np.zeros((21, 54), bool)
    ruled[:high] = ruled[-high:] = True
    ruled[:, :3] = True
    assert not inside(ruled, DEEP, letter).any()


def test_strokes_that_run_down_at_a_low_cells_edge_are_inside() -> None:
    ruled = np.zeros((21, 54), bool)
    ruled[:9, 20:22] = True
    assert inside(ruled, DEEP, 15.0)[:6, 20:22].any()
