"""What Word shows of a file is what is read of it."""

# ruff: noqa: E501  lines of markup are left whole

import io
import zipfile

import pytest

from schemas.page import Page
from tests.corpus.office import cell, package, paragraph, run, table
from workers.pipeline.read.docx import read_docx
from workers.pipeline.read.docx_package import PackageError

_NAMES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wp="wp" xmlns:a="a" xmlns:v="v" xmlns:o="o" xmlns:m="m"'
)


def document(body: str) -> str:
    return f"<w:document {_NAMES}><w:body>{body}</w:body></w:document>"


def read(body: str, **parts: str) -> Page:
    return read_docx(package(document(body), **parts))


def lines(body: str, **parts: str) -> list[str]:
    return [line.text for line in read(body, **parts).lines]


def drawing(width_cm: float, height_cm: float, inner: str = "<a:blip/>") -> str:
    cx, cy = round(width_cm * 360_000), round(height_cm * 360_000)
    return f'<w:r><w:drawing><wp:extent cx="{cx}" cy="{cy}"/>{inner}</w:drawing></w:r>'


def field(instruction: str, result: str) -> str:
    marks = [
        f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "separate", "end")
    ]
    return (
        f"{marks[0]}<w:r><w:instrText>{instruction}</w:instrText></w:r>{marks[1]}{result}{marks[2]}"
    )


SHOWN = [
    (run("甲") + run("乙"), ["甲乙"]),
    (run("甲\n乙"), ["甲", "乙"]),
    ("<w:r><w:t>甲</w:t><w:tab/><w:t>乙</w:t><w:noBreakHyphen/></w:r>", ["甲 乙-"]),
    ('<w:bookmarkStart w:id="1" w:name="_Hlk66973412"/>' + run("0"), ["0"]),
    ('<w:del w:id="1"><w:r><w:delText>8</w:delText><w:t>8</w:t></w:r></w:del>' + run("3"), ["3"]),
    ('<w:moveFrom w:id="1">' + run("8") + "</w:moveFrom>" + run("3"), ["3"]),
    ('<w:ins w:id="1">' + run("3") + "</w:ins>", ["3"]),
    (run("9", "<w:vanish/>") + run("3", '<w:vanish w:val="0"/>'), ["3"]),
    (run("9", '<w:rStyle w:val="Hidden"/>') + run("3"), ["3"]),
    (field(" =SUM(LEFT) 99 ", run("3")), ["3"]),
    (field(" IF 1 ", field(" PAGE 7 ", run("2")) + run("3")), ["23"]),
    (field(' TOC \\o "1-3" ', run("总体情况 1")) + run("甲"), ["甲"]),
    ('<w:fldSimple w:instr=" DATE 8 ">' + run("3") + "</w:fldSimple>", ["3"]),
    ("<w:sdt><w:sdtPr/><w:sdtContent>" + run("3") + "</w:sdtContent></w:sdt>", ["3"]),
    ("<w:hyperlink>" + run("3") + "</w:hyperlink>", ["3"]),
    ('<w:r><w:sym w:font="Symbol" w:char="F033"/></w:r>', ["3"]),
    ('<w:r><w:sym w:font="Wingdings" w:char="F0FE"/></w:r>', ["□"]),
    ("<w:r><w:ruby><w:rt>" + run("yi") + "</w:rt><w:rubyBase>" + run("一") + "</w:rubyBase></w:ruby></w:r>", ["一"]),
    ('<w:r><w:footnoteReference w:id="1"/></w:r>' + run("3"), ["3"]),
    (run("12") + run("3", '<w:vertAlign w:val="superscript"/>'), ["12 3"]),
    (
        '<w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:ddList><w:result w:val="1"/>'
        '<w:listEntry w:val="甲"/><w:listEntry w:val="乙"/></w:ddList></w:ffData></w:fldChar>'
        '<w:instrText> FORMDROPDOWN </w:instrText><w:fldChar w:fldCharType="end"/></w:r>',
        ["乙"],
    ),
    ('<w:r><w:pict><v:shape><v:textpath string="报告"/></v:shape></w:pict></w:r>', ["报告"]),
]  # fmt: skip
_HIDING = (
    '<w:styles xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
    '<w:style w:type="character" w:styleId="Base"><w:rPr><w:vanish/></w:rPr></w:style>'
    '<w:style w:type="character" w:styleId="Hidden"><w:basedOn w:val="Base"/></w:style></w:styles>'
)


@pytest.mark.parametrize(("content", "expected"), SHOWN)
def test_a_paragraph_reads_as_it_is_shown(content: str, expected: list[str]) -> None:
    assert lines(paragraph(content), styles=_HIDING) == expected


def test_headers_footers_and_notes_are_not_the_body() -> None:
    parts = {
        name: document(paragraph(run("页眉 7"))) for name in ("header1", "footer1", "footnotes")
    }
    assert lines(paragraph(run("甲")), **parts) == ["甲"]


def test_merged_cells_are_one() -> None:
    rows = [
        [cell(paragraph(run("a")), merge="restart"), cell(paragraph(run("b")), span=2)],
        [cell(paragraph(run("9")), merge="continue"), cell(paragraph(run("c"))), cell(paragraph(run("d")))],
        [cell(paragraph(run("e")), merge="continue"), cell(paragraph(run("f"))), cell(paragraph(""))],
    ]  # fmt: skip
    found = read(table(rows, 3)).tables[0]
    assert (found.rows, found.columns) == (3, 3)
    assert [(c.text, c.row, c.column, c.row_span, c.column_span) for c in found.cells] == [
        ("a", 0, 0, 3, 1),
        ("b", 0, 1, 1, 2),
        ("c", 1, 1, 1, 1),
        ("d", 1, 2, 1, 1),
        ("f", 2, 1, 1, 1),
        ("", 2, 2, 1, 1),
    ]


def test_a_cell_that_goes_on_from_nothing_is_its_own() -> None:
    rows = [[cell(paragraph(run("a")), merge="continue"), cell(paragraph(run("b")))]]
    assert [c.text for c in read(table(rows, 2)).tables[0].cells] == ["a", "b"]


def test_rows_may_begin_after_a_gap_and_be_wrapped() -> None:
    wrapped = (
        "<w:sdt><w:sdtContent><w:tr><w:trPr><w:gridBefore w:val='1'/></w:trPr>"
        f"<w:sdt><w:sdtContent>{cell(paragraph(run('c')))}</w:sdtContent></w:sdt></w:tr>"
        "</w:sdtContent></w:sdt>"
    )
    body = table([[cell(paragraph(run("a"))), cell(paragraph(run("b")))]], 2)
    found = read(body.replace("</w:tbl>", wrapped + "</w:tbl>")).tables[0]
    assert [(c.text, c.row, c.column) for c in found.cells][-1] == ("c", 1, 1)


@pytest.mark.parametrize("mark", ["<w:hidden/>", '<w:del w:id="1"/>'])
def test_rows_that_are_not_shown_are_not_read(mark: str) -> None:
    rows = [[cell(paragraph(run(text))), cell(paragraph(run("x")))] for text in "ab"]
    body = table(rows, 2).replace("<w:tr>", f"<w:tr><w:trPr>{mark}</w:trPr>", 1)
    assert [c.text for c in read(body).tables[0].cells] == ["b", "x"]


CELLS = [
    (paragraph(run("12")), "12", True, True),
    (paragraph(run("1")) + paragraph(run("2")), "1\n2", True, True),
    (paragraph(""), "", False, True),
    (paragraph(run("　")), "", False, True),
    (paragraph(drawing(1, 0.5)), "", True, False),
    (paragraph(run("5", "<w:strike/>")), "5", True, False),
    (table([[cell(paragraph(run("7")))]], 1) + paragraph(""), "7", True, True),
    (paragraph(run("5", "<w:strike/>") + run("3")), "5 3", True, False),
    (paragraph(run("3") + run("5", '<w:color w:val="FFFFFF"/>')), "3 5", True, False),
    (paragraph(run("5", '<w:color w:themeColor="background1"/>')), "5", True, False),
    (paragraph(run("5", '<w:color w:val="auto"/>')), "5", True, True),
    (paragraph(run("5", '<w:color w:val="FFFFFF"/><w:shd w:fill="002244"/>')), "5", True, True),
    (paragraph(run("5", '<w:color w:val="FFFFFF"/><w:shd w:fill="FFFFFF"/>')), "5", True, False),
    (paragraph(run("3") + run("5", '<w:sz w:val="2"/>')), "3 5", True, False),
    (paragraph(f'<w:bdo w:val="rtl">{run("53")}</w:bdo>'), "53", True, False),
    (paragraph('<w:r><w:sym w:font="Wingdings" w:char="F038"/></w:r>'), "□", True, False),
    (paragraph("<w:r><w:object/></w:r>"), "", True, False),
]


@pytest.mark.parametrize(("content", "text", "ink", "certain"), CELLS)
def test_a_cell_says_what_is_seen_in_it(content: str, text: str, ink: bool, certain: bool) -> None:
    rows = [[cell(paragraph(run("a"))), cell(content)]] * 2
    found = read(table(rows, 2)).tables[0].cells[-1]
    assert (found.text, found.ink, found.confidence == 1.0) == (text, ink, certain)


def test_white_text_on_a_coloured_cell_is_seen() -> None:
    white = cell(paragraph(run("5", '<w:color w:val="FFFFFF"/>')))
    dark = white.replace("<w:tcPr>", '<w:tcPr><w:shd w:val="clear" w:fill="1F4E79"/>', 1)
    cells = read(table([[white, dark]] * 2, 2)).tables[0].cells
    assert [one.confidence == 1.0 for one in cells] == [False, True] * 2


def test_a_table_in_a_text_box_is_read_once() -> None:
    inner = table([[cell(paragraph(run(text))) for text in "ab"]] * 2, 2) + paragraph(run("注"))
    box = f"<w:txbxContent>{inner}</w:txbxContent>"
    page = read(
        paragraph(
            run("前")
            + f"<w:r><mc:AlternateContent><mc:Choice><w:drawing>{box}</w:drawing></mc:Choice>"
            f"<mc:Fallback><w:pict>{box}</w:pict></mc:Fallback></mc:AlternateContent></w:r>"
        )
    )
    assert [line.text for line in page.lines] == ["前", "注"]
    assert [len(found.cells) for found in page.tables] == [4]


@pytest.mark.parametrize(
    ("content", "pictures"),
    [
        (drawing(15, 8), 1),
        (drawing(2, 2), 0),
        ('<w:r><w:pict><v:shape style="width:300pt;height:200pt"><v:imagedata/></v:shape></w:pict></w:r>', 1),
        ("<w:r><w:object><o:OLEObject/></w:object></w:r>", 1),
    ],
)  # fmt: skip
def test_pictures_that_may_be_tables_are_counted(content: str, pictures: int) -> None:
    assert read(paragraph(content)).pictures == pictures


def zipped(**held: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in held.items():
            archive.writestr(name.replace("__", "/"), content)
    return stream.getvalue()


def test_entities_are_not_expanded() -> None:
    bomb = '<!DOCTYPE w [<!ENTITY a "8888888888"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    body = document(paragraph(run("x"))).replace("x<", "&b;<")
    page = read_docx(package(bomb + body))
    assert "8" not in "".join(line.text for line in page.lines)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"PK\x03\x04 not a zip", "damaged"),
        (zipped(a=b"x"), "damaged"),
        (package("<w:document"), "damaged"),
        (package(document(" " * 40_000_000)), "bomb"),
        (package(document(paragraph(run("甲"))))[:-60], "damaged"),
    ],
)
def test_what_cannot_be_opened_says_why(content: bytes, reason: str) -> None:
    with pytest.raises(PackageError) as raised:
        read_docx(content)
    assert raised.value.reason == reason


def _styles(styles: str) -> str:
    return f"<w:styles {_NAMES}>{styles}</w:styles>"


_WHITE = (
    '<w:style w:type="character" w:styleId="w"><w:rPr><w:color w:val="FFFFFF"/></w:rPr></w:style>'
)
_BASED = '<w:style w:type="character" w:styleId="b"><w:basedOn w:val="w"/></w:style>'


@pytest.mark.parametrize(
    ("said", "text", "sure"),
    [
        ('<w:rStyle w:val="w"/>', "1 2", False),
        ('<w:rStyle w:val="b"/>', "1 2", False),
        ('<w:rStyle w:val="b"/><w:color w:val="000000"/>', "12", True),
        ('<w:rStyle w:val="none"/>', "12", True),
    ],
)
def test_digits_a_style_prints_white_are_parted_and_doubted(
    said: str, text: str, sure: bool
) -> None:
    inside = cell(paragraph(run("1") + run("2", said)))
    found = read(table([[inside, inside]] * 2, 2), styles=_styles(_WHITE + _BASED)).tables[0]
    assert {(one.text, one.confidence >= 0.9) for one in found.cells} == {(text, sure)}


@pytest.mark.parametrize(
    ("style", "sure"),
    [
        ('<w:rPr><w:color w:val="FEFEFE"/></w:rPr>', False),
        ('<w:rPr><w:sz w:val="2"/></w:rPr>', False),
        ('<w:pPr><w:shd w:fill="1F4E79"/></w:pPr><w:rPr><w:color w:val="FEFEFE"/></w:rPr>', True),
        ('<w:rPr><w:color w:val="333333"/></w:rPr>', True),
    ],
)
def test_a_paragraph_whose_style_prints_white_is_doubted(style: str, sure: bool) -> None:
    part = _styles(f'<w:style w:type="paragraph" w:default="1" w:styleId="a">{style}</w:style>')
    inside = cell(paragraph(run("12")))
    found = read(table([[inside, inside]] * 2, 2), styles=part).tables[0]
    assert {one.confidence >= 0.9 for one in found.cells} == {sure}


def _in_style(name: str, inside: str) -> str:
    """Set a table of two rows and columns in a style of its own."""
    properties = f'<w:tblPr><w:tblStyle w:val="{name}"/></w:tblPr>'
    return table([[inside, inside]] * 2, 2).replace("<w:tblPr/>", properties, 1)


_PALE = '<w:rPr><w:color w:val="FFFFFF"/></w:rPr>'
_DARK = '<w:tcPr><w:shd w:fill="1F4E79"/></w:tcPr>'


@pytest.mark.parametrize(
    ("style", "doubted"),
    [
        (_PALE, {(0, 0), (0, 1), (1, 0), (1, 1)}),
        (_DARK + _PALE, set()),
        ('<w:rPr><w:color w:val="333333"/></w:rPr>', set()),
        (f'<w:tblStylePr w:type="firstRow">{_PALE}</w:tblStylePr>', {(0, 0), (0, 1)}),
        (f'<w:tblStylePr w:type="firstCol">{_PALE}</w:tblStylePr>', {(0, 0), (1, 0)}),
        (f'<w:tblStylePr w:type="firstRow">{_DARK}{_PALE}</w:tblStylePr>', set()),
        (
            f'<w:tblStylePr w:type="band1Horz">{_PALE}</w:tblStylePr>',
            {(0, 0), (0, 1), (1, 0), (1, 1)},
        ),
        (
            '<w:tblStylePr w:type="firstRow"><w:rPr><w:vanish/></w:rPr></w:tblStylePr>',
            {(0, 0), (0, 1)},
        ),
    ],
)
def test_cells_a_table_style_prints_unseen_are_doubted(
    style: str, doubted: set[tuple[int, int]]
) -> None:
    base = f'<w:style w:type="table" w:styleId="base">{style}</w:style>'
    own = '<w:style w:type="table" w:styleId="own"><w:basedOn w:val="base"/></w:style>'
    inside = cell(paragraph(run("12")))
    cells = read(_in_style("own", inside), styles=_styles(base + own)).tables[0].cells
    assert {(one.row, one.column) for one in cells if one.confidence < 0.9} == doubted


def test_a_run_of_a_colour_of_its_own_is_seen_whatever_the_table_style_says() -> None:
    style = f'<w:style w:type="table" w:styleId="own">{_PALE}</w:style>'
    inside = cell(paragraph(run("12", '<w:color w:val="000000"/>')))
    cells = read(_in_style("own", inside), styles=_styles(style)).tables[0].cells
    assert all(one.confidence == 1 for one in cells)
