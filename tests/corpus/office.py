"""Write a made report as the DOCX files in which such reports are kept."""

# ruff: noqa: E501  lines of markup are left whole

import io
import zipfile
from collections.abc import Callable
from typing import Literal
from xml.sax.saxutils import escape

from tests.corpus.grids import Grid, GridCell
from tests.corpus.reports import Report
from tests.corpus.web import blocks

Style = Literal["plain", "numbered", "tracked", "cluttered", "nested", "boxed", "ragged", "strict"]

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
_NAMES = (
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:v="urn:schemas-microsoft-com:vml"'
)
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/"
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
_CONTENT = "application/vnd.openxmlformats-officedocument.wordprocessingml."
_TABLE_WIDTH = 9000

Runs = Callable[[str], str]
"""Sets a text as the content of a paragraph."""


def set_docx(report: Report, style: Style = "plain") -> bytes:
    """Return the DOCX of a report."""
    body = _BODIES[style](report)
    namespace = _STRICT if style == "strict" else _W
    return package(document(body, namespace), numbering=_NUMBERING, styles=_STYLES)


def document(body: str, namespace: str = _W) -> str:
    """Return the main part of a DOCX around its body."""
    return f'<w:document xmlns:w="{namespace}" {_NAMES}><w:body>{body}<w:sectPr/></w:body></w:document>'


def package(document: str, **parts: str) -> bytes:
    """Zip a document and further parts of `word/` as a DOCX, the same bytes every time."""
    named = {"document": "document.main", **{name: name for name in parts}}
    held = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        + "".join(
            f'<Override PartName="/word/{name}.xml" ContentType="{_CONTENT}{kind}+xml"/>'
            for name, kind in named.items()
        )
        + "</Types>",
        "_rels/.rels": _relations({"officeDocument": "word/document.xml"}),
        "word/_rels/document.xml.rels": _relations({name: f"{name}.xml" for name in parts}),
        "word/document.xml": document,
        **{f"word/{name}.xml": part for name, part in parts.items()},
    }
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in held.items():
            content = '<?xml version="1.0" encoding="UTF-8"?>' + text
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def _relations(targets: dict[str, str]) -> str:
    listed = "".join(
        f'<Relationship Id="r{at}" Type="{_RELATION}{kind}" Target="{target}"/>'
        for at, (kind, target) in enumerate(targets.items())
    )
    return f'<Relationships xmlns="{_PACKAGE}relationships">{listed}</Relationships>'


def run(text: str, properties: str = "") -> str:
    """Set a run; line feeds are soft breaks."""
    marks = f"<w:rPr>{properties}</w:rPr>" if properties else ""
    lines = '</w:t><w:br/><w:t xml:space="preserve">'.join(
        escape(part) for part in text.split("\n")
    )
    return f'<w:r>{marks}<w:t xml:space="preserve">{lines}</w:t></w:r>'


def paragraph(content: str, properties: str = "") -> str:
    """Set a paragraph of runs."""
    marks = f"<w:pPr>{properties}</w:pPr>" if properties else ""
    return f"<w:p>{marks}{content}</w:p>"


def table(rows: list[list[str]], columns: int) -> str:
    """Set a table of cells that are set already."""
    widths = f'<w:gridCol w:w="{_TABLE_WIDTH // columns}"/>' * columns
    lines = "".join(f"<w:tr>{''.join(row)}</w:tr>" for row in rows)
    return f"<w:tbl><w:tblPr/><w:tblGrid>{widths}</w:tblGrid>{lines}</w:tbl>"


def cell(content: str, *, span: int = 1, merge: str = "") -> str:
    """Set a cell of paragraphs; `merge` is `restart`, `continue` or nothing."""
    across = f'<w:gridSpan w:val="{span}"/>' if span > 1 else ""
    down = {"": "", "restart": '<w:vMerge w:val="restart"/>', "continue": "<w:vMerge/>"}[merge]
    return f"<w:tc><w:tcPr>{across}{down}</w:tcPr>{content}</w:tc>"


def _grid(grid: Grid, set_cell: Callable[[GridCell], str]) -> str:
    """Set a statutory table; merged cells are repeated as cells that go on."""
    last = max(one.row + one.row_span for one in grid.cells)
    rows: list[list[tuple[int, str]]] = [[] for _ in range(last)]
    for one in grid.cells:
        merge = "restart" if one.row_span > 1 else ""
        rows[one.row].append((one.column, cell(set_cell(one), span=one.column_span, merge=merge)))
        for below in range(one.row + 1, one.row + one.row_span):
            gone_on = cell(paragraph(""), span=one.column_span, merge="continue")
            rows[below].append((one.column, gone_on))
    return table([[text for _, text in sorted(row)] for row in rows], grid.columns)


def _body(
    report: Report,
    *,
    runs: Runs = run,
    set_cell: Callable[[GridCell], str] | None = None,
    heading: Runs | None = None,
    grid: Callable[[Grid], str] | None = None,
) -> str:
    in_cell = set_cell or (lambda one: paragraph(runs(one.text)))
    parts = []
    for kind, block in blocks(report):
        if isinstance(block, Grid):
            parts.append(grid(block) if grid else _grid(block, in_cell))
        elif kind == "heading" and heading is not None:
            parts.append(heading(block))
        else:
            parts.append(paragraph(runs(block)))
    return "".join(parts)


def _numbered(report: Report) -> str:
    """Titles and labels get their numbers from lists, one of them by its style."""

    def heading(text: str) -> str:
        return paragraph(run(text[2:]), '<w:pStyle w:val="Section"/>')

    def set_cell(one: GridCell) -> str:
        for list_id, marks in ((2, "（"), (3, "123456789"), (4, "一二三四")):
            numbered = one.text[:1] in marks and one.role != "number" and "、" not in one.text[2:3]
            number, _, rest = one.text.partition({2: "）", 3: ".", 4: "、"}[list_id])
            if numbered and rest and len(number) <= 2 and not one.text.startswith("（本"):
                properties = f'<w:numPr><w:ilvl w:val="0"/><w:numId w:val="{_list_of(one, list_id)}"/></w:numPr>'
                return paragraph(run(rest), properties)
        return paragraph(run(one.text))

    return _body(report, set_cell=set_cell, heading=heading)


def _list_of(one: GridCell, list_id: int) -> int:
    """Return the list of a label; each group of outcomes counts from 1 in a use of its own."""
    if list_id != 3:
        return list_id
    return {7: 31, 8: 31, 9: 31, 10: 31, 11: 31, 12: 31, 13: 31, 14: 31}.get(
        one.row, 32 if one.row <= 17 else 33 if one.row <= 22 else 34
    )


def _tracked(report: Report) -> str:
    """Everything was written over: the old text is deleted, the new inserted, both kept."""

    def runs(text: str) -> str:
        gone = '<w:del w:id="1" w:author="甲"><w:r><w:delText>8</w:delText></w:r></w:del>'
        moved = '<w:moveFrom w:id="2"><w:r><w:t>7</w:t></w:r></w:moveFrom>'
        return f'{gone}{moved}<w:ins w:id="3" w:author="甲">{run(text)}</w:ins>'

    def grid(one: Grid) -> str:
        text = _grid(one, lambda c: paragraph(runs(c.text)))
        dead = f'<w:tr><w:trPr><w:del w:id="9"/></w:trPr>{cell(paragraph(run("5"))) * one.columns}</w:tr>'
        return text.replace("</w:tbl>", dead + "</w:tbl>")

    return _body(report, runs=runs, grid=grid)


def _cluttered(report: Report) -> str:
    """Bookmarks, fields, hidden text, split runs, content controls and proofing marks."""

    def runs(text: str) -> str:
        half = len(text) // 2
        return (
            '<w:bookmarkStart w:id="7" w:name="_Hlk66973412"/><w:proofErr w:type="spellStart"/>'
            f'<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> =SUM(8) </w:instrText>'
            f'</w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>{run(text[:half], "<w:b/>")}'
            f'<w:r><w:fldChar w:fldCharType="end"/></w:r>{run("9", "<w:vanish/>")}'
            f"<w:sdt><w:sdtPr/><w:sdtContent>{run(text[half:])}</w:sdtContent></w:sdt>"
            '<w:r><w:commentReference w:id="1"/></w:r><w:bookmarkEnd w:id="7"/>'
        )

    return _body(report, runs=runs)


def _nested(report: Report) -> str:
    """The whole report in a table of one column that lays it out."""
    return table([[cell(_body(report))]], 1)


def _boxed(report: Report) -> str:
    """The tables stand in text boxes, each written twice: for new programs and for old ones."""

    def grid(one: Grid) -> str:
        inner = f"<w:txbxContent>{_grid(one, lambda c: paragraph(run(c.text)))}{paragraph('')}</w:txbxContent>"
        return paragraph(
            '<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wps:wsp><wps:txbx>'
            f"{inner}</wps:txbx></wps:wsp></w:drawing></mc:Choice><mc:Fallback><w:pict><v:textbox>"
            f"{inner}</v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
        )

    return _body(report, grid=grid)


def _ragged(report: Report) -> str:
    """Rows drawn by hand: boundaries do not quite meet, and rows begin after a gap."""

    def grid(one: Grid) -> str:
        hair = 40
        text = _grid(one, lambda c: paragraph(run(c.text)))
        opening, rest = text.split("<w:tblGrid>", 1)
        widths, rows = rest.split("</w:tblGrid>", 1)
        lines = rows.split("</w:tr>")
        for at in range(0, len(lines) - 1, 2):
            lines[at] = lines[at].replace(
                "<w:tr>", '<w:tr><w:trPr><w:gridBefore w:val="1"/></w:trPr>', 1
            )
        for at in range(1, len(lines) - 1, 2):
            lines[at] = _first_wider(lines[at])
        first = f'<w:gridCol w:w="{hair}"/>'
        return f"{opening}<w:tblGrid>{first}{widths}</w:tblGrid>{'</w:tr>'.join(lines)}"

    return _body(report, grid=grid)


def _first_wider(row: str) -> str:
    """Let the first cell of a row reach over one more column of the grid."""
    head, rest = row.split("<w:tcPr>", 1)
    if rest.startswith('<w:gridSpan w:val="'):
        span, rest = rest.removeprefix('<w:gridSpan w:val="').split('"/>', 1)
    else:
        span = "1"
    return f'{head}<w:tcPr><w:gridSpan w:val="{int(span) + 1}"/>{rest}'


_BODIES: dict[Style, Callable[[Report], str]] = {
    "plain": _body,
    "numbered": _numbered,
    "tracked": _tracked,
    "cluttered": _cluttered,
    "nested": _nested,
    "boxed": _boxed,
    "ragged": _ragged,
    "strict": _body,
}
STYLES: tuple[Style, ...] = tuple(_BODIES)


def _list(number: int, style: str, text: str, *, linked: str = "") -> str:
    return (
        f'<w:abstractNum w:abstractNumId="{number}"><w:lvl w:ilvl="0"><w:start w:val="1"/>'
        f'<w:numFmt w:val="{style}"/>{linked}<w:lvlText w:val="{text}"/></w:lvl></w:abstractNum>'
    )


_NUMBERING = (
    f'<w:numbering xmlns:w="{_W}">'
    + _list(1, "chineseCounting", "%1、", linked='<w:pStyle w:val="Section"/>')
    + _list(2, "chineseCounting", "（%1）")
    + _list(3, "decimal", "%1.")
    + _list(4, "chineseCounting", "%1、")
    + "".join(
        f'<w:num w:numId="{number}"><w:abstractNumId w:val="{number}"/></w:num>'
        for number in (1, 2, 4)
    )
    + "".join(
        f'<w:num w:numId="{number}"><w:abstractNumId w:val="3"/><w:lvlOverride w:ilvl="0">'
        '<w:startOverride w:val="1"/></w:lvlOverride></w:num>'
        for number in (31, 32, 33, 34)
    )
    + "</w:numbering>"
)
_STYLES = (
    f'<w:styles xmlns:w="{_W}"><w:style w:type="paragraph" w:styleId="Section"><w:name w:val="Section"/><w:pPr><w:numPr>'
    '<w:numId w:val="1"/></w:numPr></w:pPr></w:style></w:styles>'
)
