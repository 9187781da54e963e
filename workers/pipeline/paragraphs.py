"""Lines of all pages → the running text: page furniture left out, wrapped lines joined."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from schemas.page import Page, TextLine, TextSource
from schemas.value import Box
from workers.pipeline.wording import bare, fold

# Fractions of the page height within which running headers and page numbers stand.
_TOP, _BOTTOM = 0.09, 0.91
# Indents in line heights: the form's two characters, with room for skew.
_OPENS_PARAGRAPH = 1.2
# A line ending this much short of the column's right edge (fraction of page width) is a last line.
_SHORT_BY = 0.05

_PAGE_NUMBER = re.compile(  # a dash beside the number is easily read as 一
    r"[-—–―一·•.~_=]*第?\d{1,3}页?([/,，]?共?\d{1,3}页?)?[-—–―一·•.~_=]*|第[一二三四五六七八九十]+页"
)
_URL = re.compile(r"(https?|file)://\S+", re.ASCII)
_SENTENCE_END = tuple("。；：！？;:!?”）)")


@dataclass(frozen=True, kw_only=True)
class PlacedLine:
    """A line of the running text with the page it stands on."""

    text: str
    page: int
    source: TextSource
    confidence: float
    box: Box | None
    indent: float
    after_table: bool = False
    """True when a table lies between this line and the one before."""


@dataclass(frozen=True)
class Flow:
    """The folded running text in one string, each character traced to its line."""

    text: str
    lines: tuple[PlacedLine, ...]
    owners: tuple[int, ...]

    def line_at(self, offset: int) -> PlacedLine:
        """Return the line that prints the character at `offset`."""
        return self.lines[self.owners[offset]]


def text_lines(pages: Sequence[Page]) -> list[PlacedLine]:
    """Return the lines of the running text in reading order, without page furniture."""
    running = _running_headers(pages)
    lines: list[PlacedLine] = []
    for page in pages:
        kept = [line for line in page.lines if not _is_furniture(line, page, running)]
        tops = sorted(t.box[1] for t in page.tables if t.box is not None and page.number in t.pages)
        previous = 0.0
        for line in kept:
            top = line.box[1] if line.box else previous
            lines.append(_placed(line, page, any(previous <= at < top for at in tops)))
            previous = top
    return lines


def _placed(line: TextLine, page: Page, after_table: bool) -> PlacedLine:
    return PlacedLine(
        text=line.text.strip(),
        page=page.number,
        source=page.source,
        confidence=line.confidence,
        box=line.box,
        indent=line.indent,
        after_table=after_table,
    )


def _running_headers(pages: Sequence[Page]) -> set[str]:
    """Find the lines printed alike in the margin of several pages."""
    seen: Counter[str] = Counter()
    for page in pages:
        seen.update({bare(line.text) for line in page.lines if _in_margin(line)})
    return {text for text, count in seen.items() if count > 1}


def _is_furniture(line: TextLine, page: Page, running: set[str]) -> bool:
    folded = fold(line.text)
    if not folded or _URL.fullmatch(folded):
        return True
    at_edge = line is page.lines[0] or line is page.lines[-1] or _in_margin(line)
    if at_edge and _PAGE_NUMBER.fullmatch(folded):
        return True
    return page.number > 1 and _in_margin(line) and bare(line.text) in running


def _in_margin(line: TextLine) -> bool:
    return line.box is not None and (line.box[3] <= _TOP or line.box[1] >= _BOTTOM)


def paragraphs(lines: Sequence[PlacedLine]) -> list[str]:
    """Join wrapped lines; markup yields one paragraph a line, pages go by indent and line end."""
    edges = _right_edges(lines)
    joined: list[str] = []
    previous: PlacedLine | None = None
    for line in lines:
        if previous is None or _opens(line, previous, edges.get(previous.page, 1.0)):
            joined.append(line.text)
        else:
            joined[-1] += _joint(joined[-1], line.text) + line.text
        previous = line
    return [text for text in joined if text]


def _right_edges(lines: Iterable[PlacedLine]) -> dict[int, float]:
    edges: dict[int, float] = {}
    for line in lines:
        if line.box is not None:
            edges[line.page] = max(edges.get(line.page, 0.0), line.box[2])
    return edges


def _opens(line: PlacedLine, previous: PlacedLine, edge: float) -> bool:
    if line.box is None or previous.box is None or line.after_table:
        return True
    if line.indent >= _OPENS_PARAGRAPH:
        return True
    ends_short = previous.box[2] < edge - _SHORT_BY
    return ends_short and previous.text.endswith(_SENTENCE_END)


def _joint(left: str, right: str) -> str:
    words = left[-1:].isascii() and right[:1].isascii()
    return " " if words and left[-1:].isalpha() and right[:1].isalpha() else ""


def flow(lines: Sequence[PlacedLine]) -> Flow:
    """Fold all lines into one string in which a pattern may run over line ends."""
    parts = [fold(line.text) for line in lines]
    owners = tuple(at for at, part in enumerate(parts) for _ in part)
    return Flow("".join(parts), tuple(lines), owners)
