"""A table of requests whose rows stand as columns, in a text; rows that are only counted."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.corpus import texts, variants
from tests.corpus.grids import Grid
from tests.corpus.reports import Report, make_report
from tests.text_reading import Read, compared, read

FLAT = sorted(set(texts.STYLES) - texts.BORDERLESS - {"layout"})
Variant = Callable[[Grid], Grid]


def turned(report: Report, *before: Variant) -> Report:
    """Return a report whose table three is changed first, and then turned."""

    def change(grid: Grid) -> Grid:
        for variant in before:
            grid = variant(grid)
        return variants.rows_as_columns(grid)

    return replace(report, variant=change)


def wrong_numbers(report: Report, found: Read) -> list[str]:
    """Return the numbers given out wrong without a flag; a null is none."""
    cells = [cell for cell in compared(report, found).cells if not cell.right]
    evidence = found.record.evidence
    return [c.pointer for c in cells if c.actual is not None and evidence[c.pointer].flag is None]


@pytest.mark.parametrize("style", FLAT)
def test_rows_as_columns_are_laid_back(style: str) -> None:
    report = turned(make_report(5, "bureau", short=True))
    cells = compared(report, read(texts.write(report, style, 1), style))
    assert (cells.right, cells.flagged) == (200, 0)


@pytest.mark.parametrize("style", ["docx", "tabs", "markdown"])
def test_rows_as_columns_are_laid_back_in_the_form_of_2019(style: str) -> None:
    report = turned(make_report(31, "bureau", template="2019", short=True))
    cells = compared(report, read(texts.write(report, style, 1), style))
    assert (cells.wrong, cells.flagged) == (0, 0)


@pytest.mark.parametrize("style", ["docx", "bare", "tabs", "markdown"])
def test_labels_in_another_order_take_their_numbers_along(style: str) -> None:
    exchanged = variants.exchanged_rows("一、本年新收", "二、上年结转")
    report = turned(make_report(3, "bureau", short=True), exchanged)
    cells = compared(report, read(texts.write(report, style, 1), style))
    assert (cells.right, cells.flagged) == (200, 0)


@pytest.mark.parametrize(
    "odd",
    [
        variants.exchanged_columns(3, 4),
        variants.cell_reads("2.重复", 2, ""),
        variants.cell_reads("2.重复", 4, ""),
        variants.cell_reads("（一）予以公开", 3, "1 2"),
        variants.cell_reads("2.重复", 4, "无数据"),
    ],
    ids=["applicants exchanged", "no label", "a gap", "two numbers", "words"],
)
@pytest.mark.parametrize("style", ["docx", "bare", "pipes", "letters", "markdown"])
def test_what_is_not_wholly_the_forms_is_never_wrong_in_silence(style: str, odd: Variant) -> None:
    report = turned(make_report(3, "bureau", short=True), odd)
    assert wrong_numbers(report, read(texts.write(report, style, 1), style)) == []


@pytest.mark.parametrize("style", ["docx", "bare", "letters"])
def test_one_more_row_behind_blames_nothing(style: str) -> None:
    more = variants.remark_column("上年数", *[str(at % 5) for at in range(25)])
    report = turned(make_report(3, "bureau", short=True), more)
    found = read(texts.write(report, style, 1), style)
    sources = {f.code for f in found.validation.findings if f.cause == "source"}
    assert sources <= {"STR-ASPECT"}
    assert wrong_numbers(report, found) == []


@pytest.mark.parametrize("style", ["layout", "spaces"])
@pytest.mark.parametrize("seed", range(3))
def test_a_column_that_counts_the_rows_is_left_aside(style: str, seed: int) -> None:
    report = replace(make_report(seed, "office", short=True), variant=variants.numbered_rows)
    cells = compared(report, read(texts.write(report, style, seed), style))
    assert (cells.right, cells.flagged) == (200, 0)
