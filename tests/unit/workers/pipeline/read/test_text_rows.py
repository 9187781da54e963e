"""Rows and columns of a text that are not where the form has them, or not whole."""

import random
from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.corpus import texts, variants
from tests.corpus.reports import Report, make_report
from tests.text_reading import Read, compared, read, silently_wrong

CLEAR = sorted(set(texts.STYLES) - texts.BORDERLESS)


def sources(found: Read) -> list[str]:
    return [f.code for f in found.validation.findings if f.cause == "source"]


def with_blank_cells(report: Report, seed: int, *pointers: str) -> Report:
    """Leave half of the cells without requests blank, one by one, and those named."""
    rng = random.Random(seed)
    blank = {
        pointer
        for pointer, value in report.values.items()
        if value == 0 and pointer.startswith("/re") and rng.random() < 0.5
    } | set(pointers)
    values = {p: None if p in blank else value for p, value in report.values.items()}
    return replace(report, values=values, marks=dict.fromkeys(blank, ""))


@pytest.mark.parametrize(
    ("one", "other"),
    [("一、本年新收", "二、上年结转"), ("1.属于国家秘密", "3.危及"), ("2.重复", "5.要求行政")],
)
@pytest.mark.parametrize("style", ["docx", "tabs", "html", "layout", "spaces", "markdown"])
def test_rows_in_another_order_are_read_by_their_labels(style: str, one: str, other: str) -> None:
    exchanged = variants.exchanged_rows(one, other)
    report = replace(make_report(5, "bureau", short=True), variant=exchanged)
    for seed in range(2):  # labels are broken here and there
        found = read(texts.write(report, style, seed), style)
        assert (compared(report, found).right, set(sources(found))) == (200, {"STR-ASPECT"})


def test_the_second_line_of_a_broken_label_is_no_other_rows_label() -> None:
    exchanged = variants.exchanged_rows("一、本年新收", "二、上年结转")
    report = replace(make_report(5, "bureau", short=True), variant=exchanged)
    text = texts.write(report, "docx").replace(
        "二、上年结转政府信息公开", "二、上年结转\n政府信息公开"
    )
    assert silently_wrong(report, read(text)) == []


@pytest.mark.parametrize(("one", "other"), [(3, 9), (4, 5), (6, 7)])
@pytest.mark.parametrize("style", CLEAR)
def test_columns_in_another_order_are_never_wrong_in_silence(
    style: str, one: int, other: int
) -> None:
    report = make_report(6, "bureau", short=True)
    report = replace(report, variant=variants.exchanged_columns(one, other))
    found = read(texts.write(report, style, 1), style)
    assert silently_wrong(report, found) == []
    assert set(sources(found)) <= {"STR-ASPECT"}


def test_a_header_printed_in_a_row_above_the_others_is_not_exchanged_with_them() -> None:
    report = make_report(7, "bureau", short=True)
    lines = texts.write(report, "markdown").splitlines()
    upper = next(at for at, line in enumerate(lines) if "申请人情况" in line)
    lower = next(at for at in range(upper, len(lines)) if "自然人" in lines[at])
    above, below = lines[upper].split("|"), lines[lower].split("|")
    at = next(at for at, text in enumerate(below) if "总计" in text)
    above[at], below[at] = below[at], ""
    lines[upper], lines[lower] = "|".join(above), "|".join(below)
    found = read("\n".join(lines), "markdown")
    assert compared(report, found).right == 200
    assert [e for e in found.record.evidence.values() if e.flag is not None] == []


@pytest.mark.parametrize("style", ["letters", "layout"])
@pytest.mark.parametrize("seed", range(8))
def test_words_that_open_the_next_row_are_no_cell_of_the_row_before(style: str, seed: int) -> None:
    report = with_blank_cells(make_report(200 + seed, "office", short=True), seed)
    found = read(texts.write(report, style, seed), style)
    assert silently_wrong(report, found) == []
    assert set(sources(found)) <= {"STR-ASPECT"}
    assert [e.text for e in found.record.evidence.values() if "\u4e00" <= e.text <= "\u9fff"] == []


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("cells", ["end", "both"])
def test_a_blank_beside_the_values_of_the_table_without_labels_is_none(
    seed: int, cells: str
) -> None:
    last = [f"/review_and_litigation/litigation_after_reconsideration/{name}" for name in _REVIEW]
    report = with_blank_cells(make_report(seed, "county"), seed, *last)
    lines = texts.write(report, "markdown", seed).split("\n")
    start = next(n for n, line in enumerate(lines) if line.startswith("## 四"))
    for at in range(start, len(lines)):
        if lines[at].startswith("|"):
            blank = "---|" if set(lines[at]) <= set("|-: ") else "  |"
            lines[at] = lines[at] + blank if cells == "end" else "|" + blank + lines[at][1:] + blank
    found = read("\n".join(lines), "markdown")
    assert [p for p in silently_wrong(report, found) if not p.startswith("/requests/")] == []
    if cells == "end":  # a blank of the header's row is none of the row of numbers
        flags = {p: e.flag for p, e in found.record.evidence.items() if p.startswith("/review")}
        assert set(flags.values()) == {None}


_REVIEW = ("upheld", "corrected", "other", "pending", "total")


def three(write: Callable[[str], str], seed: int = 6) -> Report:
    report = make_report(seed, "bureau", short=True)
    return replace(report, variant=variants.printed_as(write, 3))


@pytest.mark.parametrize(
    "write", [lambda n: n + "件", lambda n: n + ".00"], ids=["unit", "noughts"]
)
@pytest.mark.parametrize("style", CLEAR)
def test_units_and_noughts_beside_numbers_are_told_once_a_table(
    style: str, write: Callable[[str], str]
) -> None:
    report = three(write)
    found = read(texts.write(report, style, 1), style)
    assert (compared(report, found).right, silently_wrong(report, found)) == (200, [])
    told = [f for f in found.validation.findings if f.code == "VAL-KIND"]
    assert [(f.severity, len(f.paths)) for f in told] == [("info", 175)]
    pointer = "/requests/new_requests/total"
    evidence = found.record.evidence[pointer]
    assert (evidence.text, evidence.flag) == (write(str(report.values[pointer])), None)


@pytest.mark.parametrize("style", CLEAR)
def test_digits_parted_by_a_blank_may_be_one_number(style: str) -> None:
    parted = variants.cell_reads("（一）予以公开", 3, "1 2")
    report = replace(make_report(12, "bureau", short=True), variant=parted)
    evidence = read(texts.write(report, style, 1), style).record.evidence
    own = evidence["/requests/granted/natural_person"]
    assert own.flag == "doubtful"
    assert set(own.alternatives) >= {"12", "1", "2"}


MARKED = ["![7](a.png)", "<img src=a.png>", "<svg><text>7</text></svg>", "<del>7</del>8", "~~7~~ 8"]


@pytest.mark.parametrize("cell", [*MARKED, '8<span style="color:#fff">7</span>'])
def test_what_is_no_text_in_a_cell_of_markdown_is_null_and_held_against_nobody(cell: str) -> None:
    report = make_report(12, "bureau", short=True)
    pointer = "/requests/granted/natural_person"
    text = texts.write(report, "markdown")
    row = next(line for line in text.split("\n") if "（一）予以公开" in line)
    shown = f"| {report.values[pointer]} |"
    found = read(text.replace(row, row.replace(shown, f"| {cell} |", 1)), "markdown")
    evidence = found.record.evidence[pointer]
    assert evidence.flag == "doubtful"
    assert set(sources(found)) == {"STR-ASPECT"}


def test_a_single_star_in_markdown_marks_a_note() -> None:
    report = make_report(12, "bureau", short=True)
    pointer = "/requests/granted/natural_person"
    text = texts.write(report, "markdown")
    row = next(line for line in text.split("\n") if "（一）予以公开" in line)
    shown = f"| {report.values[pointer]} |"
    found = read(text.replace(row, row.replace(shown, "| 7* |", 1)), "markdown")
    evidence = found.record.evidence[pointer]
    assert (evidence.text, evidence.flag) == ("7*", "doubtful")


@pytest.mark.parametrize("label", ["2.重复", "3.危及", "2.没有现成", "（一）予以公开"])
@pytest.mark.parametrize("style", [s for s in CLEAR if not s.startswith("markdown") and s != "csv"])
def test_a_row_with_merged_cells_shifts_no_number(style: str, label: str) -> None:
    merged = variants.merged_cells(label, 4, 2)
    report = replace(make_report(13, "county", short=True), variant=merged)
    found = read(texts.write(report, style, 1), style)
    assert silently_wrong(report, found) == []


@pytest.mark.parametrize("style", [s for s in CLEAR if s != "markdown_shifted"])
def test_a_table_without_its_total_column_shifts_no_row(style: str) -> None:
    report = replace(make_report(12, "bureau", short=True), variant=variants.without_totals)
    found = read(texts.write(report, style, 1), style)
    assert silently_wrong(report, found) == []
    assert set(sources(found)) <= {"STR-ASPECT"}


@pytest.mark.parametrize("after", [3, 4, 5])
@pytest.mark.parametrize("style", ["docx", "html", "bare"])
def test_one_blank_too_many_between_the_cells_of_a_row_is_no_cell_of_it(
    style: str, after: int
) -> None:
    """Its numbers stand further apart than the row is wide: read in their order, and doubted."""
    report = make_report(3)
    lines = texts.write(report, style, 0).split("\n")
    [at] = [number for number, line in enumerate(lines) if "属于国家秘密" in line]
    found = read("\n".join([*lines[: at + after], "\t", *lines[at + after :]]), style)
    assert silently_wrong(report, found) == []
    row = [pointer for pointer in found.record.evidence if "/denied_state_secret/" in pointer]
    assert len(row) == 7
    assert {found.record.evidence[pointer].flag for pointer in row} == {"inferred"}
    assert [cell for cell in compared(report, found).cells if not cell.right] == []
