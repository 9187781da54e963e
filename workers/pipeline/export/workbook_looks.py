"""How cells of the workbook look: fonts, frames, and a fill for every state of reading."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import get_args

from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.worksheet.worksheet import Worksheet

from schemas.spreadsheet import MOST_DECIMALS
from workers.pipeline.export.marks import Fault, Reading

_FONT = "宋体"
TITLE = Font(name=_FONT, size=14, bold=True)
BODY = Font(name=_FONT, size=10)
BOLD = Font(name=_FONT, size=10, bold=True)
SMALL = Font(name=_FONT, size=9, color="666666")
_RED = Font(name=_FONT, size=10, color="C00000")
_RED_BOLD = Font(name=_FONT, size=10, bold=True, color="C00000")
LINK = Font(name=_FONT, size=10, color="0563C1", underline="single")
_THIN, _THICK = Side(style="thin", color="444444"), Side(style="medium", color="C00000")
_DASHED = Side(style="mediumDashed", color="8A5A00")
GRID = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_FAULTY = Border(left=_THICK, right=_THICK, top=_THICK, bottom=_THICK)
_ASKED = Border(left=_DASHED, right=_DASHED, top=_DASHED, bottom=_DASHED)
TOP = Alignment(vertical="top", wrap_text=True)
CENTRE = Alignment(horizontal="center", vertical="center", wrap_text=True)
LEFT = Alignment(horizontal="left", vertical="center", wrap_text=True)
HEADER = PatternFill("solid", fgColor="F2F2F2")
_PLAIN = PatternFill()


def _solid(colour: str) -> PatternFill:
    return PatternFill("solid", fgColor=colour)


FILLS: dict[Reading, tuple[PatternFill, str]] = {
    "doubtful": (_solid("FFE699"), "识别存疑"),
    "corrected": (_solid("BDD7EE"), "按勾稽关系改取"),
    "inferred": (_solid("D9D2E9"), "由勾稽关系推得"),
    "blank": (_solid("D9D9D9"), "空白，不是 0"),
    "not_applicable": (_solid("D9D9D9"), "以符号代数，不是 0"),
    "missing": (_solid("F4B183"), "缺失，不是 0"),
    "unread": (_solid("FFC000"), "没有读出"),
}


@dataclass(frozen=True, kw_only=True)
class Styles:
    """The numbers under which a workbook keeps its looks."""

    values: Mapping[tuple[Reading, Fault], Sequence[int]]
    """By state of reading and fault, each by the decimals of its number."""
    decimals: tuple[int, ...]
    """Of plain numbers, by their decimals."""
    title: int
    small: int
    heading: int
    body: int
    link: int


def styles(sheet: Worksheet) -> Styles:
    """Register all looks with the book of a sheet and return their numbers."""
    frames: dict[Fault, tuple[Border, Font]] = {
        "none": (GRID, BODY),
        "part": (GRID, _RED),
        "asked": (_ASKED, BODY),
        "main": (_FAULTY, _RED_BOLD),
    }
    readings: tuple[Reading, ...] = get_args(Reading)
    values = {
        (reading, fault): [
            _number(sheet, border, CENTRE, font, _fill(reading), places)
            for places in range(MOST_DECIMALS + 1)
        ]
        for reading in readings
        for fault, (border, font) in frames.items()
    }
    plain = [
        _number(sheet, Border(), Alignment(), Font(), _PLAIN, places)
        for places in range(MOST_DECIMALS + 1)
    ]
    return Styles(
        values=values,
        decimals=tuple(plain),
        title=_number(sheet, Border(), CENTRE, TITLE, _PLAIN, 0),
        small=_number(sheet, Border(), Alignment(), SMALL, _PLAIN, 0),
        heading=_number(sheet, Border(), Alignment(), TITLE, _PLAIN, 0),
        body=_number(sheet, GRID, TOP, BODY, _PLAIN, 0),
        link=_number(sheet, GRID, TOP, LINK, _PLAIN, 0),
    )


def _fill(reading: Reading) -> PatternFill:
    return FILLS[reading][0] if reading in FILLS else _PLAIN


def _number(
    sheet: Worksheet,
    border: Border,
    alignment: Alignment,
    font: Font,
    fill: PatternFill,
    decimals: int,
) -> int:
    """Return the number of a look; a cell on no sheet asks the book for it."""
    cell = Cell(sheet, row=1, column=1)
    cell.border, cell.alignment, cell.font, cell.fill = border, alignment, font, fill
    if decimals:
        cell.number_format = "0." + "0" * decimals
    return int(cell.style_id)
