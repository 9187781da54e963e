"""Which ink of a cell is one line of print, and which is several."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from tests.unit.workers.pipeline.read.test_cells import LETTER, Scripted
from workers.pipeline.read.cells import read_cells
from workers.pipeline.read.ink import InkLine, lines_of
from workers.pipeline.read.recognition import Gray, LineReading


def printed(*runs: tuple[int, int]) -> list[InkLine]:
    """Return the lines of a cell inked in these rows: top, bottom; a letter is 22 high."""
    cell = np.full((140, 120), 255, np.uint8)
    for top, bottom in runs:
        for left in (10, 36, 62):
            cell[top:bottom, left : left + 20] = 0
    return lines_of(cell, np.zeros(cell.shape, bool), 128, LETTER)


@pytest.mark.parametrize(
    ("runs", "lines"),
    [
        ([(10, 31), (40, 49), (52, 61)], [(10, 31), (40, 61)]),  # the second line has a gap
        ([(10, 19), (22, 31), (40, 61)], [(10, 31), (40, 61)]),
        ([(10, 20), (23, 32)], [(10, 32)]),  # a single line with a gap
        ([(10, 31), (36, 57)], [(10, 31), (36, 57)]),
        ([(10, 31), (32, 53)], [(10, 31), (32, 53)]),  # lines set close
        ([(10, 31), (45, 57)], [(10, 31), (45, 57)]),  # a line of low print
        ([(10, 44), (48, 58), (62, 83)], [(10, 44), (48, 58), (62, 83)]),  # two lines that touch
        ([(10, 20), (25, 35), (40, 50)], [(10, 20), (25, 35), (40, 50)]),  # lines of small print
    ],
)
def test_runs_of_ink_are_lines_unless_they_make_one_together(
    runs: Sequence[tuple[int, int]], lines: Sequence[tuple[int, int]]
) -> None:
    assert [(line.top, line.bottom) for line in printed(*runs)] == lines


class Lined(Scripted):
    """Reads the lines of a cell as one text, all of it in the first."""

    def read(self, lines: Sequence[Gray]) -> list[LineReading]:
        """Return the scripted text for the first line, nothing for the others."""
        first, *others = super().read(lines)
        return [first, *(replace(other, text="") for other in others)]

    def reread(self, lines: Sequence[Gray]) -> list[LineReading]:
        """Return the scripted second opinion in the same way."""
        first, *others = super().reread(lines)
        return [first, *(replace(other, text="") for other in others)]


@pytest.mark.parametrize(("top", "seconded"), [(40, True), (50, False)])
def test_a_misprint_is_not_seconded_where_a_line_may_be_a_piece_of_another(
    top: int, seconded: bool
) -> None:
    whole, other = printed((10, 31), (40, 61))
    text = "本年度止件数"
    recogniser = Lined(skimmed=text, full=text, second=text)
    (reading,) = read_cells([[whole, replace(other, top=top)]], LETTER, recogniser)
    assert (reading.text, reading.seconded) == (text, seconded)
