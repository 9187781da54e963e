"""Set a made table on a page with prose around it, as a born-digital PDF.

PyMuPDF measures, typst sets: PyMuPDF prints wrong glyphs of CFF fonts keyed by character.
"""

import functools
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import pymupdf
import typst

from tests.corpus.fonts import fallback_font, fonts
from tests.corpus.generic import MadeCell, MadeTable
from tests.corpus.layouts import FALLBACK, HEI, SONG

_WIDTH, _HEIGHT, _MARGIN = 595.28, 841.89, 72.0
_TEXT = _WIDTH - 2 * _MARGIN
_FILES = {SONG: "NotoSerifSC-Regular.otf", HEI: "NotoSansSC-Regular.otf"}
_SOURCE = b"""
#let sheet = json(bytes(sys.inputs.sheet))
#set page(width: sheet.width * 1pt, height: sheet.height * 1pt, margin: 0pt)
#set text(font: sheet.font, lang: "zh", top-edge: "baseline", bottom-edge: "baseline")
#for one in sheet.texts {
  place(dx: one.x * 1pt, dy: one.y * 1pt, text(size: one.size * 1pt, one.text))
}
#for (x0, y0, x1, y1, thick) in sheet.lines {
  place(line(start: (x0 * 1pt, y0 * 1pt), end: (x1 * 1pt, y1 * 1pt), stroke: thick * 1pt))
}
"""
_PROSE = (
    "本年度，各单位按照统一部署推进工作，围绕群众关心的问题，主动发布信息，及时回应关切。"
    "县里先后印发了三份实施方案，明确了任务分工和完成时限，并按月通报进度。"
    "从总体上看，各项指标较上年稳中有升，但个别单位仍存在更新不及时、内容不完整等问题，需要继续改进。"
    "下一步将加强培训，健全机制，把责任落实到人；同时做好数据核对，确保口径一致。"
)


@dataclass(frozen=True, kw_only=True)
class Look:
    """How a table is set; lengths in points, `above` and `beside` being a cell's padding."""

    font: str
    size: float
    above: float
    beside: float
    numbers: str
    top: bool
    stretch: float
    rule: float


@dataclass(frozen=True, kw_only=True)
class _Set:
    """A table's measures: boundaries in points from its top left corner, lines of each cell."""

    columns: tuple[float, ...]
    rows: tuple[float, ...]
    lines: dict[MadeCell, list[str]]
    size: float


def draw_look(seed: int, table: MadeTable) -> Look:
    """Draw a look at random; tables without lines stand wider apart."""
    rng = random.Random(f"look/{table.kind}/{seed}")
    lined = table.kind in ("ruled", "frameless", "down", "across")
    return Look(
        font=rng.choice((SONG, HEI, FALLBACK)),
        size=rng.choice((9.0, 10.0, 10.5)),
        above=rng.choice((2.0, 3.0, 4.5)),
        beside=rng.choice((4.0, 6.0)) if lined else rng.choice((7.0, 9.0, 12.0)),
        numbers=rng.choice(("right", "right", "center")),
        top=rng.random() < 0.3,
        stretch=rng.choice((1.0, 1.0, 0.6, 0.0)),
        rule=rng.choice((0.4, 0.5, 0.75)),
    )


def set_page(table: MadeTable, seed: int) -> bytes:
    """Return a one-page PDF: prose, a caption, the table, prose."""
    rng = random.Random(f"page/{table.kind}/{seed}")
    look = draw_look(seed, table)
    page = _Page(look.font)
    y = page.prose(_MARGIN, rng.randint(2, 4), rng)
    y = page.centred(y + 10, f"表{rng.randint(1, 9)}　各单位年度工作情况统计表", 11)
    if rng.random() < 0.3:
        page.text(_WIDTH - _MARGIN - 50, y + 12, "单位：万元", 9.5)
        y += 14
    measures = _measure(table, look, page)
    at = (_MARGIN + (_TEXT - measures.columns[-1]) / 2, y + 6)
    _print(page, table, measures, look, at)
    _rule(page, table, measures, look, at)
    page.prose(at[1] + measures.rows[-1] + 16, rng.randint(2, 5), rng)
    return page.pdf()


class _Page:
    """A page being set in one font; places in points from its top left corner."""

    def __init__(self, font: str) -> None:
        self._name = font
        self._font = _font(font)
        self._texts: list[dict[str, object]] = []
        self._lines: list[tuple[float, ...]] = []

    def width(self, text: str, size: float) -> float:
        """Return the width of a line in points."""
        return float(self._font.text_length(text, size))

    def text(self, x: float, y: float, text: str, size: float) -> None:
        """Print a line; `y` is its baseline."""
        self._texts.append({"x": x, "y": y, "text": text, "size": size})

    def line(self, x0: float, y0: float, x1: float, y1: float, thick: float) -> None:
        """Draw a ruling."""
        self._lines.append((x0, y0, x1, y1, thick))

    def pdf(self) -> bytes:
        """Return the page as a PDF."""
        sheet = {
            "width": _WIDTH,
            "height": _HEIGHT,
            "font": self._name,
            "texts": self._texts,
            "lines": self._lines,
        }
        return bytes(
            typst.compile(
                _SOURCE,
                font_paths=fonts(),
                ignore_system_fonts=True,
                sys_inputs={"sheet": json.dumps(sheet, ensure_ascii=False)},
                timestamp=0,
                pdf_tags=False,
            )
        )

    def centred(self, y: float, text: str, size: float) -> float:
        """Print a line in the middle of the page and return where the next begins."""
        self.text((_WIDTH - self.width(text, size)) / 2, y + size, text, size)
        return y + 1.5 * size

    def prose(self, y: float, lines: int, rng: random.Random) -> float:
        """Print a paragraph from the top `y` and return where it ends; the last line is short."""
        size, start = 12.0, rng.randrange(len(_PROSE) - 10)
        text = "　　" + (_PROSE[start:] + _PROSE * 4)
        a_line = int(_TEXT / size)
        text = text[: a_line * (lines - 1) + rng.randint(4, a_line)]
        for at in range(0, len(text), a_line):
            y += 1.6 * size
            self.text(_MARGIN, y - 0.3 * size, text[at : at + a_line], size)
        return y

    def wrapped(self, text: str, width: float, size: float) -> list[str]:
        """Break a text into lines no wider than `width`."""
        lines = [""]
        for letter in text:
            if lines[-1] and self.width(lines[-1] + letter, size) > width:
                lines.append("")
            lines[-1] += letter
        return lines


@functools.cache
def _font(family: str) -> pymupdf.Font:
    spec = find_spec("pylopdf_fonts_zh_cn")
    folders = (spec.submodule_search_locations or ()) if spec else ()
    files = [path for folder in folders for path in Path(folder).rglob("*.otf")]
    path = next((path for path in files if path.name == _FILES.get(family)), fallback_font())
    return pymupdf.Font(fontfile=str(path))


def _measure(table: MadeTable, look: Look, page: _Page) -> _Set:
    """Lay out columns by their widest cell, rows by their tallest, both within the page."""
    size = look.size
    while True:
        widths = _widths(table, look, page, size)
        if sum(widths) <= _TEXT or size <= 6.5:
            break
        size -= 0.5
    room = max(0.0, _TEXT - sum(widths)) * look.stretch / len(widths)
    widths = [width + room for width in widths]
    columns = _sums(widths)
    lines = {}
    for cell in table.cells:
        width = columns[cell.column + cell.column_span] - columns[cell.column]
        lines[cell] = page.wrapped(cell.text, width - 2 * look.beside + 0.5, size)
    heights = [0.0] * table.rows
    for cell in table.cells:
        if cell.row_span == 1:
            tall = 1.3 * size * len(lines[cell]) + 2 * look.above
            heights[cell.row] = max(heights[cell.row], tall)
    for cell in table.cells:
        own = range(cell.row, cell.row + cell.row_span)
        missing = 1.3 * size * len(lines[cell]) + 2 * look.above - sum(heights[at] for at in own)
        for at in own:
            heights[at] += max(0.0, missing) / len(own)
    return _Set(columns=columns, rows=_sums(heights), lines=lines, size=size)


def _widths(table: MadeTable, look: Look, page: _Page, size: float) -> list[float]:
    """Return each column's width; labels longer than eight letters are broken."""
    widths = [2.5 * size] * table.columns
    for cell in table.cells:
        if cell.column_span == 1:
            most = 8.2 * size if cell.role == "label" else 4.2 * size
            wide = page.width(cell.text, size)
            wide = wide if cell.role == "number" else min(wide, most)
            widths[cell.column] = max(widths[cell.column], wide + 2 * look.beside + 0.5)
    return widths


def _sums(parts: Sequence[float]) -> tuple[float, ...]:
    total, sums = 0.0, [0.0]
    for part in parts:
        total += part
        sums.append(total)
    return tuple(sums)


def _print(
    page: _Page, table: MadeTable, measures: _Set, look: Look, at: tuple[float, float]
) -> None:
    size = measures.size
    for cell, lines in measures.lines.items():
        left = at[0] + measures.columns[cell.column]
        right = at[0] + measures.columns[cell.column + cell.column_span]
        top = at[1] + measures.rows[cell.row]
        bottom = at[1] + measures.rows[cell.row + cell.row_span]
        room = bottom - top - 1.3 * size * len(lines)
        on_top = look.top and cell.role != "heading" and cell.row_span == 1
        y = top + (look.above if on_top else room / 2)
        align = {"heading": "center", "label": "left", "word": "center"}.get(
            cell.role, look.numbers
        )
        for line in lines:
            slack = right - left - page.width(line, size)
            x = left + {"left": look.beside, "center": slack / 2}.get(align, slack - look.beside)
            page.text(x, y + 1.05 * size, line, size)
            y += 1.3 * size


def _rule(
    page: _Page, table: MadeTable, measures: _Set, look: Look, at: tuple[float, float]
) -> None:
    """Draw the lines of the table's kind, each edge once."""
    width, height = measures.columns[-1], measures.rows[-1]
    lines: set[tuple[float, float, float, float]] = set()
    if table.kind == "three_line":
        for row in (0, table.header_rows, table.rows):
            lines.add((0.0, measures.rows[row], width, measures.rows[row]))
    for cell in table.cells:
        x0, x1 = measures.columns[cell.column], measures.columns[cell.column + cell.column_span]
        y0, y1 = measures.rows[cell.row], measures.rows[cell.row + cell.row_span]
        if table.kind in ("ruled", "frameless", "across"):
            lines |= {(x0, y0, x1, y0), (x0, y1, x1, y1)}
        if table.kind in ("ruled", "frameless", "down"):
            lines |= {(x0, y0, x0, y1), (x1, y0, x1, y1)}
        if table.kind == "three_line" and cell.role == "heading" and cell.column_span > 1:
            lines.add((x0 + 3, y1, x1 - 3, y1))
    for x0, y0, x1, y1 in sorted(lines):
        outer = (x0 == x1 and x0 in (0.0, width)) or (y0 == y1 and y0 in (0.0, height))
        if outer and table.kind in ("frameless", "down"):
            continue
        thick = 2 * look.rule if outer and table.kind == "three_line" else look.rule
        page.line(at[0] + x0, at[1] + y0, at[0] + x1, at[1] + y1, thick)
