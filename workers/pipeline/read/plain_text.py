"""A plain text → Page: the statutory tables by their labels, the rest paragraph by paragraph."""

from schemas.page import Page
from workers.pipeline.read.markup_page import page_of
from workers.pipeline.read.paragraph_lines import unwrapped
from workers.pipeline.read.text_cells import clean, pieces
from workers.pipeline.read.text_layout import reflow, stands_in_columns, without_numbering
from workers.pipeline.read.text_outside import outside
from workers.pipeline.read.text_tables import MOST_LINES, find_tables, may_hold_tables


def read_plain_text(text: str) -> Page:
    """Read a text however its tables were flattened: cells or rows a line, borders kept or lost."""
    lines = clean(text).split("\n")
    if not may_hold_tables(text):
        return page_of(lines[:MOST_LINES], ())
    found = without_numbering(pieces(lines), lines)
    broken = False
    if stands_in_columns(found, lines):
        found, broken = reflow(found)
    tables = find_tables(found, in_columns=broken)
    return page_of(unwrapped(outside(lines, found, tables)), [one.table for one in tables])
