"""Statutory tables drawn with a pen, worn and scribbled over, read back as the form's cells."""

from itertools import pairwise

import cv2
import numpy as np
import pytest

from schemas.form import FormTable
from schemas.forms import FORMS
from workers.pipeline.tables.cells import Grid
from workers.pipeline.tables.formgrid import form_grid
from workers.pipeline.tables.pattern import patterns

LETTER = 20.0
HIGH, LEFT, TOP = 36, 30, 30
Image = np.ndarray


def edges(table: FormTable) -> tuple[list[int], list[int]]:
    widths = {4: [280, 220, 220, 220], 10: [90, 120, 330, *[60] * 7], 15: [62] * 15}
    columns = [LEFT + sum(widths[table.columns][:at]) for at in range(table.columns + 1)]
    return [TOP + HIGH * at for at in range(table.rows + 1)], columns


def drawn(table: FormTable, shade: int = 0) -> Image:
    rows, columns = edges(table)
    image = np.full((rows[-1] + 10, columns[-1] + 10), 255, np.uint8)
    for cell in table.cells:
        start = columns[cell.column], rows[cell.row]
        end = columns[cell.column + cell.column_span], rows[cell.row + cell.row_span]
        cv2.rectangle(image, start, end, shade, 2)
        if cell.kind == "value":
            middle = (start[0] + end[0]) // 2 - 6, (start[1] + end[1]) // 2 + 7
            cv2.putText(image, "0", middle, cv2.FONT_HERSHEY_SIMPLEX, 0.6, 0, 2)
    return image


def cells(grid: Grid | None) -> set[tuple[int, int, int, int]] | None:
    if grid is None:
        return None
    return {(c.row, c.column, c.row_span, c.column_span) for c in grid.cells}


def spans(table: FormTable) -> set[tuple[int, int, int, int]]:
    return {(c.row, c.column, c.row_span, c.column_span) for c in table.cells}


def grid_of(image: Image) -> Grid | None:
    return form_grid(image, np.where(image < 128, np.uint8(255), np.uint8(0)), LETTER)


TABLES = (*FORMS["2021"].tables, *FORMS["2019"].tables[:2])
REQUESTS = FORMS["2021"].table("requests")


@pytest.mark.parametrize("table", TABLES, ids=lambda table: f"{table.name}-{table.rows}")
@pytest.mark.parametrize("shade", [0, 200])
def test_a_statutory_table_has_the_cells_of_its_form(table: FormTable, shade: int) -> None:
    assert cells(grid_of(drawn(table, shade))) == spans(table)


def test_gaps_in_all_rulings_change_nothing() -> None:
    image = drawn(REQUESTS)
    for x in range(70, image.shape[1], 110):
        for row in edges(REQUESTS)[0]:
            image[row - 2 : row + 3, x : x + 7] = 255
    assert cells(grid_of(image)) == spans(REQUESTS)


def test_strokes_from_ruling_to_ruling_make_no_cells() -> None:
    image = drawn(REQUESTS)
    rows, columns = edges(REQUESTS)
    for row in (4, 9, 15):
        cv2.line(image, (columns[5] + 20, rows[row]), (columns[5] + 20, rows[row + 1]), 0, 2)
    assert cells(grid_of(image)) == spans(REQUESTS)


def test_a_part_after_a_page_break_has_the_rest_of_its_groups() -> None:
    rows, _ = edges(REQUESTS)
    image = drawn(REQUESTS)[rows[10] - 8 :]
    wanted = {
        (max(0, row - 10), column, min(row + high - 10, high), wide)
        for row, column, high, wide in spans(REQUESTS)
        if row + high > 10
    }
    assert cells(grid_of(image)) == wanted


def test_two_rows_after_a_page_break_are_not_parted_between_digits() -> None:
    """Their digits stand one below the other, and their rulings alone tell all their columns."""
    rows, columns = edges(REQUESTS)
    image = np.full((rows[-1] + 10, columns[-1] + 10), 255, np.uint8)
    for row in (rows[-3], rows[-2], rows[-1]):
        cv2.line(image, (columns[0], row), (columns[-1], row), 0, 2)
    for x in (columns[0], *columns[3:]):
        cv2.line(image, (x, rows[-3]), (x, rows[-1]), 0, 2)
    cv2.line(image, (columns[1], rows[-3]), (columns[1], rows[-2]), 0, 2)
    for left in columns[3:-1]:
        for row, digits in ((rows[-3], "60 84"), (rows[-2], "71 5")):
            cv2.putText(image, digits, (left + 4, row + 27), cv2.FONT_HERSHEY_SIMPLEX, 0.6, 0, 1)
    assert grid_of(image[rows[-3] - 8 :]) is None  # left to the rulings


def test_a_row_that_the_form_does_not_have_makes_another_table() -> None:
    rows, columns = edges(REQUESTS)
    image = drawn(REQUESTS)
    tall = np.insert(image, [rows[8] + 18] * 30, 255, axis=0)
    for x in columns:
        cv2.line(tall, (x, rows[8]), (x, rows[9] + 30), 0, 2)
    cv2.line(tall, (columns[2], rows[8] + 34), (columns[-1], rows[8] + 34), 0, 2)
    assert cells(grid_of(tall)) != spans(REQUESTS)


def test_other_tables_are_left_alone() -> None:
    image = np.full((400, 700), 255, np.uint8)
    for y in range(30, 371, 34):
        cv2.line(image, (30, y), (630, y), 0, 2)
    for x in range(30, 631, 100):
        cv2.line(image, (x, 30), (x, 370), 0, 2)
    assert grid_of(image) is None


def test_patterns_know_the_other_common_header_of_table_four() -> None:
    heads = [pattern.slots[:3, 0].tolist() for pattern in patterns() if pattern.columns == 15]
    assert [len(set(head[:2])) for head in heads] == [2, 1]


def lettered(table: FormTable) -> Image:
    """Draw a table with labels of some letters, as every real one has."""
    image = drawn(table)
    rows, columns = edges(table)
    for cell in table.cells:
        if cell.kind != "value":
            x = (columns[cell.column] + columns[cell.column + cell.column_span]) // 2
            y = (rows[cell.row] + rows[cell.row + cell.row_span]) // 2
            cv2.putText(image, "E8", (x - 12, y + 6), cv2.FONT_HERSHEY_SIMPLEX, 0.6, 0, 2)
    return image


@pytest.mark.parametrize("lost", [(5, 9), (3, 12, 20)])
def test_rows_whose_ruling_is_lost_are_told_by_the_white_between_them(
    lost: tuple[int, ...],
) -> None:
    image = lettered(REQUESTS)
    for at in lost:
        row = edges(REQUESTS)[0][at]
        image[row - 2 : row + 3, LEFT + 4 : -14] = 255
    assert cells(grid_of(image)) == spans(REQUESTS)


@pytest.mark.parametrize("lost", [(5,), (4, 7), (9,)])
def test_columns_whose_ruling_is_lost_are_told_by_the_white_between_them(
    lost: tuple[int, ...],
) -> None:
    image = lettered(REQUESTS)
    rows, columns = edges(REQUESTS)
    for at in lost:
        image[rows[0] + 3 : rows[-1] - 2, columns[at] - 2 : columns[at] + 3] = 255
    assert cells(grid_of(image)) == spans(REQUESTS)


def test_a_number_across_a_lost_ruling_is_not_cut() -> None:
    image = lettered(REQUESTS)
    rows, columns = edges(REQUESTS)
    image[rows[0] + 3 : rows[-1] - 2, columns[5] - 2 : columns[5] + 3] = 255
    place = columns[5] - 18, rows[10] + 24
    cv2.putText(image, "888", place, cv2.FONT_HERSHEY_SIMPLEX, 0.6, 0, 2)
    found = cells(grid_of(image))
    assert found is None or not {(10, 4, 1, 1), (10, 5, 1, 1)} & found


def test_strokes_of_digits_one_below_the_other_are_no_lost_ruling() -> None:
    image = lettered(REQUESTS)
    rows, columns = edges(REQUESTS)
    image[rows[0] + 3 : rows[-1] - 2, columns[4] - 2 : columns[4] + 3] = 255
    stroke = columns[4] + 12
    for above, below in pairwise(rows[3:]):
        image[above + 7 : below - 6, stroke : stroke + 3] = 0
    found = grid_of(image)
    assert found is None or min(abs(place - stroke) for place in found.columns) > 6


def test_strokes_of_labels_are_not_mistaken_for_the_ruling_lost_between_labels() -> None:
    image = lettered(REQUESTS)
    rows, columns = edges(REQUESTS)
    image[rows[0] + 3 : rows[-1] - 2, columns[2] - 2 : columns[2] + 3] = 255
    stroke = columns[1] - 12
    for above, below in pairwise(rows[3:-1]):
        image[above + 4 : below - 3, stroke : stroke + 2] = 0
    assert cells(grid_of(image)) == spans(REQUESTS)


@pytest.mark.parametrize("broken", [[(0, 3)], [(0, 3), (1, 3), (1, 4), (1, 9)]])
def test_the_few_rulings_down_of_header_rows_may_be_broken(broken: list[tuple[int, int]]) -> None:
    image = lettered(REQUESTS)
    rows, columns = edges(REQUESTS)
    for row, at in broken:
        image[rows[row] + 3 : rows[row + 1] - 2, columns[at] - 2 : columns[at] + 3] = 255
    assert cells(grid_of(image)) == spans(REQUESTS)


def test_two_lines_of_numbers_are_never_one_row() -> None:
    image = lettered(REQUESTS)
    rows, columns = edges(REQUESTS)
    for at in (8, 9, 17):
        image[rows[at] - 2 : rows[at] + 3, columns[2] + 4 : -14] = 255
    assert cells(grid_of(image)) == spans(REQUESTS)


@pytest.mark.parametrize("aside", [-9, 9])
def test_a_short_ruling_is_not_mistaken_for_the_strokes_right_beside_it(aside: int) -> None:
    table = FORMS["2021"].table("proactive_disclosure")
    rows, columns = edges(table)
    image = drawn(table)
    for row in range(table.rows):  # in all rows but the one of the headers something stands there
        if row != 1:
            image[rows[row] + 5 : rows[row + 1] - 4, columns[2] + aside] = 0
            image[rows[row] + 5 : rows[row + 1] - 4, columns[2] + aside + 1] = 0
    grid = grid_of(image)
    assert cells(grid) == spans(table)
    assert grid is not None
    assert abs(grid.columns[2] - columns[2]) <= 2


def test_a_second_line_of_the_frame_is_no_row_that_the_form_lacks() -> None:
    image = drawn(REQUESTS)
    rows, columns = edges(REQUESTS)
    image = cv2.copyMakeBorder(image, 20, 20, 20, 20, cv2.BORDER_CONSTANT, value=(255,))
    frame = (columns[0] + 13, rows[0] + 13), (columns[-1] + 27, rows[-1] + 27)
    cv2.rectangle(image, *frame, 0, 2)
    assert cells(grid_of(image)) == spans(REQUESTS)


def test_strokes_of_letters_that_fill_a_low_row_are_no_rulings_that_the_form_lacks() -> None:
    image = lettered(REQUESTS)
    rows, columns = edges(REQUESTS)
    image[rows[0] + 3 : rows[-1] - 2, columns[6] - 2 : columns[6] + 3] = 255
    for row in (0, 1):  # headers over several columns
        for column in (5, 7):
            image[rows[row] + 4 : rows[row + 1] - 3, columns[column] : columns[column] + 2] = 0
    assert cells(grid_of(image)) == spans(REQUESTS)


def shone_through(image: Image, shade: int) -> Image:
    """Let the same print shine through from the back, mirrored, lower and farther to the right."""
    back = np.roll(image[:, ::-1], (17, 13), axis=(0, 1))
    return np.minimum(image, np.where(back < 128, np.uint8(shade), np.uint8(255)))


@pytest.mark.parametrize("table", TABLES, ids=lambda table: f"{table.name}-{table.rows}")
@pytest.mark.parametrize("shade", [190, 215])
def test_a_table_that_shines_through_changes_nothing(table: FormTable, shade: int) -> None:
    assert cells(grid_of(shone_through(drawn(table), shade))) == spans(table)


def test_pale_rulings_among_dark_ones_count() -> None:
    image = drawn(REQUESTS)
    rows, columns = edges(REQUESTS)
    for at in (6, 8):
        ruled = image[rows[3] + 3 :, columns[at] - 2 : columns[at] + 3]
        ruled[ruled < 128] = 190
    assert cells(grid_of(image)) == spans(REQUESTS)
