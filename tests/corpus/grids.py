"""Lay the statutory tables out as grids of cells with spans, before any page or font."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from tests.corpus import form
from tests.corpus.reports import Report

Role = Literal["heading", "label", "number"]


@dataclass(frozen=True, kw_only=True)
class GridCell:
    """One cell: its top left place, how far it spans, and what is printed; counts from 0."""

    row: int
    column: int
    row_span: int = 1
    column_span: int = 1
    text: str
    role: Role = "label"
    pointer: str | None = None


@dataclass(frozen=True, kw_only=True)
class Grid:
    """One statutory table: 2, 3 or 4 as numbered in the report's sections."""

    section: int
    columns: int
    header_rows: int
    cells: tuple[GridCell, ...]


def grids(report: Report) -> tuple[Grid, Grid, Grid]:
    """Return tables two, three and four of a report."""
    two = Grid(section=2, columns=4, header_rows=0, cells=_worded(report, _table_two(report)))
    three = Grid(section=3, columns=10, header_rows=3, cells=_worded(report, _requests(report)))
    four = Grid(section=4, columns=15, header_rows=3, cells=_worded(report, _review(report)))
    if report.variant is None:
        return two, three, four
    return report.variant(two), report.variant(three), report.variant(four)


def _worded(report: Report, cells: Iterator[GridCell]) -> tuple[GridCell, ...]:
    """Print the labels as the report words them, right or not."""
    return tuple(
        cell
        if cell.role == "number"
        else replace(cell, text=report.labels.get(cell.text, cell.text))
        for cell in cells
    )


def _table_two(report: Report) -> Iterator[GridCell]:
    return _disclosure(report) if report.template == "2021" else _disclosure_2019(report)


def _disclosure_2019(report: Report) -> Iterator[GridCell]:
    row = 0
    for clause, columns, lines in form.BLOCKS_2019:
        yield _clause(row, clause)
        yield GridCell(row=row + 1, column=0, text="信息内容", role="heading")
        spans = [1] * (len(columns) - 1) + [4 - len(columns)]
        for column, ((_, label), span) in enumerate(zip(columns, spans, strict=True), start=1):
            yield GridCell(row=row + 1, column=column, column_span=span, text=label, role="heading")
        for line, (key, label) in enumerate(lines, start=row + 2):
            yield GridCell(row=line, column=0, text=label)
            for column, ((name, _), span) in enumerate(zip(columns, spans, strict=True), start=1):
                yield _number(report, line, column, form.disclosure(key, name), span)
        row += 2 + len(lines)


def _disclosure(report: Report) -> Iterator[GridCell]:
    yield _clause(0, "（一）")
    yield GridCell(row=1, column=0, text="信息内容", role="heading")
    for column, (_, label) in enumerate(form.DOCUMENT_COLUMNS, start=1):
        yield GridCell(row=1, column=column, text=label, role="heading")
    for row, (kind, label) in enumerate(form.DOCUMENT_KINDS, start=2):
        yield GridCell(row=row, column=0, text=label)
        for column, (key, _) in enumerate(form.DOCUMENT_COLUMNS, start=1):
            yield _number(report, row, column, form.disclosure(kind, key))
    row = 4
    for clause, heading, lines in _CLAUSES:
        yield _clause(row, clause)
        yield GridCell(row=row + 1, column=0, text="信息内容", role="heading")
        yield GridCell(row=row + 1, column=1, column_span=3, text=heading, role="heading")
        for line, (pointer, label) in enumerate(lines, start=row + 2):
            yield GridCell(row=line, column=0, text=label)
            yield _number(report, line, 1, pointer, span=3)
        row += 2 + len(lines)


_CLAUSES = (
    ("（五）", "本年处理决定数量", ((form.disclosure("administrative_licensing"), "行政许可"),)),
    (
        "（六）",
        "本年处理决定数量",
        (
            (form.disclosure("administrative_penalties"), "行政处罚"),
            (form.disclosure("administrative_compulsory_measures"), "行政强制"),
        ),
    ),
    ("（八）", "本年收费金额（单位：万元）", ((form.FEES, "行政事业性收费"),)),
)


def _clause(row: int, clause: str) -> GridCell:
    text = f"第二十条第{clause}项"
    return GridCell(row=row, column=0, column_span=4, text=text, role="heading")


def _number(report: Report, row: int, column: int, pointer: str, span: int = 1) -> GridCell:
    return GridCell(
        row=row,
        column=column,
        column_span=span,
        text=report.printed(pointer),
        role="number",
        pointer=pointer,
    )


def _requests(report: Report) -> Iterator[GridCell]:
    yield from _requests_header()
    last = 2
    for last, (key, label) in enumerate((form.NEW, form.CARRIED_OVER), start=3):
        yield GridCell(row=last, column=0, column_span=3, text=label)
        yield from _request_numbers(report, last, key)
    top = last + 1
    results = len(form.outcomes(report.template)) + 1
    yield GridCell(row=top, column=0, row_span=results, text=form.RESULTS_LABEL)
    for group, rows in form.outcome_groups(report.template):
        if group:
            yield GridCell(row=top, column=1, row_span=len(rows), text=group)
        for top, (key, label) in enumerate(rows, start=top):  # noqa: B020 - `top` walks on
            column, span = (2, 1) if group else (1, 2)
            yield GridCell(row=top, column=column, column_span=span, text=label)
            yield from _request_numbers(report, top, key)
        top += 1
    yield GridCell(row=top, column=1, column_span=2, text=form.HANDLED[1])
    yield from _request_numbers(report, top, form.HANDLED[0])
    yield GridCell(row=top + 1, column=0, column_span=3, text=form.CARRIED_FORWARD[1])
    yield from _request_numbers(report, top + 1, form.CARRIED_FORWARD[0])


def _requests_header() -> Iterator[GridCell]:
    yield GridCell(row=0, column=0, row_span=3, column_span=3, text=form.CORNER, role="heading")
    yield GridCell(row=0, column=3, column_span=7, text="申请人情况", role="heading")
    yield GridCell(row=1, column=3, row_span=2, text=form.COLUMNS[0][1], role="heading")
    yield GridCell(row=1, column=4, column_span=5, text="法人或其他组织", role="heading")
    yield GridCell(row=1, column=9, row_span=2, text=form.COLUMNS[-1][1], role="heading")
    for column, (_, label) in enumerate(form.COLUMNS[1:-1], start=4):
        yield GridCell(row=2, column=column, text=label, role="heading")


def _request_numbers(report: Report, row: int, key: str) -> Iterator[GridCell]:
    for column, (column_key, _) in enumerate(form.COLUMNS, start=3):
        yield _number(report, row, column, form.request(key, column_key))


def _review(report: Report) -> Iterator[GridCell]:
    yield GridCell(
        row=0, column=0, row_span=2, column_span=5, text=form.REVIEW_BLOCKS[0][1], role="heading"
    )
    yield GridCell(row=0, column=5, column_span=10, text="行政诉讼", role="heading")
    for column, (_, label) in zip((5, 10), form.REVIEW_BLOCKS[1:], strict=True):
        yield GridCell(row=1, column=column, column_span=5, text=label, role="heading")
    for block, (block_key, _) in enumerate(form.REVIEW_BLOCKS):
        for offset, (key, label) in enumerate(form.REVIEW_COLUMNS):
            column = 5 * block + offset
            yield GridCell(row=2, column=column, text=label, role="heading")
            yield _number(report, 3, column, form.review(block_key, key))
