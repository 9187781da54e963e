"""The notes at cells: why a value is marked. They are two parts of a sheet, one for their looks.

Excel still takes the place and size of a note from VML (ECMA-376, part 4, 19.4).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from schemas.spreadsheet import plain

_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_CHARACTERS_A_LINE = 24
_SHAPES_A_SHEET = 1024
"""Numbers of shapes a sheet's drawing may take (ECMA-376, part 4, 14.2.1.2)."""

DRAWING = f'<legacyDrawing xmlns:r="{_OFFICE}" r:id="rId1"/>'
"""Names the notes at the end of their sheet."""


@dataclass(frozen=True, kw_only=True)
class Note:
    """A note at a cell; `row` and `column` count from 1."""

    row: int
    column: int
    reference: str
    lines: Sequence[str]


def note_parts(sheet: int, notes: Sequence[Note]) -> Mapping[str, str]:
    """Return the parts of a sheet's notes by name; `sheet` counts from 1."""
    return {
        f"xl/worksheets/_rels/sheet{sheet}.xml.rels": _relations(sheet),
        f"xl/comments/comment{sheet}.xml": _texts(notes),
        f"xl/drawings/commentsDrawing{sheet}.vml": _shapes(sheet, notes),
    }


def content_type(sheet: int) -> str:
    """Return how a sheet's notes are announced in the list of parts."""
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"
    return f'<Override PartName="/xl/comments/comment{sheet}.xml" ContentType="{kind}"/>'


def _relations(sheet: int) -> str:
    drawing = f"/xl/drawings/commentsDrawing{sheet}.vml"
    return (
        f'{_DECLARATION}<Relationships xmlns="{_PACKAGE}">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/vmlDrawing" Target="{drawing}"/>'
        f'<Relationship Id="rId2" Type="{_OFFICE}/comments" '
        f'Target="/xl/comments/comment{sheet}.xml"/></Relationships>'
    )


def _texts(notes: Sequence[Note]) -> str:
    listed = "".join(
        f'<comment ref="{note.reference}" authorId="0"><text><t xml:space="preserve">'
        f"{escape(plain(chr(10).join(note.lines)))}</t></text></comment>"
        for note in notes
    )
    return (
        f'{_DECLARATION}<comments xmlns="{_MAIN}"><authors><author>gouji</author></authors>'
        f"<commentList>{listed}</commentList></comments>"
    )


_HEAD = (
    '<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"'
    ' xmlns:x="urn:schemas-microsoft-com:office:excel"><o:shapelayout v:ext="edit">'
    '<o:idmap v:ext="edit" data="{sheet}"/></o:shapelayout><v:shapetype id="_x0000_t202" '
    'coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe">'
    '<v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
)
_SHAPE = (
    '<v:shape id="_x0000_s{id}" type="#_x0000_t202" style="position:absolute;margin-left:60pt;'
    'margin-top:2pt;width:260pt;height:{height}pt;z-index:1;visibility:hidden" '
    'fillcolor="#ffffe1" o:insetmode="auto"><v:fill color2="#ffffe1"/>'
    '<v:shadow color="black" obscured="t"/><v:path o:connecttype="none"/><v:textbox/>'
    '<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/>'
    "<x:AutoFill>False</x:AutoFill><x:Row>{row}</x:Row><x:Column>{column}</x:Column>"
    "</x:ClientData></v:shape>"
)


def _shapes(sheet: int, notes: Sequence[Note]) -> str:
    shapes = (
        _SHAPE.format(
            id=sheet * _SHAPES_A_SHEET + number,
            height=16 * sum(1 + len(line) // _CHARACTERS_A_LINE for line in note.lines) + 8,
            row=note.row - 1,
            column=note.column - 1,
        )
        for number, note in enumerate(notes, start=1)
    )
    return f"{_HEAD.format(sheet=sheet)}{''.join(shapes)}</xml>"
