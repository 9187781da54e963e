"""Set a report as a born-digital PDF."""

import json
from importlib.resources import files

import pymupdf
import typst

from tests.corpus import form
from tests.corpus.fonts import fonts
from tests.corpus.grids import Grid, GridCell, grids
from tests.corpus.layouts import Layout
from tests.corpus.reports import Report

_A4 = (595.28, 841.89)
_MM = 72 / 25.4
_DIGIT_EM = 0.58
_FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
_NUMERALS = "一二三四五六"


Box = tuple[float, float, float, float]
"""Left, top, right, bottom in points, origin top left."""


def set_report(report: Report, layout: Layout) -> bytes:
    """Return the PDF of a report; the same report and layout give the same pages."""
    return _compile(_page(report, layout))


def cell_boxes(report: Report, layout: Layout) -> dict[str, tuple[int, Box]]:
    """Return where the number of each cell is printed: page, counted from 0, and box.

    A cell that is left blank has no box.
    """
    boxes: dict[str, tuple[int, Box]] = {}
    with pymupdf.open(stream=_compile({**_page(report, layout), "links": True})) as document:
        for number, page in enumerate(document):
            for link in page.get_links():
                left, top, right, bottom = link["from"]
                boxes[link["uri"].removeprefix("cell:")] = number, (left, top, right, bottom)
    return boxes


def _compile(page: dict[str, object]) -> bytes:
    source = files("tests.corpus").joinpath("form.typ").read_bytes()
    return bytes(
        typst.compile(
            source,
            font_paths=fonts(),
            ignore_system_fonts=True,
            sys_inputs={"report": json.dumps(page, ensure_ascii=False)},
            timestamp=0,
            pdf_tags=False,
        )
    )


def _page(report: Report, layout: Layout) -> dict[str, object]:
    titles = form.VARIANT_TITLES if layout.variant_titles else form.SECTION_TITLES
    tables = {grid.section: grid for grid in grids(report)}
    sections: list[dict[str, object]] = []
    for number, (numeral, title) in enumerate(zip(_NUMERALS, titles, strict=True), start=1):
        section: dict[str, object] = {
            "title": f"{numeral}、{title}",
            "paragraphs": list(report.sections.get(number, ())),
        }
        if number in tables:
            section["grid"] = _grid(tables[number], layout)
        sections.append(section)
    look = {name: getattr(layout, name) for name in layout.__dataclass_fields__}
    return {
        "issuer": report.issuer,
        "title": report.title,
        "sections": sections,
        "look": look,
        "links": False,
    }


def _grid(grid: Grid, layout: Layout) -> dict[str, object]:
    landscape = grid.section == 3 and layout.flow == "landscape"
    width = _A4[landscape] - 2 * layout.margin_mm * _MM - 4 - (grid.columns - 1) * layout.gutter
    texts = {cell: _print(cell, layout) for cell in grid.cells}
    size, widths = _widths(grid, texts, layout, width)
    return {
        "widths": widths,
        "size": size,
        "header_rows": grid.header_rows,
        "break_at": layout.break_review if grid.section == 4 else 0,
        "cells": [
            {
                "x": cell.column,
                "y": cell.row,
                "colspan": cell.column_span,
                "rowspan": cell.row_span,
                "role": cell.role,
                "inset": 1.5 if layout.align == "center" or cell.role != "number" else 3,
                "text": text,
                "pointer": cell.pointer or "",
                "leading": _leading(cell, layout, size),
            }
            for cell, text in texts.items()
        ],
    }


def _leading(cell: GridCell, layout: Layout, size: float) -> float:
    """Return the space between lines in points, wide where a label is spread over its rows."""
    narrow = 0.35 * size
    if not (layout.spread_groups and cell.role == "label" and cell.row_span > 1):
        return narrow
    height = cell.row_span * (size + 2 * layout.inset)
    return max(narrow, 0.85 * height / len(cell.text) - size)


def _print(cell: GridCell, layout: Layout) -> str:
    if layout.full_width and cell.role == "number" and len(cell.text) <= 4:
        return cell.text.translate(_FULL_WIDTH)
    return cell.text


def _widths(
    grid: Grid, texts: dict[GridCell, str], layout: Layout, width: float
) -> tuple[float, list[float]]:
    """Return the size of the text and the widths of the columns, in points."""
    if grid.section == 2:
        return layout.table_size, [width * share for share in (0.31, 0.23, 0.23, 0.23)]
    ems = max(_ems(text) for cell, text in texts.items() if cell.role == "number")
    if grid.section == 4:
        size = min(layout.table_size, (width / 15 - 3) / max(ems, 2.05))
        return size, [width / 15] * 15
    size = min(layout.table_size, (0.68 * width / 7 - 3) / ems)
    number = min(max(layout.number_width, ems * size + 3), 0.68 * width / 7)
    labels = width - 7 * number
    group = max(0 if layout.stacked_groups else 0.16 * labels, 1.6 * size + 3)
    kind = max(0 if layout.stacked_groups else 0.22 * labels, 2.2 * size + 3)
    return size, [group, kind, labels - group - kind, *([number] * 7)]


def _ems(text: str) -> float:
    return sum(_DIGIT_EM if char.isascii() else 1.0 for char in text)
