"""The set pages carry the numbers of the report, in the form's grid, whatever the layout."""

from collections import Counter

import pymupdf
import pytest

from schemas.forms import FORMS
from tests.corpus import form
from tests.corpus.faults import MISLABELLED
from tests.corpus.grids import Grid, grids
from tests.corpus.layouts import LAYOUTS
from tests.corpus.reports import make_report
from tests.corpus.samples import joined, make_sample
from tests.corpus.setting import cell_boxes, set_report


def words(pdf: bytes) -> Counter[str]:
    with pymupdf.open(stream=pdf) as document:
        return Counter(word[4] for page in document for word in page.get_text("words"))


def characters(page: pymupdf.Page) -> list[tuple[str, float, float]]:
    """The characters of a page with their middles, in the order of the file."""
    blocks = page.get_text("rawdict")["blocks"]
    spans = (span for block in blocks for line in block["lines"] for span in line["spans"])
    boxes = [(char["c"], char["bbox"]) for span in spans for char in span["chars"]]
    return [(char, (x0 + x1) / 2, (y0 + y1) / 2) for char, (x0, y0, x1, y1) in boxes]


def places(grid: Grid) -> list[tuple[int, int]]:
    return [
        (cell.row + down, cell.column + across)
        for cell in grid.cells
        for down in range(cell.row_span)
        for across in range(cell.column_span)
    ]


@pytest.mark.parametrize(
    ("template", "wanted"),
    [("2021", [(14, 4), (28, 10), (4, 15)]), ("2019", [(18, 4), (26, 10), (4, 15)])],
)
def test_the_cells_of_every_table_cover_its_grid_once(
    template: form.Template, wanted: list[tuple[int, int]]
) -> None:
    sizes = []
    for grid in grids(make_report(1, template=template)):
        taken = places(grid)
        rows = 1 + max(row for row, _ in taken)
        assert sorted(taken) == [(r, c) for r in range(rows) for c in range(grid.columns)]
        sizes.append((rows, grid.columns))
    assert sizes == wanted


def test_the_wording_of_the_form_of_2019_is_that_of_the_program() -> None:
    own = {cell.text for grid in grids(make_report(1, template="2019")) for cell in grid.cells}
    theirs = {cell.text for table in FORMS["2019"].tables for cell in table.cells}
    assert theirs - {""} <= own


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_cell_prints_its_number_in_its_box(layout: str) -> None:
    sample = make_sample(21, layout=layout, size="county")
    boxes = cell_boxes(sample.report, sample.layout)
    assert not any("\ufffd" in word for word in words(sample.pdf))
    with pymupdf.open(stream=sample.pdf) as document:
        pages = [characters(page) for page in document]
    for pointer in form.POINTERS:
        if printed := sample.report.printed(pointer):
            number, (left, top, right, bottom) = boxes[pointer]
            inside = [c for c, x, y in pages[number] if left < x < right and top < y < bottom]
            text = "".join(inside)
            assert text.translate(HALF_WIDTH) == printed
        else:
            assert pointer not in boxes


@pytest.mark.parametrize(
    ("layout", "pages", "heads"),
    [("own_page", 1, 1), ("split", 2, 1), ("three_pages", 3, 1), ("three_pages_repeated", 3, 3)],
)
def test_table_three_runs_over_as_many_pages_as_its_layout_says(
    layout: str, pages: int, heads: int
) -> None:
    sample = make_sample(5, layout=layout, size="county")
    boxes = cell_boxes(sample.report, sample.layout)
    assert len({page for p, (page, _) in boxes.items() if p.startswith("/requests")}) == pages
    with pymupdf.open(stream=sample.pdf) as document:
        assert sum("申请人情况" in "".join(page.get_text().split()) for page in document) == heads


@pytest.mark.parametrize("layout", ["cut_review", "cut_review_labels"])
def test_a_page_break_parts_the_header_of_table_four_from_its_numbers(layout: str) -> None:
    sample = make_sample(5, layout=layout, size="county")
    (last,) = {
        page
        for pointer, (page, _) in cell_boxes(sample.report, sample.layout).items()
        if pointer.startswith("/review")
    }
    with pymupdf.open(stream=sample.pdf) as document:
        texts = ["".join(page.get_text().split()) for page in document]
    assert "未经复议直接起诉" in texts[last - 1]
    assert ("尚未审结" in texts[last]) == (layout == "cut_review_labels")


def test_a_page_break_cuts_the_label_of_the_results() -> None:
    sample = make_sample(5, layout="cut_group", size="county")
    with pymupdf.open(stream=sample.pdf) as document:
        texts = ["".join(page.get_text().split()) for page in document]
    assert not any(form.RESULTS_LABEL in text for text in texts)


def test_a_misprinted_label_stands_where_the_form_has_its_own() -> None:
    report = make_sample(5, layout="plain", fault=MISLABELLED).report
    ((own, printed),) = report.labels.items()
    texts = [cell.text for grid in grids(report) for cell in grid.cells]
    assert (own in texts, texts.count(printed)) == (False, 1)


def test_reports_joined_in_one_file_keep_all_their_pages() -> None:
    samples = [make_sample(seed, short=True) for seed in (1, 2)]
    counts = []
    for content in (*(sample.pdf for sample in samples), joined([each.pdf for each in samples])):
        with pymupdf.open(stream=content) as document:
            counts.append(document.page_count)
    assert counts[2] == counts[0] + counts[1]


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
