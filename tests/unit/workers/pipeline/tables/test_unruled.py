"""Words in rows and columns make a table; prose, titles, lists and signatures do not."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import cv2
import numpy as np

from schemas.table import Candidate, Cell, Table
from workers.pipeline.tables.inferred import inferred
from workers.pipeline.tables.rulings import Rulings
from workers.pipeline.tables.unruled import find_tables, find_unruled
from workers.pipeline.tables.unruled_columns import chunks, counted, valleys
from workers.pipeline.tables.unruled_words import Rule, Word, bands, gathered, mended

LETTER = 20.0
HEADERS = ((320, 365), (374, 422), (440, 482))
"""From where to where headers reach that are wider than what stands below them."""


def word(left: float, top: float, letters: float = 3.0) -> Word:
    return Word(left=left, top=top, right=left + letters * LETTER, bottom=top + LETTER)


def table(rows: int, columns: Sequence[float], top: float = 100.0) -> list[Word]:
    return [word(x, top + 40 * row) for row in range(rows) for x in columns]


def spans(words: Sequence[Word], across: Sequence[Rule] = (), down: Sequence[Rule] = ()):
    found = find_tables(words, across, down, LETTER)
    return [
        (
            len(one.grid.rows) - 1,
            len(one.grid.columns) - 1,
            [
                (cell.row, cell.column, cell.row_span, cell.column_span)
                for cell in one.grid.cells
                if cell.row_span * cell.column_span > 1
            ],
        )
        for one in found
    ]


def test_words_in_rows_and_columns_are_a_table() -> None:
    assert spans(table(5, (100, 300, 500))) == [(5, 3, [])]


def test_a_blank_cell_keeps_its_place() -> None:
    words = table(6, (100, 300, 500))
    del words[7]
    assert spans(words) == [(6, 3, [])]


def test_a_caption_above_is_left_out() -> None:
    assert spans([word(250, 50, 10), *table(5, (100, 300, 500))]) == [(5, 3, [])]


def test_a_heading_over_two_columns_spans_them_and_its_neighbour_both_rows() -> None:
    header = [word(100, 80), word(350, 60, 3), word(250, 100), word(450, 100)]
    rows = table(4, (100, 250, 450), top=150)
    assert spans([*header, *rows]) == [(6, 3, [(0, 0, 2, 1), (0, 1, 1, 2)])]


def test_a_label_of_two_lines_stays_one_row() -> None:
    words = table(5, (100, 300, 500))
    words[6] = word(100, 168)
    words.append(word(100, 192))
    assert spans(words) == [(5, 3, [])]


def test_three_lines_hold_a_table_of_two_rows() -> None:
    lines = [Rule(at=at, start=90, end=600) for at in (90, 130, 170)]
    assert spans(table(2, (100, 400)), across=lines) == [(2, 2, [])]


def test_where_no_line_runs_below_a_label_it_spans_the_rows() -> None:
    lines = [Rule(at=at, start=90, end=600) for at in (90, 130, 210)]
    part = Rule(at=170, start=250, end=600)
    words = [*table(1, (100, 300, 500)), word(100, 160), *table(2, (300, 500), top=140)]
    assert spans(words, across=[*lines, part]) == [(3, 3, [(1, 0, 2, 1)])]


def test_lines_down_alone_part_columns() -> None:
    line = Rule(at=250, start=90, end=260)
    assert spans(table(4, (100, 300)), down=[line]) == [(4, 2, [])]


def row_ruled(numbers: Sequence[Sequence[float]], top: float = 100.0) -> list[Word]:
    """Return a label and short right-aligned numbers, by their widths in letters, row by row."""
    words = []
    for at, widths in enumerate(numbers):
        words.append(word(20, top + 10 + 40 * at, 8))
        right = 300.0
        for wide in widths:
            right += 60
            if wide:
                words.append(word(right - wide * LETTER, top + 10 + 40 * at, wide))
    return words


def lined(rows: int, top: float = 100.0, start: float = 0.0) -> list[Rule]:
    return [Rule(at=top + 40 * at, start=start, end=660) for at in range(rows + 1)]


def test_rows_parted_by_lines_count_their_numbers_from_the_right() -> None:
    words = row_ruled([(0.5, 1, 1.5), (1, 0.5, 0.5), (2, 0.5, 1), (0.5, 0.5, 0.5)])
    (found,) = find_tables(words, lined(4), (), LETTER)
    assert len(found.grid.columns) - 1 == 4
    assert found.counted == {0, 1, 2, 3}


def test_a_number_running_into_its_neighbour_leaves_its_row_a_guess() -> None:
    words = row_ruled([(1, 0.5, 0.5)] * 5)
    first = [w for w in words if w.middle < 140]
    words = [w for w in words if w.middle >= 140] + [first[0]]
    words.append(Word(left=345, top=110, right=430, bottom=130))
    words.append(first[-1])
    (found,) = find_tables(words, lined(5), (), LETTER)
    assert len(found.grid.columns) - 1 == 4
    assert found.counted == {1, 2, 3, 4}


def test_columns_part_beside_a_header_wider_than_its_numbers() -> None:
    words = row_ruled([(0.5, 1, 1.5), (1, 0.5, 0.5), (2, 0.5, 1), (0.5, 0.5, 0.5)])
    above = [Word(left=left, top=70, right=right, bottom=90) for left, right in HEADERS]
    group = Word(left=260, top=30, right=376, bottom=50)  # above a shorter line
    rules = [Rule(at=20, start=0, end=660), Rule(at=60, start=310, end=660), *lined(4)]
    (found,) = find_tables([group, *above, *words], rules, (), LETTER)
    edges = [at + found.region.left for at in found.grid.columns]
    for (_, right), (left, _) in pairwise(HEADERS):
        assert sum(right <= edge <= left for edge in edges) == 1


def test_a_text_that_punctuation_parts_tells_no_columns() -> None:
    words = [word(x, 110 + 40 * row, 2) for row in range(3) for x in (20, 180, 340, 500)]
    fee = [(20, 60), (260, 385), (405, 440)]  # 本年收费金额（单位：万元）: the colon is too small
    words += [Word(left=left, top=230, right=right, bottom=250) for left, right in fee]
    words += [word(x, 270 + 40 * row) for row in range(9) for x in (20, 300)]
    (found,) = find_tables(words, lined(13), (), LETTER)
    assert len(found.grid.columns) - 1 == 4
    assert all(cell.column_span == 1 for cell in found.grid.cells if cell.row < 3)


def test_headings_set_close_over_their_columns_are_no_long_text() -> None:
    words = row_ruled([(0.5, 0.5, 0.5, 0.5)] * 5)
    above = [Word(left=middle - 24, top=70, right=middle + 24, bottom=90) for middle in (415, 475)]
    rules = [Rule(at=60, start=0, end=660), *lined(5)]
    (found,) = find_tables([*above, *words], rules, (), LETTER)
    first = [cell for cell in found.grid.cells if cell.row == 0]
    assert all(cell.column_span == 1 for cell in first)


def test_a_title_between_lines_parts_two_tables() -> None:
    upper, lower = row_ruled([(1, 1, 1)] * 4), row_ruled([(1, 1, 1)] * 4, top=360)
    title = Word(left=0, top=295, right=300, bottom=325)
    rules = [*lined(4), *lined(4, top=360)]
    tables = find_tables([*upper, title, *lower], rules, (), LETTER)
    assert [len(one.grid.rows) - 1 for one in tables] == [4, 4]


def test_the_start_of_lines_is_the_side_of_a_label_over_rows() -> None:
    words = [word(160, 110 + 40 * at, 5) for at in range(4)]
    words += [word(x, 110 + 40 * at, 1) for at in range(4) for x in (340, 440, 540)]
    group = word(20, 170, 4)
    rules = [Rule(at=100 + 40 * at, start=120, end=660) for at in range(1, 4)]
    rules += [Rule(at=at, start=0, end=660) for at in (100, 260)]
    (found,) = find_tables([*words, group], sorted(rules, key=lambda r: r.at), (), LETTER)
    assert 115 <= found.grid.columns[1] + found.region.left <= 125
    label = next(c for c in found.grid.cells if c.row == 0 and c.column == 0)
    assert (label.row_span, label.column_span) == (4, 1)


def test_one_number_stands_in_all_columns_right_of_its_label() -> None:
    words = row_ruled([(1, 1, 1), (0.5, 1, 1), (0, 0, 2), (1, 0.5, 1)])
    (found,) = find_tables(words, lined(4), (), LETTER)
    alone = [c for c in found.grid.cells if c.row == 2 and c.column > 0]
    assert [c.column_span for c in alone] == [3]


def test_prose_is_no_table() -> None:
    full = [word(100, 100 + 35 * at, 30) for at in range(8)]
    assert spans(full) == []
    halves = [
        w
        for at in range(8)
        for w in (word(100, 100 + 35 * at, 12 + at % 3), word(400, 100 + 35 * at, 14))
    ]
    assert spans(halves) == []


def test_titles_lists_and_signatures_are_no_tables() -> None:
    title = [word(250, 100, 12), word(280, 140, 9)]
    numbered = [
        w for at in range(3) for w in (word(100, 300 + 40 * at, 1), word(160, 300 + 40 * at, 20))
    ]
    signature = [word(100, 600, 8), word(600, 640, 6), word(620, 680, 5)]
    assert spans([*title, *numbered, *signature]) == []


def test_prose_between_the_lines_of_header_and_footer_is_no_table() -> None:
    lines = [Rule(at=90, start=90, end=720), Rule(at=700, start=90, end=720)]
    assert spans([word(100, 110 + 35 * at, 30) for at in range(15)], across=lines) == []


def test_a_table_is_found_on_a_page_of_pixels() -> None:
    page = np.full((500, 700), 255, np.uint8)
    for one in table(5, (100, 300, 500)):
        for at in range(3):
            x, y = int(one.left) + at * 20, int(one.top)
            cv2.rectangle(page, (x, y), (x + 16, y + 18), (0,), 2)
    none = np.zeros_like(page)
    (found,) = find_unruled(page, Rulings(across=none, down=none), 150, LETTER)
    assert len(found.grid.cells) == 15
    assert found.region.left < 100 < 560 < found.region.right


def test_glyphs_close_together_are_one_word_and_strokes_one_glyph() -> None:
    strokes = [
        Word(left=100, top=100, right=118, bottom=103),
        Word(left=98, top=114, right=120, bottom=117),
    ]
    assert len(gathered([*strokes, word(123, 98, 2), word(300, 98, 2)], LETTER)) == 2


def test_lines_worn_in_most_rows_are_joined() -> None:
    worn = [
        Rule(at=100 + 40 * row, start=start, end=start + 130)
        for row in range(5)
        for start in (0, 150, 320)
    ]
    assert [(r.start, r.end) for r in mended(worn, LETTER)] == [(0, 450)] * 5


def test_lines_parted_below_the_headings_of_groups_stay_parted() -> None:
    whole = [Rule(at=at, start=0, end=450) for at in (100, 180, 220, 260)]
    groups = [Rule(at=140, start=start, end=start + 130) for start in (0, 150, 320)]
    given = sorted([*whole, *groups], key=lambda rule: rule.at)
    assert mended(given, LETTER) == given


def test_bands_part_where_nothing_stands_at_a_height() -> None:
    assert [len(band) for band in bands([word(0, 0), word(90, 8), word(0, 40)])] == [2, 1]


def test_white_crossed_by_one_row_of_many_is_still_a_valley() -> None:
    rows = [[word(100, 40 * at), word(300, 40 * at)] for at in range(5)]
    rows[4] = [word(100, 160, 8), word(300, 160)]
    (valley,) = valleys(rows, rows, LETTER)
    assert 260 <= valley.at <= 300


def test_of_counted_rows_only_empty_cells_are_doubted() -> None:
    whole = {"confidence": 1.0, "page": 1, "box": None, "column": 0}
    cells = (Cell(row=0, text="7", **whole), Cell(row=1, text="", ink=False, **whole))
    table = Table(pages=(1,), rows=2, columns=1, cells=cells, box=None)
    counted = inferred(table, counted=frozenset({0, 1})).cells
    assert counted[0] == cells[0]
    assert counted[1].ink
    assert counted[1].confidence == 0.0


def test_cells_whose_place_is_inferred_are_doubted() -> None:
    cell = Cell(row=0, column=0, text="8", confidence=1.0, page=1, box=None,
                candidates=(Candidate(text="8", probability=1.0),))  # fmt: skip
    blank = Cell(row=0, column=1, text="", confidence=1.0, page=1, box=None, ink=False)
    found = inferred(Table(pages=(1,), rows=1, columns=2, cells=(cell, blank), box=None))
    assert found.cells[0].confidence < 0.998 > found.cells[0].candidates[0].probability
    assert found.cells[1].ink
    assert found.cells[1].confidence == 0


def test_a_header_without_a_line_over_its_first_column_is_of_the_table() -> None:
    places = (100, 300, 420, 540)
    words = [word(300, 60), word(420, 60), word(540, 60), *table(4, places)]
    whole = [Rule(at=at, start=90, end=610) for at in (92, 132, 172, 212, 252)]
    partial = Rule(at=50, start=290, end=610)
    below = find_tables(words, whole, (), LETTER)
    headed = find_tables(words, [partial, *whole], (), LETTER)
    assert [len(one.grid.rows) - 1 for one in below] == [4]
    assert [len(one.grid.rows) - 1 for one in headed] == [5]


def numbers(*places: tuple[float, float], whole: bool) -> list[Word]:
    return [Word(left=a, right=b, top=100, bottom=114, number=whole) for a, b in places]


def test_whole_numbers_set_close_are_no_single_text() -> None:
    """Half a letter parts 4424 from 10061: words that are parted so are one text."""
    row = ((0, 10), (100, 140), (150, 200))
    assert len(chunks(numbers(*row, whole=True), 0.9 * LETTER)) == 3
    assert len(chunks(numbers(*row, whole=False), 0.9 * LETTER)) == 2


def test_a_whole_number_touches_its_label_and_is_none_of_it() -> None:
    label = Word(left=0, right=96, top=100, bottom=120)
    (number,) = numbers((100, 140), whole=True)
    assert gathered([label, number], LETTER) == [label, number]
    assert len(gathered([label, replace(number, number=False)], LETTER)) == 1


def test_columns_flush_right_part_beside_them_whatever_a_page_holds() -> None:
    """The numbers of one page are short, those of another long; both part at the same places."""

    def page(*lefts: float) -> list[list[Word]]:
        rows = []
        for at in range(4):
            shift = 22.0 * (at % 2)
            row = [Word(left=0, right=80, top=30 * at, bottom=30 * at + 20)]
            for left, right in zip(lefts, (160, 260, 360), strict=True):
                row.append(Word(left=left + shift, right=right, top=30 * at, bottom=30 * at + 14))
            rows.append(row)
        return rows

    long, short = (
        [valley.at for valley in counted(page(*lefts), LETTER)]
        for lefts in ((110, 210, 290), (110, 225, 320))
    )
    assert long[1:] == short[1:] == [160 + 0.6 * LETTER, 260 + 0.6 * LETTER]


WORN = ((90, 868), (122, 900), (90, 836), (154, 900), (90, 804), (186, 900), (90, 780), (90, 900))
"""From where to where lines of one table reach, of which the ends are lost."""


def worn(rows: int) -> list[Rule]:
    """Return lines across, one above each row and one below the last, each worn elsewhere."""
    return [Rule(at=90 + 40 * at, start=a, end=b) for at, (a, b) in enumerate(WORN[: rows + 1])]


def test_worn_lines_that_end_each_elsewhere_are_of_one_table() -> None:
    assert spans(table(7, (100, 450, 800)), across=worn(7)) == [(7, 3, [])]


def test_a_piece_of_a_worn_line_is_no_text_and_joins_none() -> None:
    words = table(7, (100, 450, 800))
    pieces = [
        Word(left=520, top=128 + 40 * at, right=790, bottom=133 + 40 * at) for at in (0, 3, 5)
    ]
    assert spans([*words, *pieces], across=worn(7)) == [(7, 3, [])]


def test_strokes_of_bold_letters_are_no_lines() -> None:
    """Their ends, two or three at one place, would part the labels."""
    rows = row_ruled([(0.5, 1, 1.5)] * 8)
    lines = lined(8)
    strokes = [
        Rule(at=one.middle, start=one.left + 12, end=one.left + 40)
        for one in rows
        if one.left < 200
    ]
    given = sorted([*lines, *strokes], key=lambda rule: rule.at)
    assert strokes
    assert spans(rows, across=given) == spans(rows, across=lines)


def test_a_dash_level_with_no_line_stays_a_text() -> None:
    dash = [Word(left=460, top=109 + 40 * at, right=485, bottom=113 + 40 * at) for at in range(7)]
    words = table(7, (100, 800))
    assert spans([*words, *dash], across=worn(7)) == [(7, 3, [])]


def test_two_tables_each_of_many_whole_lines_stay_two() -> None:
    first = [Rule(at=90 + 40 * at, start=90, end=600) for at in range(10)]
    second = [Rule(at=550 + 40 * at, start=90, end=600) for at in range(10)]
    other = [replace(rule, start=140, end=560) for rule in second]
    words = [*table(9, (100, 300, 500)), *table(9, (150, 250, 350, 450), top=560)]
    assert [rows for rows, _, _ in spans(words, across=[*first, *other])] == [9, 9]
