"""A row that hangs from one line across, on a page that begins in the middle of a table."""

import numpy as np

from workers.pipeline.tables.hanging import hanging_rows
from workers.pipeline.tables.rulings import Region

LETTER, WIDTH = 18.0, 1200.0
PIECES = np.array([[100.0, 50, 600, 50], [599, 50, 1100, 50]])


def lines_down(*feet: float) -> np.ndarray:
    return np.array([[600.0 + 100 * at, 50, 600 + 100 * at, foot] for at, foot in enumerate(feet)])


def test_lines_down_of_one_length_below_a_line_make_a_row() -> None:
    found = hanging_rows(PIECES, lines_down(76, 76, 76, 76), WIDTH, LETTER)
    assert found == [Region(left=100, top=50, right=1101, bottom=77)]


def test_three_lines_down_are_too_few() -> None:
    assert hanging_rows(PIECES, lines_down(76, 76, 76), WIDTH, LETTER) == []


def test_lines_down_of_several_lengths_are_of_no_row() -> None:
    assert hanging_rows(PIECES, lines_down(76, 76, 90, 76), WIDTH, LETTER) == []


def test_lines_down_that_end_at_a_second_line_are_of_a_table_with_more() -> None:
    across = np.vstack([PIECES, [[600.0, 76, 1100, 76]]])
    assert hanging_rows(across, lines_down(76, 76, 76, 76), WIDTH, LETTER) == []


def test_a_short_line_across_has_no_row() -> None:
    assert hanging_rows(PIECES[:1] * 0.5, lines_down(76, 76, 76, 76), WIDTH, LETTER) == []
