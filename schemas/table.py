"""A table as it stands on its pages: a grid of cells with spans, before any meaning is given."""

from typing import Literal

from pydantic import Field

from schemas.value import Box, Fraction, Value


class Candidate(Value):
    """One digit string a cell may hold, with its share of the probability of all candidates."""

    text: str
    probability: Fraction


class Cell(Value):
    """A cell of a grid; `row` and `column` count from 0 at the top left of the table."""

    row: int = Field(ge=0)
    column: int = Field(ge=0)
    row_span: int = Field(default=1, ge=1)
    column_span: int = Field(default=1, ge=1)
    text: str
    confidence: Fraction
    page: int = Field(ge=1)
    box: Box | None
    ink: bool = True
    """False when nothing at all is printed in the cell: blank, never zero."""
    candidates: tuple[Candidate, ...] = ()
    """The digits-only readings of a short one-line cell, best first; empty for other cells."""
    glyphs: int | None = None
    """How many glyphs stand side by side in a one-line cell, counted on the ink alone."""
    seconded: bool = False
    """True when words unlike the form's label were read alike by a second reader."""
    obstructed: bool = False
    """True when a seal or a pen lies over the ink of the cell, or the ink runs into its edge."""
    inferred: bool = False
    """True when a text without borders does not say what stands in the cell: what it holds follows
    from the sums of its form or, where they leave that open, `text` is empty and `candidates` list
    what it may be (an empty one: nothing)."""
    loose: bool = False
    """True when no ruling parts it from others: its box is that of its text."""


class Table(Value):
    """A grid of cells; a table cut by page breaks is one table over several pages."""

    pages: tuple[int, ...]
    rows: int
    columns: int
    cells: tuple[Cell, ...]
    box: Box | None
    """Where the table lies on its first page."""
    form: Literal["proactive_disclosure", "requests", "review_and_litigation"] | None = None
    """The statutory table this grid was registered to, if any."""


class Tables(Value):
    """Every table found in a document, statutory or not: the content of `tables.json`."""

    schema_: Literal["gouji/tables/1"] = Field(default="gouji/tables/1", alias="schema")
    tables: tuple[Table, ...]
