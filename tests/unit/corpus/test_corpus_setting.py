"""The set pages carry the numbers of the report, in the form's grid, whatever the layout."""

from collections import Counter

import pymupdf
import pytest

from tests.corpus.grids import Grid, grids
from tests.corpus.layouts import LAYOUTS
from tests.corpus.reports import make_report
from tests.corpus.samples import make_sample
from tests.corpus.setting import set_report


def words(pdf: bytes) -> Counter[str]:
    with pymupdf.open(stream=pdf) as document:
        return Counter(word[4] for page in document for word in page.get_text("words"))


def places(grid: Grid) -> list[tuple[int, int]]:
    return [
        (cell.row + down, cell.column + across)
        for cell in grid.cells
        for down in range(cell.row_span)
        for across in range(cell.column_span)
    ]


def test_the_cells_of_every_table_cover_its_grid_once() -> None:
    sizes = []
    for grid in grids(make_report(1)):
        taken = places(grid)
        rows = 1 + max(row for row, _ in taken)
        assert sorted(taken) == [(r, c) for r in range(rows) for c in range(grid.columns)]
        sizes.append((rows, grid.columns))
    assert sizes == [(14, 4), (28, 10), (4, 15)]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_words_of_a_page_contain_every_number(layout: str) -> None:
    sample = make_sample(21, layout=layout, size="county")
    text = Counter({word.translate(HALF_WIDTH): n for word, n in words(sample.pdf).items()})
    numbers = Counter(str(n) for n in sample.report.values.values() if n is not None)
    assert not any("\ufffd" in word for word in text)
    missing = {n: count - text[n] for n, count in numbers.items() if text[n] < count}
    assert not missing


HALF_WIDTH = str.maketrans("０１２３４５６７８９", "0123456789")


@pytest.mark.parametrize("layout", ["split", "split_repeated", "landscape_split"])
def test_split_layouts_run_table_three_over_two_pages(layout: str) -> None:
    sample = make_sample(5, layout=layout, size="bureau")
    with pymupdf.open(stream=sample.pdf) as document:
        texts = ["".join(page.get_text().split()) for page in document]
        landscape = [page.rect.width > page.rect.height for page in document]
    (first,) = [n for n, text in enumerate(texts) if "一、本年新收政府信息公开申请" in text]
    (last,) = [n for n, text in enumerate(texts) if "四、结转下年度继续办理" in text]
    heads = sum("申请人情况" in text for text in texts)
    assert last == first + 1
    assert heads == (2 if LAYOUTS[layout].repeat_header else 1)
    assert any(landscape) == (LAYOUTS[layout].flow == "landscape")


def test_the_same_seed_sets_the_same_pages() -> None:
    assert make_sample(9, fault="any") == make_sample(9, fault="any")


def test_eight_digit_numbers_stay_inside_their_columns() -> None:
    report = make_report(8, "city")
    with pymupdf.open(stream=set_report(report, LAYOUTS["narrow"])) as document:
        for page in document:
            for box in (pymupdf.Rect(word[:4]) for word in page.get_text("words")):
                assert box in page.rect
