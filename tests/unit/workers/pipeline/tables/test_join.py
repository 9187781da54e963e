"""Table three over two pages on which rulings are lost or strokes add some: no column moves."""

import pytest

from schemas.forms.template_2021 import FORM
from schemas.page import Page
from schemas.table import Cell, Table
from workers.pipeline.numbers import decide
from workers.pipeline.tables.register import Registration, register

WIDTHS = (0.05, 0.07, 0.2, *[0.055] * 7)
EDGES = [0.15 + sum(WIDTHS[:at]) for at in range(11)]
CUT = 20
VALUES = {
    cell.row * 10 + cell.column: str(10 * cell.row + cell.column)
    for cell in FORM.table("requests").values
}


def part(first: int, last: int, page: int, edges: list[float], keep: slice = slice(None)) -> Table:
    """Print rows of table three; `edges`: where its ten columns and those after them lie."""
    cells = []
    for cell in FORM.table("requests").cells:
        top, bottom = max(cell.row, first), min(cell.row + cell.row_span, last)
        if top >= bottom:
            continue
        text = VALUES[cell.row * 10 + cell.column] if cell.kind == "value" else cell.text
        cells.append(
            _cell(top - first, cell.column, text, page, edges, bottom - top, cell.column_span)
        )
    extra = len(edges) - 11
    for row in range(last - first):
        cells += [_cell(row, 10 + at, "", page, edges) for at in range(extra)]
    return Table(
        pages=(page,), rows=last - first, columns=10 + extra, cells=tuple(cells[keep]), box=None
    )


def _cell(
    row: int, column: int, text: str, page: int, edges: list[float], down: int = 1, wide: int = 1
) -> Cell:
    box = (edges[column], row / 30, edges[column + wide], (row + down) / 30)
    return Cell(
        row=row,
        column=column,
        row_span=down,
        column_span=wide,
        text=text,
        confidence=1.0,
        page=page,
        box=box,
        ink=bool(text),
    )


def merged(table: Table, boundary: int) -> Table:
    """Lose the ruling between two columns of labels: the one right of it goes to the left one."""
    cells = []
    for cell in table.cells:
        end = cell.column + cell.column_span
        start = cell.column - (cell.column >= boundary)
        if end == boundary:
            continue
        span = end - (end >= boundary) - start
        box = cell.box
        if cell.column == boundary and box is not None:
            box = (EDGES[boundary - 1], *box[1:])
        cells.append(
            cell.model_copy(update={"column": start, "column_span": max(1, span), "box": box})
        )
    return table.model_copy(update={"columns": table.columns - 1, "cells": tuple(cells)})


def registered(*tables: Table) -> Registration:
    pages = [
        Page(number=at, width=100, height=140, source="text_layer", tables=(table,))
        for at, table in enumerate(tables, start=1)
    ]
    return register(pages, FORM)


def misplaced(found: Registration) -> list[str]:
    """Return the values that are given out without a flag and are others than printed."""
    decided = decide(found, {1: "text_layer", 2: "text_layer"})
    wrong = []
    for cell in FORM.table("requests").values:
        assert cell.pointer is not None
        decision = decided[cell.pointer]
        right = str(decision.value) == VALUES[cell.row * 10 + cell.column]
        if decision.evidence.flag is None and decision.evidence.kind != "missing" and not right:
            wrong.append(cell.pointer)
    return wrong


@pytest.mark.parametrize("width", [0.02, 0.055, 0.09])
def test_a_stroke_beside_a_continued_table_is_no_column(width: float) -> None:
    found = registered(
        part(0, CUT, 1, EDGES), merged(part(CUT, 28, 2, [*EDGES, EDGES[-1] + width]), 2)
    )
    assert not misplaced(found)
    assert found.tables[0].columns == 10
    assert not found.guessed
    cell = found.values["/requests/carried_forward/total"]
    assert cell is not None
    assert cell.text == VALUES[279]


def test_a_stroke_beside_the_page_with_the_header_is_no_column() -> None:
    found = registered(part(0, CUT, 1, [*EDGES, EDGES[-1] + 0.055]), part(CUT, 28, 2, EDGES))
    assert not misplaced(found)
    assert all(found.values[p] is not None for p in FORM.pointers[10:185])
    assert not found.uncertain | found.guessed


def test_columns_that_lie_nowhere_are_doubted_all() -> None:
    odd = [0.2, 0.3, 0.33, 0.42, 0.5, 0.51, 0.6, 0.72, 0.75, 0.83, 0.97]
    found = registered(part(0, CUT, 1, EDGES), part(CUT, 28, 2, odd))
    assert not misplaced(found)
    rows = {pointer.split("/")[2] for pointer in found.guessed}
    assert "carried_forward" in rows
    assert "granted" not in rows
    decided = decide(found, {1: "text_layer", 2: "text_layer"})
    assert all(decided[p].evidence.flag == "doubtful" for p in found.guessed)


def test_a_value_as_wide_as_two_columns_is_not_one_number() -> None:
    whole = part(0, 28, 1, EDGES)
    cells = []
    for cell in whole.cells:
        if cell.row == 10 and cell.column == 4:
            cells.append(cell.model_copy(update={"column_span": 2, "text": "104105"}))
        elif (cell.row, cell.column) != (10, 5):
            cells.append(cell)
    found = registered(whole.model_copy(update={"cells": tuple(cells)}))
    assert not misplaced(found)
    label = next(p for p in FORM.pointers if p.endswith("/total") and _row(p) == 10)
    assert found.values[label] is not None


def test_a_table_torn_in_two_on_its_page_is_one_table() -> None:
    whole = part(0, 28, 1, EDGES)
    upper, lower = part(0, 5, 1, EDGES), part(5, 28, 1, EDGES)
    page = Page(number=1, width=100, height=140, source="text_layer", tables=(upper, lower))
    found = register([page], FORM)
    assert [table.rows for table in found.tables] == [whole.rows]
    assert (found.repeated, found.tables[0].pages) == ((), (1,))
    assert not misplaced(found)
    assert not found.uncertain


def test_two_tables_with_headers_on_one_page_are_two_reports() -> None:
    page = Page(
        number=1,
        width=100,
        height=140,
        source="text_layer",
        tables=(half(part(0, 28, 1, EDGES), 0.0), half(part(0, 28, 1, EDGES), 0.5)),
    )
    assert register([page], FORM).repeated == ("requests",)


def half(table: Table, top: float) -> Table:
    """Set a table into one half of its page."""
    cells = []
    for cell in table.cells:
        assert cell.box is not None
        left, upper, right, lower = cell.box
        box = (left, top + upper / 2, right, top + lower / 2)
        cells.append(cell.model_copy(update={"box": box}))
    return table.model_copy(update={"cells": tuple(cells)})


def cut(table: Table, places: list[float]) -> Table:
    """Draw false rulings down a part of table three: labels fall in pieces, numbers keep whole."""
    edges = sorted([*EDGES, *places])
    cells = []
    for cell in table.cells:
        at = [edges.index(EDGES[cell.column + wide]) for wide in (0, cell.column_span)]
        pieces = range(at[0], at[1])
        each = -(-len(cell.text) // len(pieces))
        for piece, column in enumerate(pieces):
            text = cell.text[piece * each : (piece + 1) * each]
            if cell.text.isdigit():
                text = cell.text if column == at[0] else ""
            cells.append(
                _cell(cell.row, column, text, cell.page, edges, cell.row_span).model_copy(
                    update={"ink": bool(text)}
                )
            )
    return table.model_copy(update={"columns": len(edges) - 1, "cells": tuple(cells)})


def test_rulings_that_shine_through_the_sheet_shift_no_column() -> None:
    below = cut(part(CUT, 28, 2, EDGES), [0.38, 0.41, 0.485, 0.59, 0.72])
    found = registered(part(0, CUT, 1, EDGES), below)
    assert not misplaced(found)
    assert not found.guessed
    rows = [p for p in FORM.pointers[10:185] if _row(p) >= CUT]
    read = [cell.text if (cell := found.values[p]) else None for p in rows]
    named = [v for p, v in zip(rows, read, strict=True) if v is not None]
    assert len(named) > 0.8 * len(rows)
    values = {c.pointer: VALUES[c.row * 10 + c.column] for c in FORM.table("requests").values}
    assert all(v in (None, values[p]) for p, v in zip(rows, read, strict=True))


def review(edges: list[float], joined: int) -> Table:
    """Print table four; the ruling right of value `joined` is lost in the row of numbers."""
    cells = []
    for cell in FORM.table("review_and_litigation").cells:
        text = str(cell.column + 1) if cell.kind == "value" else cell.text
        wide = cell.column_span
        if cell.kind == "value" and cell.column == joined + 1:
            continue
        if cell.kind == "value" and cell.column == joined:
            text, wide = f"{text} {cell.column + 2}", 2
        cells.append(_cell(cell.row, cell.column, text, 1, edges, cell.row_span, wide))
    return Table(pages=(1,), rows=4, columns=15, cells=tuple(cells), box=None)


@pytest.mark.parametrize("joined", [0, 6, 13])
def test_a_row_that_has_lost_a_ruling_keeps_its_other_values(joined: int) -> None:
    edges = [0.1 + 0.05 * at for at in range(16)]
    found = registered(review(edges, joined))
    pointers = FORM.pointers[185:]
    read = [cell.text if (cell := found.values[p]) else None for p in pointers]
    kept = [at for at in range(15) if at not in (joined, joined + 1)]
    assert [read[at] for at in kept] == [str(at + 1) for at in kept]
    assert read[joined] is read[joined + 1] is None
    assert {pointers[at] for at in kept} <= found.uncertain


def _row(pointer: str) -> int:
    return next(cell.row for cell in FORM.table("requests").values if cell.pointer == pointer)
