"""A page after reading: what every reader yields, whatever the form of arrival."""

from typing import Literal

from pydantic import Field

from schemas.failure import Failure
from schemas.table import Table
from schemas.value import Box, Fraction, Value

TextSource = Literal["ocr", "text_layer", "markup"]


class TextLine(Value):
    """A line of text outside tables, in reading order."""

    text: str
    confidence: Fraction
    box: Box | None
    indent: float = 0.0
    """Distance from the text column's left edge, in line heights: 2 opens a paragraph."""


class Page(Value):
    """One page: its lines and tables in reading order, boxes on the upright page."""

    number: int = Field(ge=1)
    width: int
    """Pixels of the upright page (PDF points for a text layer, 1 for a document without pages)."""
    height: int
    source: TextSource
    rotation: Literal[0, 90, 180, 270] = 0
    """Degrees clockwise by which the stored page was turned to stand upright."""
    skew_degrees: float = 0.0
    lines: tuple[TextLine, ...] = ()
    tables: tuple[Table, ...] = ()
    words: tuple[TextLine, ...] = ()
    """Of a text layer without rulings: what stands side by side, in the order of the file."""
    pictures: int = Field(default=0, ge=0)
    """Pictures in a document without pages that may hold text or a table: they were not read."""
    cut: bool = False
    """The file breaks off somewhere behind this page's beginning: other pages may be missing."""
    failure: Failure | None = None
    """Why the page could not be read; lines and tables are empty then."""
