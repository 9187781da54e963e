"""What a cell's ink may have lost or gained is told: nothing of that is a clear number."""

import cv2
import numpy as np
import pytest

from workers.pipeline.read.cell_ink import RuledTable, Sheet, ink_of
from workers.pipeline.read.ink import InkLine
from workers.pipeline.read.recognition import Gray
from workers.pipeline.tables.grid import Grid, GridCell
from workers.pipeline.tables.rulings import Region
from workers.pipeline.tables.straighten import LEVEL, Straightened

LETTER = 22.0
CELL = GridCell(row=0, column=0, row_span=1, column_span=1)
REGION = Region(left=20, top=20, right=140, bottom=80)


def page() -> Gray:
    """Return paper with a framed cell of 100 × 40 pixels."""
    flat = np.full((100, 240), 255, np.uint8)
    cv2.rectangle(flat, (30, 30), (130, 70), (0,), 2)
    return flat


def zero(flat: Gray, x: int, grey: int = 0) -> None:
    """Print a 0 around x."""
    cv2.ellipse(flat, (x, 50), (5, 9), 0, 0, 360, (grey,), 2, cv2.LINE_AA)


def doubted(
    flat: Gray,
    colour: Gray | None = None,
    ruling: int | None = None,
    *,
    drawn: bool = True,
    across: int | None = None,
) -> bool:
    """Read the ink of the cell and say whether it may be hidden, cut or added to.

    `ruling`: what is at that x is held for a ruling that runs down through the cell; `drawn`: a
    ruling was found along its right side; `across`: one seems to run across the cell at that y.
    """
    lines, hidden = read(flat, colour, ruling, drawn=drawn, across=across)
    assert len(lines) == 1
    return hidden or lines[0].clipped


def read(
    flat: Gray,
    colour: Gray | None = None,
    ruling: int | None = None,
    *,
    drawn: bool = True,
    threshold: int = 128,
    across: int | None = None,
    letter: float = LETTER,
) -> tuple[list[InkLine], bool]:
    """Read the ink of the cell as `doubted` describes it."""
    part = np.ascontiguousarray(flat[REGION.top : REGION.bottom, REGION.left : REGION.right])
    frame = np.zeros(part.shape, np.uint8)
    cv2.rectangle(frame, (10, 10), (110, 50), (255,), 4)
    if not drawn:
        frame[14:46, 106:] = 0
    if ruling is not None:
        frame[:, ruling - REGION.left - 2 : ruling - REGION.left + 2] = 255
    if across is not None:
        frame[across - REGION.top - 2 : across - REGION.top + 2] = 255
    grid = Grid(rows=(10.0, 50.0), columns=(10.0, 110.0), cells=(CELL,), thickness=2)
    straight = Straightened(flat=part, region=REGION, across=LEVEL, down=LEVEL)
    table = RuledTable(straight=straight, ruled=frame > 0, grid=grid)
    seals = np.zeros_like(flat) if colour is None else colour
    sheet = Sheet(flat=flat, colour=seals, threshold=threshold, letter=letter)
    return ink_of(sheet, table, CELL)


def test_a_number_inside_its_cell_is_whole() -> None:
    flat = page()
    zero(flat, 80)
    assert not doubted(flat)


def test_ink_level_with_it_outside_the_table_may_be_its_rest() -> None:
    flat = page()
    zero(flat, 80)
    zero(flat, 146)
    assert doubted(flat)


def test_a_second_line_of_the_frame_is_no_rest_of_a_number() -> None:
    flat = page()
    zero(flat, 112)
    cv2.line(flat, (141, 10), (141, 90), (0,), 3)
    assert not doubted(flat)


def test_ink_farther_off_is_none_of_it() -> None:
    flat = page()
    zero(flat, 80)
    zero(flat, 190)
    assert not doubted(flat)


@pytest.mark.parametrize("x", [36, 124])
def test_a_thin_stroke_at_the_cells_side_may_be_a_rulings_rest(x: int) -> None:
    flat = page()
    zero(flat, 80)
    cv2.line(flat, (x, 42), (x, 58), (0,), 2)
    assert doubted(flat)


@pytest.mark.parametrize(("x", "doubt"), [(39, True), (36, True), (45, False)])
def test_a_digit_that_goes_over_into_the_ruling_beside_it_is_cut(x: int, doubt: bool) -> None:
    """A 6 without its back is a clear 5."""
    flat = page()
    zero(flat, x)
    zero(flat, x + 16)
    assert doubted(flat) is doubt


@pytest.mark.parametrize(("x", "doubt"), [(50, True), (66, False)])
def test_a_stroke_far_from_the_other_digits_may_be_a_piece_of_a_ruling(x: int, doubt: bool) -> None:
    flat = page()
    cv2.line(flat, (x, 42), (x, 58), (0,), 2)
    zero(flat, 80)
    assert doubted(flat) is doubt


def test_a_seal_over_the_number_hides_it() -> None:
    flat, seal = page(), np.zeros((100, 240), np.uint8)
    zero(flat, 80)
    cv2.line(seal, (60, 30), (100, 70), (255,), 3)
    assert doubted(flat, seal)


@pytest.mark.parametrize(("x", "doubt"), [(94, True), (66, True), (120, False)])
def test_coloured_ink_beside_a_number_may_hide_its_next_digit(x: int, doubt: bool) -> None:
    flat, pen = page(), np.zeros((100, 240), np.uint8)
    zero(flat, 80)
    cv2.line(pen, (x, 35), (x, 65), (255,), 3)
    assert doubted(flat, pen) is doubt


@pytest.mark.parametrize(("y", "doubt"), [(50, True), (56, True), (33, False)])
def test_a_stroke_across_a_number_that_was_taken_for_a_ruling_hides_it(y: int, doubt: bool) -> None:
    flat = page()
    zero(flat, 80)
    cv2.line(flat, (25, y), (135, y), (0,), 2)
    assert doubted(flat, across=y) is doubt


@pytest.mark.parametrize(("stroke", "doubt"), [(68, True), (92, True), (52, False), (112, False)])
def test_what_seems_a_ruling_right_beside_a_number_may_be_its_stroke(
    stroke: int, doubt: bool
) -> None:
    flat = page()
    zero(flat, 80)
    cv2.line(flat, (stroke, 30), (stroke, 70), (0,), 2)
    assert doubted(flat, ruling=stroke) is doubt


@pytest.mark.parametrize(
    ("dark", "pale", "doubt"),
    [(110, 170, True), (110, 150, True), (110, 215, False), (0, 170, False), (110, None, False)],
)
def test_a_digit_paler_than_the_threshold_is_missed_on_faint_paper_only(
    dark: int, pale: int | None, doubt: bool
) -> None:
    """Beside dark print as pale a shape shines through from the back of the sheet."""
    flat = page()
    zero(flat, 80, dark)
    if pale is not None:
        zero(flat, 96, pale)
    assert doubted(flat) == doubt


@pytest.mark.parametrize(("drawn", "doubt"), [(None, False), ((30, 70), True), ((34, 44), True)])
def test_a_cell_through_which_a_ruling_seems_to_run_is_not_surely_blank(
    drawn: tuple[int, int] | None, doubt: bool
) -> None:
    """Strokes of digits may be what was taken for one, here of two lines, one at either end."""
    flat = page()
    if drawn is not None:
        cv2.line(flat, (80, drawn[0]), (80, drawn[1]), (0,), 2)
        cv2.line(flat, (80, 100 - drawn[1]), (80, 100 - drawn[0]), (0,), 2)
    assert read(flat, ruling=drawn and 80) == ([], doubt)


def test_strokes_of_digits_that_were_taken_for_a_ruling_are_ink() -> None:
    flat = page()
    zero(flat, 80)
    ((line,), hidden) = read(flat, ruling=75)
    ((whole,), _) = read(flat)
    assert (line.left, line.right, hidden) == (whole.left, whole.right, False)


LOW = 28.0
"""Size of letters that nearly fill the cell."""


def test_strokes_of_a_low_cell_are_ink_though_its_rim_takes_up_its_height() -> None:
    """All of it is near an edge; a 0 held for two rulings was left out, and the cell blank."""
    flat = page()
    cv2.ellipse(flat, (80, 50), (5, 11), 0, 0, 360, (0,), 2, cv2.LINE_AA)
    ((line,), hidden) = read(flat, ruling=75, letter=LOW)
    assert (line.left, line.right, hidden) == (42, 56, False)


def test_a_stroke_from_edge_to_edge_of_a_low_cell_may_be_a_ruling_or_a_digit() -> None:
    flat = page()
    zero(flat, 80)
    cv2.line(flat, (65, 30), (65, 70), (0,), 2)
    ((line,), hidden) = read(flat, ruling=65, letter=LOW)
    assert hidden
    assert line.left < 50


@pytest.mark.parametrize(("top", "doubt"), [(33, True), (38, False)])
def test_words_that_touch_the_ruling_above_may_have_lost_strokes(top: int, doubt: bool) -> None:
    """A label misread for it is no misprint."""
    flat = page()
    cv2.rectangle(flat, (50, top), (74, 58), (0,), 2)
    cv2.rectangle(flat, (78, top), (102, 58), (0,), 2)
    ((line,), _) = read(flat)
    assert line.frayed is doubt


@pytest.mark.parametrize(("apart", "whole"), [(1, True), (12, False)])
def test_a_hairline_too_pale_and_low_for_a_glyph_belongs_to_the_stem_beside_it(
    apart: int, whole: bool
) -> None:
    """Without it a 4 is a clear 1; as far off, it is dirt."""
    flat = page()
    cv2.line(flat, (80, 40), (80, 60), (0,), 3)
    flat[48:54, 79 - apart - 6 : 79 - apart] = 200
    ((line,), _) = read(flat)
    assert (line.left < 44) is whole


@pytest.mark.parametrize(("grey", "ghost"), [(203, True), (222, False)])
def test_what_is_left_of_strokes_too_pale_to_read_is_told(grey: int, ghost: bool) -> None:
    """Of a 4 copied pale the stem is left, and a shadow of its other strokes."""
    flat = page()
    cv2.line(flat, (80, 40), (80, 60), (0,), 3)
    flat[51:54, 73:76] = grey
    ((line,), _) = read(flat)
    assert line.ghost is ghost


def test_words_are_not_looked_for_in_paler_ink() -> None:
    flat = page()
    cv2.rectangle(flat, (50, 40), (68, 60), (110,), 2)
    cv2.rectangle(flat, (74, 40), (92, 60), (110,), 2)
    zero(flat, 104, 170)
    assert not doubted(flat)


def number_at_the_side(gap: int) -> Gray:
    """Print a 0 so many pixels before the right side of the cell."""
    flat = page()
    flat[:, 128:] = 255
    zero(flat, 122 - gap)
    return flat


def test_a_side_that_nobody_drew_may_cut_a_number() -> None:
    assert [doubted(number_at_the_side(gap), drawn=False) for gap in (0, 4, 20)] == [
        True,
        True,
        False,
    ]
    assert not doubted(number_at_the_side(4), drawn=True)


def test_a_digit_taken_for_the_ruling_beside_its_number_leaves_doubt() -> None:
    """Bridged from row to row, a column of 1s fills a mask of lines as a ruling does."""
    flat = number_at_the_side(12)
    flat[41:60, 129:131] = 0
    assert doubted(flat, drawn=True)
    assert not doubted(number_at_the_side(12), drawn=True)


def test_a_blank_cell_on_whose_side_a_digit_stands_is_not_surely_blank() -> None:
    flat = page()
    flat[:, 128:] = 255
    assert read(flat) == ([], False)
    flat[41:60, 129:131] = 0
    assert read(flat) == ([], True)


def test_print_paler_than_the_page_is_seen_whole() -> None:
    """Its hairlines are lighter than the page's threshold, and as tall as its stems."""
    flat = page()
    cv2.line(flat, (80, 42), (80, 58), (160,), 1)
    cv2.line(flat, (70, 54), (80, 54), (198,), 1)
    cv2.line(flat, (70, 54), (70, 50), (198,), 1)
    ((line,), hidden) = read(flat, threshold=190)
    assert (line.right - line.left >= 10, hidden) == (True, False)
